r"""Whether a quantity differs between groups, and by how much: never a bare p-value.

Cochran's Q adds up the squared distances from the common mean in units of their standard errors. It
takes the standard errors as known, and rejects too often where groups are small; so its test is
Welch's, which allows for their being estimated. Beside it stands the spread between groups (tau, by
Paule and Mandel) with its interval (Q-profile), which holds for however few groups.

References
----------
.. [1] Cochran (1954). Biometrics 10(1), 101-129.
.. [2] Welch (1951). Biometrika 38, 330-336.
.. [3] Paule, Mandel (1982). J Res Natl Bur Stand 87(5), 377-385.
.. [4] Viechtbauer (2007). Stat Med 26(1), 37-52. doi:10.1002/sim.2514
.. [5] Hartung, Knapp (2001). Stat Med 20(24), 3875-3889. doi:10.1002/sim.1009
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2, f, t

from hiprisk.arrays import Floats
from hiprisk.bootstrap import STEADY
from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How much a quantity differs between groups.

    Attributes
    ----------
    q : float
        Cochran's Q.
    f : float
        Welch's statistic, on `n_groups` - 1 and `freedom` degrees of freedom.
    p_value : float
        Chance of so large an `f` where all groups are alike.
    tau : Estimate
        Standard deviation of the groups' true values, with its interval.
    mean : Estimate
        Their mean, with Hartung and Knapp's interval.
    difference : Estimate or None
        Second minus first, where there are two; Welch's interval.
    """

    n_groups: int
    q: float
    f: float
    freedom: float
    p_value: float
    tau: Estimate
    mean: Estimate
    difference: Estimate | None


def spread_between(
    values: Sequence[float],
    standard_errors: Sequence[float],
    freedoms: Sequence[float],
    *,
    level: float = 0.95,
) -> Spread:
    """Test and estimate the heterogeneity of independent groups.

    Parameters
    ----------
    values, standard_errors : sequence of float, length n_groups
    freedoms : sequence of float, length n_groups
        Degrees of freedom of each standard error; infinite where it is known.
    level : float
        Of the intervals.

    Raises
    ------
    InputError
        If there are fewer than two groups, or a standard error is not positive.
    """
    y = np.asarray(values, dtype=np.float64)
    variance = np.asarray(standard_errors, dtype=np.float64) ** 2
    if len(y) < 2:
        raise InputError("heterogeneity needs two groups or more", code="DEGENERATE")
    if not (np.isfinite(variance) & (variance > 0.0)).all() or not np.isfinite(y).all():
        raise InputError("heterogeneity needs positive standard errors", code="DEGENERATE")
    k, tail = len(y), (1.0 - level) / 2.0
    statistic, freedom = _welch(y, variance, np.asarray(freedoms, dtype=np.float64))
    tau2 = _tau2(y, variance, k - 1.0)
    low = _tau2(y, variance, float(chi2.ppf(1.0 - tail, k - 1)))
    high = _tau2(y, variance, float(chi2.ppf(tail, k - 1)))
    weights = 1.0 / (variance + tau2)
    mean = float(np.average(y, weights=weights))
    half = _half_width(y, weights, mean, tail)
    return Spread(
        n_groups=k,
        q=_q(y, variance, 0.0),
        f=statistic,
        freedom=freedom,
        p_value=_p_value(statistic, k - 1, freedom),
        tau=Estimate(name="tau", value=math.sqrt(tau2), low=math.sqrt(low), high=math.sqrt(high)),
        mean=Estimate(name="mean", value=mean, low=mean - half, high=mean + half),
        difference=_difference(y, variance, freedom, tail) if k == 2 else None,
    )


def _difference(y: Floats, variance: Floats, freedom: float, tail: float) -> Estimate:
    value = float(y[1] - y[0])
    half = float(t.ppf(1.0 - tail, freedom)) * math.sqrt(variance.sum())
    return Estimate(name="difference", value=value, low=value - half, high=value + half)


def _q(y: Floats, variance: Floats, tau2: float) -> float:
    weights = 1.0 / (variance + tau2)
    return float(np.sum(weights * (y - np.average(y, weights=weights)) ** 2))


def _welch(y: Floats, variance: Floats, freedoms: Floats) -> tuple[float, float]:
    """Welch's statistic and its second degrees of freedom."""
    k = len(y)
    weights = 1.0 / variance
    lack = float(np.sum((1.0 - weights / weights.sum()) ** 2 / freedoms))
    statistic = _q(y, variance, 0.0) / (k - 1.0) / (1.0 + 2.0 * (k - 2.0) / (k**2 - 1.0) * lack)
    return statistic, (k**2 - 1.0) / (3.0 * lack) if lack > 0.0 else math.inf


def _p_value(statistic: float, first: float, second: float) -> float:
    if math.isinf(second):
        return float(chi2.sf(first * statistic, first))
    return float(f.sf(statistic, first, second))


def p_value_range(
    statistic: float, first: float, second: float, *, n_resamples: int
) -> tuple[float, float]:
    """P-values between which other seeds of the resamples would put most of theirs.

    Parameters
    ----------
    statistic : float
        Welch's.
    first, second : float
        Its degrees of freedom.
    n_resamples : int
        Behind the standard errors.

    Notes
    -----
    A variance from B normal resamples has a relative error of the root of 2 / (B - 1), and the
    statistic, over a weighted mean of such variances, at most as much.
    """
    off = STEADY * math.sqrt(2.0 / max(n_resamples - 1.0, 1.0))
    larger, smaller = statistic * (1.0 + off), statistic * max(1.0 - off, 0.0)
    return _p_value(larger, first, second), _p_value(smaller, first, second)


def _tau2(y: Floats, variance: Floats, target: float) -> float:
    """Variance between groups at which Q has a given value; 0 where Q is smaller already."""
    if _q(y, variance, 0.0) <= target:
        return 0.0
    # Q falls as tau2 rises: from a generous guess upward the root is bracketed.
    high = float(variance.max() + np.ptp(y) ** 2)
    while _q(y, variance, high) > target:
        high *= 4.0
    return float(brentq(lambda tau2: _q(y, variance, tau2) - target, 0.0, high, xtol=1e-14 * high))


def _half_width(y: Floats, weights: Floats, mean: float, tail: float) -> float:
    """Hartung and Knapp's, never narrower than that of known standard errors."""
    k = len(y)
    # Groups that happen to agree would give an interval narrower than their own errors allow.
    scale = max(float(np.sum(weights * (y - mean) ** 2)) / (k - 1.0), 1.0)
    return float(t.ppf(1.0 - tail, k - 1)) * math.sqrt(scale / weights.sum())


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """P-values adjusted for how many they are (Holm's step-down method)."""
    order = np.argsort(p_values, kind="stable")
    m = len(order)
    adjusted = np.empty(m)
    highest = 0.0
    for rank, position in enumerate(order):
        highest = max(highest, min(1.0, (m - rank) * p_values[position]))
        adjusted[position] = highest
    return tuple(map(float, adjusted))
