"""Bundles that somebody made to do harm: each is changed, then sealed anew so that hashes fit."""

import hashlib
import io
import json
import pickle
import struct
import zipfile

from hiprisk.bundle.manifest import HASHED_PARTS, MANIFEST, SEAL, STUDY, bundle_hash, manifest_hash
from hiprisk.sheet.document.strict_json import canonical_json
from small_bundle import write_small_bundle

GOOD_SCHEMA = {"__class__": "dict", "__module__": "builtins", "__loader__": "DictNode"}


class Harmful:
    """Runs something when it is unpickled."""

    def __reduce__(self):
        import os

        return os.mkdir, ("harm-was-done",)


def archive(*parts, packing=zipfile.ZIP_STORED):
    """A zip archive of (name, content) parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as out:
        for name, content in parts:
            out.writestr(name, content)
    return stream.getvalue()


def skops(schema=GOOD_SCHEMA, *parts, packing=zipfile.ZIP_STORED):
    """An archive as skops writes it, of a schema and further parts."""
    text = schema if isinstance(schema, str | bytes) else json.dumps(schema, indent=2)
    return archive(("schema.json", text), *parts, packing=packing)


def seal(folder, files):
    """Put files into a bundle and make every hash of the manifest fit."""
    manifest = json.loads((folder / MANIFEST).read_text())
    for name, data in files.items():
        (folder / name).write_bytes(data)
        manifest["files"][name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    parts = {
        name: (folder / name).read_bytes()
        for name in (*HASHED_PARTS, STUDY)
        if (folder / name).exists()
    }
    manifest["bundle_sha256"] = bundle_hash(parts)
    write_manifest(folder, manifest)


def write_manifest(folder, manifest):
    """Write a manifest, sealed."""
    manifest[SEAL] = manifest_hash(manifest)
    (folder / MANIFEST).write_text(canonical_json(manifest))


def with_estimator(data):
    return lambda folder: seal(folder, {"estimator.skops": data})


def with_manifest(change):
    def harm(folder):
        manifest = json.loads((folder / MANIFEST).read_text())
        change(manifest)
        write_manifest(folder, manifest)

    return harm


def with_sheet_text(text):
    return lambda folder: seal(folder, {"sheet.json": text.encode()})


def with_sheet(*path, value):
    """The sheet with one value changed, given the keys that lead to it."""

    def harm(folder):
        sheet = json.loads((folder / "sheet.json").read_text())
        place = sheet
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        seal(folder, {"sheet.json": json.dumps(sheet).encode()})

    return harm


def sheet_replaced(old, new):
    def harm(folder):
        text = (folder / "sheet.json").read_text()
        assert old in text
        seal(folder, {"sheet.json": text.replace(old, new).encode()})

    return harm


def linked(name):
    def harm(folder):
        (folder / name).rename(folder.parent / "elsewhere")
        (folder / name).symlink_to(folder.parent / "elsewhere")

    return harm


def changed(name):
    def harm(folder):
        data = bytearray((folder / name).read_bytes())
        data[len(data) // 2] ^= 1
        (folder / name).write_bytes(bytes(data))

    return harm


def piped(folder):
    import os

    (folder / "card.md").unlink()
    os.mkfifo(folder / "card.md")


def lying_sizes():
    """An archive whose list says that a part is far larger than the file."""
    data = bytearray(skops(GOOD_SCHEMA, ("1.npy", b"x" * 10)))
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<LL", data, at + 20, 1 << 31, 1 << 31)
    return bytes(data)


def linking_part():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as out:
        out.writestr("schema.json", json.dumps(GOOD_SCHEMA))
        link = zipfile.ZipInfo("1.npy")
        link.external_attr = 0o120777 << 16
        out.writestr(link, "/etc/hostname")
    return stream.getvalue()


def many_parts():
    return archive(*[(f"{i}.npy", b"") for i in range(10_001)], ("schema.json", "{}"))


def schema_of(cls, module):
    return {**GOOD_SCHEMA, "content": {"x": {"__class__": cls, "__module__": module}}}


def taken_apart(data):
    """Parts, list and end record of an archive."""
    directory, end = data.find(b"PK\x01\x02"), data.rfind(b"PK\x05\x06")
    return data[:directory], bytearray(data[directory:end]), bytearray(data[end:])


def two_faced():
    """A good archive at the place that is named, and an evil one where zipfile looks."""
    evil = json.dumps(schema_of("system", "posix"))
    parts, listed, end = taken_apart(skops(json.dumps(GOOD_SCHEMA).ljust(len(evil))))
    evil_parts, evil_listed, _ = taken_apart(skops(evil))
    # zipfile takes the distance between the list's end and the end record for bytes put before.
    struct.pack_into("<LL", end, 12, len(listed), len(parts))
    return parts + bytes(listed) + evil_parts + bytes(evil_listed) + bytes(end)


def prepended():
    """Whatever stands before an archive: zipfile makes up for it."""
    return skops(GOOD_SCHEMA)[:30] + skops(GOOD_SCHEMA)


def commented():
    """A second end record within the comment of the first."""
    data = bytearray(skops(GOOD_SCHEMA))
    struct.pack_into("<H", data, len(data) - 2, 22)
    return bytes(data) + bytes(data[-22:-2]) + b"\0\0"


def understated():
    """A list of two of which the end record counts one."""
    data = bytearray(skops(GOOD_SCHEMA, ("1.npy", b"x")))
    struct.pack_into("<HH", data, len(data) - 14, 1, 1)
    return bytes(data)


def renaming():
    """An extra field, which can give a part another name or place."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as out:
        info = zipfile.ZipInfo("schema.json")
        info.extra = struct.pack("<HHB", 0x7075, 1, 0)
        out.writestr(info, json.dumps(GOOD_SCHEMA))
    return stream.getvalue()


def large_form():
    """The locator of the large form (zip64), which names another list."""
    parts, listed, end = taken_apart(skops(GOOD_SCHEMA))
    return parts + bytes(listed) + struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1) + bytes(end)


def gaping():
    """Bytes between the last part and the list, which the end record accounts for."""
    parts, listed, end = taken_apart(skops(GOOD_SCHEMA))
    struct.pack_into("<L", end, 16, len(parts) + 9)
    return parts + b"something" + bytes(listed) + bytes(end)


PICKLE = pickle.dumps(Harmful())
BOMB = skops(GOOD_SCHEMA, ("1.npy", b"\0" * (64 << 20)), packing=zipfile.ZIP_DEFLATED)
MILLION = "[" * 1_000_000 + "]" * 1_000_000
ESCAPED = json.dumps(schema_of("system", "posix")).replace("posix", "\\u0070osix")
HIDDEN = json.dumps(schema_of("system", "posix")).replace("__module__", "__m\\u006fdule__")
COEFFICIENT = ("model", "terms", 0, "coefficients")
COVARIANCE = ("missing", "covariance")
IDENTITY = [[1.0 if i == j else 0.0 for j in range(4)] for i in range(4)]

# What was done: the harm, the code of the refusal, and what its line says.
HOSTILE = {
    "a pickle in place of skops": (
        with_estimator(PICKLE), "UNTRUSTED_FORMAT",
        "estimator.skops: this is a pickle and not a skops archive"),
    "text in place of skops": (
        with_estimator(b"hello"), "UNTRUSTED_FORMAT", "this is not a skops archive"),
    "an archive without schema": (
        with_estimator(archive(("1.npy", b"x"))), "UNTRUSTED_FORMAT", "not a skops archive"),
    "a forbidden type": (
        with_estimator(skops(schema_of("system", "posix"))), "UNTRUSTED_TYPE",
        "the archive holds types that are not trusted: posix.system"),
    "a forbidden built-in": (
        with_estimator(skops(schema_of("eval", "builtins"))), "UNTRUSTED_TYPE",
        "not trusted: builtins.eval"),
    "a forbidden type whose module is escaped": (
        with_estimator(skops(ESCAPED)), "UNTRUSTED_TYPE", "its types cannot be read"),
    "a forbidden type whose key is escaped": (
        with_estimator(skops(HIDDEN)), "UNTRUSTED_TYPE", "its types cannot be read"),
    "a zip bomb": (
        with_estimator(BOMB), "ARCHIVE", "a part is packed, and may be any size when unpacked"),
    "an archive that lies about sizes": (
        with_estimator(lying_sizes()), "ARCHIVE", "its parts are larger than the whole"),
    "an archive with a way out": (
        with_estimator(skops(GOOD_SCHEMA, ("../x.npy", b""))), "ARCHIVE",
        "a part's name leads outside"),
    "an archive with an absolute name": (
        with_estimator(skops(GOOD_SCHEMA, ("/etc/x.npy", b""))), "ARCHIVE",
        "a part's name leads outside"),
    "an archive with a link": (
        with_estimator(linking_part()), "ARCHIVE", "or it is a link"),
    "an archive of too many parts": (
        with_estimator(many_parts()), "ARCHIVE", "the archive has too many parts"),
    "an archive cut off": (
        with_estimator(skops(GOOD_SCHEMA, ("1.npy", b"x" * 100))[:-60]), "ARCHIVE",
        "the archive is cut off"),
    "an archive with two faces": (
        with_estimator(two_faced()), "ARCHIVE", "the archive's list is not where it must be"),
    "an archive with something before it": (
        with_estimator(prepended()), "ARCHIVE", "the archive's list is not where it must be"),
    "an archive with something after it": (
        with_estimator(skops() + b"x" * 30), "ARCHIVE", "or something follows it"),
    "an archive whose comment is an end": (
        with_estimator(commented()), "ARCHIVE", "the archive's list is not where it must be"),
    "an archive of the large form": (
        with_estimator(large_form()), "ARCHIVE", "the archive's list is not where it must be"),
    "an archive that counts too few": (
        with_estimator(understated()), "ARCHIVE", "the archive's list is longer than it says"),
    "an archive that renames": (
        with_estimator(renaming()), "ARCHIVE", "the archive contradicts itself"),
    "an archive with a gap": (
        with_estimator(gaping()), "ARCHIVE", "the archive has gaps, or parts that overlap"),
    "a pickle in the list": (
        with_manifest(lambda m: m["files"].update({"m.pkl": {"sha256": "0", "bytes": 1}})),
        "UNTRUSTED_FORMAT", "m.pkl: a bundle must not contain pickle files"),
    "a way out in the list": (
        with_manifest(lambda m: m["files"].update({"../x": {"sha256": "0", "bytes": 1}})),
        "MANIFEST", "manifest.json: a file name points outside the bundle"),
    "more bytes than any model": (
        with_manifest(lambda m: m["files"].update(
            {f"{i}.txt": {"sha256": "0", "bytes": 200 << 20} for i in range(3)})),
        "TOO_LARGE", "the bundle is larger than the limit"),
    "a linked sheet": (linked("sheet.json"), "LINK", "sheet.json: this is a link"),
    "a linked manifest": (linked(MANIFEST), "MANIFEST", "the manifest is a link"),
    "a pipe in place of a file": (piped, "LINK", "card.md: this is a link or not a regular file"),
    "a changed sheet": (changed("sheet.json"), "CHANGED", "sheet.json: the file was changed since"),
    "a changed card": (changed("card.md"), "CHANGED", "card.md: the file was changed since"),
    "another bundle version": (
        with_manifest(lambda m: m.update(schema_version=2)), "VERSION",
        "the bundle has schema version 2, this hiprisk reads version 1"),
    "another sheet version": (
        with_sheet("schema_version", value=7), "VERSION",
        "sheet.json: the sheet has schema version 7, this hiprisk reads versions 1 and 2"),
    "a million levels in the sheet": (
        with_sheet_text(MILLION), "TOO_DEEP", "sheet.json: the file is nested deeper than 32"),
    "a manifest of a million levels": (
        lambda folder: (folder / MANIFEST).write_text("[" * 1_000_000), "TOO_DEEP",
        "manifest.json: the file is nested deeper than 8"),
    "NaN in the sheet": (
        sheet_replaced('"intercept":10.0', '"intercept":NaN'), "NOT_FINITE",
        "sheet.json: the file holds NaN, which is no JSON number"),
    "infinity in the sheet": (
        sheet_replaced('"intercept":10.0', '"intercept":1e999'), "NOT_FINITE",
        "sheet.json: a number is too large"),
    "the same key twice in the sheet": (
        sheet_replaced('"intercept":10.0', '"intercept":10.0,"intercept":99.0'), "DUP_KEY",
        "sheet.json: an object has the same key twice"),
    "a coefficient that overflows": (
        with_sheet(*COEFFICIENT, value=[1e308]), "NOT_A_SHEET",
        "sheet.json: the model's coefficients can overflow"),
    "an intercept that overflows": (
        with_sheet("model", "intercept", value=-1e300), "NOT_A_SHEET",
        "the model's coefficients can overflow"),
    "a refit that overflows": (
        with_sheet("model", "refits", value=[[0.0, 1e300, 0.0, 0.0, 0.0]]), "NOT_A_SHEET",
        "the refitted coefficients can overflow"),
    "products that overflow": (
        with_sheet("derived", value=[
            {"name": "woman", "op": "difference", "of": [1.0, "sex=male"], "label": "", "unit": ""},
            *({"name": f"p{i}", "op": "product", "of": [f"p{i - 1}" if i else "age_years"] * 2,
               "label": "", "unit": ""} for i in range(12))]),
        "NOT_A_SHEET", "the derived column 'p2' can overflow"),
    "knots that are nearly one": (
        with_sheet("model", value={
            "type": "linear", "link": "identity", "intercept": 0.0,
            "terms": [{"basis": "rcs", "column": "age_years", "coefficients": [0.0, 1.0],
                       "knots": [0.0, 1e-170, 2e-170]}]}),
        "NOT_A_SHEET", "the model's coefficients can overflow"),
    "a scale that overflows": (
        with_sheet("distribution", "scales", value=[1e308, 1e308]), "NOT_A_SHEET",
        "the distribution of the residuals can overflow"),
    "a mean that overflows": (
        with_sheet("missing", "mean", value=[1e308, 0.4, 0.5, 40.0]), "NOT_A_SHEET",
        "the values of column 'age_years' can overflow"),
    "a draw that overflows": (
        with_sheet("missing", "draws", value=[[1e308, 0.0, 0.0, 0.0]]), "NOT_A_SHEET",
        "the values of column 'age_years' can overflow"),
    "a covariance that cannot be": (
        with_sheet(*COVARIANCE, value=[[-1.0, *IDENTITY[0][1:]], *IDENTITY[1:]]), "NOT_A_SHEET",
        "the covariance for missing values is not positive definite"),
    "a covariance of next to nothing": (
        with_sheet(*COVARIANCE, value=[[1e-300, *IDENTITY[0][1:]], *IDENTITY[1:]]), "NOT_A_SHEET",
        "the covariance for missing values is not positive definite"),
    "trees that run in a circle": (
        with_sheet("model", value={
            "type": "trees", "link": "identity", "baseline": 0.0, "inputs": ["age_years"],
            "trees": [{"feature": [0, 0], "threshold": [1.0, 1.0], "left": [1, 0],
                       "right": [1, 0], "value": [0.0, 0.0]}]}),
        "NOT_A_SHEET", "tree 0 is not a tree"),
    "trees that overflow": (
        with_sheet("model", value={
            "type": "trees", "link": "identity", "baseline": 0.0, "inputs": ["age_years"],
            "trees": [{"feature": [-1], "threshold": [0.0], "left": [0], "right": [0],
                       "value": [1e300]}]}),
        "NOT_A_SHEET", "the trees' values can overflow"),
}  # fmt: skip


def hostile_bundle(root, what):
    """The bundle of that name, written below `root`."""
    folder = write_small_bundle(root)
    HOSTILE[what][0](folder)
    return folder
