"""A reference prediction that stands in a column of the cohort, beside the model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hiprisk.cohort.reading import Cohort
from hiprisk.config import OutcomeSettings
from hiprisk.validation.external.cohort import ValidationCohort
from hiprisk.validation.external.eligibility import check_predictions
from hiprisk.validation.performance.reference import ReferenceComparison, compare_with_reference


def with_reference(cohort: Cohort, column: str, outcome: OutcomeSettings) -> Cohort:
    """The cohort with a column of reference predictions checked, those off their scale missing.

    Parameters
    ----------
    cohort : Cohort
    column : str
    outcome : OutcomeSettings

    Raises
    ------
    InputError
        If the column is absent, or so many predictions are off the scale that it is another.
    """
    off_scale = check_predictions(column, outcome, cohort)
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
