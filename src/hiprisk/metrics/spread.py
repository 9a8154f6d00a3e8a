"""How far apart the predictions of two people lie once recalibrated: rms' g and gp.

References
----------
.. [1] Harrell (2015). Regression Modeling Strategies, 2nd ed., section 4.5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.metrics.calibration import linear_recalibration, logistic_recalibration, logit
from hiprisk.metrics.inputs import as_binary, as_continuous
from hiprisk.metrics.scores import gini_mean_difference


def recalibrated_linear_g(
    observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Index g of a continuous prediction: Gini's mean difference of the recalibrated prediction.

    Parameters
    ----------
    observed, predicted : array-like of float, shape (n_people,)
    weights : array-like of float, optional
        Replications.

    Returns
    -------
    float
        In units of the outcome, zero or positive.

    Raises
    ------
    InputError
        If the predictions never vary.
    """
    y, p, w = as_continuous(observed, predicted, weights)
    slope = linear_recalibration(y, p, weights=w).slope
    return abs(slope) * gini_mean_difference(p, weights=w)


def recalibrated_g(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Index g of a risk: Gini's mean difference of the recalibrated log odds.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk : array-like of float, shape (n_people,)
    weights : array-like of float, optional
        Replications.

    Raises
    ------
    InputError
        If there is one class only, the risks never vary, or they separate the classes.
    """
    y, p, w = as_binary(y_true, risk, weights)
    slope = logistic_recalibration(y, p, weights=w).slope
    return abs(slope) * gini_mean_difference(logit(p), weights=w)


def recalibrated_gp(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Gini's mean difference of the recalibrated risk; arguments as for `recalibrated_g`."""
    y, p, w = as_binary(y_true, risk, weights)
    line = logistic_recalibration(y, p, weights=w)
    moved = line.intercept + line.slope * logit(p)
    return gini_mean_difference(1.0 / (1.0 + np.exp(-moved)), weights=w)
