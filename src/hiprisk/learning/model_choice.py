"""The choice of the model type: every candidate tuned on the same folds, the smallest loss wins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hiprisk.config import EstimatorSettings, StudyConfig
from hiprisk.errors import ConfigError
from hiprisk.learning.candidates import (
    OutOfFold,
    imputed_folds,
    out_of_fold_predictions,
    tune,
)
from hiprisk.learning.folds import ImputedFold
from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.learning.model_types import model_type_of_settings
from hiprisk.learning.own.fitting import OwnCandidateError, OwnFit
from hiprisk.learning.own.portability import is_benchmark
from hiprisk.learning.pipeline import StudyEstimator
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.learning.tuning.search import Trial, Tuned, keep_trials
from hiprisk.learning.tuning.stored import has_searches
from hiprisk.parallel import one_thread

# Told name, settings and loss of each candidate as it is tuned.
OnCandidate = Callable[[str, Mapping[str, Any], float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateResult:
    """One candidate model type: its cross-validated loss at its best settings.

    Attributes
    ----------
    loss : float
        Mean squared error, mean CRPS where `tuning.loss` asks for it, or mean log loss.
    gain_over_mean : float
        Proportional reduction in loss against the mean-only model.
    trials : tuple of dict
        Every setting that was tried.
    estimator : str
        Class of a candidate of one's own; empty for hiprisk's model types.
    benchmark : bool
        Compared with the model, and never chosen.
    not_portable : str
        Why no sheet can hold the fit of one that might have been chosen; empty else.
    """

    name: str
    loss: float
    gain_over_mean: float
    params: Mapping[str, Any]
    chosen: bool
    trials: tuple[Mapping[str, Any], ...] = ()
    estimator: str = ""
    benchmark: bool = False
    not_portable: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; a model type of hiprisk has neither class nor benchmark."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        if not self.estimator:
            del plain["estimator"], plain["benchmark"]
        if not self.not_portable:
            del plain["not_portable"]
        return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """The candidates as tuned, and the one with the smallest loss.

    Attributes
    ----------
    candidates : tuple of CandidateResult
    name : str
        The chosen one.
    params : dict of str to value
        Its settings.
    left_out : mapping of str to str
        Benchmarks that failed on these people, with the reason.
    """

    candidates: tuple[CandidateResult, ...]
    name: str
    params: dict[str, Any]
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def compared(self) -> tuple[CandidateResult, ...]:
        """Candidates beside the chosen one, in a study that has some of its own; never the mean."""
        if not any(one.estimator for one in self.candidates):
            return ()
        return tuple(one for one in self.candidates if not one.chosen and one.name != "mean")


def study_folds(prepared: PreparedStudy) -> list[ImputedFold]:
    """The imputed folds on which every candidate is tuned."""
    config = prepared.config
    return imputed_folds(
        prepared.unfitted(next(iter(config.families.named()))),
        prepared.data,
        n_folds=config.tuning.folds,
        workers=prepared.workers,
    )


def choose_model_type(
    prepared: PreparedStudy, folds: Sequence[ImputedFold], *, on_candidate: OnCandidate
) -> ModelChoice:
    """Tune every candidate of the config on the same folds; the smallest loss wins."""
    tuned: dict[str, Tuned] = {}
    left_out: dict[str, str] = {}
    own = prepared.config.families.own
    for name in prepared.config.families.named():
        try:
            tuned[name] = _tuned(prepared, name, folds)
        except OwnCandidateError as failure:
            # A benchmark tells of the model and is no part of it: the study goes on.
            if not is_benchmark(own[name]):
                raise
            left_out[name] = f"{failure.reason} ({failure.advice})"
            continue
        of_class = {"estimator": own[name].estimator} if name in own else {}
        on_candidate(name, {**of_class, **tuned[name].params}, tuned[name].loss)
    return replace(smallest_loss(tuned, own), left_out=left_out)


def _tuned(prepared: PreparedStudy, name: str, folds: Sequence[ImputedFold]) -> Tuned:
    config = prepared.config
    return tune(
        prepared.unfitted(name),
        config.families.named()[name],
        outcome=prepared.data.outcome,
        folds=folds,
        n_trials=config.tuning.trials,
        workers=prepared.workers,
        name=name,
        storage=prepared.search_storage,
        fingerprint=prepared.identity,
        on_trial=partial(prepared.progress, f"tuning {name}"),
        by=config.tuning.loss,
    )


def keep_study_trials(prepared: PreparedStudy, bundle: Path) -> Path | None:
    """Keep the trials beside a bundle where `tuning.keep` asks for it.

    Not inside the bundle, whose files are hashed: who writes a note in the dashboard changes the
    file.

    Returns
    -------
    Path or None
        ``tuning-VERSION.db`` in the folder of the model's versions; None where nothing is to be
        kept, or nothing was searched.
    """
    config, storage = prepared.config, prepared.search_storage
    if not config.tuning.keep or not has_searches(storage):
        return None
    return keep_trials(
        storage,
        bundle.parent / f"tuning-{bundle.name}.db",
        metric="log loss" if config.outcome.kind == "binary" else config.tuning.loss,
        facts={
            "model": f"{config.name} {bundle.name}",
            "outcome": config.outcome.label,
            "folds": str(config.tuning.folds),
        },
    )


def smallest_loss(
    tuned: Mapping[str, Tuned], own: Mapping[str, EstimatorSettings] = MappingProxyType({})
) -> ModelChoice:
    """The choice among tuned candidates; the earliest where several share the smallest loss.

    Parameters
    ----------
    tuned : mapping of str to Tuned
    own : mapping of str to EstimatorSettings
        Those of one's own; benchmarks among them are never chosen.
    """
    portable = [name for name in tuned if name not in own or not is_benchmark(own[name])]
    # `min` keeps the first of equals.
    best = min(portable, key=lambda name: tuned[name].loss)
    reference = tuned["mean"].loss if "mean" in tuned else float("nan")
    candidates = tuple(
        CandidateResult(
            name=name,
            loss=result.loss,
            gain_over_mean=1.0 - result.loss / reference if reference > 0 else 0.0,
            params=dict(result.params),
            chosen=name == best,
            trials=tuple(_trial(trial, is_own=name in own) for trial in result.trials),
            estimator=own[name].estimator if name in own else "",
            benchmark=name not in portable,
        )
        for name, result in tuned.items()
    )
    return ModelChoice(candidates=candidates, name=best, params=dict(tuned[best].params))


def _trial(trial: Trial, *, is_own: bool) -> dict[str, Any]:
    # An estimator of somebody else may have a setting that is called loss.
    params = {f"params_{key}": value for key, value in trial.params.items()}
    return {"number": trial.number, "loss": trial.loss, **(params if is_own else trial.params)}


def fit_model(prepared: PreparedStudy, choice: ModelChoice) -> tuple[ModelChoice, StudyEstimator]:
    """Fit the chosen model type on the whole development cohort, in the form of its sheet.

    How large a sheet becomes is known only now. An own candidate that no sheet can hold becomes a
    benchmark, and the next best is the model.

    Returns
    -------
    tuple
        The choice as it stands, and the fitted model.
    """
    while True:
        estimator = fit_candidate(prepared, choice.name, choice.params)
        try:
            if isinstance(estimator.fit_, OwnFit):
                estimator.fit_ = estimator.fit_.written()
            return choice, estimator
        except NotPortableError as refusal:
            choice = _without_chosen(choice, refusal.reason)


def _without_chosen(choice: ModelChoice, reason: str) -> ModelChoice:
    """The chosen candidate as a benchmark, and the next best of the others chosen."""
    left = [one for one in choice.candidates if not (one.benchmark or one.chosen)]
    if not left:
        raise ConfigError(
            f"no candidate can be written as a sheet: {choice.name}: {reason}",
            column="families",
            advice="add linear, logistic or boosting, or search smaller trees",
        )
    best = min(left, key=lambda one: one.loss)
    candidates = tuple(
        replace(one, chosen=False, benchmark=True, not_portable=reason) if one.chosen
        else replace(one, chosen=one is best)
        for one in choice.candidates
    )  # fmt: skip
    return replace(choice, candidates=candidates, name=best.name, params=dict(best.params))


def fit_candidate(prepared: PreparedStudy, name: str, params: Mapping[str, Any]) -> StudyEstimator:
    """Fit a candidate at given settings on the whole development cohort."""
    estimator = prepared.unfitted(name, in_resamples=False)
    estimator.params = dict(params)
    data = prepared.data
    with one_thread():
        return estimator.fit_numeric(
            data.columns,
            data.outcome,
            auxiliary=data.auxiliary,
            start=data.start,
            sites=data.sites,
            groups=data.groups,
        )


def predict_out_of_fold(
    prepared: PreparedStudy, choice: ModelChoice, folds: Sequence[ImputedFold]
) -> OutOfFold:
    """Out-of-fold predictions of the chosen model type at its best settings."""
    return out_of_fold_predictions(prepared.unfitted(choice.name), choice.params, folds)


def tuned_candidates(config: StudyConfig) -> tuple[str, ...]:
    """Candidates with settings to be searched; of the others every setting is fixed."""
    return tuple(
        name
        for name, settings in config.families.named().items()
        if model_type_of_settings(name, settings).space(settings)
    )
