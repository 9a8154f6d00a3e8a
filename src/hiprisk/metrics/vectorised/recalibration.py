"""Lines on the log odds of many predictions, fitted together by Newton's method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats

MAX_STEPS = 25
SMALL_STEP = 1e-10
# Where the next step would be rounding, by the two before it.
ROUNDING = 1e-14


@dataclass(frozen=True, eq=False)
class Moments:
    """Weights times powers of the log odds, of the rows that have not settled.

    Gradient and information of an intercept and a slope are sums of fitted risks (less observed
    events), and of their variances, times these.
    """

    lp: Floats
    first: Floats | None
    slope: Floats
    squared: Floats
    events: Floats
    events_slope: Floats

    @classmethod
    def of(cls, y: Floats, lp: Floats, w: Floats | None) -> Moments:
        """Of all rows."""
        slope = lp if w is None else w * lp
        events = np.full(len(lp), y.sum()) if w is None else np.vecdot(w, y)
        return cls(lp, w, slope, slope * lp, events, np.vecdot(slope, y))

    def left(self, rows: Bools) -> Moments:
        """Those of some rows."""
        first = None if self.first is None else self.first[rows]
        parts = (self.slope, self.squared, self.events, self.events_slope)
        return Moments(self.lp[rows], first, *(part[rows] for part in parts))

    def sums(self, values: Floats) -> Floats:
        """Weighted sum of each row."""
        return np.asarray(
            values.sum(axis=1) if self.first is None else np.vecdot(self.first, values)
        )

    def step(self, line: Floats) -> Floats:
        """Newton's step of both."""
        fitted = risks(self.lp, line[:, 0], line[:, 1])
        g0 = self.events - self.sums(fitted)
        g1 = self.events_slope - np.vecdot(self.slope, fitted)
        variance = _variance(fitted)
        h0, h1 = self.sums(variance), np.vecdot(self.slope, variance)
        h2 = np.vecdot(self.squared, variance)
        determinant = h0 * h2 - h1 * h1
        step = np.column_stack([h2 * g0 - h1 * g1, h0 * g1 - h1 * g0])
        return np.asarray(step / determinant[:, np.newaxis])

    def intercept_step(self, intercept: Floats) -> Floats:
        """Newton's step of an intercept beside a slope of 1."""
        fitted = risks(self.lp, intercept, np.ones(len(intercept)))
        return np.asarray((self.events - self.sums(fitted)) / self.sums(_variance(fitted)))


def risks(lp: Floats, intercept: Floats, slope: Floats) -> Floats:
    """Risks by each row's line on its log odds."""
    risk = lp * -slope[:, np.newaxis]
    risk -= intercept[:, np.newaxis]
    np.exp(risk, out=risk)
    risk += 1.0
    return np.reciprocal(risk, out=risk)


def _variance(fitted: Floats) -> Floats:
    """Of an event of that risk; what was fitted is used up."""
    squared = fitted * fitted
    return np.subtract(fitted, squared, out=fitted)


def lines(moments: Moments) -> Floats:
    """Newton's method for all rows together; NaN where it does not settle."""
    n_rows = len(moments.lp)
    line = np.full((n_rows, 2), np.nan)
    at = np.column_stack([np.zeros(n_rows), np.ones(n_rows)])
    left = np.arange(n_rows)
    before = np.full(n_rows, np.nan)
    with np.errstate(all="ignore"):
        for _ in range(MAX_STEPS):
            step = moments.step(at[left])
            at[left] += step
            size = np.abs(step).max(axis=1)
            # A step goes with the square of the one before, so that the next one need not be taken
            # to know that it would be rounding.
            next_one = size**2 * np.maximum(1.0, size / before**2)
            settled = (size < SMALL_STEP) | (next_one < ROUNDING)
            line[left[settled]] = at[left[settled]]
            # Rows that have settled leave the iteration, so that one slow row does not cost the
            # others.
            stays = ~settled & np.isfinite(size)
            if not stays.any():
                break
            if not stays.all():
                left, size, moments = left[stays], size[stays], moments.left(stays)
            before = size
    return line


def intercepts(y: Floats, lp: Floats, w: Floats | None) -> Floats:
    """The same for an intercept beside a slope of 1."""
    found = np.full(len(lp), np.nan)
    at = np.zeros(len(lp))
    left = np.arange(len(lp))
    with np.errstate(all="ignore"):
        moments = Moments.of(y, lp, w)
        for _ in range(MAX_STEPS):
            step = moments.intercept_step(at[left])
            at[left] += np.clip(step, -5.0, 5.0)
            settled = np.abs(step) < 1e-12
            found[left[settled]] = at[left[settled]]
            stays = ~settled & np.isfinite(step)
            if not stays.any():
                break
            if not stays.all():
                left, moments = left[stays], moments.left(stays)
    return found
