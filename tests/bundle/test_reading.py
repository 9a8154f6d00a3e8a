"""A bundle is read only as it was written."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from hiprisk.bundle import read_bundle
from hiprisk.bundle.manifest import HASHED_PARTS, MANIFEST, SEAL, bundle_hash, manifest_hash
from hiprisk.bundle.reading import with_update_metrics
from hiprisk.errors import BundleError
from hiprisk.sheet.document.strict_json import canonical_json
from small_bundle import small_sheet, write_small_bundle


@pytest.fixture
def written(tmp_path):
    return write_small_bundle(tmp_path / "models")


def test_a_bundle_comes_back_as_it_went(written):
    bundle = read_bundle(written)
    assert bundle.sheet == small_sheet()
    assert (bundle.name, bundle.version, bundle.provenance) == ("small", "1", "simulated")
    assert bundle.evidence["metrics"]["r2_corrected"]["value"] == 0.3
    assert bundle.config == {"name": "small"}


def refuses(path, code, match="."):
    with pytest.raises(BundleError, match=match) as caught:
        read_bundle(path)
    assert caught.value.code == code
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("name", ["sheet.json", "config.json", "evidence.json", "card.md"])
def test_every_changed_byte_is_found(written, name):
    path = written / name
    whole = path.read_bytes()
    for position in range(0, len(whole), max(1, len(whole) // 60)):
        for bit in (1, 128):
            path.write_bytes(
                whole[:position] + bytes([whole[position] ^ bit]) + whole[position + 1 :]
            )
            refuses(written, "CHANGED", "changed since it was written")


@pytest.mark.slow
def test_every_changed_byte_of_the_manifest_is_found(written):
    path = written / MANIFEST
    whole = path.read_bytes()
    for position in range(len(whole)):
        for bit in (1, 32):
            path.write_bytes(
                whole[:position] + bytes([whole[position] ^ bit]) + whole[position + 1 :]
            )
            with pytest.raises(BundleError, match=r"manifest|bundle|schema|JSON|key|nested|name"):
                read_bundle(written)


def test_a_blank_in_the_manifest_is_found(written):
    path = written / MANIFEST
    path.write_bytes(path.read_bytes() + b" ")
    refuses(written, "CHANGED", "the manifest was changed")


@pytest.mark.parametrize("name", ["sheet.json", "config.json", "card.md", "run.json"])
def test_a_file_cut_short_is_found(written, name):
    path = written / name
    whole = path.read_bytes()
    for length in (0, 1, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        refuses(written, "CHANGED", "size does not match the manifest")


def test_a_missing_file_is_found(written):
    (written / "evidence.json").unlink()
    refuses(written, "MISSING_FILE")


def test_an_added_file_is_found(written):
    (written / "extra.txt").write_text("x")
    refuses(written, "EXTRA_FILE", "not in the manifest")


def edit_manifest(written, change):
    path = written / MANIFEST
    manifest = json.loads(path.read_text())
    change(manifest)
    # Sealed anew, as an attacker would: what it says must still be refused.
    manifest[SEAL] = manifest_hash(manifest)
    path.write_text(canonical_json(manifest))


HOSTILE = {
    "a way out": (lambda m: m["files"].update({"../x": {"sha256": "0", "bytes": 1}}), "MANIFEST"),
    "an absolute name": (
        lambda m: m["files"].update({"/etc/hostname": {"sha256": "0", "bytes": 1}}),
        "MANIFEST",
    ),
    "a pickle": (
        lambda m: m["files"].update({"model.pkl": {"sha256": "0", "bytes": 1}}),
        "UNTRUSTED_FORMAT",
    ),
    "another version": (lambda m: m.update(schema_version=99), "VERSION"),
    "another format": (lambda m: m.update(format="zip"), "MANIFEST"),
    "another hash": (lambda m: m.update(bundle_sha256="0" * 64), "MANIFEST"),
    "no files": (lambda m: m.update(files={}), "MANIFEST"),
    "a malformed entry": (lambda m: m["files"].update({"card.md": 1}), "MANIFEST"),
    "a number for a name": (lambda m: m.update(name=1), "MANIFEST"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_manifest_is_refused(written, what):
    change, code = HOSTILE[what]
    edit_manifest(written, change)
    refuses(written, code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000, "TOO_DEEP"),
        ('{"format": 1, "format": 2}', "DUP_KEY"),
        ("[NaN]", "NOT_FINITE"),
        ("not json", "NOT_JSON"),
        ("[]", "MANIFEST"),
    ],
)
def test_a_manifest_that_is_none_is_refused(written, text, code):
    (written / MANIFEST).write_text(text)
    refuses(written, code)


@pytest.mark.parametrize("part", ["config", "evidence"])
def test_a_part_that_is_no_object_is_refused(written, part):
    path = written / f"{part}.json"
    path.write_text("[1]")
    listed = {"sha256": hashlib.sha256(b"[1]").hexdigest(), "bytes": 3}

    def change(manifest):
        manifest["files"][path.name] = listed
        parts = {name: (written / name).read_bytes() for name in HASHED_PARTS}
        manifest["bundle_sha256"] = bundle_hash(parts)

    edit_manifest(written, change)
    with pytest.raises(BundleError, match="not a JSON object"):
        getattr(read_bundle(written), part)


def test_half_a_character_in_the_manifest_is_refused(written):
    path = written / MANIFEST
    path.write_text(path.read_text().replace('"name":"small"', '"name":"\\ud800"'))
    refuses(written, "NOT_JSON", "half a character")


def test_an_oversized_manifest_is_refused(written):
    (written / MANIFEST).write_bytes(b" " * (2 << 20))
    refuses(written, "MANIFEST", "too large")


def test_a_symbolic_link_is_refused(written, tmp_path):
    target = tmp_path / "card.md"
    shutil.move(written / "card.md", target)
    (written / "card.md").symlink_to(target)
    refuses(written, "LINK")


def test_a_linked_folder_is_refused(written, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (written / "figures").symlink_to(tmp_path / "elsewhere")
    refuses(written, "LINK")


def test_a_pickle_in_place_of_a_bundle_is_refused(tmp_path):
    path = tmp_path / "model.joblib"
    path.write_bytes(b"\x80\x04.")
    refuses(path, "UNTRUSTED_FORMAT", "this is a pickle")


def test_a_folder_without_manifest_is_refused(tmp_path):
    refuses(tmp_path, "NO_BUNDLE")


def test_a_sheet_of_an_unknown_version_is_refused_although_its_hash_fits(tmp_path, monkeypatch):
    sheet_text = small_sheet().to_json().replace('"schema_version":1', '"schema_version":7')
    monkeypatch.setattr("hiprisk.sheet.format.Sheet.to_json", lambda self: sheet_text)
    written = write_small_bundle(tmp_path)
    monkeypatch.undo()
    with pytest.raises(BundleError, match="schema version 7"):
        _ = read_bundle(written).sheet


def test_where_there_is_no_bundle_those_nearby_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BundleError, match="there is no bundle here") as refused:
        read_bundle("small")
    assert "models lists what there is in ./models" in refused.value.advice
    write_small_bundle(Path("demo/models"))
    write_small_bundle(Path("other"))
    with pytest.raises(BundleError, match="there is no bundle here") as refused:
        read_bundle("stupar")
    assert refused.value.code == "NO_BUNDLE"
    assert refused.value.advice == "name it by its path; there are demo/models/small, other/small"
    assert read_bundle("demo/models/small").name == "small"


def test_an_older_update_s_metrics_are_called_cross_validated():
    older = {"metrics": {"r2_corrected": {"value": 0.3}, "r2_before": {}}, "name": "small"}
    assert with_update_metrics(older) == {
        "metrics": {"r2_cross_validated": {"value": 0.3}, "r2_before": {}}, "name": "small",
    }  # fmt: skip
    assert with_update_metrics({"name": "small"}) == {"name": "small"}
