"""A bundle's study trained anew, as a function."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import hiprisk.rebuilding
from hiprisk.api.arguments import check_whole, in_python_words
from hiprisk.api.documents import bundle_of
from hiprisk.api.findings import FindingListener, warn_of_finding
from hiprisk.bundle import Bundle
from hiprisk.cohort.files.stacking import CohortPath, cohort_files
from hiprisk.parallel import StageProgress
from hiprisk.rebuilding import Rebuilt
from hiprisk.serving.model import Model


@in_python_words
def rebuild(
    model: Model | Bundle | Path | str,
    cohort: CohortPath = (),
    *,
    out: Path | str | None = None,
    workers: int = 1,
    progress: StageProgress | None = None,
    on_finding: FindingListener | None = None,
    allow_imports: Sequence[str] = (),
) -> Rebuilt:
    """Train a bundle's study anew from the bundle alone, and compare the hashes.

    What ``hiprisk rebuild`` does.

    Parameters
    ----------
    model : Model, Bundle or path-like
        A bundle, its folder, or ``name`` or ``name@version`` below ``models``.
    cohort : DataFrame, path-like, or several paths, optional
        What the study was trained on, as a frame or a file; nothing for a simulated cohort.
    out : path-like, optional
        Folder of models that keeps the new bundle; else it is deleted.
    workers : int
        Processes; the result does not depend on them.
    progress : callable, optional
        Told stage, done and total.
    on_finding : callable, optional
        Told what looks odd; by default a `HipRiskWarning` says it.
    allow_imports : sequence of str, optional
        Packages of candidates that the study may import, beside scikit-learn, LightGBM and XGBoost.

    Returns
    -------
    Rebuilt
        `equal` on the same class of machine with the same versions; ``to_frame()``: a row a hashed
        file; ``to_dict()``: what the command prints with ``--json``.

    Raises
    ------
    BundleError
        If the bundle holds no study: an older one, an updated or a published model.
    InputError
        If this is not the cohort that the bundle was trained on; nothing is fitted then.
    ConfigError, StoreError
        As `run_study`.

    Examples
    --------
    >>> import hiprisk
    >>> hiprisk.rebuild("invented-womac")
    Traceback (most recent call last):
    hiprisk.errors.BundleError: 1: the bundle does not hold the study ...
    """
    check_whole("workers", workers, least=1)
    files = cohort_files(cohort)
    return hiprisk.rebuilding.rebuild(
        bundle_of(model),
        cohort=files.frame or [Path(path) for path in files.paths],
        out=None if out is None else Path(out),
        workers=workers,
        progress=progress,
        on_finding=on_finding or warn_of_finding,
        allow_imports=allow_imports,
    )
