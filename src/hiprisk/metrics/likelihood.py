"""Likelihood-based indexes of a risk: of the risk as it is, and of the risk recalibrated.

rms' ``validate`` reports the recalibrated ones, rms' ``val.prob`` those of the risk as it is (its
U asks for the gain by recalibrating either way).

A recalibrated index asks what the risk would be worth after intercept and slope were fitted anew on
these people; it forgives miscalibration. The index of the risk as it is does not, and is negative
where giving everybody the prevalence would be better.

References
----------
.. [1] Harrell (2015). Regression Modeling Strategies, 2nd ed., sections 10.8 and 10.9.
.. [2] Nagelkerke (1991). Biometrika 78(3), 691-692.
.. [3] Cox, Snell (1989). Analysis of Binary Data, 2nd ed., section 5.6.
"""

from __future__ import annotations

from operator import attrgetter

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats
from hiprisk.metrics import no_information
from hiprisk.metrics.calibration import logistic_recalibration
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.inputs import as_binary
from hiprisk.metrics.smoothing.logistic import (
    log_likelihood,
    logit,
    null_log_likelihood,
    with_log_odds,
)


def _recalibrated_gain(y: Floats, p: Floats, w: Floats) -> tuple[float, float]:
    """Likelihood-ratio chi-squares of the recalibrated risk: over none, and over the risk."""
    line = logistic_recalibration(y, p, weights=w)
    lp = logit(p)
    best = log_likelihood(y, line.intercept + line.slope * lp, w)
    over_null = 2.0 * (best - null_log_likelihood(y, w))
    over_risk = 2.0 * (best - log_likelihood(y, lp, w))
    return over_null, over_risk


def nagelkerke_r2(y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Nagelkerke's R2 of the recalibrated risk, as rms' ``validate`` reports it on a test sample.

    `nagelkerke_r2_as_is` has that of the risk as it is.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk : array-like of float, shape (n_people,)
    weights : array-like of float, optional
    """
    y, p, w = with_log_odds(*as_binary(y_true, risk, weights))
    n = float(w.sum())
    gain, _ = _recalibrated_gain(y, p, w)
    largest = 1.0 - float(np.exp(2.0 * null_log_likelihood(y, w) / n))
    return (1.0 - float(np.exp(-gain / n))) / largest


def discrimination_index(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """D: (likelihood-ratio chi-square of the recalibrated risk - 1) / n."""
    y, p, w = with_log_odds(*as_binary(y_true, risk, weights))
    return (_recalibrated_gain(y, p, w)[0] - 1.0) / float(w.sum())


def unreliability_index(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """U: (gain in -2 log likelihood by recalibrating - 2) / n."""
    y, p, w = with_log_odds(*as_binary(y_true, risk, weights))
    return (_recalibrated_gain(y, p, w)[1] - 2.0) / float(w.sum())


def quality_index(y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Q: D - U."""
    return discrimination_index(y_true, risk, weights=weights) - unreliability_index(
        y_true, risk, weights=weights
    )


def cox_snell_r2_as_is(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Cox and Snell's R2 of the risk as it is: 1 - (L0 / L)^(2 / n).

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk : array-like of float, shape (n_people,)
        People with a risk of 0 or 1, whose likelihood may be 0, are left out.
    weights : array-like of float, optional

    Returns
    -------
    float
        Below 1 - L0^(2 / n) even for perfect risks; without lower bound.
    """
    y, p, w = with_log_odds(*as_binary(y_true, risk, weights))
    n = float(w.sum())
    gain = log_likelihood(y, logit(p), w) - null_log_likelihood(y, w)
    # expm1 keeps the digits of a gain that is near 0.
    return -float(np.expm1(-2.0 * gain / n))


def nagelkerke_r2_as_is(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Nagelkerke's R2 of the risk as it is; arguments as for `cox_snell_r2_as_is`.

    On the people on whom a model was fitted by maximum likelihood it equals `nagelkerke_r2`.
    """
    y, _, w = with_log_odds(*as_binary(y_true, risk, weights))
    largest = -float(np.expm1(2.0 * null_log_likelihood(y, w) / float(w.sum())))
    return cox_snell_r2_as_is(y_true, risk, weights=weights) / largest


METRICS = (
    Metric(name="nagelkerke_r2_as_is", label="Nagelkerke R²", kind="binary",
           function=nagelkerke_r2_as_is, direction=1, bounds=(None, 1.0), optimum=1.0,
           moves_with_prevalence=True, needs=("both classes",),
           vectorised=attrgetter("nagelkerke_r2_as_is"),
           no_information=no_information.scaled_log_share),
    Metric(name="cox_snell_r2_as_is", label="Cox-Snell R²", kind="binary",
           function=cox_snell_r2_as_is, direction=1, bounds=(None, 1.0), optimum=1.0,
           moves_with_prevalence=True, needs=("both classes",),
           vectorised=attrgetter("cox_snell_r2_as_is"), no_information=no_information.log_share),
    # Recalibrated without information, a risk becomes the prevalence.
    Metric(name="nagelkerke_r2", label="Nagelkerke R² (recalibrated)", kind="binary",
           function=nagelkerke_r2, direction=1, bounds=(None, 1.0), optimum=1.0, default=False,
           moves_with_prevalence=True, needs=("both classes", "varying predictions"),
           vectorised=attrgetter("nagelkerke_r2"), no_information=no_information.zero),
    Metric(name="discrimination_index", label="discrimination index D", kind="binary",
           function=discrimination_index, direction=1, default=False, moves_with_prevalence=True,
           needs=("both classes", "varying predictions"),
           vectorised=attrgetter("discrimination_index")),
    Metric(name="unreliability_index", label="unreliability index U", kind="binary",
           function=unreliability_index, direction=-1, default=False, moves_with_prevalence=True,
           needs=("both classes", "varying predictions"),
           vectorised=attrgetter("unreliability_index")),
    Metric(name="quality_index", label="quality index Q", kind="binary",
           function=quality_index, direction=1, default=False, moves_with_prevalence=True,
           needs=("both classes", "varying predictions"),
           vectorised=attrgetter("quality_index")),
)  # fmt: skip
