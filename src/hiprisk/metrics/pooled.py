"""Performance measures pooled over imputations, each on the scale on which it is nearly normal."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate


def pool_c(values: ArrayLike, standard_errors: ArrayLike) -> Estimate:
    r"""C statistics of several imputed data sets, pooled on the log-odds scale.

    Parameters
    ----------
    values : array-like of float, shape (n_imputations,)
        Inside (0, 1).
    standard_errors : array-like of float, shape (n_imputations,)
        Of the C statistics themselves, for instance DeLong's.

    Returns
    -------
    Estimate
        With a 95 % interval that stays inside (0, 1).

    Raises
    ------
    InputError
        If there are fewer than two imputations, lengths differ, or a value leaves its range.

    Notes
    -----
    The standard error on the log-odds scale is :math:`se / (c (1 - c))`; Rubin's degrees of freedom
    are :math:`(m - 1)(1 + 1/r)^2` with `r` the relative increase in variance.

    References
    ----------
    .. [1] Rubin (1987). Multiple Imputation for Nonresponse in Surveys.
    .. [2] Marshall, Altman, Holder, Royston (2009). BMC Med Res Methodol 9, 57.

    Examples
    --------
    >>> pooled = pool_c([0.84, 0.78, 0.75, 0.71, 0.79], [0.04, 0.05, 0.01, 0.02, 0.03])
    >>> round(pooled.value, 4)
    0.7771
    """
    c, se = _checked(values), np.asarray(standard_errors, dtype=np.float64)
    if len(se) != len(c):
        raise InputError(f"{len(c)} values have {len(se)} standard errors", code="LENGTH")
    if ((c <= 0.0) | (c >= 1.0)).any() or (se < 0.0).any():
        raise InputError(
            "C must lie inside (0, 1), and its standard error must not be negative", code="RANGE"
        )
    m = len(c)
    log_odds = np.log(c / (1.0 - c))
    within = float(np.mean((se / (c * (1.0 - c))) ** 2))
    between = (1.0 + 1.0 / m) * float(np.var(log_odds, ddof=1))
    df = math.inf if between == 0.0 else (m - 1.0) * (1.0 + within / between) ** 2
    half = float(stats.t.ppf(0.975, df)) * math.sqrt(within + between)
    middle = float(log_odds.mean())
    value, low, high = (1.0 / (1.0 + math.exp(-x)) for x in (middle, middle - half, middle + half))
    return Estimate(name="c_statistic", value=value, low=low, high=high)


def pool_r2(values: ArrayLike, *, n_people: int | None = None) -> Estimate:
    """R2 of several imputed data sets, pooled by Fisher's z of the correlation R.

    Parameters
    ----------
    values : array-like of float, shape (n_imputations,)
        In [0, 1).
    n_people : int, optional
        For a 95 % interval, with the variance 1 / (n_people - 3) of Fisher's z: right for the R2
        of a linear model with few predictors, too narrow for one of a model fitted to these people.

    Notes
    -----
    psfmi 1.4 takes Fisher's z of R2 itself; the value differs in the fourth decimal where the
    imputations agree.

    References
    ----------
    .. [1] Harel (2009). J Appl Stat 36(10), 1109-1118. doi:10.1080/02664760802553000
    """
    r2 = _checked(values)
    if ((r2 < 0.0) | (r2 >= 1.0)).any():
        raise InputError("R2 must lie in [0, 1) to be pooled", code="RANGE")
    z = np.arctanh(np.sqrt(r2))
    middle = float(z.mean())
    value = math.tanh(middle) ** 2
    if n_people is None:
        return Estimate(name="r2", value=value)
    m = len(r2)
    within = 1.0 / (n_people - 3.0)
    between = (1.0 + 1.0 / m) * float(np.var(z, ddof=1))
    df = math.inf if between == 0.0 else (m - 1.0) * (1.0 + within / between) ** 2
    half = float(stats.t.ppf(0.975, df)) * math.sqrt(within + between)
    low, high = max(middle - half, 0.0), middle + half
    return Estimate(name="r2", value=value, low=math.tanh(low) ** 2, high=math.tanh(high) ** 2)


def pool_mean(values: ArrayLike, *, name: str) -> Estimate:
    """A measure without a known sampling variance, such as the scaled Brier score: the mean."""
    return Estimate(name=name, value=float(_checked(values).mean()))


def _checked(values: ArrayLike) -> Floats:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 1 or len(found) < 2:
        raise InputError("pooling needs at least two imputations")
    if not np.isfinite(found).all():
        raise InputError("a measure of one imputation is not a number", code="NOT_FINITE")
    return found
