"""The development cohort as a sheet's normal model describes it."""

from __future__ import annotations

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.seeding import rng_for
from hiprisk.sheet.format import Sheet


def reference_population(sheet: Sheet, *, n_people: int) -> list[Floats]:
    """People as the sheet's normal model has them: its columns, each of shape (n_people,).

    Mean and covariance are met exactly, so whatever is linear in the columns has its exact mean
    and standard deviation. Indicators of levels are normal numbers here, not zeros and ones.
    """
    mean, covariance = np.array(sheet.missing.mean), np.array(sheet.missing.covariance)
    drawn = rng_for(0, "normal people").standard_normal((n_people, len(mean)))
    drawn -= drawn.mean(axis=0)
    own = np.linalg.cholesky(drawn.T @ drawn / n_people)
    white = np.linalg.solve(own, drawn.T).T
    people = mean + white @ np.linalg.cholesky(covariance).T
    return [np.ascontiguousarray(column) for column in people.T]
