"""How far two cohorts' means lie apart, freed of what chance alone gives, and between what limits.

References
----------
.. [1] Hotelling (1931). Ann Math Stat 2(3), 360-378.
.. [2] Anderson (2003). An Introduction to Multivariate Statistical Analysis, 3rd ed., 5.2.
.. [3] Bonett (2008). Psychol Methods 13(2), 99-109. doi:10.1037/1082-989X.13.2.99
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import ncf, ncx2, norm

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate

# Beyond it the noncentral laws are normal to the third figure, and slow to compute.
LARGE_NONCENTRALITY = 5_000.0
# Share of the estimate with its bias; from simulations of ten sites (experiments/casemix).
CAUTION = 0.2
# A direction in which scaled columns vary by less does not count.
MIN_EIGENVALUE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Mean and covariance of one cohort, and how sure the mean is.

    Attributes
    ----------
    mean : ndarray, shape (n_columns,)
    covariance : ndarray, shape (n_columns, n_columns)
        With divisor n.
    known : ndarray of float, shape (n_columns,), or None
        People of whom each column is known; None where the moments count as known exactly.
    of_mean : ndarray, shape (n_columns, n_columns), or None
        Covariance of the mean, where people come in clusters (sites, two hips); None where each
        row stands alone.
    n_clusters : int or None
        Behind `of_mean`.
    """

    mean: Floats
    covariance: Floats
    known: Floats | None
    of_mean: Floats | None = None
    n_clusters: int | None = None

    def of(self, columns: Bools) -> Moments:
        """Those of some columns."""
        here = np.ix_(columns, columns)
        return Moments(
            mean=self.mean[columns],
            covariance=self.covariance[here],
            known=None if self.known is None else self.known[columns],
            of_mean=None if self.of_mean is None else self.of_mean[here],
            n_clusters=self.n_clusters,
        )

    @property
    def n(self) -> float:
        """Number of people, the harmonic mean over columns; infinite where known exactly."""
        if self.known is None:
            return float("inf")
        return len(self.known) / float(np.sum(1.0 / self.known))

    def cluster_part(self) -> Floats:
        """Per column, variance of the mean beyond that of people who stand alone, over its own."""
        if self.known is None or self.of_mean is None:
            return np.zeros(len(self.mean))
        variance = np.diag(self.covariance)
        ratio = np.divide(
            np.diag(self.of_mean), variance, out=np.zeros(len(variance)), where=variance > 0
        )
        return np.asarray(np.maximum(ratio - 1.0 / self.known, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """Distance between two cohorts' means in standard deviations of the direction.

    Attributes
    ----------
    apparent : float
        Mahalanobis distance of the two mean vectors as they are, which chance alone keeps from 0.
    distance : Estimate or None
        Freed of chance; None where there are too few people for as many columns.
    c_statistic : Estimate or None
        Of telling the two cohorts apart, were both normal with one covariance.
    """

    apparent: float
    distance: Estimate | None
    c_statistic: Estimate | None


@dataclass(frozen=True, slots=True)
class _Chance:
    """The squared distance of equal cohorts is a chi-squared variable over `size`."""

    size: float
    freedom: float


def separation(one: Moments, two: Moments, *, level: float = 0.95) -> Separation:
    r"""Distance between two cohorts.

    Parameters
    ----------
    one : Moments
    two : Moments
        From a number of people.
    level : float
        Of the intervals.

    Raises
    ------
    InputError
        If the second cohort's number of people is not known.

    Notes
    -----
    With :math:`N = nm/(n+m)` and :math:`\nu = n + m - 2` in the pooled covariance of p columns,
    :math:`\frac{\nu - p + 1}{\nu p} N D^2` has a noncentral F distribution with noncentrality
    :math:`N \delta^2`, so :math:`\frac{\nu - p - 1}{\nu} D^2 - p / N` is :math:`\delta^2` on
    average; below 0 it counts as 0. Where the first cohort's moments count as known exactly,
    :math:`n D^2` is noncentral chi-squared in its covariance. The C statistic is
    :math:`\Phi(\delta / \sqrt 2)`.

    Where people come in clusters, the mean of either cohort is less sure. With M the covariance of
    the difference of means in units of the pooled one, p and N become
    :math:`\mathrm{tr}(M)^2 / \mathrm{tr}(M^2)` and :math:`\mathrm{tr}(M) / \mathrm{tr}(M^2)`
    (Satterthwaite). The first cohort is taken to have come in as many clusters as the second.
    """
    if two.known is None:
        raise InputError("the new cohort's number of people is needed")
    n, m = one.n, two.n
    exact = one.known is None
    weight = 1.0 if exact else n / (n + m)
    pooled = weight * one.covariance + (1.0 - weight) * two.covariance
    if not exact:
        pooled = pooled * (n + m) / (n + m - 2.0)
    white = _whitening(pooled)
    squared = float(np.sum((white @ (one.mean - two.mean)) ** 2))
    p = len(white)
    nu = np.inf if exact else n + m - 2.0
    apparent = float(np.sqrt(squared))
    if p == 0 or nu - p - 1.0 <= 0.0:
        return Separation(apparent=apparent, distance=None, c_statistic=None)
    chance = _chance(one, two, white)
    shrink = 1.0 if exact else (nu - p - 1.0) / nu
    value = max(shrink * squared - chance.freedom / chance.size, 0.0)
    limits = _limits(chance.size * squared, chance.freedom, None if exact else nu, level)
    low, high = (float(np.sqrt(end / chance.size)) for end in limits)
    distance = Estimate(
        name="mahalanobis_distance", value=float(np.sqrt(value)), low=low, high=high
    )
    return Separation(apparent=apparent, distance=distance, c_statistic=_as_c(distance))


def _whitening(covariance: Floats) -> Floats:
    """Matrix that makes of a covariance the identity, over the directions in which people vary."""
    spread = np.sqrt(np.diag(covariance))
    varies = np.flatnonzero(spread > 0)
    scale = np.zeros((len(varies), len(spread)))
    scale[np.arange(len(varies)), varies] = 1.0 / spread[varies]
    # As correlations first, so that one limit on the eigenvalues serves columns of every unit.
    values, vectors = np.linalg.eigh(scale @ covariance @ scale.T)
    kept = values > MIN_EIGENVALUE
    return np.asarray((vectors[:, kept] / np.sqrt(values[kept])).T @ scale)


def _chance(one: Moments, two: Moments, white: Floats) -> _Chance:
    """What the squared distance of two cohorts of one population is distributed like."""
    p = float(len(white))
    n, m = one.n, two.n
    alone = 1.0 / m
    if two.of_mean is not None and two.n_clusters is not None:
        own = white @ two.of_mean @ white.T
        trace = float(np.trace(own))
        if trace > p * alone:
            square = _trace_of_square(own, trace, two.n_clusters)
            twice, rest = (1.0, 0.0) if one.known is None else (2.0, 1.0 / n - alone)
            whole = twice * trace + rest * p
            whole_square = twice**2 * square + 2.0 * twice * rest * trace + rest**2 * p
            return _Chance(size=whole / whole_square, freedom=whole**2 / whole_square)
    return _Chance(size=1.0 / (alone + 1.0 / n), freedom=p)


def _trace_of_square(own: Floats, trace: float, n_clusters: int) -> float:
    """Trace of the square of a covariance of which an estimate from few clusters is at hand.

    The estimate's own is too large on average: (1 + 1/k) times it plus the squared trace over k,
    with k one fewer than clusters. Freed of that it is so unsure that a fifth of it is left in.
    """
    k = n_clusters - 1.0
    found = float(np.sum(own * own))
    if k > 1.0:
        unbiased = k * k / ((k - 1.0) * (k + 2.0)) * (found - trace * trace / k)
        found = CAUTION * found + (1.0 - CAUTION) * unbiased
    return max(found, trace * trace / len(own))


def covariance_of_mean(columns: Floats, mean: Floats, clusters: Integers) -> Floats:
    """Covariance of the means of incomplete columns whose rows come in clusters.

    Parameters
    ----------
    columns : ndarray, shape (n_rows, n_columns)
        NaN where missing.
    mean : ndarray, shape (n_columns,)
    clusters : ndarray of int, shape (n_rows,)

    Notes
    -----
    The sum over clusters of the outer product of their sums of deviations over the number of known
    rows, times G / (G - 1).
    """
    known = ~np.isnan(columns)
    counts = np.maximum(known.sum(axis=0), 1)
    deviation = np.where(known, columns - mean, 0.0) / counts
    labels, place = np.unique(clusters, return_inverse=True)
    sums = np.zeros((len(labels), columns.shape[1]))
    np.add.at(sums, place, deviation)
    return np.asarray(sums.T @ sums * (len(labels) / max(len(labels) - 1.0, 1.0)))


def _limits(statistic: float, p: float, nu: float | None, level: float) -> tuple[float, float]:
    """Noncentralities at which the statistic is just not too large, or not too small."""
    tail = (1.0 - level) / 2.0

    def below(noncentrality: float) -> float:
        if noncentrality > LARGE_NONCENTRALITY:
            return _normal_below(statistic, p, nu, noncentrality)
        if nu is None:
            return float(ncx2.cdf(statistic, p, noncentrality))
        rest = nu - p + 1.0
        return float(ncf.cdf(statistic * rest / (nu * p), p, rest, noncentrality))

    return _root(below, 1.0 - tail, statistic), _root(below, tail, statistic)


def _normal_below(statistic: float, p: float, nu: float | None, noncentrality: float) -> float:
    centre = p + noncentrality
    variance = 2.0 * (p + 2.0 * noncentrality)
    if nu is not None:
        centre *= nu / (nu - p - 1.0)
        variance += 2.0 * centre * centre / nu
    return float(norm.cdf((statistic - centre) / np.sqrt(variance)))


def _root(below: Callable[[float], float], wanted: float, statistic: float) -> float:
    """Where a falling function has a value; 0 where it begins below it."""
    start = 1e-9
    if below(start) <= wanted:
        return 0.0
    end = statistic + 10.0
    while below(end) > wanted:
        end *= 2.0
    return float(brentq(lambda value: below(value) - wanted, start, end, xtol=1e-6))


def _as_c(distance: Estimate) -> Estimate:
    value, low, high = (
        float(norm.cdf(end / np.sqrt(2.0)))
        for end in (distance.value, distance.low or 0.0, distance.high or 0.0)
    )
    return Estimate(name="normal_membership_c", value=value, low=low, high=high)


def standardised_difference(mean_1: float, sd_1: float, mean_2: float, sd_2: float) -> float:
    """Difference of two means, second minus first, over the root of the mean variance.

    Examples
    --------
    >>> standardised_difference(50.0, 10.0, 55.0, 10.0)
    0.5
    """
    spread = float(np.sqrt((sd_1 * sd_1 + sd_2 * sd_2) / 2.0))
    return 0.0 if spread == 0.0 else (mean_2 - mean_1) / spread


def standardised_difference_estimate(
    one: tuple[float, float, float | None],
    two: tuple[float, float, float | None],
    *,
    name: str = "standardised_difference",
    level: float = 0.95,
) -> Estimate:
    """The standardised difference with Bonett's interval.

    Parameters
    ----------
    one, two : tuple of (float, float, float or None)
        Mean, standard deviation and number of people; a number that is None counts as known
        exactly.
    name : str
    level : float

    Notes
    -----
    Its variance is the first-order one that allows for two variances (metafor's ``SMDH``). An
    indicator of a level is taken for a number, which is rough for rare levels.
    """
    value = standardised_difference(one[0], one[1], two[0], two[1])
    mean_variance = (one[1] ** 2 + two[1] ** 2) / 2.0
    if mean_variance == 0.0 or not all(n is None or n > 1.0 for _, _, n in (one, two)):
        return Estimate(name=name, value=value)
    variance = 0.0
    for _, sd, n in (one, two):
        if n is not None:
            variance += sd**2 / (n - 1.0) / mean_variance
            variance += value**2 * sd**4 / (n - 1.0) / (8.0 * mean_variance**2)
    reach = float(norm.ppf((1.0 + level) / 2.0) * np.sqrt(variance))
    return Estimate(name=name, value=value, low=value - reach, high=value + reach)
