"""Unpenalised fits with a covariance that holds under unequal spread and dependent rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.metrics.intervals.frequency_weights import cluster_sums
from hiprisk.sheet.links import expit

Link = Literal["identity", "logit"]
CovarianceKind = Literal["CR1", "HC3", "model"]

# Below so many clusters the covariance is known to come out too small.
FEW_CLUSTERS = 40
MIN_RESIDUAL_SHARE = 1e-8


@dataclass(frozen=True)
class RobustFit:
    """An unpenalised fit, intercept first, with what each row contributes to its coefficients.

    Attributes
    ----------
    coefficients : ndarray, shape (1 + n_columns,)
    covariance : ndarray, shape (1 + n_columns, 1 + n_columns)
    influence : ndarray, shape (n_rows, 1 + n_columns)
        Summed over the rows of a cluster and multiplied with themselves, these give the
        covariance (but for a model-based one).
    complete_df : float
        Degrees of freedom of intervals: clusters less one, or rows less coefficients.
    alone : ndarray, shape (n_alone, 1 + n_columns)
        Of each row (with CR1: cluster) of leverage 1, which has a coefficient to itself: the change
        of the coefficients for a change of its outcome by 1. Its residuals are (or add to) 0
        whatever its outcome was, so a robust covariance knows nothing of its spread.
    """

    coefficients: Floats
    covariance: Floats
    influence: Floats
    complete_df: float
    alone: Floats

    def leaves_out(self, weights: Floats) -> bool:
        """Whether a contrast of coefficients rests on a row or cluster of leverage 1."""
        return bool((np.abs(self.alone @ weights) > MIN_RESIDUAL_SHARE).any())


def fit_robust(
    columns: Floats,
    y: Floats,
    *,
    link: Link = "identity",
    kind: CovarianceKind = "HC3",
    clusters: Integers | None = None,
) -> RobustFit:
    r"""Least squares or logistic regression with a sandwich covariance.

    Parameters
    ----------
    columns : ndarray, shape (n_rows, n_columns)
        Without the intercept.
    y : ndarray, shape (n_rows,)
        0 or 1 where the link is ``logit``.
    link : str
        ``identity`` or ``logit``.
    kind : str
        ``HC3``: each squared residual is divided by the square of one less its leverage;
        ``CR1``: scores are summed within clusters and the covariance is multiplied by
        G / (G - 1) x (n - 1) / (n - k); ``model``: the model's own covariance.
    clusters : ndarray of int, shape (n_rows,), optional
        Cluster of each row, for ``CR1``.

    Raises
    ------
    InputError
        If there are too few rows or clusters, a column is a combination of others, or the columns
        separate the classes.

    References
    ----------
    .. [1] Long, Ervin (2000). Am Stat 54(3), 217-224.
    .. [2] Liang, Zeger (1986). Biometrika 73(1), 13-22.
    .. [3] Cameron, Miller (2015). J Hum Resour 50(2), 317-372.
    """
    n_rows, width = len(y), columns.shape[1] + 1
    check_enough_rows(n_rows, width)
    fit = fit_ols(columns, y) if link == "identity" else fit_logistic(columns, y)
    design = np.column_stack([np.ones(n_rows), columns])
    lp = design @ fit.coefficients
    fitted = lp if link == "identity" else expit(lp)
    spread = np.ones(n_rows) if link == "identity" else fitted * (1.0 - fitted)
    bread = _bread(design, spread)
    residual = y - fitted
    leverage = spread * np.einsum("ij,jk,ik->i", design, bread, design)
    alone = (design @ bread)[leverage > 1.0 - MIN_RESIDUAL_SHARE]
    if kind == "HC3":
        # A row that its own coefficient fits exactly has leverage 1: 0 / 0 without the floor.
        residual = residual / np.maximum(1.0 - leverage, MIN_RESIDUAL_SHARE)
    influence = (design * residual[:, np.newaxis]) @ bread
    if kind == "model":
        return RobustFit(fit.coefficients, fit.covariance, influence, float(n_rows - width), alone)
    if kind == "HC3":
        covariance = influence.T @ influence
        return RobustFit(fit.coefficients, covariance, influence, float(n_rows - width), alone)
    if clusters is None:
        raise InputError("CR1 needs the cluster of each row", code="CLUSTERS")
    n_clusters = len(np.unique(clusters))
    alone = _clusters_alone(design * np.sqrt(spread)[:, np.newaxis], bread, leverage, clusters)
    influence = influence * np.sqrt(small_sample_factor(n_rows, width, n_clusters))
    summed = cluster_sums(influence, clusters)
    return RobustFit(fit.coefficients, summed.T @ summed, influence, float(n_clusters - 1), alone)


def _clusters_alone(
    weighted: Floats, bread: Floats, leverage: Floats, clusters: Integers
) -> Floats:
    """As `RobustFit.alone`, by cluster: directions in a cluster's rows with leverage 1."""
    found = [np.empty((0, weighted.shape[1]))]
    numbers = np.unique(clusters, return_inverse=True)[1]
    # A root of the scaled matrix: squares and splines differ in size.
    scale = np.sqrt(np.diag(bread))
    sizes, axes = np.linalg.eigh(bread / np.outer(scale, scale))
    root = scale[:, np.newaxis] * axes * np.sqrt(np.maximum(sizes, 0.0))
    # Leverages of a cluster add to at least 1 where a direction in its rows has 1.
    for number in np.flatnonzero(np.bincount(numbers, leverage) > 1.0 - MIN_RESIDUAL_SHARE):
        own = weighted[numbers == number] @ root
        # As many leverages as there are coefficients, however large the cluster.
        shares, directions = np.linalg.eigh(own.T @ own)
        found.append(directions[:, shares > 1.0 - MIN_RESIDUAL_SHARE].T @ root.T)
    return np.concatenate(found)


def check_enough_rows(n_rows: int, n_coefficients: int) -> None:
    """Refuse a fit without at least two rows more than coefficients."""
    if n_rows <= n_coefficients + 1:
        raise InputError(
            f"{n_rows} rows are too few for {n_coefficients} coefficients",
            code="TOO_FEW",
            advice="declare fewer confounders, or no strata",
        )


def small_sample_factor(n_rows: int, n_coefficients: int, n_clusters: int) -> float:
    """Factor by which CR1 widens the covariance: G / (G - 1) x (n - 1) / (n - k)."""
    if n_clusters < 2:
        raise InputError(
            "the spread between clusters cannot be estimated from one cluster",
            code="CLUSTERS",
            advice="set association.cluster to person or none",
        )
    return n_clusters / (n_clusters - 1.0) * (n_rows - 1.0) / (n_rows - n_coefficients)


def _bread(design: Floats, spread: Floats) -> Floats:
    """Inverse information, by way of the scaled columns: squares and splines differ in size."""
    scale = np.sqrt(np.einsum("ij,ij,i->j", design, design, spread))
    scaled = design / scale
    inverse = np.linalg.inv((scaled * spread[:, np.newaxis]).T @ scaled)
    return np.asarray(inverse / np.outer(scale, scale))
