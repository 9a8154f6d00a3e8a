"""Intervals of means over people, rows of one person together."""

from __future__ import annotations

import math

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.intervals.frequency_weights import variance_of_mean
from hiprisk.metrics.intervals.wald import wald, wilson


def n_drawn(w: Floats, groups: Integers | None) -> float:
    """People, or groups of rows that go together."""
    return float(w.sum()) if groups is None else float(len(np.unique(groups[w > 0])))


def mean_estimate(
    name: str, values: Floats, *, w: Floats, groups: Integers | None, level: float
) -> Estimate:
    """A mean over people with Student's interval."""
    error = math.sqrt(variance_of_mean(values, w, groups))
    # With one person the error is infinite anyway; zero degrees of freedom have no quantile.
    freedom = max(n_drawn(w, groups) - 1.0, 1.0)
    mean = float(np.average(values, weights=w))
    return wald(name, mean, error, level=level, freedom=freedom)


def share_estimate(
    name: str, those: Bools, *, w: Floats, groups: Integers | None, level: float
) -> Estimate:
    """A share of people with Wilson's interval.

    With `groups` the number of people is the effective one: the share's binomial variance over its
    variance between groups.
    """
    share = float(np.average(those, weights=w))
    n = float(w.sum())
    if groups is not None:
        between = variance_of_mean(those.astype(np.float64), w, groups)
        # All alike in every group: nothing varies, and the groups are the only count there is.
        n = share * (1.0 - share) / between if 0.0 < between < np.inf else n_drawn(w, groups)
    return wilson(name, share, n, level=level)
