"""Likelihood-based indexes of a risk, as R's rms defines them.

References
----------
.. [1] Harrell (2015). Regression Modeling Strategies, 2nd ed., sections 10.8 and 10.9.
.. [2] Nagelkerke (1991). Biometrika 78(3), 691-692.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hiprisk.errors import InputError
from hiprisk.metrics.calibration import logistic_recalibration, logit
from hiprisk.metrics.inputs import as_binary

Floats = NDArray[np.float64]


def _log_likelihood(y: Floats, lp: Floats, w: Floats) -> float:
    return float(np.sum(w * (y * lp - np.logaddexp(0.0, lp))))


def _null_log_likelihood(y: Floats, w: Floats) -> float:
    n, events = float(w.sum()), float(np.sum(w * y))
    if events in (0.0, n):
        raise InputError("a likelihood ratio needs events and non-events", code="DEGENERATE")
    return events * float(np.log(events / n)) + (n - events) * float(np.log(1.0 - events / n))


def _recalibrated_gain(y: Floats, p: Floats, w: Floats) -> tuple[float, float]:
    """Likelihood-ratio chi-squares of the recalibrated risk: over none, and over the risk."""
    line = logistic_recalibration(y, p, weights=w)
    lp = logit(p)
    best = _log_likelihood(y, line.intercept + line.slope * lp, w)
    over_null = 2.0 * (best - _null_log_likelihood(y, w))
    over_risk = 2.0 * (best - _log_likelihood(y, lp, w))
    return over_null, over_risk


def nagelkerke_r2(y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Nagelkerke's R2 of the recalibrated risk, as rms reports it on a test sample.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk : array-like of float, shape (n_people,)
    weights : array-like of float, optional
    """
    y, p, w = as_binary(y_true, risk, weights)
    n = float(w.sum())
    gain, _ = _recalibrated_gain(y, p, w)
    largest = 1.0 - float(np.exp(2.0 * _null_log_likelihood(y, w) / n))
    return (1.0 - float(np.exp(-gain / n))) / largest


def discrimination_index(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """D: (likelihood-ratio chi-square of the recalibrated risk - 1) / n."""
    y, p, w = as_binary(y_true, risk, weights)
    return (_recalibrated_gain(y, p, w)[0] - 1.0) / float(w.sum())


def unreliability_index(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """U: (gain in -2 log likelihood by recalibrating - 2) / n."""
    y, p, w = as_binary(y_true, risk, weights)
    return (_recalibrated_gain(y, p, w)[1] - 2.0) / float(w.sum())


def quality_index(y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Q: D - U."""
    return discrimination_index(y_true, risk, weights=weights) - unreliability_index(
        y_true, risk, weights=weights
    )
