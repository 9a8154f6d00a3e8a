"""The spine: from a declared study to a bundle with its evidence, one line a step."""

from __future__ import annotations

import platform
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.bill_of_materials import bill_of_what_is_used
from hiprisk.bundle import BundleContents, read_bundle, write_bundle
from hiprisk.bundle.manifest import REPORT
from hiprisk.cohort.bundled_variables import BUNDLED, plain_entries
from hiprisk.cohort.dictionary import Dictionary
from hiprisk.cohort.files.stacking import CohortPath
from hiprisk.cohort.findings import Finding
from hiprisk.config import StudyConfig, TrackingSettings
from hiprisk.config.reading import resolved
from hiprisk.config.study_files import NamedText, study_document
from hiprisk.evidence.document import Evidence
from hiprisk.evidence.evaluation import evaluate
from hiprisk.evidence.finished import FinishedStudy, has_refits
from hiprisk.evidence.frames import evidence_tables
from hiprisk.evidence.parts import metrics_of
from hiprisk.learning.candidates import OutOfFold
from hiprisk.learning.folds import ImputedFold
from hiprisk.learning.model_choice import (
    ModelChoice,
    choose_model_type,
    fit_model,
    keep_study_trials,
    predict_out_of_fold,
    study_folds,
)
from hiprisk.learning.own.estimator import package_versions
from hiprisk.learning.pipeline import StudyEstimator
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.learning.sheets.export import write_sheet
from hiprisk.learning.sheets.first_visit import with_first_visit
from hiprisk.learning.sheets.scatter import Scatter, out_of_fold_scatter
from hiprisk.learning.sheets.skops_file import estimator_file
from hiprisk.learning.sites.levels import new_site_variance
from hiprisk.parallel import StageProgress, one_thread
from hiprisk.planning.checking import check_study
from hiprisk.planning.one_at_a_time import WAIT_SECONDS, only_search_of, only_study_of
from hiprisk.planning.resuming import BOOTSTRAP
from hiprisk.reporting.appendix.coefficients import coefficient_files
from hiprisk.reporting.appendix.points import points_csv
from hiprisk.reporting.card import model_card
from hiprisk.reporting.datasheet import cohort_datasheet
from hiprisk.reporting.study.report import (
    guideline_tables,
    report_figures,
    report_sections,
    study_report,
)
from hiprisk.sheet.format import Sheet
from hiprisk.tracking.runs import StudyRun, open_run
from hiprisk.validation.internal.optimism import bootstrap_optimism
from hiprisk.validation.internal.optimism_table import BootstrapResult
from hiprisk.validation.resampling.checkpoint import Checkpoint
from hiprisk.validation.resampling.procedure import StudyProcedure, study_procedure
from hiprisk.validation.resampling.resamples import draw_resamples

# Whose versions can move a digit of a result.
PACKAGES = (
    *("hiprisk", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy", "skops", "optuna"),
    *("joblib", "threadpoolctl", "pydantic", "PyYAML"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyResult:
    """What a study leaves behind.

    Attributes
    ----------
    bundle : Path
        Folder of the bundle.
    bundle_sha256 : str
    evidence : Evidence
    sheet : Sheet
    mlflow_run : str or None
    mlflow_store : str or None
    not_logged : str or None
        What MLflow did not take; the bundle has it, and `track_bundle` logs it later.
    tuning_trials : Path or None
        File of all trials beside the bundle, where `tuning.keep` asks for it.
    seconds : float
    """

    bundle: Path
    bundle_sha256: str
    evidence: Evidence
    sheet: Sheet
    mlflow_run: str | None
    mlflow_store: str | None
    not_logged: str | None
    tuning_trials: Path | None
    seconds: float

    def to_frame(self) -> pd.DataFrame:
        """One row a metric: apparent, training, test, optimism, corrected."""
        return self.evidence.optimism.to_frame()

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk train --json`` prints."""
        return {
            "bundle": str(self.bundle),
            "bundle_sha256": self.bundle_sha256,
            "mlflow_run": self.mlflow_run,
            "mlflow_store": self.mlflow_store,
            "not_logged": self.not_logged,
            "tuning_trials": None if self.tuning_trials is None else str(self.tuning_trials),
            "family": self.evidence.family,
            "provenance": self.evidence.provenance,
            "n_analysed": self.evidence.n_analysed,
            "summary": list(self.evidence.summary),
            "metrics": self.evidence.metrics(),
            "seconds": round(self.seconds, 1),
        }


def run_study(
    config: StudyConfig,
    *,
    source: CohortPath | None = None,
    out: Path | str = "models",
    workers: int = 1,
    resume: bool = False,
    progress: StageProgress | None = None,
    on_finding: Callable[[Finding], None] | None = None,
    tracked: bool = True,
    wait: int = WAIT_SECONDS,
) -> StudyResult:
    """Run a study: read, select, tune, fit, validate, write down, track.

    Parameters
    ----------
    config : StudyConfig
    source : path-like, several, or DataFrame, optional
        The cohort in place of the config's.
    out : path-like
        Folder of all models.
    workers : int
        Processes; the result does not depend on them.
    resume : bool
        Go on with an interrupted search.
    progress : callable, optional
        Told stage, done and total.
    on_finding : callable, optional
        Told what can be known before anything is fitted: rare levels, few events.
    tracked : bool
        False keeps the run out of MLflow whatever the config says; the bundle is the same.
    wait : int
        Seconds to wait for another study of this name to end.

    Raises
    ------
    ConfigError, InputError, StoreError
        With what to do next.
    """
    began = time.monotonic()
    progress = progress or (lambda stage, done, total: None)
    models = Path(out)
    checked = check_study(
        config, source=source, out=models, workers=workers, progress=progress, resume=resume,
        tracked=tracked,
    )  # fmt: skip
    prepared = checked.prepared
    tell = on_finding or (lambda finding: None)
    for finding in checked.findings:
        tell(finding)
    with (
        only_study_of(prepared.checkpoints, wait=wait, tell=tell),
        only_search_of(prepared.search_storage, resume=resume, wait=wait, tell=tell),
        _tracked(prepared, checked.tracking) as run,
        _checkpoints(prepared, resume=resume),
    ):
        finished = _finish(prepared, run)
        evidence = _evaluate(finished)
        bundle = read_bundle(_write(finished, evidence, models, run, checked.files))
        run.log_results(bundle)
        kept = keep_study_trials(prepared, bundle.path)
    return StudyResult(
        bundle=bundle.path,
        bundle_sha256=bundle.sha256,
        evidence=evidence,
        sheet=finished.sheet,
        mlflow_run=run.run_id,
        mlflow_store=run.store,
        not_logged=run.not_logged,
        tuning_trials=kept,
        seconds=time.monotonic() - began,
    )


def _tracked(
    prepared: PreparedStudy, tracking: TrackingSettings
) -> AbstractContextManager[StudyRun]:
    config = prepared.config
    return open_run(
        tracking,
        name=config.name,
        parameters=resolved(config),
        tags={
            "cohort_fingerprint": prepared.cohort.fingerprint,
            "provenance": prepared.cohort.provenance,
            "declared_sha256": prepared.declared_sha256,
            "hiprisk_version": metadata.version("hiprisk"),
        },
    )


@contextmanager
def _checkpoints(prepared: PreparedStudy, *, resume: bool) -> Iterator[None]:
    """The folder of search and bootstrap: it outlives an interruption, and nothing else."""
    if not resume:
        shutil.rmtree(prepared.checkpoints, ignore_errors=True)
    prepared.checkpoints.mkdir(parents=True, exist_ok=True)
    yield
    shutil.rmtree(prepared.checkpoints, ignore_errors=True)


def _finish(prepared: PreparedStudy, run: StudyRun) -> FinishedStudy:
    """Choose a model type, fit it, repeat it on resamples and write its sheet."""
    folds: Sequence[ImputedFold] = study_folds(prepared)
    choice = choose_model_type(prepared, folds, on_candidate=run.log_candidate)
    choice, estimator = fit_model(prepared, choice)
    out_of_fold = predict_out_of_fold(prepared, choice, folds)
    # As large as the cohort, several times: kept only where candidates are compared on them.
    folds = folds if choice.compared else ()
    with one_thread():
        apparent = estimator.predict_numeric(prepared.data.columns)
    procedure = study_procedure(prepared, choice, estimator)
    bootstrap = _bootstrap(prepared, choice, procedure, apparent)
    return FinishedStudy(
        prepared=prepared,
        chosen=choice,
        estimator=estimator,
        procedure=procedure,
        apparent=apparent,
        out_of_fold=out_of_fold,
        bootstrap=bootstrap,
        sheet=_sheet(prepared, estimator, out_of_fold, bootstrap),
        folds=folds,
    )


def _bootstrap(
    prepared: PreparedStudy, choice: ModelChoice, procedure: StudyProcedure, apparent: Floats
) -> BootstrapResult:
    config, data = prepared.config, prepared.data
    return bootstrap_optimism(
        procedure,
        data.outcome,
        apparent=apparent,
        metrics=metrics_of(config.outcome.kind, choice.name),
        resamples=draw_resamples(
            data.groups, n_resamples=config.validation.resamples, seed=config.seed
        ),
        workers=prepared.workers,
        progress=partial(prepared.progress, "bootstrap"),
        checkpoint=Checkpoint(prepared.checkpoints / BOOTSTRAP, prepared.identity),
    )


def _sheet(
    prepared: PreparedStudy,
    estimator: StudyEstimator,
    out_of_fold: OutOfFold,
    bootstrap: BootstrapResult,
) -> Sheet:
    scatter = Scatter()
    if prepared.config.outcome.kind == "continuous":
        scatter = out_of_fold_scatter(
            prepared.data.outcome,
            out_of_fold,
            extra_variance=new_site_variance(prepared.config, estimator.fit_),
        )
    with one_thread():
        sheet = write_sheet(
            estimator,
            prepared.selection.development.frame,
            config=prepared.config,
            dictionary=prepared.dictionary,
            provenance=prepared.cohort.provenance,
            distribution=scatter.distribution,
            residual_sd=scatter.residual_sd,
            refits=bootstrap.coefficients if has_refits(estimator) else None,
        )
        return with_first_visit(sheet, prepared.selection.first_visit)


def _evaluate(finished: FinishedStudy) -> Evidence:
    with one_thread():
        return evaluate(finished)


def _own_variables(dictionary: Dictionary) -> dict[str, Any]:
    entries = plain_entries(dictionary)
    return {BUNDLED: entries} if entries else {}


def _write(
    finished: FinishedStudy,
    evidence: Evidence,
    out: Path,
    run: StudyRun,
    files: Mapping[str, NamedText],
) -> Path:
    config, sheet = finished.config, finished.sheet
    own = package_versions(settings.estimator for settings in config.families.own.values())
    created_with = {name: metadata.version(name) for name in PACKAGES} | own
    sections = report_sections(evidence, sheet, config, workers=finished.prepared.workers)
    contents = BundleContents(
        sheet=sheet,
        config=resolved(config) | _own_variables(finished.prepared.cohort.dictionary),
        evidence=evidence.to_dict(),
        run={
            "written": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "mlflow_run": run.run_id,
            "python": platform.python_version(),
            "machine": platform.machine(),
        },
        card=model_card(sheet, evidence, config),
        cohort_fingerprint=finished.prepared.cohort.fingerprint,
        created_with=created_with,
        bill=bill_of_what_is_used(["train"], also=own),
        estimator=estimator_file(finished.estimator),
        study=study_document(config, files, packages=own),
        files={
            REPORT: study_report(
                evidence,
                sheet,
                sections,
                config=config,
                cohort_fingerprint=finished.prepared.cohort.fingerprint,
                created_with=created_with,
            ).encode(),
            "datasheet.md": cohort_datasheet(
                evidence, config, cohort_fingerprint=finished.prepared.cohort.fingerprint
            ).encode(),
            **{f"tables/{name}": data for name, data in evidence_tables(evidence).items()},
            **{
                f"tables/{name}": data
                for name, data in guideline_tables(evidence, config, sections).items()
            },
            **{f"tables/{name}": data for name, data in points_csv(sheet).items()},
            **{f"tables/{name}": data for name, data in coefficient_files(sheet).items()},
            **{f"figures/{name}": data for name, data in report_figures(sections).items()},
        },
    )
    return write_bundle(out, config.name, contents)
