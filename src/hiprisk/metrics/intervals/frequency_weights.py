"""What counts people where a weight of 2 is the same person twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hiprisk.arrays import Floats, Integers


def quantiles(values: Floats, probabilities: Sequence[float] | Floats, w: Floats) -> Floats:
    """Quantiles of the values as if each stood there as often as its weight says.

    Notes
    -----
    Linear between order statistics, as numpy's and R's default.
    """
    order = np.argsort(values, kind="stable")
    ordered, upto = values[order], np.cumsum(w[order])
    # Position among the people as if each stood there once for every unit of weight.
    place = np.asarray(probabilities, dtype=np.float64) * (upto[-1] - 1.0)
    # A position that is whole but for its last digit must not fall to the person before.
    below = np.floor(np.maximum(place, 0.0) + 1e-9)
    share = np.clip(place - below, 0.0, 1.0)
    last = int(np.flatnonzero(w[order] > 0)[-1])
    first = np.minimum(np.searchsorted(upto, below, side="right"), last)
    second = np.minimum(np.searchsorted(upto, below + 1.0, side="right"), last)
    return np.asarray(ordered[first] + share * (ordered[second] - ordered[first]))


def cluster_sums(values: Floats, groups: Integers) -> Floats:
    """Sum of the values of each group, shape (n_groups,) or (n_groups, n_columns).

    Groups are in order of their numbers.
    """
    _, place = np.unique(groups, return_inverse=True)
    size = int(place.max()) + 1
    sums = np.zeros((size, *values.shape[1:]))
    # A plain `+=` would count a group with several rows only once.
    np.add.at(sums, place, values)
    return sums


def variance_of_mean(values: Floats, w: Floats, groups: Integers | None = None) -> float:
    """Variance of the mean of the values over people, or over groups of rows.

    Notes
    -----
    Without groups every replication is a person of its own. With groups all rows of a group vary
    together: squares of their summed deviations, times G / (G - 1).
    """
    n = float(w.sum())
    off = w * (values - float(np.average(values, weights=w)))
    if groups is None:
        # A weight of 2 is two people with the same deviation, not one with twice of it.
        squares = float(np.sum(np.where(w > 0, off * off / np.where(w > 0, w, 1.0), 0.0)))
        n_drawn = n
    else:
        used = w > 0
        sums = cluster_sums(off[used], groups[used])
        squares, n_drawn = float(sums @ sums), float(len(sums))
    return squares / n**2 * n_drawn / (n_drawn - 1.0) if n_drawn > 1.0 else np.inf


def sandwich(scores: Floats, bread: Floats, w: Floats, groups: Integers) -> Floats:
    """Covariance of coefficients whose rows go together in groups.

    Parameters
    ----------
    scores : ndarray, shape (n_people, n_coefficients)
        Each person's part in the estimating equation, not weighted.
    bread : ndarray, shape (n_coefficients, n_coefficients)
        Inverse of the equation's derivative.
    """
    used = w > 0
    sums = cluster_sums(scores[used] * w[used, np.newaxis], groups[used])
    n_groups = len(sums)
    if n_groups == 1:
        return np.full_like(bread, np.inf)
    # Residuals of a fit are smaller than the errors they stand for, the more so in few groups.
    correction = n_groups / (n_groups - 1.0)
    return np.asarray(bread @ (sums.T @ sums) @ bread * correction)
