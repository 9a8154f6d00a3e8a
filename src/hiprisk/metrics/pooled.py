"""Performance measures pooled over imputations, each on the scale on which it is nearly normal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.metrics.entry import Scale
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.intervals.wald import critical_value


@dataclass(frozen=True, slots=True, eq=False)
class PooledInterval:
    """Means over imputations and the ends of their intervals, on the scale of pooling."""

    value: Floats
    low: Floats
    high: Floats


def pooled_interval(
    values: Floats, errors: Floats, *, complete_df: float = math.inf, level: float = 0.95
) -> PooledInterval:
    """Rubin's rules for any number of quantities at once.

    Parameters
    ----------
    values, errors : ndarray, shape (n_imputations, ...)
        Estimates and standard errors of each imputation, on a scale on which they are about normal.
    complete_df : float
        Degrees of freedom if nothing were missing: those of Barnard and Rubin are taken. Infinite
        for Rubin's own.
    level : float

    References
    ----------
    .. [1] Rubin (1987). Multiple Imputation for Nonresponse in Surveys.
    .. [2] Barnard, Rubin (1999). Biometrika 86(4), 948-955. doi:10.1093/biomet/86.4.948
    """
    m = len(values)
    middle, within = values.mean(axis=0), (errors**2).mean(axis=0)
    between = (1.0 + 1.0 / m) * values.var(axis=0, ddof=1)
    total = within + between
    # Imputations that agree have no share of missing information, and infinite degrees of freedom.
    share = np.divide(between, total, out=np.zeros_like(total), where=total > 0.0)
    # The formula divides by the share, which is 0 where imputations agree.
    df = (m - 1.0) / np.maximum(share, 1e-12) ** 2
    if math.isfinite(complete_df):
        observed = (complete_df + 1.0) / (complete_df + 3.0) * complete_df * (1.0 - share)
        # No variance within imputations at all leaves Rubin's own, m - 1.
        df = np.where(observed > 0.0, df * observed / (df + observed), df)
    half = stats.t.ppf((1.0 + level) / 2.0, df) * np.sqrt(total)
    return PooledInterval(middle, middle - half, middle + half)


def pool_intervals(
    estimates: Sequence[Estimate],
    *,
    scale: Scale = "identity",
    bounds: tuple[float | None, float | None] = (None, None),
    complete_df: float = math.inf,
    level: float = 0.95,
) -> Estimate:
    """A metric of several imputed data sets that came with an interval in each.

    Parameters
    ----------
    estimates : sequence of Estimate
        One an imputation.
    scale : str
        On which the metric is about normal.
    bounds : tuple of float or None
        What the metric cannot leave: an interval that is cut off below has half a width above, and
        the pooled one stays inside.
    complete_df : float
        As for `pooled_interval`.
    level : float
        Of all the intervals.

    Returns
    -------
    Estimate
        Without ends where one of them has none.

    Notes
    -----
    The standard error in an imputation is half the width of its interval on the scale of pooling,
    divided by the critical value of the normal: exact for Wald's intervals, and the spread of the
    resamples between their outer percentiles for those of the bootstrap.
    """
    name = estimates[0].name
    values = transform(_checked([one.value for one in estimates]), scale)
    if not np.isfinite(values).all():
        return Estimate(name=name, value=float(np.mean([one.value for one in estimates])))
    middle = back_transform(float(values.mean()), scale)
    ends = np.array([[one.low, one.high] for one in estimates], dtype=np.float64)
    low, high = transform(ends, scale).T
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        return Estimate(name=name, value=middle)
    half = (high - low) / 2.0
    lower, upper = bounds
    if lower is not None:
        # The half below was cut off at the bound; the one above still shows the spread.
        half = np.where(ends[:, 0] <= lower, high - values, half)
    found = pooled_interval(
        values, half / critical_value(level), complete_df=complete_df, level=level
    )
    bottom, top = (back_transform(float(end), scale) for end in (found.low, found.high))
    return Estimate(
        name=name,
        value=middle,
        low=bottom if lower is None else max(bottom, lower),
        high=top if upper is None else min(top, upper),
    )


def transform(values: Floats, scale: Scale) -> Floats:
    """Values on the scale of pooling; infinite or NaN where it cannot hold them."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale == "logit":
            return np.asarray(np.log(values / (1.0 - values)))
        if scale == "log_complement":
            return np.asarray(-np.log1p(-values))
        if scale == "fisher_z":
            return np.asarray(np.arctanh(values))
        return np.asarray(np.log(values)) if scale == "log" else np.asarray(values)


def back_transform(value: float, scale: Scale) -> float:
    """A value back on the metric's own scale."""
    if scale == "logit":
        return float(1.0 / (1.0 + np.exp(-value)))
    if scale == "log_complement":
        return float(-np.expm1(-value))
    if scale == "fisher_z":
        return float(np.tanh(value))
    return float(np.exp(value)) if scale == "log" else value


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
    log_odds, errors = transform(c, "logit"), se / (c * (1.0 - c))
    found = pooled_interval(log_odds, errors)
    value, low, high = (
        back_transform(float(x), "logit") for x in (found.value, found.low, found.high)
    )
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
    found = pooled_interval(z, np.full_like(z, 1.0 / math.sqrt(n_people - 3.0)))
    # Fisher's z of R is positive here; squared, an end below 0 would come back as a larger R2.
    low, high = (math.tanh(max(float(end), 0.0)) ** 2 for end in (found.low, found.high))
    return Estimate(name="r2", value=value, low=low, high=high)


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
