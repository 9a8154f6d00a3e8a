"""The manifest of a bundle: names of files, hashes, and the folders of versions.

`bundle_sha256` covers what the model is (sheet, resolved config, evidence, and the study that it
was trained by); the manifest lists
every file with its own hash and seals itself with another.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hiprisk.errors import ConfigError
from hiprisk.sheet.document.strict_json import canonical_json

SCHEMA_VERSION = 1
FORMAT_NAME = "hiprisk-bundle"
MANIFEST = "manifest.json"
SEAL = "manifest_sha256"
HASHED_PARTS = ("sheet.json", "config.json", "evidence.json")
# The study with its mapping and dictionary: of bundles that can be rebuilt.
STUDY = "study.json"
# Which packages a model was trained with (CycloneDX): outside of `bundle_sha256`, as `run.json` is.
BILL = "sbom.cdx.json"
# Of a study or an update, for readers: outside of `bundle_sha256` too.
REPORT = "report.html"
# A folder beside the parts: signatures are made of the manifest and are not listed in it.
SIGNATURES = "signatures"
UNSAFE_SUFFIXES = (".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle")
MODEL_NAME = re.compile(r"^[a-z0-9][a-z0-9._-]{0,63}$")

VERSION = re.compile(r"^[1-9][0-9]{0,8}$")
SHA256 = re.compile(r"^[0-9a-f]{64}$")


def check_name(name: str) -> None:
    """Raise ConfigError unless a name is safe as a folder on any system."""
    reserved = name.split(".")[0].upper() in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}
    if not MODEL_NAME.fullmatch(name) or reserved:
        raise ConfigError(
            "a model's name has 1 to 64 lower-case letters, digits, dots, dashes and underscores",
            code="BAD_NAME",
        )


def bundle_hash(parts: Mapping[str, bytes]) -> str:
    """SHA-256 over sheet, config, evidence and study, each preceded by its name and length."""
    digest = hashlib.sha256()
    for name in (*HASHED_PARTS, *((STUDY,) if STUDY in parts else ())):
        digest.update(f"{name}:{len(parts[name])}\n".encode())
        digest.update(parts[name])
    return digest.hexdigest()


def manifest_hash(manifest: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of a manifest without its own hash."""
    rest = {key: value for key, value in manifest.items() if key != SEAL}
    return hashlib.sha256(canonical_json(rest).encode()).hexdigest()


def version_folders(folder: Path) -> list[Path]:
    """Folders of a model's versions, the newest last."""
    if not folder.is_dir():
        return []
    return sorted(
        (path for path in folder.iterdir() if VERSION.fullmatch(path.name)),
        key=lambda path: int(path.name),
    )


def list_bundles(root: Path | str = "models") -> list[Path]:
    """Folders of all bundles below a root, by name and version."""
    top = Path(root)
    if not top.is_dir():
        return []
    folders = sorted(path for path in top.iterdir() if path.is_dir())
    return [version for folder in folders for version in version_folders(folder)]
