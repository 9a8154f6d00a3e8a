"""Local regression of one variable: Cleveland's lowess, and local quadratic loess with its band.

Case weights are replications throughout: people with the same x are first put together, and what
counts people (how many are nearest, where a cell is cut) counts their weights.

References
----------
.. [1] Cleveland (1979). J Am Stat Assoc 74, 829-836.
.. [2] Cleveland, Devlin (1988). J Am Stat Assoc 83, 596-610: standard errors, degrees of freedom.
.. [3] Cleveland, Grosse (1991). Stat Comput 1, 47-62: cells, vertices and blending.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.metrics.intervals.frequency_weights import cluster_sums

LOWESS_SPAN = 2.0 / 3.0
LOESS_SPAN = 0.75
# A cell is cut as long as it holds more than this share of the span.
CELL = 0.2
MARGIN = 0.005
# So many entries of a matrix of evaluation points by people are held at a time.
LARGEST_BLOCK = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Collapsed:
    """People put together by x: distinct x ascending, their mean y, their total weight."""

    x: Floats
    y: Floats
    w: Floats


def collapse(x: Floats, y: Floats, w: Floats) -> Collapsed:
    """Put people with the same x together; people of weight 0 are left out."""
    used = w > 0
    distinct, place = np.unique(x[used], return_inverse=True)
    total = np.asarray(np.bincount(place, weights=w[used]), dtype=np.float64)
    return Collapsed(distinct, np.bincount(place, weights=w[used] * y[used]) / total, total)


def nearest_distance(points: Collapsed, at: Floats, count: float) -> Floats:
    """Distance within which `count` people lie, for each place of `at`, shape of `at`."""
    upto = np.cumsum(points.w)
    before = upto - points.w
    # Weights may be fractions: a count that is whole but for rounding is whole.
    tolerance = 1e-9 * upto[-1]
    # The window that opens at each x and is just wide enough; none opens in the last few.
    last = np.searchsorted(upto, before + count - tolerance)
    opens = np.flatnonzero(last < len(upto))
    if not len(opens):
        return np.asarray(np.maximum(at - points.x[0], points.x[-1] - at))
    left, right = points.x[opens], points.x[last[opens]]
    # The farther end is nearest where the window's middle passes the place.
    first = np.searchsorted(left + right, 2.0 * at)
    here = np.minimum(first, len(opens) - 1)
    distance = np.where(first < len(opens), right[here] - at, at - left[-1])
    earlier = at - left[np.maximum(first - 1, 0)]
    distance = np.where((first > 0) & (earlier < distance), earlier, distance)
    return np.maximum(distance, at - left[here])


def tricube(distance: Floats, bandwidth: Floats) -> Floats:
    """Tricube weights; 1 within a thousandth of the bandwidth, 0 beyond 0.999 of it."""
    safe = np.where(bandwidth > 0, bandwidth, 1.0)
    ratio = distance / safe
    rest = 1.0 - ratio * ratio * ratio
    weight = rest * rest * rest
    weight = np.where(distance <= 0.001 * bandwidth, 1.0, weight)
    return np.where(distance <= 0.999 * bandwidth, weight, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Lowess:
    """Fitted lowess: a line through its values at the distinct x."""

    x: Floats
    values: Floats

    def at(self, x: Floats) -> Floats:
        """Fitted values; constant beyond the data."""
        return np.asarray(np.interp(x, self.x, self.values))


def lowess(x: Floats, y: Floats, w: Floats, *, span: float = LOWESS_SPAN) -> Lowess:
    """Local linear fit without robustness steps, as R's ``lowess(iter = 0)``.

    Parameters
    ----------
    x, y : ndarray, shape (n_people,)
    w : ndarray, shape (n_people,)
        Replications.
    span : float
        Share of the people who are nearest.

    Notes
    -----
    Fitted about every hundredth of the range of x and interpolated between, as R does.
    """
    points = collapse(x, y, w)
    total = float(points.w.sum())
    count = max(min(total, np.floor(span * total + 1e-7)), min(2.0, total))
    chosen = _spaced(points.x, 0.01 * float(points.x[-1] - points.x[0]))
    at = points.x[chosen]
    fitted = np.empty(len(at))
    rows = max(1, LARGEST_BLOCK // len(points.x))
    for start in range(0, len(at), rows):
        here = slice(start, start + rows)
        fitted[here] = _local_lines(points, at[here], count)
    return Lowess(points.x, np.interp(points.x, at, fitted))


def _spaced(x: Floats, gap: float) -> Integers:
    """Positions at which lowess is fitted: each the last within a gap of the one before."""
    chosen = [0]
    while chosen[-1] < len(x) - 1:
        last = chosen[-1]
        within = int(np.searchsorted(x, x[last] + gap, side="right")) - 1
        chosen.append(max(last + 1, within))
    return np.array(chosen)


def _local_lines(points: Collapsed, at: Floats, count: float) -> Floats:
    bandwidth = nearest_distance(points, at, count)[:, np.newaxis]
    distance = np.abs(points.x - at[:, np.newaxis])
    weight = tricube(distance, bandwidth) * points.w
    weight /= weight.sum(axis=1, keepdims=True)
    middle = weight @ points.x
    off = points.x - middle[:, np.newaxis]
    spread = np.sum(weight * off * off, axis=1)
    reach = at - middle
    # Where the neighbours hardly differ in x, their mean is all that can be said.
    sloped = np.sqrt(spread) > 0.001 * (points.x[-1] - points.x[0])
    tilt = np.where(sloped, reach / np.where(sloped, spread, 1.0), 0.0)
    return np.asarray(np.sum(weight * (1.0 + tilt[:, np.newaxis] * off) * points.y, axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Loess:
    """Fitted loess: values and slopes at a few vertices, cubic polynomials between.

    Attributes
    ----------
    operator : ndarray, shape (2 * n_vertices, n_distinct)
        Takes the mean y at each distinct x to the values, then the slopes, at the vertices.
    """

    points: Collapsed
    vertices: Floats
    operator: Floats

    def at(self, x: Floats) -> Floats:
        """Fitted values, shape of `x`; beyond the data those of the nearest vertex."""
        of_vertices = self.operator @ self.points.y
        if len(self.vertices) == 1:
            return np.full(len(x), of_vertices[0])
        # The same as `blend` times these, of which all but four are times 0.
        places, parts = self._blending(x)
        return np.asarray(
            sum(part * of_vertices[place] for place, part in zip(places, parts, strict=True))
        )

    def response(self, x: Floats) -> Floats:
        """What a unit more of y of a person adds to values and slopes, shape (len(x), ...).

        Parameters
        ----------
        x : ndarray, shape (n_people,)
            Of people who are among those fitted, each of weight 1.
        """
        place = np.searchsorted(self.points.x, x)
        return np.asarray((self.operator / self.points.w).T[place])

    def standard_error(self, x: Floats, variance: Floats | float) -> Floats:
        """Standard error of the fitted values, given the variance of y at each distinct x."""
        middle = (self.operator * (variance / self.points.w)) @ self.operator.T
        blend = self.blend(x)
        return np.asarray(np.sqrt(np.maximum(np.sum(blend @ middle * blend, axis=1), 0.0)))

    def clustered_error(
        self, x: Floats, *, at: Floats, residuals: Floats, w: Floats, groups: Integers
    ) -> Floats:
        """Standard error of the fitted values, robust to rows of a person that go together.

        Parameters
        ----------
        x : ndarray
            Where the error is asked for.
        at, residuals, w : ndarray, shape (n_rows,)
            Of the rows that were fitted.
        groups : ndarray of int, shape (n_rows,)
            Person of each row.

        Notes
        -----
        A fitted value is a sum over rows of a factor times y. The variance is the sum over persons
        of the square of their factors times residuals, times G / (G - 1): infinite for one person.
        """
        used = w > 0
        off = (w * residuals)[used, np.newaxis]
        sums = cluster_sums(self.response(at[used]) * off, groups[used])
        n_groups = len(sums)
        if n_groups == 1:
            return np.full(len(x), np.inf)
        middle = sums.T @ sums * (n_groups / (n_groups - 1.0))
        blend = self.blend(x)
        return np.asarray(np.sqrt(np.maximum(np.sum(blend @ middle * blend, axis=1), 0.0)))

    def residual_freedom(self) -> tuple[float, float]:
        """First two moments of the residuals' degrees of freedom: Cleveland's delta 1 and 2.

        Notes
        -----
        The smoother is a product of two narrow matrices, so both traces need only small ones.
        """
        w = self.points.w
        own = self.operator / w
        middle = (own * w) @ own.T
        size = len(middle)
        both = np.hstack([self.blend(self.points.x), own.T])
        cross = (both * w[:, np.newaxis]).T @ both
        minus = -np.eye(size)
        kernel = np.block([[middle, minus], [minus, np.zeros((size, size))]]) @ cross
        total, first = float(w.sum()), float(np.trace(kernel))
        return total + first, total + 2.0 * first + float(np.sum(kernel * kernel.T))

    def blend(self, x: Floats) -> Floats:
        """Hermite's cubic blending, shape (len(x), 2 * n_vertices)."""
        size = len(self.vertices)
        blend = np.zeros((len(x), 2 * size))
        if size == 1:
            blend[:, 0] = 1.0
            return blend
        rows = np.arange(len(x))
        for place, part in zip(*self._blending(x), strict=True):
            blend[rows, place] = part
        return blend

    def _blending(self, x: Floats) -> tuple[list[Integers], list[Floats]]:
        """Which values and slopes of vertices a place lies between, and what it has of each."""
        knots, size = self.vertices, len(self.vertices)
        inside = np.clip(x, knots[0], knots[-1])
        cell = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, size - 2)
        width = knots[cell + 1] - knots[cell]
        t = (inside - knots[cell]) / width
        back = (1.0 - t) ** 2
        parts = [
            (1.0 + 2.0 * t) * back,
            t * t * (3.0 - 2.0 * t),
            width * t * back,
            width * t * t * (t - 1.0),
        ]
        return [cell, cell + 1, size + cell, size + cell + 1], parts


def loess(x: Floats, y: Floats, w: Floats, *, span: float = LOESS_SPAN) -> Loess:
    """Local quadratic fit with tricube weights, as R's ``loess(degree = 2)``.

    Parameters
    ----------
    x, y : ndarray, shape (n_people,)
    w : ndarray, shape (n_people,)
        Replications.
    span : float
        Share of the people who are nearest.

    Notes
    -----
    Fitted at the vertices of cells that hold at most a fifth of the span, and blended between.
    """
    points = collapse(x, y, w)
    if len(points.x) == 1:
        return Loess(points, points.x, np.array([[1.0], [0.0]]))
    vertices = _vertices(points, CELL * span)
    count = max(1.0, np.floor(float(points.w.sum()) * span + 1e-5))
    bandwidth = nearest_distance(points, vertices, count)
    return Loess(points, vertices, _local_quadratics(points, vertices, bandwidth))


def _vertices(points: Collapsed, share: float) -> Floats:
    upto = np.floor(np.cumsum(points.w) + 1e-9)
    total = int(upto[-1])
    largest = int(np.floor(total * share + 1e-9))
    edge = MARGIN * max(
        float(points.x[-1] - points.x[0]), 1e-10 * float(np.abs(points.x).max()) + 1e-30
    )
    low, high = float(points.x[0]) - edge, float(points.x[-1]) + edge
    found = {low, high}
    waiting = [(1, total, low, high)]
    while waiting:
        first, last, low, high = waiting.pop()
        if last - first + 1 <= largest:
            continue
        middle = _cut((first + last) // 2, first, last, upto)
        x = float(points.x[np.searchsorted(upto, middle)])
        if x in (low, high):
            continue
        found.add(x)
        waiting += [(first, middle, low, x), (middle + 1, last, x, high)]
    return np.array(sorted(found))


def _cut(middle: int, first: int, last: int, upto: Floats) -> int:
    """The place nearest the middle at which x changes; the middle where ties reach the end."""
    place = int(np.searchsorted(upto, middle))
    after = int(upto[place]) - middle
    before = middle - int(upto[place - 1]) if place else last
    if after <= before:
        reached = middle + after < last and middle - (after - 1) >= first
        return middle + after if reached else middle
    reached = middle - before >= first and middle + before < last
    return middle - before if reached else middle


def _local_quadratics(points: Collapsed, at: Floats, bandwidth: Floats) -> Floats:
    """Operator of the local fits: rows of values, then rows of slopes."""
    off = points.x - at[:, np.newaxis]
    weight = tricube(np.abs(off), bandwidth[:, np.newaxis]) * points.w
    # All nearest people at one place leave no width: then their own mean is the fit.
    lonely = weight.sum(axis=1) <= 0
    weight[lonely, np.abs(off[lonely]).argmin(axis=1)] = 1.0
    unit = np.where(bandwidth > 0, bandwidth, 1.0)
    scaled = off / unit[:, np.newaxis]
    basis = np.stack([np.ones_like(scaled), scaled, scaled * scaled], axis=1)
    weighted = basis * weight[:, np.newaxis, :]
    # Neighbours at one or two places cannot carry a parabola; the smallest solution is taken.
    inverse = np.linalg.pinv(weighted @ basis.transpose(0, 2, 1), rcond=1e-12, hermitian=True)
    rows = inverse[:, :2] @ weighted
    return np.vstack([rows[:, 0], rows[:, 1] / unit[:, np.newaxis]])
