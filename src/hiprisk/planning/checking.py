"""All that is checked of a study before anything is fitted, by a plan and by the study itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from hiprisk.bundle import check_name
from hiprisk.cohort.files.local_file import changed_error
from hiprisk.cohort.files.stacking import CohortPath
from hiprisk.cohort.findings import Finding
from hiprisk.config import StudyConfig, TrackingSettings
from hiprisk.config.study_files import NamedText, study_files
from hiprisk.evidence.declared_parts import check_declared_parts
from hiprisk.evidence.early_findings import early_findings
from hiprisk.inference.samplesize import check_stated_risks
from hiprisk.learning.own.checking import check_own_candidates, check_own_fits
from hiprisk.learning.preparation import PreparedStudy, prepare_study
from hiprisk.learning.study_cohort import study_warnings, with_source
from hiprisk.learning.tuning.server import check_search_server
from hiprisk.outputs import check_output_folder
from hiprisk.parallel import StageProgress
from hiprisk.planning.redundancy import check_redundancy
from hiprisk.planning.resuming import check_resumable, checkpoint_folder
from hiprisk.planning.sample_size import check_expectations
from hiprisk.planning.start_findings import start_findings
from hiprisk.planning.training_parts import smallest_training_part
from hiprisk.tracking.runs import check_tracking


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedStudy:
    """A study that can be fitted.

    Attributes
    ----------
    prepared : PreparedStudy
    files : mapping of str to NamedText
        Mapping and dictionary as they were read.
    tracking : TrackingSettings
    findings : tuple of Finding
        What is known before anything is fitted: rare levels, few events, blocks not compared.
    """

    prepared: PreparedStudy
    files: Mapping[str, NamedText]
    tracking: TrackingSettings
    findings: tuple[Finding, ...]


def check_study(
    config: StudyConfig,
    *,
    out: Path,
    workers: int,
    progress: StageProgress,
    source: CohortPath | None = None,
    resume: bool = False,
    tracked: bool = True,
) -> CheckedStudy:
    """Read a study's cohort and check all that its config names, before anything is fitted.

    Parameters
    ----------
    config : StudyConfig
    out : Path
        Folder of all models.
    workers : int
    progress : callable
        Told stage, done and total.
    source : path-like, several, or DataFrame, optional
        The cohort in place of the config's.
    resume : bool
        Whether an interrupted run goes on; refused here if it is another study's.
    tracked : bool
        False keeps the run out of MLflow whatever the config says.

    Raises
    ------
    ConfigError, InputError, StoreError
        With what to do next.
    """
    config = with_source(config, source)
    check_output_folder(out)
    check_name(config.name)
    tracking = config.tracking if tracked else replace(config.tracking, enabled=False)
    check_tracking(tracking, progress)
    check_search_server()
    check_stated_risks(config)
    check_own_candidates(config)
    checkpoints = checkpoint_folder(out, config.name)
    files = study_files(config)
    prepared = prepare_study(
        config, source=source, checkpoints=checkpoints, workers=workers, progress=progress
    )
    if study_files(config) != files:
        # The bundle would hold another mapping than the one by which the cohort was read.
        raise changed_error("mapping or dictionary")
    check_declared_parts(prepared)
    check_expectations(prepared)
    check_redundancy(prepared)
    check_own_fits(config, lambda refitted: smallest_training_part(prepared, refitted=refitted))
    if resume:
        check_resumable(prepared.checkpoints, prepared.identity)
    return CheckedStudy(
        prepared=prepared,
        files=files,
        tracking=tracking,
        findings=(
            *study_warnings(prepared.cohort, config),
            *early_findings(prepared),
            *start_findings(prepared),
        ),
    )
