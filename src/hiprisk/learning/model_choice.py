"""The choice of the model type: every candidate tuned on the same folds, the smallest loss wins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from hiprisk.config import StudyConfig
from hiprisk.learning.candidates import (
    OutOfFold,
    imputed_folds,
    out_of_fold_predictions,
    tune,
)
from hiprisk.learning.folds import ImputedFold
from hiprisk.learning.model_types import model_type_named
from hiprisk.learning.pipeline import StudyEstimator
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.learning.tuning import Tuned, keep_trials
from hiprisk.parallel import one_thread

# Told name, settings and loss of each candidate as it is tuned.
OnCandidate = Callable[[str, Mapping[str, float], float], None]


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
    """

    name: str
    loss: float
    gain_over_mean: float
    params: Mapping[str, float]
    chosen: bool
    trials: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """The candidates as tuned, and the one with the smallest loss."""

    candidates: tuple[CandidateResult, ...]
    name: str
    params: dict[str, float]


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
    for name, settings in prepared.config.families.named().items():
        tuned[name] = tune(
            prepared.unfitted(name),
            settings,
            outcome=prepared.data.outcome,
            folds=folds,
            n_trials=prepared.config.tuning.trials,
            workers=prepared.workers,
            name=name,
            storage=search_store(prepared),
            fingerprint=prepared.identity,
            on_trial=partial(prepared.progress, f"tuning {name}"),
            by=prepared.config.tuning.loss,
        )
        on_candidate(name, tuned[name].params, tuned[name].loss)
    return smallest_loss(tuned)


def search_store(prepared: PreparedStudy) -> Path:
    """Where the trials of all candidates are while the study runs."""
    return prepared.checkpoints / "search.db"


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
    config, storage = prepared.config, search_store(prepared)
    if not config.tuning.keep or not storage.exists():
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


def smallest_loss(tuned: Mapping[str, Tuned]) -> ModelChoice:
    """The choice among tuned candidates; the earliest where several share the smallest loss."""
    # `min` keeps the first of equals.
    best = min(tuned, key=lambda name: tuned[name].loss)
    reference = tuned["mean"].loss if "mean" in tuned else float("nan")
    candidates = tuple(
        CandidateResult(
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
    return ModelChoice(candidates=candidates, name=best, params=dict(tuned[best].params))


def fit_chosen(prepared: PreparedStudy, choice: ModelChoice) -> StudyEstimator:
    """Fit the chosen model type on the whole development cohort."""
    estimator = prepared.unfitted(choice.name, in_resamples=False)
    estimator.params = choice.params
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
        if model_type_named(name).space(settings)
    )
