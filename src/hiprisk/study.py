"""The spine: from a declared study to a bundle with its evidence, one line a step."""

from __future__ import annotations

import hashlib
import platform
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.bundle import BundleContents, check_name, read_bundle, write_bundle
from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.cohort.reading import Cohort
from hiprisk.config import StudyConfig
from hiprisk.config.reading import resolved
from hiprisk.evidence.document import Evidence
from hiprisk.evidence.evaluation import evaluate
from hiprisk.evidence.finished import Chosen, FinishedStudy
from hiprisk.evidence.frames import evidence_tables
from hiprisk.evidence.model_types import FamilyResult
from hiprisk.evidence.parts import metrics_of
from hiprisk.features.design import Design, plan_design
from hiprisk.learning.candidates import (
    LearningData,
    OutOfFold,
    completed_folds,
    learning_data,
    out_of_fold_predictions,
    tune,
    unfitted_estimator,
    with_plan_of,
    with_settings,
)
from hiprisk.learning.folds import CompletedFold
from hiprisk.learning.participants import Selection, select_participants
from hiprisk.learning.pipeline import StudyEstimator
from hiprisk.learning.residual_distribution import residual_distribution
from hiprisk.learning.sheets.export import write_sheet
from hiprisk.learning.sheets.first_visit import with_first_visit
from hiprisk.learning.sheets.skops_file import dump_estimator
from hiprisk.learning.study_cohort import load_study_cohort, usable_rows
from hiprisk.learning.tuning import Tuned
from hiprisk.parallel import StageProgress, one_thread
from hiprisk.reporting.card import model_card
from hiprisk.reporting.report import report_figures, report_sections, study_report
from hiprisk.sheet.format import Distribution, Sheet
from hiprisk.tracking.runs import StudyRun, check_tracking, open_run
from hiprisk.validation.internal.optimism import bootstrap_optimism
from hiprisk.validation.internal.optimism_table import BootstrapResult
from hiprisk.validation.resampling.checkpoint import Checkpoint
from hiprisk.validation.resampling.procedure import InnerTuning, StudyProcedure
from hiprisk.validation.resampling.resamples import draw_resamples


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
    seconds : float
    """

    bundle: Path
    bundle_sha256: str
    evidence: Evidence
    sheet: Sheet
    mlflow_run: str | None
    mlflow_store: str | None
    not_logged: str | None
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
    out: Path | str = "models",
    workers: int = 1,
    resume: bool = False,
    progress: StageProgress | None = None,
) -> StudyResult:
    """Run a study: read, select, tune, fit, validate, write down, track.

    Parameters
    ----------
    config : StudyConfig
    out : path-like
        Folder of all models.
    workers : int
        Processes; the result does not depend on them.
    resume : bool
        Go on with an interrupted search.
    progress : callable, optional
        Told stage, done and total.

    Raises
    ------
    ConfigError, InputError, StoreError
        With what to do next.
    """
    began = time.monotonic()
    tell = progress or (lambda stage, done, total: None)
    check_name(config.name)
    check_tracking(config.tracking, tell)
    prepared = _prepare(config, Path(out), workers=workers, resume=resume, tell=tell)
    with _tracked(prepared) as run:
        chosen, folds = _choose(prepared, run)
        finished = _finish(prepared, chosen, folds)
        with one_thread():
            evidence = evaluate(finished)
        bundle_path = _write(finished, evidence, Path(out), run)
        bundle = read_bundle(bundle_path)
        run.log_results(bundle)
        _forget_search(prepared)
    return StudyResult(
        bundle=bundle_path,
        bundle_sha256=bundle.sha256,
        evidence=evidence,
        sheet=finished.sheet,
        mlflow_run=run.run_id,
        mlflow_store=run.store,
        not_logged=run.not_logged,
        seconds=time.monotonic() - began,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A study before anything is fitted: who takes part, what enters, how it is to be run."""

    config: StudyConfig
    dictionary: Mapping[str, Variable]
    cohort: Cohort
    selection: Selection
    design: Design
    data: LearningData
    searching: Path
    workers: int
    resume: bool
    tell: StageProgress

    def blank(self, *, family: str, in_resamples: bool = True) -> StudyEstimator:
        """An estimator of a family that has learnt nothing yet."""
        return unfitted_estimator(
            self.config, self.design, self.dictionary, family=family, in_resamples=in_resamples
        )

    @property
    def identity(self) -> str:
        """What makes two runs the same study: config, cohort and version."""
        config = self.config
        text = f"{_declared(config)}:{resolved(config)}:{self.cohort.fingerprint}:{version()}"
        return hashlib.sha256(text.encode()).hexdigest()


def _prepare(
    config: StudyConfig, out: Path, *, workers: int, resume: bool, tell: StageProgress
) -> _Prepared:
    dictionary = load_dictionary()
    cohort = load_study_cohort(config)
    selection = select_participants(usable_rows(cohort, config), config)
    design = plan_design(config.predictors, dictionary, selection.development.frame)
    return _Prepared(
        config=config,
        dictionary=dictionary,
        cohort=cohort,
        selection=selection,
        design=design,
        data=learning_data(selection.development, design, config, dictionary),
        searching=out / ".searching" / config.name,
        workers=workers,
        resume=resume,
        tell=tell,
    )


def _finish(prepared: _Prepared, chosen: Chosen, folds: Sequence[CompletedFold]) -> FinishedStudy:
    """Fit the chosen family, repeat it on resamples, write it down."""
    config, data = prepared.config, prepared.data
    estimator = _fit(prepared, chosen)
    out_of_fold = out_of_fold_predictions(prepared.blank(family=chosen.name), chosen.params, folds)
    with one_thread():
        apparent = estimator.predict_numeric(data.columns)
    procedure = _procedure(prepared, chosen, estimator)
    bootstrap = _bootstrap(prepared, procedure, apparent, chosen)
    distribution, residual_sd = _scatter(config, data, out_of_fold)
    with one_thread():
        sheet = write_sheet(
            estimator,
            prepared.selection.development.frame,
            config=config,
            dictionary=prepared.dictionary,
            provenance=prepared.cohort.provenance,
            distribution=distribution,
            residual_sd=residual_sd,
            refits=_usable_refits(bootstrap, chosen),
        )
        sheet = with_first_visit(sheet, prepared.selection.first_visit)
    return FinishedStudy(
        config=config,
        dictionary=prepared.dictionary,
        cohort=prepared.cohort,
        selection=prepared.selection,
        design=prepared.design,
        data=data,
        chosen=chosen,
        estimator=estimator,
        procedure=procedure,
        apparent=apparent,
        out_of_fold=out_of_fold,
        bootstrap=bootstrap,
        sheet=sheet,
        workers=prepared.workers,
        progress=prepared.tell,
    )


def _declared(config: StudyConfig) -> str:
    """Hash of what must be declared before anything is fitted."""
    outcome = config.outcome
    parts = (
        config.confounders,
        outcome.events,
        outcome.dichotomise,
        outcome.thresholds,
        config.association,
    )
    text = repr((parts, outcome.smallest_gain_worth_having))
    return hashlib.sha256(text.encode()).hexdigest()


def version() -> str:
    """Version of hiprisk."""
    return metadata.version("hiprisk")


def _tracked(prepared: _Prepared) -> AbstractContextManager[StudyRun]:
    config = prepared.config
    return open_run(
        config.tracking,
        name=config.name,
        parameters=resolved(config),
        tags={
            "cohort_fingerprint": prepared.cohort.fingerprint,
            "provenance": prepared.cohort.provenance,
            "declared_sha256": _declared(config),
            "hiprisk_version": version(),
        },
    )


def _forget_search(prepared: _Prepared) -> None:
    shutil.rmtree(prepared.searching, ignore_errors=True)


def _choose(prepared: _Prepared, run: StudyRun) -> tuple[Chosen, list[CompletedFold]]:
    """Tune every candidate on the same folds; the smallest loss wins."""
    if not prepared.resume:
        _forget_search(prepared)
    prepared.searching.mkdir(parents=True, exist_ok=True)
    config, data = prepared.config, prepared.data
    candidates = config.families.named()
    folds = completed_folds(
        prepared.blank(family=next(iter(candidates))),
        data,
        n_folds=config.tuning.folds,
        workers=prepared.workers,
    )
    tuned: dict[str, Tuned] = {}
    for name, settings in candidates.items():
        tuned[name] = tune(
            prepared.blank(family=name),
            settings,
            outcome=data.outcome,
            folds=folds,
            n_trials=config.tuning.trials,
            workers=prepared.workers,
            name=name,
            storage=prepared.searching / "search.db",
            fingerprint=prepared.identity,
            on_trial=partial(prepared.tell, f"tuning {name}"),
        )
        run.log_candidate(name, tuned[name].params, tuned[name].loss)
    return _smallest_loss(tuned), folds


def _smallest_loss(tuned: Mapping[str, Tuned]) -> Chosen:
    best = min(tuned, key=lambda name: tuned[name].loss)
    reference = tuned["mean"].loss if "mean" in tuned else float("nan")
    families = tuple(
        FamilyResult(
            name=name,
            loss=result.loss,
            gain_over_mean=1.0 - result.loss / reference if reference > 0 else 0.0,
            params=dict(result.params),
            chosen=name == best,
            trials=tuple(
                {"number": trial.number, "loss": trial.loss, **trial.params}
                for trial in result.trials
            ),
        )
        for name, result in tuned.items()
    )
    return Chosen(families, best, dict(tuned[best].params))


def _fit(prepared: _Prepared, chosen: Chosen) -> StudyEstimator:
    estimator = prepared.blank(family=chosen.name, in_resamples=False)
    estimator.params = chosen.params
    data = prepared.data
    with one_thread():
        return estimator.fit_numeric(
            data.columns, data.outcome, auxiliary=data.auxiliary, start=data.start
        )


def _procedure(prepared: _Prepared, chosen: Chosen, estimator: StudyEstimator) -> StudyProcedure:
    """What is repeated on resamples: imputation, features and fit, and tuning where asked for."""
    config = prepared.config
    settings = config.validation
    blank = prepared.blank(family=chosen.name)
    blank = with_settings(with_plan_of(blank, estimator), params=chosen.params)
    inner = None
    if settings.tune_inside:
        inner = InnerTuning(
            config.families.named()[chosen.name], settings.trials_inside, config.tuning.folds
        )
    return StudyProcedure(blank, prepared.data, inner)


def _bootstrap(
    prepared: _Prepared, procedure: StudyProcedure, apparent: Floats, chosen: Chosen
) -> BootstrapResult:
    config, data = prepared.config, prepared.data
    return bootstrap_optimism(
        procedure,
        data.outcome,
        apparent=apparent,
        metrics=metrics_of(config.outcome.kind, chosen.name),
        resamples=draw_resamples(
            data.groups, n_resamples=config.validation.resamples, seed=config.seed
        ),
        workers=prepared.workers,
        progress=partial(prepared.tell, "bootstrap"),
        checkpoint=Checkpoint(prepared.searching / "bootstrap", prepared.identity),
    )


def _usable_refits(bootstrap: BootstrapResult, chosen: Chosen) -> Floats | None:
    return bootstrap.coefficients if chosen.name in ("linear", "logistic") else None


def _scatter(
    config: StudyConfig, data: LearningData, out_of_fold: OutOfFold
) -> tuple[Distribution | None, float | None]:
    if config.outcome.kind == "binary":
        return None, None
    observed = data.outcome[out_of_fold.rows]
    distribution = residual_distribution(
        observed, out_of_fold.predicted, out_of_fold.imputation_variance
    )
    return distribution, float(np.sqrt(np.mean((observed - out_of_fold.predicted) ** 2)))


def _write(finished: FinishedStudy, evidence: Evidence, out: Path, run: StudyRun) -> Path:
    config, sheet = finished.config, finished.sheet
    packages = ("numpy", "pandas", "scikit-learn", "scipy", "skops", "optuna")
    created_with = {"hiprisk": version(), **{name: metadata.version(name) for name in packages}}
    sections = report_sections(evidence, sheet)
    contents = BundleContents(
        sheet=sheet,
        config=resolved(config),
        evidence=evidence.to_dict(),
        run={
            "written": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "mlflow_run": run.run_id,
            "python": platform.python_version(),
            "machine": platform.machine(),
        },
        card=model_card(sheet, evidence),
        cohort_fingerprint=finished.cohort.fingerprint,
        created_with=created_with,
        estimator=dump_estimator(finished.estimator),
        files={
            "report.html": study_report(
                evidence, sheet, sections, created_with=created_with
            ).encode(),
            **{f"tables/{name}": data for name, data in evidence_tables(evidence).items()},
            **{f"figures/{name}": data for name, data in report_figures(sections).items()},
        },
    )
    return write_bundle(out, config.name, contents)
