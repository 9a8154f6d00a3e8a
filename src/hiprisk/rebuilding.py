"""Training a bundle's study anew from the bundle alone, and whether the same comes out."""

from __future__ import annotations

import hashlib
import platform
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from hiprisk.bundle import Bundle, read_bundle
from hiprisk.bundle.manifest import HASHED_PARTS, STUDY
from hiprisk.cohort.files.data_frame import CohortFrame
from hiprisk.cohort.files.stacking import CohortFiles
from hiprisk.cohort.findings import Finding
from hiprisk.config.study_files import stored_study
from hiprisk.errors import BundleError, InputError
from hiprisk.learning.own.estimator import check_imports
from hiprisk.learning.study_cohort import load_study_cohort
from hiprisk.parallel import StageProgress
from hiprisk.study import run_study


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """A bundle beside the one that was trained anew from it.

    Attributes
    ----------
    bundle_sha256, rebuilt_sha256 : str
    parts : dict of str to bool
        Whether each hashed file has the same bytes.
    versions : dict of str to tuple of str
        Packages of another version: then and now.
    machine : tuple of str
        Class of machine and Python: then and now.
    rebuilt : Path or None
        The new bundle, where it was kept.
    """

    bundle_sha256: str
    rebuilt_sha256: str
    parts: dict[str, bool]
    versions: dict[str, tuple[str, str]]
    machine: tuple[str, str]
    rebuilt: Path | None

    @property
    def equal(self) -> bool:
        """Whether the hashes are equal."""
        return self.bundle_sha256 == self.rebuilt_sha256

    def to_frame(self) -> pd.DataFrame:
        """One row a hashed file: whether it has the same bytes."""
        return pd.DataFrame(list(self.parts.items()), columns=["file", "equal"])

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk rebuild --json`` prints."""
        rebuilt = None if self.rebuilt is None else str(self.rebuilt)
        return {"equal": self.equal, **asdict(self), "rebuilt": rebuilt}


def rebuild(
    bundle: Bundle,
    *,
    cohort: Sequence[Path] | CohortFrame = (),
    out: Path | None = None,
    workers: int = 1,
    progress: StageProgress | None = None,
    on_finding: Callable[[Finding], None] | None = None,
    allow_imports: Sequence[str] = (),
) -> Rebuilt:
    """Train a bundle's study anew: config, mapping and dictionary come from the bundle.

    Parameters
    ----------
    bundle : Bundle
    cohort : sequence of path-like, or CohortFrame
        The cohort files, in the order of the study; none for a simulated cohort; or the data frame
        that stands for the one file or was trained on.
    out : path-like, optional
        Folder of models that keeps the new bundle; else it is deleted.
    workers, progress, on_finding
        As of `run_study`.
    allow_imports : sequence of str
        Packages of own candidates that may be imported, beside scikit-learn, LightGBM and XGBoost:
        a bundle of somebody else names what it likes.

    Raises
    ------
    BundleError
        If the bundle holds no study: an older one, an updated or a published model.
    InputError
        If the cohort is not the one that the bundle was trained on; nothing is fitted then.
    ConfigError, StoreError
        As of `run_study`; also if a package would be imported that is not allowed.
    """
    if bundle.study is None or bundle.lineage is not None:
        raise BundleError(
            "the bundle does not hold the study that it was trained by",
            code="NOT_REBUILDABLE",
            file=bundle.path.name,
            advice="train it again with its config; bundles of this version on keep it",
        )
    with tempfile.TemporaryDirectory(prefix="hiprisk-rebuild-") as scratch:
        folder = Path(scratch)
        stored = stored_study(bundle.study)
        source = None
        if isinstance(cohort, CohortFrame):
            study = stored.unpacked(folder, None)
            # Under the name that the study knew it by, which its evidence repeats.
            source = CohortFiles((), frame=replace(cohort, name=stored.cohort_names[0]))
        else:
            study = stored.unpacked(folder, cohort)
        check_imports(study.families.own.values(), allowed=allow_imports)
        _check_cohort(bundle, load_study_cohort(study, source).fingerprint)
        result = run_study(
            study,
            source=source,
            out=out or folder / "models",
            workers=workers,
            progress=progress,
            on_finding=on_finding,
            tracked=False,
        )
        return _compared(bundle, read_bundle(result.bundle), is_kept=out is not None)


def _check_cohort(bundle: Bundle, fingerprint: str) -> None:
    if fingerprint != bundle.manifest["cohort_fingerprint"]:
        raise InputError(
            "this is not the cohort that the bundle was trained on: its fingerprint differs",
            code="OTHER_COHORT",
            advice="give the very file or frame; to train on another one use hiprisk train",
        )


def _compared(old: Bundle, new: Bundle, *, is_kept: bool) -> Rebuilt:
    def digest(bundle: Bundle, name: str) -> str:
        return hashlib.sha256(bundle.texts[name]).hexdigest()

    then, now = old.manifest["created_with"], new.manifest["created_with"]
    versions = {name: (str(then[name]), str(now.get(name) or _version(name))) for name in then}
    run = old.run
    return Rebuilt(
        bundle_sha256=old.sha256,
        rebuilt_sha256=new.sha256,
        parts={name: digest(old, name) == digest(new, name) for name in (*HASHED_PARTS, STUDY)},
        versions={name: pair for name, pair in versions.items() if pair[0] != pair[1]},
        machine=(
            f"{run.get('machine', 'unknown')}, Python {run.get('python', 'unknown')}",
            f"{platform.machine()}, Python {platform.python_version()}",
        ),
        rebuilt=new.path if is_kept else None,
    )


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
