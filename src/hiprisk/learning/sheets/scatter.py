"""How a continuous outcome scatters about a model's predictions, from those out of fold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.learning.candidates import OutOfFold
from hiprisk.learning.residual_distribution import residual_distribution, widened
from hiprisk.sheet.format import Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """The parts of a sheet that say how an outcome scatters; None where they are not known.

    Attributes
    ----------
    distribution : Distribution or None
        None of a model type that is a distribution of its own.
    residual_sd : float or None
        Of a continuous outcome.
    """

    distribution: Distribution | None = None
    residual_sd: float | None = None


def out_of_fold_scatter(
    outcome: Floats, out_of_fold: OutOfFold, *, extra_variance: float = 0.0
) -> Scatter:
    """Scatter of a continuous outcome about its out-of-fold predictions.

    Parameters
    ----------
    outcome : ndarray, shape (n_people,)
        Of all people.
    out_of_fold : OutOfFold
    extra_variance : float
        What the residuals lack of a new patient's, at every level: of a new site.
    """
    observed = outcome[out_of_fold.rows]
    residual_sd = float(np.sqrt(np.mean((observed - out_of_fold.predicted) ** 2)))
    if out_of_fold.own is not None:
        return Scatter(residual_sd=residual_sd)
    distribution = residual_distribution(
        observed, out_of_fold.predicted, out_of_fold.imputation_variance
    )
    return Scatter(distribution=widened(distribution, extra_variance), residual_sd=residual_sd)
