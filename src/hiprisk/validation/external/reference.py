"""What a model is compared with on the same people: a column of predictions, or another model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from hiprisk.cohort.findings import FITTED_TO_THESE_PEOPLE, Finding
from hiprisk.cohort.reading import Cohort
from hiprisk.config import OutcomeSettings
from hiprisk.errors import InputError
from hiprisk.validation.external.cohort import ValidationCohort
from hiprisk.validation.external.eligibility import check_enough, check_predictions
from hiprisk.validation.performance.paired import PairedComparison, paired_differences
from hiprisk.validation.performance.reference import ReferenceComparison, compare_with_reference
from hiprisk.wording.disclaimers import FITTED_TO_THESE


def with_reference(
    cohort: Cohort, column: str, outcome: OutcomeSettings, *, accept_units: bool = False
) -> Cohort:
    """The cohort with a column of reference predictions checked, those off their scale missing.

    Parameters
    ----------
    cohort : Cohort
    column : str
    outcome : OutcomeSettings
    accept_units : bool
        Go on although the column's spread says that its scale is not the outcome's.

    Raises
    ------
    InputError
        If the column is absent, or so many predictions are off the scale that it is another.
    """
    off_scale = check_predictions(column, outcome, cohort, accept_units=accept_units)
    if not off_scale.any():
        return cohort
    frame = cohort.frame.copy()
    frame.loc[off_scale, column] = np.nan
    return replace(cohort, frame=frame)


def compared_with(
    column: str,
    people: ValidationCohort,
    outcome: OutcomeSettings,
    *,
    model: str,
    n_resamples: int,
    seed: int,
) -> ReferenceComparison | None:
    """The model and the reference prediction on the people who have both.

    Parameters
    ----------
    column : str
        Of the reference predictions, in the frame of the people.
    people : ValidationCohort
    outcome : OutcomeSettings
    model : str
        Its name.
    n_resamples, seed : int
        Resamples of persons behind the intervals.
    """
    return compare_with_reference(
        people.observed,
        people.predicted,
        people.frame[column].to_numpy(dtype=np.float64),
        kind=outcome.kind,
        groups=people.groups,
        names=(model, column),
        n_resamples=n_resamples,
        seed=seed,
    )


def compared_models(
    first: ValidationCohort,
    second: ValidationCohort,
    outcome: OutcomeSettings,
    *,
    names: tuple[str, str],
    n_resamples: int = 500,
    seed: int = 0,
) -> PairedComparison:
    """Two models of one outcome on the people whom both can score.

    Parameters
    ----------
    first, second : ValidationCohort
        The same cohort, read and predicted by each model.
    outcome : OutcomeSettings
        Of both.
    names : tuple of str
        Of the models.
    n_resamples, seed : int
        Resamples of persons, the same for both models.

    Raises
    ------
    InputError
        If nobody, or too few people, can be scored by both, or the outcome was not read alike.
    """
    rows, one, other = np.intersect1d(first.rows, second.rows, return_indices=True)
    file = first.cohort_name
    if not len(rows):
        raise InputError(
            f"there are no common people: {names[0]} can score {first.n} rows whose outcome is "
            f"known, {names[1]} other {second.n}",
            code="NO_COMMON_PEOPLE",
            file=file,
            advice="hiprisk validate with each model gives the reasons",
        )
    observed, groups = first.observed[one], first.groups[one]
    if not np.array_equal(observed, second.observed[other]):
        n_apart = int(np.sum(observed != second.observed[other]))
        raise InputError(
            f"the outcome is not read alike for both models in {n_apart} of {len(rows)} rows",
            code="OTHER_OUTCOME",
            file=file,
            column=outcome.variable,
            advice="hiprisk models --compare without --cohort says how their configs differ",
        )
    check_enough(observed, outcome, file=file)
    p, q = first.predicted[one], second.predicted[other]
    settings: dict[str, Any] = {
        "kind": outcome.kind, "groups": groups, "n_resamples": n_resamples, "seed": seed,
    }  # fmt: skip
    differences, lacking = paired_differences(observed, p, q, **settings)
    return PairedComparison(
        names=names,
        kind=outcome.kind,
        cohort=file,
        cohort_fingerprint=first.fingerprint,
        n=len(rows),
        n_people=len(np.unique(groups)),
        n_only_first=first.n - len(rows),
        n_only_second=second.n - len(rows),
        differences=differences,
        not_available=lacking,
        # The second is judged as the first stands: differences are second minus first here too.
        elementary_scores=compare_with_reference(
            observed, q, p, names=(names[1], names[0]), **settings
        ),
        n_resamples=n_resamples,
        cautions=tuple(
            _fitted(name, found)
            for name, people in zip(names, (first, second), strict=True)
            for found in people.warnings
            if found.code == FITTED_TO_THESE_PEOPLE
        ),
    )


def _fitted(name: str, found: Finding) -> str:
    """That one of the models knows these people, or some of them."""
    if found.message == FITTED_TO_THESE:
        return f"{name} was fitted to these people: its figures are apparent ones"
    return f"{name} was fitted to some of these people: its figures are in part apparent ones"
