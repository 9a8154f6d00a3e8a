"""Each candidate beside the model on the same people: out of fold, and on those held out.

All were tuned on the same imputed folds with the same number of trials, so that the out-of-fold
figures favour none of them by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.bootstrap import Persons
from hiprisk.learning.candidates import OutOfFold, out_of_fold_predictions
from hiprisk.learning.folds import ImputedFold, losses
from hiprisk.learning.model_choice import CandidateResult, ModelChoice, fit_candidate
from hiprisk.learning.own.fitting import OwnCandidateError
from hiprisk.learning.pipeline import StudyEstimator
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.metrics.estimate import Estimate
from hiprisk.parallel import one_thread
from hiprisk.seeding import rng_for
from hiprisk.validation.candidates.results import HOLDOUT, CandidateComparison
from hiprisk.validation.performance.paired import PairedDifference, paired_differences


@dataclass(frozen=True)
class _Model:
    """The chosen model and its predictions, which every candidate is set beside."""

    prepared: PreparedStudy
    name: str
    folds: Sequence[ImputedFold]
    out_of_fold: OutOfFold
    holdout: Floats | None


def compare_candidates(
    prepared: PreparedStudy,
    choice: ModelChoice,
    estimator: StudyEstimator,
    folds: Sequence[ImputedFold],
    out_of_fold: OutOfFold,
) -> tuple[CandidateComparison, ...]:
    """Compare every candidate that was not chosen with the model.

    Parameters
    ----------
    prepared : PreparedStudy
    choice : ModelChoice
    estimator : StudyEstimator
        The model, fitted.
    folds : sequence of ImputedFold
        On which all were tuned.
    out_of_fold : OutOfFold
        Of the model.

    Returns
    -------
    tuple of CandidateComparison
        Empty in a study without candidates of its own.
    """
    if not choice.compared:
        return ()
    people = prepared.selection.holdout
    with one_thread():
        holdout = None if people is None else estimator.predict(people.frame)
    model = _Model(prepared, choice.name, folds, out_of_fold, holdout)
    return tuple(_compared(model, candidate) for candidate in choice.compared)


def _compared(model: _Model, candidate: CandidateResult) -> CandidateComparison:
    prepared = model.prepared
    own = out_of_fold_predictions(
        prepared.unfitted(candidate.name),
        dict(candidate.params),
        model.folds,
        workers=prepared.workers,
    )
    rows = own.rows
    differences, lacking = _differences(
        prepared,
        prepared.data.outcome[rows],
        model.out_of_fold.predicted,
        own.predicted,
        prepared.data.groups[rows],
    )
    held, lacking_held = _held_out(model, candidate)
    return CandidateComparison(
        name=candidate.name,
        model=model.name,
        estimator=candidate.estimator,
        benchmark=candidate.benchmark,
        params=candidate.params,
        n=len(rows),
        loss=_loss_difference(prepared, model.out_of_fold, own),
        out_of_fold=differences,
        n_holdout=_n_held_out(prepared) if held else 0,
        holdout=held,
        not_available={**lacking, **lacking_held},
    )


def _n_held_out(prepared: PreparedStudy) -> int:
    people = prepared.selection.holdout
    return 0 if people is None else int((~np.isnan(people.outcome)).sum())


def _held_out(
    model: _Model, candidate: CandidateResult
) -> tuple[tuple[PairedDifference, ...], dict[str, str]]:
    """The candidate, fitted to the development cohort as the model is, on people held out."""
    people = model.prepared.selection.holdout
    if people is None or model.holdout is None or not people.n_analysed:
        return (), {}
    try:
        fitted = fit_candidate(model.prepared, candidate.name, candidate.params)
        with one_thread():
            predicted = fitted.predict(people.frame)
    except OwnCandidateError as failure:
        return (), {HOLDOUT: failure.reason}
    known = ~np.isnan(people.outcome)
    return _differences(
        model.prepared,
        people.outcome[known],
        model.holdout[known],
        predicted[known],
        people.groups[known],
    )


def _differences(
    prepared: PreparedStudy, observed: Floats, model: Floats, candidate: Floats, groups: Integers
) -> tuple[tuple[PairedDifference, ...], dict[str, str]]:
    config = prepared.config
    with one_thread():
        return paired_differences(
            observed,
            model,
            candidate,
            kind=config.outcome.kind,
            groups=groups,
            n_resamples=config.validation.interval_resamples,
            seed=config.seed,
        )


def _loss_difference(prepared: PreparedStudy, model: OutOfFold, candidate: OutOfFold) -> Estimate:
    """Candidate minus model, in the loss by which they were tuned; persons are resampled."""
    config, rows = prepared.config, model.rows
    gaps = _losses(prepared, candidate) - _losses(prepared, model)
    rng = rng_for(config.seed, "candidate-loss")
    persons = Persons.of(prepared.data.groups[rows])
    drawn = [
        weights @ gaps / weights.sum(axis=1)
        for weights in persons.draw_weights(rng, config.validation.interval_resamples)
    ]
    return Estimate.from_resamples("loss", float(gaps.mean()), np.concatenate(drawn))


def _losses(prepared: PreparedStudy, found: OutOfFold) -> Floats:
    """Loss of each person."""
    outcome = prepared.config.outcome
    observed = prepared.data.outcome[found.rows]
    if prepared.config.tuning.loss == "crps":
        return np.asarray(found.forecasts(observed, bounds=outcome.bounds).crps(observed))
    return losses(observed, found.predicted, kind=outcome.kind)
