"""A bundle: everything about one fitted model in one folder, hashed, written whole or not at all.

`bundle_sha256` covers what the model is (sheet, resolved config, evidence); the manifest lists
every file with its own hash and seals itself with another, and nothing else is parsed before all
hashes match.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiprisk.errors import BundleError, ConfigError, StoreError
from hiprisk.sheet.document.archive import check_archive
from hiprisk.sheet.document.strict_json import canonical_json, parse_strict

if TYPE_CHECKING:
    from hiprisk.sheet.format import Sheet

SCHEMA_VERSION = 1
FORMAT_NAME = "hiprisk-bundle"
MANIFEST = "manifest.json"
SEAL = "manifest_sha256"
HASHED_PARTS = ("sheet.json", "config.json", "evidence.json")
MAX_FILE_BYTES = 256 << 20
MAX_BUNDLE_BYTES = 512 << 20
MAX_MANIFEST_BYTES = 1 << 20
MOST_NAMED = 4

_NAME = re.compile(r"^[a-z0-9][a-z0-9._-]{0,63}$")
_VERSION = re.compile(r"^[1-9][0-9]{0,8}$")
_FILE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*){0,2}$")
_UNSAFE_SUFFIXES = (".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle")


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleContents:
    """What goes into a bundle.

    Attributes
    ----------
    sheet : Sheet
    config, evidence, run : dict
        Resolved config; results; time, run and machine (outside the bundle's hash).
    card : str
        Markdown.
    estimator : bytes or None
        The skops archive.
    lineage : dict or None
        Of an updated model: its parent's name, version and hash, and how it was updated.
    files : mapping of str to bytes
        Further files by relative name, for instance figures.
    """

    sheet: Sheet
    config: dict[str, Any]
    evidence: dict[str, Any]
    run: dict[str, Any]
    card: str
    cohort_fingerprint: str
    created_with: dict[str, str]
    estimator: bytes | None = None
    lineage: dict[str, Any] | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Bundle:
    """A bundle whose every hash was found right."""

    path: Path
    manifest: dict[str, Any]
    texts: Mapping[str, bytes]

    @property
    def name(self) -> str:
        """Name of the model."""
        return str(self.manifest["name"])

    @property
    def version(self) -> str:
        """Version of the model."""
        return str(self.manifest["version"])

    @property
    def sha256(self) -> str:
        """Hash of sheet, resolved config and evidence."""
        return str(self.manifest["bundle_sha256"])

    @property
    def provenance(self) -> str:
        """``synthetic``, ``real`` or ``published``."""
        return str(self.manifest["provenance"])

    @property
    def lineage(self) -> dict[str, Any] | None:
        """Of an updated model: where it comes from; None for a model that was fitted."""
        lineage = self.manifest.get("lineage")
        return lineage if isinstance(lineage, dict) else None

    @cached_property
    def sheet(self) -> Sheet:
        """The model."""
        from hiprisk.sheet.document.parsing import parse_sheet

        return parse_sheet(self.texts["sheet.json"])

    @cached_property
    def config(self) -> dict[str, Any]:
        """The resolved config of the study."""
        return self._object("config.json")

    @cached_property
    def evidence(self) -> dict[str, Any]:
        """The results of the study."""
        return self._object("evidence.json")

    def has_file(self, name: str) -> bool:
        """Whether the manifest lists a file."""
        return name in self.manifest["files"]

    def file_bytes(self, name: str) -> bytes:
        """A listed file that `texts` does not hold, its hash checked again as it is read.

        Raises
        ------
        BundleError
            If the file is not listed, or was changed since.
        """
        if not self.has_file(name):
            raise BundleError("the bundle has no such file", code="MISSING_FILE", file=name)
        return _read_checked(self.path / name, name, self.manifest["files"][name])

    def _object(self, file: str) -> dict[str, Any]:
        value = parse_strict(self.texts[file], name=file)
        if not isinstance(value, dict):
            raise BundleError("the file is no JSON object", code="NOT_JSON", file=file)
        return value


def check_name(name: str) -> None:
    """Raise ConfigError unless a name is safe as a folder on any system."""
    reserved = name.split(".")[0].upper() in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}
    if not _NAME.fullmatch(name) or reserved:
        raise ConfigError(
            "a model's name has 1 to 64 lower-case letters, digits, dots, dashes and underscores",
            code="BAD_NAME",
        )


def bundle_hash(parts: Mapping[str, bytes]) -> str:
    """SHA-256 over sheet, config and evidence, each preceded by its name and length."""
    digest = hashlib.sha256()
    for name in HASHED_PARTS:
        digest.update(f"{name}:{len(parts[name])}\n".encode())
        digest.update(parts[name])
    return digest.hexdigest()


def write_bundle(root: Path | str, name: str, contents: BundleContents) -> Path:
    """Write a new version of a model.

    Parameters
    ----------
    root : path-like
        Folder of all models; made if need be.
    name : str
    contents : BundleContents

    Returns
    -------
    Path
        ``root/name/version``, the version being the next whole number.

    Raises
    ------
    ConfigError
        If the name is not safe.
    StoreError
        If the disk does not take it; then nothing is left behind.
    """
    # Only writers need these; a prediction starts faster without them.
    import secrets
    import shutil

    check_name(name)
    folder = Path(root) / name
    files = _file_bytes(contents)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        scratch = folder / f".writing-{os.getpid()}-{secrets.token_hex(4)}"
        try:
            return _write_version(folder, scratch, files, contents, name)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as problem:
        raise StoreError(
            f"the bundle cannot be written: {problem.strerror or 'the disk refused'}",
            advice="free some space, or name another folder with --out",
        ) from problem


def _file_bytes(contents: BundleContents) -> dict[str, bytes]:
    files = {
        "sheet.json": contents.sheet.to_json().encode(),
        "config.json": canonical_json(contents.config).encode(),
        "evidence.json": canonical_json(contents.evidence).encode(),
        "run.json": canonical_json(contents.run).encode(),
        "card.md": contents.card.encode(),
        **dict(contents.files),
    }
    if contents.estimator is not None:
        files["estimator.skops"] = contents.estimator
    return files


def _write_version(
    folder: Path, scratch: Path, files: dict[str, bytes], contents: BundleContents, name: str
) -> Path:
    while True:
        version = str(1 + max((int(path.name) for path in _versions(folder)), default=0))
        manifest = _manifest(files, contents, name, version)
        for file, data in {**files, MANIFEST: canonical_json(manifest).encode()}.items():
            _write_file(scratch / file, data)
        target = folder / version
        try:
            # Renaming onto a folder that has files fails: another writer took this version.
            scratch.rename(target)
        except OSError:
            if target.exists():
                continue
            raise
        _sync_folder(folder)
        return target


def _manifest(
    files: dict[str, bytes], contents: BundleContents, name: str, version: str
) -> dict[str, Any]:
    manifest = {
        "format": FORMAT_NAME,
        "schema_version": SCHEMA_VERSION,
        "name": name,
        "version": version,
        "provenance": contents.sheet.provenance,
        "intended_use": contents.sheet.intended_use,
        "cohort_fingerprint": contents.cohort_fingerprint,
        "created_with": contents.created_with,
        "bundle_sha256": bundle_hash(files),
        "files": {
            file: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for file, data in files.items()
        },
    }
    if contents.lineage is not None:
        manifest["lineage"] = contents.lineage
    return {**manifest, SEAL: manifest_hash(manifest)}


def manifest_hash(manifest: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of a manifest without its own hash."""
    rest = {key: value for key, value in manifest.items() if key != SEAL}
    return hashlib.sha256(canonical_json(rest).encode()).hexdigest()


def _write_file(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _versions(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(
        (path for path in folder.iterdir() if _VERSION.fullmatch(path.name)),
        key=lambda path: int(path.name),
    )


def find_bundle(reference: Path | str, *, root: Path | str = "models") -> Path:
    """The folder that a reference means.

    Parameters
    ----------
    reference : path-like
        A bundle's folder; a model's folder (its newest version is meant); or ``name`` or
        ``name@version`` below `root`.
    root : path-like

    Raises
    ------
    BundleError
        If there is no such bundle.
    """
    path = Path(reference)
    if not path.exists():
        name, _, version = str(reference).partition("@")
        if _NAME.fullmatch(name) and (Path(root) / name).is_dir():
            path = Path(root) / name / version if version else Path(root) / name
            if not path.resolve().is_relative_to(Path(root).resolve()):
                raise BundleError(
                    f"the model's name leads out of {Path(root).name}",
                    code="LINK",
                    file=name,
                    advice="give the bundle's folder itself",
                )
    if path.is_dir() and not (path / MANIFEST).exists() and _versions(path):
        path = _versions(path)[-1]
    if path.is_file():
        kind = "a pickle" if path.suffix in _UNSAFE_SUFFIXES else "a file"
        raise BundleError(
            f"this is {kind}; a bundle is a folder with a {MANIFEST}",
            code="UNTRUSTED_FORMAT",
            file=path.name,
            advice="give the folder that hiprisk train printed",
        )
    if not (path / MANIFEST).is_file():
        raise BundleError(
            "there is no bundle here",
            code="NO_BUNDLE",
            file=path.name,
            advice=_nearby_words(path.name),
        )
    return path


def _nearby_words(name: str) -> str:
    """Models in the folders below this one, the one of that name first."""
    found: set[Path] = set()
    with contextlib.suppress(OSError):
        for pattern in ("*/[1-9]*", "*/*/[1-9]*", "*/models/*/[1-9]*"):
            found |= {at.parent.parent for at in Path().glob(f"{pattern}/{MANIFEST}")}
    ordered = sorted(found, key=lambda folder: (folder.name != name, str(folder)))
    if not ordered:
        return "hiprisk models lists what there is in ./models; a bundle elsewhere has its path"
    shown = ", ".join(map(str, ordered[:MOST_NAMED]))
    return f"name it by its path; there are {shown}" + (" ..." if ordered[MOST_NAMED:] else "")


def read_bundle(reference: Path | str, *, root: Path | str = "models") -> Bundle:
    """Read a bundle, every hash checked before anything is parsed.

    Parameters
    ----------
    reference, root
        As for `find_bundle`.

    Raises
    ------
    BundleError
        If a byte was changed, a file is missing or was added, a name leads outside, the version
        is unknown, or the manifest is not one.
    """
    path = find_bundle(reference, root=root)
    manifest = _read_manifest(path)
    listed = manifest["files"]
    _check_listing(path, listed)
    texts: dict[str, bytes] = {}
    for name, entry in listed.items():
        data = _read_checked(path / name, name, entry)
        if name.endswith(".json"):
            texts[name] = data
        elif name.endswith(".skops"):
            check_archive(data, name=name)
    if bundle_hash(texts) != manifest["bundle_sha256"]:
        raise BundleError(
            "bundle_sha256 does not fit sheet, config and evidence", code="MANIFEST", file=MANIFEST
        )
    return Bundle(path, manifest, texts)


def _read_manifest(path: Path) -> dict[str, Any]:
    manifest_path = path / MANIFEST
    if manifest_path.is_symlink() or manifest_path.stat().st_size > MAX_MANIFEST_BYTES:
        raise BundleError("the manifest is a link or too large", code="MANIFEST", file=MANIFEST)
    raw = manifest_path.read_bytes()
    manifest = parse_strict(raw, name=MANIFEST, max_bytes=MAX_MANIFEST_BYTES, max_depth=8)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT_NAME:
        raise BundleError("this is not a hiprisk manifest", code="MANIFEST", file=MANIFEST)
    if manifest.get("schema_version") != SCHEMA_VERSION:
        theirs = manifest.get("schema_version")
        raise BundleError(
            f"the bundle has schema version {theirs if isinstance(theirs, int) else 'unknown'}, "
            f"this hiprisk reads version {SCHEMA_VERSION}",
            code="VERSION",
            file=MANIFEST,
            advice="use the version of hiprisk that wrote it",
        )
    # Canonical text and a hash of its own: not a byte of the manifest can change unseen.
    if raw != canonical_json(manifest).encode() or manifest.get(SEAL) != manifest_hash(manifest):
        raise BundleError(
            "the manifest was changed since it was written",
            code="CHANGED",
            file=MANIFEST,
            advice="take the bundle anew from where it was made",
        )
    keys = ("name", "version", "provenance", "intended_use", "bundle_sha256", "cohort_fingerprint")
    texts = all(isinstance(manifest.get(key), str) for key in keys)
    files = manifest.get("files")
    if not texts or not isinstance(files, dict) or not set(HASHED_PARTS) <= set(files):
        raise BundleError("the manifest lacks keys", code="MANIFEST", file=MANIFEST)
    return manifest


def _check_listing(path: Path, listed: dict[str, Any]) -> None:
    for name, entry in listed.items():
        if not _FILE.fullmatch(name) or name == MANIFEST:
            raise BundleError("a file's name leads outside", code="MANIFEST", file=MANIFEST)
        if name.endswith(_UNSAFE_SUFFIXES):
            raise BundleError(
                "a pickle has no place in a bundle", code="UNTRUSTED_FORMAT", file=name
            )
        well_formed = isinstance(entry, dict) and isinstance(entry.get("sha256"), str)
        if not well_formed or type(entry.get("bytes")) is not int:
            raise BundleError("the manifest's entry is malformed", code="MANIFEST", file=name)
    if sum(entry["bytes"] for entry in listed.values()) > MAX_BUNDLE_BYTES:
        raise BundleError("the bundle is larger than any model", code="TOO_LARGE", file=MANIFEST)
    present = set()
    for folder, folders, files in os.walk(path, followlinks=False):
        if any((Path(folder) / name).is_symlink() for name in folders):
            raise BundleError("a folder is a symbolic link", code="LINK", file=path.name)
        present |= {str((Path(folder) / name).relative_to(path)) for name in files}
    stray = sorted(present - set(listed) - {MANIFEST})
    if stray:
        raise BundleError(
            "a file is not in the manifest", code="EXTRA_FILE", file=stray[0], advice="remove it"
        )


def _read_checked(path: Path, name: str, entry: dict[str, Any]) -> bytes:
    data = read_bounded(path, name=name, size=entry["bytes"])
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise BundleError(
            "the file was changed since it was written",
            code="CHANGED",
            file=name,
            advice="take the bundle anew from where it was made",
        )
    return data


def read_bounded(path: Path, *, name: str | None = None, size: int | None = None) -> bytes:
    """The bytes of a plain file of a bundle: no link is followed, nothing endless is read.

    Raises
    ------
    BundleError
        If it is missing, a link, a device or a pipe, larger than any file of a bundle, or not of
        the stated size.
    """
    name = name or path.name
    try:
        # What is opened is what is looked at: a link put there in between is not followed.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as problem:
        if problem.errno == errno.ENOENT:
            raise BundleError("the file is missing", code="MISSING_FILE", file=name) from None
        if problem.errno in (errno.ELOOP, errno.ENXIO):
            raise BundleError("this is a link or no plain file", code="LINK", file=name) from None
        raise
    with open(handle, "rb") as stream:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise BundleError("this is a link or no plain file", code="LINK", file=name)
        if (size is not None and status.st_size != size) or status.st_size > MAX_FILE_BYTES:
            raise BundleError(
                "the file's size is not what the manifest says", code="CHANGED", file=name
            )
        return stream.read(status.st_size)


def list_bundles(root: Path | str = "models") -> list[Path]:
    """Folders of all bundles below a root, by name and version."""
    top = Path(root)
    if not top.is_dir():
        return []
    folders = sorted(path for path in top.iterdir() if path.is_dir())
    return [version for folder in folders for version in _versions(folder)]
