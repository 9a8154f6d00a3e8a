"""External validation over stacked imputations: evaluated in each, then pooled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools, Floats
from hiprisk.cohort.imputations import split_imputations
from hiprisk.cohort.reading import Cohort
from hiprisk.config import OutcomeSettings
from hiprisk.errors import InputError
from hiprisk.learning.participants.flow import FlowStep
from hiprisk.metrics.case_control import population_weights
from hiprisk.parallel import run_parallel
from hiprisk.sheet.format import Sheet
from hiprisk.validation.external.cohort import ValidationCohort
from hiprisk.validation.external.eligibility import check_enough
from hiprisk.validation.external.results import ExternalValidation, ModelIdentity
from hiprisk.validation.external.validation import (
    calibration_tenths,
    evaluation_sample,
    external_settings,
    external_validation,
)
from hiprisk.validation.performance.computing import performance_of
from hiprisk.validation.performance.pooling import pool_performances
from hiprisk.wording.quantities import plural


def predict_imputations(
    cohort: Cohort,
    outcome: OutcomeSettings,
    predict: Callable[[Cohort], ValidationCohort],
) -> tuple[ValidationCohort, ...]:
    """The people of a cohort who can be evaluated, once for each imputation that was read.

    Parameters
    ----------
    cohort : Cohort
        Stacked or not.
    outcome : OutcomeSettings
    predict : callable
        What makes people with predictions of a cohort whose rows are persons.

    Returns
    -------
    tuple of ValidationCohort
        The same persons in the same order in each: those who can be evaluated in every imputation.

    Raises
    ------
    InputError
        As `predict`; also if too few people can be evaluated in every imputation.
    """
    people = [predict(part) for part in split_imputations(cohort)]
    if len(people) == 1:
        return (people[0],)
    shared = people[0].rows
    for one in people[1:]:
        shared = np.intersect1d(shared, one.rows)
    return tuple(_shared(one, np.isin(one.rows, shared), cohort, outcome) for one in people)


def _shared(
    people: ValidationCohort, kept: Bools, cohort: Cohort, outcome: OutcomeSettings
) -> ValidationCohort:
    own = replace(people, fingerprint=cohort.fingerprint)
    if kept.all():
        return own
    check_enough(own.observed[kept], outcome, file=cohort.source_name)
    step = FlowStep(
        label="not evaluated in every imputation",
        n_left_out=int((~kept).sum()),
        n_remaining=int(kept.sum()),
    )
    return replace(own.take(kept), flow=(*own.flow, step))


def validate_imputations(
    people: Sequence[ValidationCohort],
    outcome: OutcomeSettings,
    *,
    model: ModelIdentity,
    sheet: Sheet | None = None,
    n_resamples: int = 500,
    seed: int = 0,
    workers: int = 1,
) -> ExternalValidation:
    """Evaluate predictions in every imputation and pool what was found.

    Parameters
    ----------
    people : sequence of ValidationCohort
        One an imputation, as `predict_imputations` has them.
    outcome, model, sheet, n_resamples, seed
        As for `validate_externally`.
    workers : int
        Processes for the imputations; the result does not depend on them.

    Raises
    ------
    InputError
        If there are fewer than two imputations.

    Notes
    -----
    Within an imputation an interval is that of a metric's formula, or of resampled persons where
    it has none: the same persons are drawn in every imputation. Groups and case mix are not pooled.
    """
    if len(people) < 2:
        raise InputError("pooling needs at least two imputations")
    how = replace(external_settings(n_resamples, seed), percentiles=False)
    samples = [evaluation_sample(one, outcome, sheet=sheet, model=model.name) for one in people]
    stacked = stack_imputations(people)
    whole = evaluation_sample(stacked, outcome, sheet=sheet, model=model.name)
    first = people[0]
    weights = np.full(whole.n, 1.0 / len(people))
    if first.sampling is not None and first.sampling.prevalence is not None:
        weights = population_weights(
            whole.observed, prevalence=first.sampling.prevalence, weights=weights
        )
    performance = pool_performances(
        run_parallel(partial(performance_of, settings=how), samples, workers=workers),
        replace(whole, weights=weights),
        n_people=len(np.unique(first.groups)),
    )
    found = external_validation(
        _summarised(people), outcome, model=model, sheet=sheet, performance=performance
    )
    return replace(
        found,
        imputations=len(people),
        n_events=_mean_events(people) if outcome.kind == "binary" else None,
        calibration=_mean_tenths(people),
        remarks=(*found.remarks, *_remarks(people)),
    )


def stack_imputations(people: Sequence[ValidationCohort]) -> ValidationCohort:
    """All imputations below one another; persons keep their number."""
    first = people[0]

    def below(name: str) -> Floats:
        return np.concatenate([getattr(one, name) for one in people])

    return replace(
        first,
        frame=pd.concat([one.frame for one in people], ignore_index=True),
        observed=below("observed"),
        predicted=below("predicted"),
        lp=below("lp"),
        functions=None
        if first.functions is None
        else np.concatenate([one.functions for one in people if one.functions is not None]),
        imputation_variance=below("imputation_variance"),
        cumulative=None if first.cumulative is None else below("cumulative"),
        chances={
            name: np.concatenate([one.chances[name] for one in people]) for name in first.chances
        },
        baseline=below("baseline"),
        groups=np.tile(first.groups, len(people)),
        rows=np.tile(first.rows, len(people)),
    )


def _summarised(people: Sequence[ValidationCohort]) -> ValidationCohort:
    """The persons, with what any of the imputations says of reasons and findings."""
    first = people[0]
    reasons: dict[str, int] = {}
    for one in people:
        for reason, count in one.reasons.items():
            reasons[reason] = max(count, reasons.get(reason, 0))
    names = dict.fromkeys(name for one in people for name in one.imputed_share)
    return replace(
        first,
        reasons=reasons,
        warnings=tuple(
            {(f.code, f.column): f for one in reversed(people) for f in one.warnings}.values()
        ),
        imputed_share={
            name: float(np.mean([one.imputed_share.get(name, 0.0) for one in people]))
            for name in names
        },
    )


def _mean_events(people: Sequence[ValidationCohort]) -> int:
    return round(float(np.mean([one.observed.sum() for one in people])))


def _mean_tenths(people: Sequence[ValidationCohort]) -> tuple[tuple[float, float], ...]:
    """Means of predicted and observed by tenth, averaged over imputations."""
    each = np.array([calibration_tenths(one) for one in people])
    return tuple((float(p), float(o)) for p, o in each.mean(axis=0))


def _remarks(people: Sequence[ValidationCohort]) -> list[str]:
    """How many imputations, and what is not pooled."""
    first = people[0]
    remarks = [
        f"Evaluated in {len(people)} imputations of the same people and pooled by Rubin's rules; "
        "figures by group, case mix and expected performance are not pooled (choose one imputation "
        'for them, for instance imputations: ["1"] in the mapping).'
    ]
    differing = np.zeros(first.n, dtype=bool)
    for one in people[1:]:
        differing |= one.observed != first.observed
    if differing.any():
        remarks.append(
            f"The outcome differs between imputations in {plural(int(differing.sum()), 'row')}: it "
            "was imputed."
        )
    return remarks
