"""The spine: from a declared study to a bundle with its evidence, one line a step."""

from __future__ import annotations

import hashlib
import platform
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hiprisk.bundle import BundleContents, check_name, read_bundle, write_bundle
from hiprisk.cohort.checking import check_cohort
from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.cohort.findings import Finding
from hiprisk.cohort.mapping import load_mapping
from hiprisk.cohort.reading import Cohort, fingerprint, read_cohort
from hiprisk.cohort.simulate import simulate_cohort
from hiprisk.config import StudyConfig
from hiprisk.config.reading import resolved
from hiprisk.errors import ConfigError, InputError
from hiprisk.features.design import Design, plan_design
from hiprisk.learning.candidates import (
    LearningData,
    OutOfFold,
    blank_estimator,
    completed_folds,
    learning_data,
    out_of_fold,
    tune,
    with_plan_of,
    with_settings,
)
from hiprisk.learning.export import write_sheet
from hiprisk.learning.folds import CompletedFold
from hiprisk.learning.parallel import one_thread
from hiprisk.learning.participants import Participants, Selection, select_participants
from hiprisk.learning.pipeline import StudyEstimator
from hiprisk.learning.skops_file import dump_estimator
from hiprisk.learning.tuning import Tuned
from hiprisk.learning.uncertainty import residual_distribution
from hiprisk.metrics.registry import MetricFunction, metrics_for
from hiprisk.reporting.card import model_card
from hiprisk.reporting.plots import study_figures
from hiprisk.sheet.distribution import PredictiveDistribution
from hiprisk.sheet.evaluate import INTERVALS
from hiprisk.sheet.format import Distribution, Sheet
from hiprisk.tracking.runs import StudyRun, open_run
from hiprisk.validation.evidence import Evidence, FamilyResult, FlowCount, HoldoutResult
from hiprisk.validation.intervals import Estimate, percentile_intervals
from hiprisk.validation.procedure import InnerTuning, WholeProcedure
from hiprisk.validation.resampling import BootstrapResult, bootstrap_optimism, draw_resamples
from hiprisk.validation.summary import summary_sentences

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

STRUCTURAL = {"TWO_HIPS_NO_PERSON", "STACKED_IMPUTATIONS", "REPEATED_PERSON"}


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
    seconds : float
    """

    bundle: Path
    bundle_sha256: str
    evidence: Evidence
    sheet: Sheet
    mlflow_run: str | None
    mlflow_store: str | None
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
            "family": self.evidence.family,
            "provenance": self.evidence.provenance,
            "n_analysed": self.evidence.n_analysed,
            "summary": list(self.evidence.summary),
            "metrics": self.evidence.metrics(),
            "seconds": round(self.seconds, 1),
        }


@dataclass(frozen=True)
class _Chosen:
    """The families as tuned, and the one with the smallest loss."""

    families: tuple[FamilyResult, ...]
    name: str
    params: dict[str, float]


def run_study(
    config: StudyConfig,
    *,
    out: Path | str = "models",
    workers: int = 1,
    resume: bool = False,
    progress: Progress | None = None,
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
    dictionary = load_dictionary()
    cohort = obtain_cohort(config)
    selection = select_participants(usable_rows(cohort, config), config)
    design = plan_design(config.predictors, dictionary, selection.development.frame)
    data = learning_data(selection.development, design, config, dictionary)
    declared = _declared(config)
    with _tracked(config, cohort, declared) as run:
        chosen, folds = _choose(
            config, design, dictionary, data, Path(out), run, _identity(config, cohort),
            workers=workers, resume=resume, tell=tell,
        )  # fmt: skip
        estimator = _fit(config, design, dictionary, data, chosen)
        unseen = _out_of_fold(config, design, dictionary, chosen, folds)
        bootstrap = _bootstrap(
            config, design, dictionary, data, chosen, estimator, workers=workers, tell=tell
        )
        distribution, residual_sd = _scatter(config, data, unseen)
        refits = _usable_refits(bootstrap, chosen)
        with one_thread():
            sheet = write_sheet(
                estimator,
                selection.development.frame,
                config=config,
                dictionary=dictionary,
                provenance=cohort.provenance,
                distribution=distribution,
                residual_sd=residual_sd,
                refits=refits,
            )
            evidence = _evidence(
                config, cohort, selection, data, design, chosen, estimator, unseen, bootstrap, sheet
            )
        bundle_path = _write(config, cohort, sheet, evidence, estimator, Path(out), run)
        bundle = read_bundle(bundle_path)
        run.log_results(evidence, bundle)
        _forget_search(Path(out), config)
    return StudyResult(
        bundle=bundle_path,
        bundle_sha256=bundle.sha256,
        evidence=evidence,
        sheet=sheet,
        mlflow_run=run.run_id,
        mlflow_store=run.store,
        seconds=time.monotonic() - began,
    )


def obtain_cohort(config: StudyConfig) -> Cohort:
    """Read the config's cohort, or simulate it."""
    settings = config.cohort
    if settings.simulate is not None:
        asked = settings.simulate
        frame = simulate_cohort(
            asked.preset,
            n=asked.n,
            seed=asked.seed,
            lbp_effect=asked.lbp_effect,
            knee_share=asked.knee_share,
        ).frame
        return Cohort(
            frame=frame,
            findings=check_cohort(frame, unreadable={}, grain="person", stacked=False, source={}),
            grain="person",
            fingerprint=fingerprint(frame),
            provenance="synthetic",
            source_name=f"simulated ({asked.preset})",
        )
    if settings.file is None:
        raise ConfigError(
            "no cohort is named",
            column="cohort",
            advice="name one with --cohort FILE, or state cohort.file or cohort.simulate",
        )
    mapping = load_mapping(settings.mapping) if settings.mapping else None
    return read_cohort(settings.file, mapping)


def usable_rows(cohort: Cohort, config: StudyConfig) -> pd.DataFrame:
    """The cohort's rows after what the config says of values that cannot be used.

    Raises
    ------
    InputError
        If there are errors and the config does not say what to do with them.
    """
    errors = [finding for finding in cohort.findings if finding.severity == "error"]
    structural = [finding for finding in errors if finding.code in STRUCTURAL]
    used = {*config.predictors, config.outcome.variable}
    if config.outcome.baseline is not None:
        used.add(config.outcome.baseline)
    if structural or (errors and config.cohort.on_invalid == "refuse"):
        _refuse((structural or errors)[0], len(errors), cohort)
    frame = cohort.frame
    invalid = np.zeros(len(frame), dtype=bool)
    dictionary = load_dictionary()
    for name in used & set(frame.columns):
        hard = dictionary[name].hard
        if hard is not None:
            outside = ((frame[name] < hard[0]) | (frame[name] > hard[1])).to_numpy()
            invalid |= outside
            if outside.any() and config.cohort.on_invalid == "missing":
                frame = frame.assign(**{name: frame[name].mask(outside)})
    if config.cohort.on_invalid == "exclude":
        return frame.loc[~invalid].reset_index(drop=True)
    return frame


def _refuse(finding: Finding, n_errors: int, cohort: Cohort) -> None:
    more = f"; {n_errors - 1} more error(s), see hiprisk check" if n_errors > 1 else ""
    raise InputError(
        f"{finding.message} ({finding.count} row(s)){more}",
        code=finding.code,
        file=cohort.source_name,
        row=finding.rows[0] if finding.rows else None,
        column=finding.column,
        advice=f"{finding.advice}; or set cohort.on_invalid",
    )


def _identity(config: StudyConfig, cohort: Cohort) -> str:
    """What makes two runs the same study: config, cohort and version."""
    text = f"{_declared(config)}:{resolved(config)}:{cohort.fingerprint}:{version()}"
    return hashlib.sha256(text.encode()).hexdigest()


def _declared(config: StudyConfig) -> str:
    """Hash of what must be declared before anything is fitted."""
    outcome = config.outcome
    parts = (config.confounders, outcome.events, outcome.dichotomise, outcome.thresholds)
    text = repr((parts, outcome.smallest_gain_worth_having))
    return hashlib.sha256(text.encode()).hexdigest()


def version() -> str:
    """Version of hiprisk."""
    return metadata.version("hiprisk")


def _tracked(
    config: StudyConfig, cohort: Cohort, declared: str
) -> AbstractContextManager[StudyRun]:
    return open_run(
        config.tracking,
        name=config.name,
        parameters=resolved(config),
        tags={
            "cohort_fingerprint": cohort.fingerprint,
            "provenance": cohort.provenance,
            "declared_sha256": declared,
            "hiprisk_version": version(),
        },
    )


def _search_folder(out: Path, config: StudyConfig) -> Path:
    return out / ".searching" / config.name


def _forget_search(out: Path, config: StudyConfig) -> None:
    shutil.rmtree(_search_folder(out, config), ignore_errors=True)


def _choose(
    config: StudyConfig,
    design: Design,
    dictionary: Mapping[str, Variable],
    data: LearningData,
    out: Path,
    run: StudyRun,
    identity: str,
    *,
    workers: int,
    resume: bool,
    tell: Progress,
) -> tuple[_Chosen, list[CompletedFold]]:
    """Tune every candidate on the same folds; the smallest loss wins."""
    if not resume:
        _forget_search(out, config)
    folder = _search_folder(out, config)
    folder.mkdir(parents=True, exist_ok=True)
    blank = partial(blank_estimator, config, design, dictionary, in_resamples=True)
    candidates = config.families.named()
    folds = completed_folds(
        blank(family=next(iter(candidates))), data, n_folds=config.tuning.folds, workers=workers
    )
    tuned: dict[str, Tuned] = {}
    for name, settings in candidates.items():
        tuned[name] = tune(
            blank(family=name),
            settings,
            outcome=data.outcome,
            folds=folds,
            n_trials=config.tuning.trials,
            workers=workers,
            name=name,
            storage=folder / "search.db",
            fingerprint=identity,
            on_trial=partial(tell, f"tuning {name}"),
        )
        run.log_candidate(name, tuned[name].params, tuned[name].loss)
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
    return _Chosen(families, best, dict(tuned[best].params)), folds


def _fit(
    config: StudyConfig,
    design: Design,
    dictionary: Mapping[str, Variable],
    data: LearningData,
    chosen: _Chosen,
) -> StudyEstimator:
    estimator = blank_estimator(config, design, dictionary, family=chosen.name, in_resamples=False)
    estimator.params = chosen.params
    with one_thread():
        return estimator.fit_numeric(
            data.columns, data.outcome, auxiliary=data.auxiliary, start=data.start
        )


def _out_of_fold(
    config: StudyConfig,
    design: Design,
    dictionary: Mapping[str, Variable],
    chosen: _Chosen,
    folds: Sequence[CompletedFold],
) -> OutOfFold:
    estimator = blank_estimator(config, design, dictionary, family=chosen.name, in_resamples=True)
    return out_of_fold(estimator, chosen.params, folds)


def _metric_functions(kind: str, family: str) -> dict[str, MetricFunction]:
    """Metrics of a kind; a constant prediction has no slope and no discrimination."""
    metrics = {metric.name: metric.function for metric in metrics_for(kind)}
    if family == "mean":
        for name in ("calibration_slope", "calibration_intercept"):
            metrics.pop(name, None)
    return metrics


def _bootstrap(
    config: StudyConfig,
    design: Design,
    dictionary: Mapping[str, Variable],
    data: LearningData,
    chosen: _Chosen,
    estimator: StudyEstimator,
    *,
    workers: int,
    tell: Progress,
) -> BootstrapResult:
    settings = config.validation
    blank = blank_estimator(config, design, dictionary, family=chosen.name, in_resamples=True)
    blank = with_settings(with_plan_of(blank, estimator), params=chosen.params)
    inner = None
    if settings.tune_inside:
        inner = InnerTuning(
            config.families.named()[chosen.name], settings.trials_inside, config.tuning.folds
        )
    with one_thread():
        apparent = estimator.predict_numeric(data.columns)
    return bootstrap_optimism(
        WholeProcedure(blank, data, inner),
        data.outcome,
        apparent=apparent,
        metrics=_metric_functions(config.outcome.kind, chosen.name),
        resamples=draw_resamples(data.groups, n_resamples=settings.resamples, seed=config.seed),
        workers=workers,
        progress=partial(tell, "bootstrap"),
    )


def _usable_refits(bootstrap: BootstrapResult, chosen: _Chosen) -> Floats | None:
    return bootstrap.coefficients if chosen.name in ("linear", "logistic") else None


def _scatter(
    config: StudyConfig, data: LearningData, unseen: OutOfFold
) -> tuple[Distribution | None, float | None]:
    if config.outcome.kind == "binary":
        return None, None
    observed = data.outcome[unseen.rows]
    distribution = residual_distribution(observed, unseen.predicted, unseen.imputation_variance)
    return distribution, float(np.sqrt(np.mean((observed - unseen.predicted) ** 2)))


def _evidence(
    config: StudyConfig,
    cohort: Cohort,
    selection: Selection,
    data: LearningData,
    design: Design,
    chosen: _Chosen,
    estimator: StudyEstimator,
    unseen: OutOfFold,
    bootstrap: BootstrapResult,
    sheet: Sheet,
) -> Evidence:
    outcome = config.outcome
    metrics = _metric_functions(outcome.kind, chosen.name)
    known = ~np.isnan(data.outcome)
    apparent = percentile_intervals(
        data.outcome[known],
        estimator.predict_numeric(data.columns)[known],
        metrics=metrics,
        groups=data.groups[known],
        n_resamples=config.validation.interval_resamples,
        seed=config.seed,
        name="apparent",
    )
    family = next(one for one in chosen.families if one.chosen)
    n_coefficients = _size(estimator)
    gain = outcome.smallest_gain_worth_having
    table = bootstrap.table
    return Evidence(
        name=config.name,
        title=config.title,
        kind=outcome.kind,
        provenance=sheet.provenance,
        outcome_unit=outcome.unit,
        family=chosen.name,
        n_analysed=int(known.sum()),
        n_predictors=len(design.variables),
        n_coefficients=n_coefficients,
        summary=summary_sentences(
            family=chosen.name,
            gain_over_mean=family.gain_over_mean,
            kind=outcome.kind,
            unit=outcome.unit,
            provenance=sheet.provenance,
            n_analysed=int(known.sum()),
            n_coefficients=n_coefficients,
            optimism=table,
            apparent=apparent,
            smallest_gain=(gain.metric, gain.value),
        )
        if "calibration_slope" in metrics
        else _mean_summary(sheet.provenance),
        flow=tuple(
            FlowCount(label=step.label, n_left_out=step.n_left_out, n_remaining=step.n_remaining)
            for step in selection.flow
        ),
        findings=tuple(finding.to_dict() for finding in cohort.findings),
        families=chosen.families,
        apparent=apparent,
        optimism=table,
        holdout=_holdout(config, selection.holdout, estimator, metrics),
        calibration=_calibration_tenths(data.outcome[unseen.rows], unseen.predicted),
        coverage=_coverage(sheet, data.outcome[unseen.rows], unseen),
        not_repeated=_not_repeated(config),
    )


def _mean_summary(provenance: str) -> tuple[str, ...]:
    head = (
        ("SIMULATED DATA: the model says nothing of any patient.",)
        if provenance == "synthetic"
        else ()
    )
    return (
        *head,
        "No candidate predicted better than giving everybody the mean: the predictors add nothing "
        "here.",
    )


def _size(estimator: StudyEstimator) -> int:
    coefficients = getattr(estimator.fit_, "coefficients", None)
    if coefficients is not None:
        return len(coefficients)
    params = estimator.params
    return round(params["n_trees"]) * round(params["max_leaves"])


def _not_repeated(config: StudyConfig) -> tuple[str, ...]:
    said = ["the choice of the family", "the places of the spline's knots"]
    if not config.validation.tune_inside:
        said.insert(0, "tuning (set validation.tune_inside: true to repeat it)")
    return tuple(said)


def _holdout(
    config: StudyConfig,
    people: Participants | None,
    estimator: StudyEstimator,
    metrics: Mapping[str, MetricFunction],
) -> HoldoutResult | None:
    settings = config.validation.holdout
    if people is None or settings is None:
        return None
    predicted = estimator.predict(people.frame)
    reference_name = config.validation.reference_prediction
    rows = np.ones(len(predicted), dtype=bool)
    if reference_name is not None:
        rows = people.frame[reference_name].notna().to_numpy()
    judge = partial(
        percentile_intervals,
        metrics=metrics,
        groups=people.groups[rows],
        n_resamples=config.validation.interval_resamples,
        seed=config.seed,
        name="holdout",
    )
    observed = people.outcome[rows]
    reference: tuple[Estimate, ...] = ()
    if reference_name is not None:
        reference = judge(observed, people.frame[reference_name].to_numpy(dtype=np.float64)[rows])
    return HoldoutResult(
        label=f"{settings.variable}: {', '.join(settings.test)}",
        n=int(rows.sum()),
        model=judge(observed, predicted[rows]),
        reference_name=reference_name,
        reference=reference,
    )


def _calibration_tenths(observed: Floats, predicted: Floats) -> tuple[tuple[float, float], ...]:
    order = np.argsort(predicted, kind="stable")
    parts = np.array_split(order, 10)
    return tuple((float(predicted[p].mean()), float(observed[p].mean())) for p in parts)


def _coverage(sheet: Sheet, observed: Floats, unseen: OutOfFold) -> dict[str, float]:
    if sheet.distribution is None:
        return {}
    spread = PredictiveDistribution(sheet.distribution, sheet.outcome)
    scale = spread.scale(unseen.predicted, unseen.imputation_variance)
    found = {}
    for level, (low, high) in INTERVALS.items():
        lower = spread.quantile(low, unseen.predicted, scale)
        upper = spread.quantile(high, unseen.predicted, scale)
        found[f"out_of_fold_{level}"] = float(np.mean((observed >= lower) & (observed <= upper)))
    return found


def _write(
    config: StudyConfig,
    cohort: Cohort,
    sheet: Sheet,
    evidence: Evidence,
    estimator: StudyEstimator,
    out: Path,
    run: StudyRun,
) -> Path:
    packages = ("numpy", "pandas", "scikit-learn", "scipy", "skops", "optuna")
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
        cohort_fingerprint=cohort.fingerprint,
        created_with={"hiprisk": version(), **{name: metadata.version(name) for name in packages}},
        estimator=dump_estimator(estimator),
        files={f"figures/{name}": data for name, data in study_figures(evidence).items()},
    )
    return write_bundle(out, config.name, contents)
