"""Profile-likelihood intervals of the coefficients of a logistic recalibration.

References
----------
.. [1] Venzon, Moolgavkar (1988). J R Stat Soc C 37(1), 87-94.
.. [2] Venables, Ripley (2002). Modern Applied Statistics with S, 4th ed., section 7.2.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.metrics.intervals.wald import critical_value
from hiprisk.metrics.smoothing.logistic import MAX_STEPS, log_likelihood
from hiprisk.sheet.links import expit

# Standard errors from the estimate at which the likelihood is given up as flat.
FARTHEST = 1e4


def profile_interval(
    y: Floats,
    w: Floats,
    *,
    column: Floats,
    nuisance: Floats | None,
    offset: Floats,
    estimate: tuple[float, float],
    error: float,
    level: float,
) -> tuple[float, float]:
    """Where twice the log likelihood lost, the other coefficient fitted anew, is as chance allows.

    Parameters
    ----------
    y, w : ndarray, shape (n_people,)
    column : ndarray
        Of the coefficient that the interval is for.
    nuisance : ndarray or None
        Column of the other coefficient.
    offset : ndarray
        With a coefficient of 1.
    estimate : tuple of float
        Both coefficients at the maximum; the second one does not count without a column.
    error : float
        Wald's standard error, with which the search begins.
    level : float

    Raises
    ------
    InputError
        If the likelihood does not fall far enough on a side.
    """
    best, other = estimate
    whole = offset + best * column + (0.0 if nuisance is None else other * nuisance)
    highest = log_likelihood(y, whole, w)
    allowed = critical_value(level) ** 2

    def lost(value: float) -> float:
        rest = offset + value * column
        if nuisance is not None:
            rest = rest + _fitted_alone(y, w, nuisance, rest, start=other) * nuisance
        return 2.0 * (highest - log_likelihood(y, rest, w)) - allowed

    def end(side: float) -> float:
        reach = error
        while lost(best + side * reach) < 0.0:
            reach *= 2.0
            if reach > FARTHEST * error:
                raise InputError("the profile likelihood is flat on one side", code="DEGENERATE")
        return float(brentq(lost, best, best + side * reach, xtol=1e-10))

    return end(-1.0), end(1.0)


def _fitted_alone(y: Floats, w: Floats, column: Floats, offset: Floats, *, start: float) -> float:
    """Coefficient of one column beside an offset, by Newton's method with step halving."""
    value = start
    likelihood = log_likelihood(y, offset + value * column, w)
    for _ in range(MAX_STEPS):
        fitted = expit(offset + value * column)
        information = float(np.sum(w * fitted * (1.0 - fitted) * column * column))
        if information <= 0.0:
            break
        step = float(np.sum(w * (y - fitted) * column)) / information
        better = log_likelihood(y, offset + (value + step) * column, w)
        while better < likelihood - 1e-12 and abs(step) > 1e-12:
            step /= 2.0
            better = log_likelihood(y, offset + (value + step) * column, w)
        value, likelihood = value + step, better
        if abs(step) < 1e-11 * max(1.0, abs(value)):
            break
    return value
