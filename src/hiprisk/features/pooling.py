"""Rubin's rules, and tests of several coefficients, over several imputed data sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, fdtrc

from hiprisk.arrays import Floats
from hiprisk.errors import InputError


@dataclass(frozen=True)
class PooledEstimates:
    """Estimates pooled over imputations.

    Attributes
    ----------
    estimate : ndarray, shape (n_parameters,)
    total : ndarray, shape (n_parameters, n_parameters)
        Total covariance.
    se : ndarray, shape (n_parameters,)
    df : ndarray, shape (n_parameters,)
        Barnard and Rubin's degrees of freedom.
    riv : ndarray, shape (n_parameters,)
        Relative increase in variance due to missing values.
    share_missing : ndarray, shape (n_parameters,)
        Share of the variance that is due to missing values (lambda).
    fmi : ndarray, shape (n_parameters,)
        Fraction of missing information.
    """

    estimate: Floats
    total: Floats
    se: Floats
    df: Floats
    riv: Floats
    share_missing: Floats
    fmi: Floats


def pool_estimates(
    estimates: ArrayLike, covariances: ArrayLike, *, complete_df: float
) -> PooledEstimates:
    """Pool estimates of several imputed data sets.

    Parameters
    ----------
    estimates : array-like of float, shape (n_imputations, n_parameters)
    covariances : array-like of float, shape (n_imputations, n_parameters, n_parameters)
    complete_df : float
        Degrees of freedom if nothing were missing.

    Raises
    ------
    InputError
        If there are fewer than two imputations.

    References
    ----------
    .. [1] Rubin (1987). Multiple Imputation for Nonresponse in Surveys.
    .. [2] Barnard, Rubin (1999). Biometrika 86(4), 948-955. doi:10.1093/biomet/86.4.948
    """
    q = np.asarray(estimates, dtype=np.float64)
    u = np.asarray(covariances, dtype=np.float64)
    m = len(q)
    _check_several(m)
    within = u.mean(axis=0)
    between = np.atleast_2d(np.cov(q, rowvar=False))
    total = within + (1.0 + 1.0 / m) * between
    extra = (1.0 + 1.0 / m) * np.diag(between)
    variance = np.diag(total)
    share = np.clip(extra / variance, 0.0, 1.0)
    riv = extra / np.diag(within)
    old = (m - 1.0) / np.maximum(share, 1e-12) ** 2
    observed = (complete_df + 1.0) / (complete_df + 3.0) * complete_df * (1.0 - share)
    df = old * observed / (old + observed)
    fmi = (riv + 2.0 / (df + 3.0)) / (1.0 + riv)
    return PooledEstimates(q.mean(axis=0), total, np.sqrt(variance), df, riv, share, fmi)


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledTest:
    """A test that several coefficients are all zero.

    Attributes
    ----------
    method : str
        ``D1``, ``D2`` or ``D3`` over imputations; ``likelihood-ratio`` on complete data.
    statistic : float
        An F statistic; for ``likelihood-ratio`` a chi-squared one.
    df : int
        Number of coefficients.
    df_denominator : float or None
        None for ``likelihood-ratio``.
    p_value : float
    riv : float
        Average relative increase in variance due to missing values.
    """

    method: str
    statistic: float
    df: int
    df_denominator: float | None
    p_value: float
    riv: float

    def to_dict(self) -> dict[str, float | int | str | None]:
        """Plain values for JSON."""
        return {
            "method": self.method,
            "statistic": self.statistic,
            "df": self.df,
            "df_denominator": self.df_denominator,
            "p_value": self.p_value,
            "riv": self.riv,
        }


def pooled_wald_test(
    estimates: ArrayLike, covariances: ArrayLike, *, complete_df: float
) -> PooledTest:
    """Pooled Wald test, D1.

    Parameters
    ----------
    estimates : array-like of float, shape (n_imputations, n_tested)
        The tested coefficients alone.
    covariances : array-like of float, shape (n_imputations, n_tested, n_tested)
    complete_df : float
        Degrees of freedom if nothing were missing; infinity for none of Reiter's correction.

    Raises
    ------
    InputError
        If there are fewer than two imputations.

    Notes
    -----
    One coefficient is tested by its own t with Barnard and Rubin's degrees of freedom. Reiter's
    degrees of freedom need n_tested x (n_imputations - 1) > 4; at or below that Li's are taken.

    References
    ----------
    .. [1] Li, Raghunathan, Rubin (1991). J Am Stat Assoc 86(416), 1065-1073.
    .. [2] Reiter (2007). Biometrika 94(2), 502-508. doi:10.1093/biomet/asm028
    """
    pooled = pool_estimates(estimates, covariances, complete_df=complete_df)
    q = np.asarray(estimates, dtype=np.float64)
    n_imputations, k = q.shape
    within = np.asarray(covariances, dtype=np.float64).mean(axis=0)
    if k == 1:
        riv, df = float(pooled.riv[0]), float(pooled.df[0])
    else:
        between = np.atleast_2d(np.cov(q, rowvar=False))
        riv = float((1.0 + 1.0 / n_imputations) * np.trace(np.linalg.solve(within, between)) / k)
        df = _reiter_df(k * (n_imputations - 1), k, riv, complete_df)
    mean = pooled.estimate
    statistic = float(mean @ np.linalg.solve(within, mean)) / (k * (1.0 + riv))
    return _f_test("D1", statistic, k, df, riv)


def pooled_chi_squared_test(statistics: ArrayLike, *, df: int) -> PooledTest:
    """Test from the chi-squared statistics of the imputations alone, D2.

    Parameters
    ----------
    statistics : array-like of float, shape (n_imputations,)
        Wald or likelihood-ratio statistics, each with `df` degrees of freedom.
    df : int

    Raises
    ------
    InputError
        If there are fewer than two imputations.

    References
    ----------
    .. [1] Li, Meng, Raghunathan, Rubin (1991). Stat Sinica 1(1), 65-92.
    """
    d = np.asarray(statistics, dtype=np.float64)
    m = len(d)
    _check_several(m)
    riv = float((1.0 + 1.0 / m) * np.var(np.sqrt(np.maximum(d, 0.0)), ddof=1))
    statistic = (float(d.mean()) / df - (m + 1.0) / (m - 1.0) * riv) / (1.0 + riv)
    denominator = df ** (-3.0 / m) * (m - 1.0) * (1.0 + 1.0 / max(riv, _LEAST_RIV)) ** 2
    return _f_test("D2", statistic, df, denominator, riv)


def pooled_likelihood_ratio_test(at_own: ArrayLike, at_pooled: ArrayLike, *, df: int) -> PooledTest:
    """Pooled likelihood-ratio test, D3.

    Parameters
    ----------
    at_own : array-like of float, shape (n_imputations,)
        Likelihood-ratio statistic of each imputation at its own estimates.
    at_pooled : array-like of float, shape (n_imputations,)
        The same with both models at their pooled estimates.
    df : int

    Raises
    ------
    InputError
        If there are fewer than two imputations.

    References
    ----------
    .. [1] Meng, Rubin (1992). Biometrika 79(1), 103-111. doi:10.1093/biomet/79.1.103
    """
    own = np.asarray(at_own, dtype=np.float64)
    pooled = np.asarray(at_pooled, dtype=np.float64)
    m = len(own)
    _check_several(m)
    # Never negative in large samples; in small ones it can be, and means no missing information.
    riv = max(float((m + 1.0) / (df * (m - 1.0)) * (own.mean() - pooled.mean())), 0.0)
    statistic = float(pooled.mean()) / (df * (1.0 + riv))
    return _f_test("D3", statistic, df, _li_df(df * (m - 1), df, riv), riv)


def likelihood_ratio_test(statistic: float, *, df: int) -> PooledTest:
    """Likelihood-ratio test of complete data: a chi-squared statistic and its p value."""
    return PooledTest(
        method="likelihood-ratio",
        statistic=statistic,
        df=df,
        df_denominator=None,
        p_value=float(chdtrc(df, max(statistic, 0.0))),
        riv=0.0,
    )


# Where imputations agree to the last bit the denominator is as good as infinite.
_LEAST_RIV = 1e-9


def _check_several(m: int) -> None:
    if m < 2:
        raise InputError("pooling needs at least two imputations")


def _f_test(method: str, statistic: float, k: int, df: float, riv: float) -> PooledTest:
    p_value = float(fdtrc(k, df, max(statistic, 0.0)))
    return PooledTest(
        method=method, statistic=statistic, df=k, df_denominator=df, p_value=p_value, riv=riv
    )


def _li_df(t: float, k: int, riv: float) -> float:
    r = max(riv, _LEAST_RIV)
    if t > 4:
        return float(4.0 + (t - 4.0) * (1.0 + (1.0 - 2.0 / t) / r) ** 2)
    return float(t * (1.0 + 1.0 / k) * (1.0 + 1.0 / r) ** 2 / 2.0)


def _reiter_df(t: float, k: int, riv: float, complete_df: float) -> float:
    """Reiter's equations 1 and 2, in his symbols."""
    if t <= 4 or not np.isfinite(complete_df):
        return _li_df(t, k, riv)
    a = riv * t / (t - 2.0)
    nu = (complete_df + 1.0) / (complete_df + 3.0) * complete_df
    one, two, four = 1.0 + a, nu - 2.0 * (1.0 + a), nu - 4.0 * (1.0 + a)
    inner = (
        a**2 * two / (one**2 * four)
        + 8.0 * a**2 * two / (one * four**2)
        + 4.0 * a**2 / (one * four)
        + 4.0 * a**2 / (four * two)
        + 16.0 * a**2 * two / four**3
        + 8.0 * a**2 / four**2
    )
    return float(4.0 + 1.0 / (1.0 / four + inner / (t - 4.0)))
