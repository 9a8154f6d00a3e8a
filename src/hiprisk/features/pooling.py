"""Rubin's rules: one estimate and one standard error from several imputed data sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hiprisk.errors import InputError

Floats = NDArray[np.float64]


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
    if m < 2:
        raise InputError("pooling needs at least two imputations")
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
