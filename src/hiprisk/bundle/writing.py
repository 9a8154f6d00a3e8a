"""Writing a bundle: whole or not at all, each version in a folder of its own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiprisk.bundle.manifest import (
    BILL,
    FORMAT_NAME,
    MANIFEST,
    SCHEMA_VERSION,
    SEAL,
    STUDY,
    bundle_hash,
    check_name,
    manifest_hash,
    version_folders,
)
from hiprisk.errors import StoreError
from hiprisk.processes.scratch import working_folder
from hiprisk.sheet.document.strict_json import canonical_json

if TYPE_CHECKING:
    from hiprisk.sheet.format import Sheet


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
    study : bytes or None
        ``study.json``, from which the bundle can be rebuilt.
    bill : dict or None
        Bill of materials of what it was trained with (outside the bundle's hash).
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
    study: bytes | None = None
    bill: dict[str, Any] | None = None
    lineage: dict[str, Any] | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)


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
        If the disk does not take it; then nothing is left behind. What killed processes left is
        removed first.
    """
    check_name(name)
    folder = Path(root) / name
    files = _file_bytes(contents)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # It becomes the version, which others may read as they may read its neighbours.
        with working_folder(folder, mode=0o777) as scratch:
            return _write_version(folder, scratch, files, contents, name)
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
    if contents.bill is not None:
        files[BILL] = canonical_json(contents.bill).encode()
    if contents.study is not None:
        files[STUDY] = contents.study
    return files


def _write_version(
    folder: Path, scratch: Path, files: dict[str, bytes], contents: BundleContents, name: str
) -> Path:
    while True:
        version = str(1 + max((int(path.name) for path in version_folders(folder)), default=0))
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
