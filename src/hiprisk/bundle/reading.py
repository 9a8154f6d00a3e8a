"""Reading a bundle: nothing is parsed before every hash matches."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiprisk.bundle.agreement import (
    CONFIG,
    EVIDENCE,
    RUN,
    SHEET,
    check_config,
    check_evidence_belongs,
    check_manifest,
    check_place,
    check_sheet_belongs,
)
from hiprisk.bundle.archive import check_archive
from hiprisk.bundle.files import check_listing, read_checked
from hiprisk.bundle.manifest import (
    FORMAT_NAME,
    HASHED_PARTS,
    MANIFEST,
    MODEL_NAME,
    SCHEMA_VERSION,
    SEAL,
    SHA256,
    SIGNATURES,
    STUDY,
    UNSAFE_SUFFIXES,
    bundle_hash,
    manifest_hash,
    version_folders,
)
from hiprisk.errors import BundleError, ConfigError
from hiprisk.provenance import current_provenance
from hiprisk.sheet.document.strict_json import canonical_json, parse_strict

if TYPE_CHECKING:
    from hiprisk.sheet.format import Sheet

MAX_MANIFEST_BYTES = 1 << 20
MOST_NAMED = 4


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
        """Hash of sheet, resolved config, evidence and study."""
        return str(self.manifest["bundle_sha256"])

    @property
    def provenance(self) -> str:
        """``simulated``, ``real``, ``published`` or ``unknown``."""
        return current_provenance(str(self.manifest["provenance"]))

    @property
    def lineage(self) -> dict[str, Any] | None:
        """Of an updated model: where it comes from; None for a model that was fitted."""
        lineage = self.manifest.get("lineage")
        return lineage if isinstance(lineage, dict) else None

    @cached_property
    def sheet(self) -> Sheet:
        """The model; BundleError if manifest or config are those of another."""
        from hiprisk.sheet.document.parsing import parse_sheet

        sheet = parse_sheet(self.texts[SHEET], name=SHEET)
        check_sheet_belongs(self.manifest, self.config, sheet)
        return sheet

    @cached_property
    def config(self) -> dict[str, Any]:
        """The resolved config of the study."""
        return self._object(CONFIG)

    @cached_property
    def evidence(self) -> dict[str, Any]:
        """The results of the study; BundleError if they are those of another model."""
        evidence = self._object(EVIDENCE)
        check_evidence_belongs(self.manifest, self.sheet, evidence)
        return evidence if self.lineage is None else with_update_metrics(evidence)

    @cached_property
    def run(self) -> dict[str, Any]:
        """When and on which machine it was written."""
        return self._object(RUN) if RUN in self.texts else {}

    @cached_property
    def study(self) -> dict[str, Any] | None:
        """The study in its order, with mapping and dictionary; None where it was not kept."""
        return self._object(STUDY) if STUDY in self.texts else None

    def check_sha256(self, expected: str | None) -> None:
        """Raise BundleError if the model is another than the one of this hash; None is any.

        ConfigError where what is expected is no hash at all.
        """
        if expected is None or expected == self.sha256:
            return
        if not SHA256.fullmatch(expected):
            raise ConfigError(
                "the hash that is expected of a bundle has 64 digits or letters a to f",
                code="USAGE",
                column="--expect-sha256",
                advice="hiprisk sheet show BUNDLE --json says it: bundle_sha256",
            )
        raise BundleError(
            f"bundle_sha256 is {self.sha256[:12]}..., and {expected[:12]}... is expected",
            code="OTHER_BUNDLE",
            file=self.path.name if self.path.name != self.version else self.name,
            advice="this is another model, or another version of it: get the one that is meant",
        )

    def check_signed(self, trusted_keys: Sequence[Path | str]) -> None:
        """Raise BundleError unless one of these keys, where there are any, signed it.

        ConfigError where a file holds no Ed25519 public key.
        """
        if trusted_keys:
            from hiprisk.bundle.signatures import check_signed, read_trusted

            check_signed(self.path, self.manifest, read_trusted(trusted_keys))

    def check(self) -> None:
        """Raise BundleError if any part contradicts another.

        Reading a bundle compares all but the sheet and the evidence, which are compared when they
        are first used: evidence takes ten times as long to read as a prediction takes.
        """
        _ = self.sheet, self.evidence

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
        return read_checked(self.path / name, name, self.manifest["files"][name])

    def _object(self, file: str) -> dict[str, Any]:
        value = parse_strict(self.texts[file], name=file)
        if not isinstance(value, dict):
            raise BundleError("the file is not a JSON object", code="NOT_JSON", file=file)
        return value


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
        if MODEL_NAME.fullmatch(name) and (Path(root) / name).is_dir():
            path = Path(root) / name / version if version else Path(root) / name
            if not path.resolve().is_relative_to(Path(root).resolve()):
                raise BundleError(
                    f"the model's name points outside {Path(root).name}",
                    code="LINK",
                    file=name,
                    advice="give the bundle's folder itself",
                )
    if path.is_dir() and not (path / MANIFEST).exists() and version_folders(path):
        path = version_folders(path)[-1]
    if path.is_file():
        kind = "a pickle" if path.suffix in UNSAFE_SUFFIXES else "a file"
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


def read_bundle(
    reference: Path | str,
    *,
    root: Path | str = "models",
    expect_sha256: str | None = None,
    trusted_keys: Sequence[Path | str] = (),
) -> Bundle:
    """Read a bundle, every hash checked before anything is parsed.

    Parameters
    ----------
    reference, root
        As for `find_bundle`.
    expect_sha256 : str or None
        What `Bundle.sha256` must be, known from elsewhere.
    trusted_keys : sequence of path-like
        Files of public keys (PEM, Ed25519); the owner of one of them must have signed the bundle.

    Raises
    ------
    BundleError
        If a byte was changed, a file is missing or was added, a name leads outside, the version
        is unknown, the manifest is not one, parts contradict each other, or the bundle is not
        signed by a trusted key.
    """
    path = find_bundle(reference, root=root)
    manifest = _read_manifest(path)
    if not Path(reference).exists():
        # Found by its name: what was asked for is what must come.
        name, _, version = str(reference).partition("@")
        check_place(manifest, name=name, version=version or path.name)
    listed = manifest["files"]
    check_listing(path, listed)
    if trusted_keys or (path / SIGNATURES).exists():
        # A bundle without signatures is read without what it takes to verify one.
        from hiprisk.bundle.signatures import check_signed, read_trusted, signing_keys

        signing_keys(path)
        check_signed(path, manifest, read_trusted(trusted_keys))
    texts: dict[str, bytes] = {}
    for name, entry in listed.items():
        data = read_checked(path / name, name, entry)
        if name.endswith(".json"):
            texts[name] = data
        elif name.endswith(".skops"):
            check_archive(data, name=name)
    if bundle_hash(texts) != manifest["bundle_sha256"]:
        raise BundleError(
            "bundle_sha256 does not match sheet, config, evidence and study",
            code="MANIFEST",
            file=MANIFEST,
        )
    bundle = Bundle(path, manifest, texts)
    bundle.check_sha256(expect_sha256)
    check_config(manifest, bundle.config, run=bundle.run, study=bundle.study)
    return bundle


def _read_manifest(path: Path) -> dict[str, Any]:
    manifest_path = path / MANIFEST
    if manifest_path.is_symlink() or manifest_path.stat().st_size > MAX_MANIFEST_BYTES:
        raise BundleError("the manifest is a link or too large", code="MANIFEST", file=MANIFEST)
    raw = manifest_path.read_bytes()
    manifest = parse_strict(raw, name=MANIFEST, max_bytes=MAX_MANIFEST_BYTES, max_depth=8)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT_NAME:
        raise BundleError("this is not a hiprisk manifest", code="MANIFEST", file=MANIFEST)
    theirs = manifest.get("schema_version")
    # True is an int to Python, and equal to 1.
    if type(theirs) is not int or theirs != SCHEMA_VERSION:
        raise BundleError(
            f"the bundle has schema version {theirs if type(theirs) is int else 'unknown'}, "
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
            advice="copy it again from its source",
        )
    keys = ("name", "version", "provenance", "intended_use", "bundle_sha256", "cohort_fingerprint")
    texts = all(isinstance(manifest.get(key), str) for key in keys)
    files = manifest.get("files")
    if not texts or not isinstance(files, dict) or not set(HASHED_PARTS) <= set(files):
        raise BundleError("the manifest lacks keys", code="MANIFEST", file=MANIFEST)
    check_manifest(manifest)
    return manifest


def with_update_metrics(evidence: dict[str, Any]) -> dict[str, Any]:
    """An update's evidence, its cross-validated metrics called so.

    Versions before called them corrected, as the optimism-corrected ones of a study are.
    """
    metrics, ending = evidence.get("metrics"), "_corrected"
    if not isinstance(metrics, dict):
        return evidence
    named = {
        f"{name.removesuffix(ending)}_cross_validated" if name.endswith(ending) else name: value
        for name, value in metrics.items()
    }
    return {**evidence, "metrics": named}
