"""Whether those with the event have the higher risk."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.errors import InputError
from hiprisk.metrics.inputs import as_binary


def c_statistic(y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Chance that of two people with different outcomes the one with the event has the higher risk.

    Ties count half; this is the area under the ROC curve.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk : array-like of float, shape (n_people,)
        In [0, 1].
    weights : array-like of float, optional
        A weight of 2 equals the same person twice.

    Raises
    ------
    InputError
        If lengths differ, a value is missing or leaves its range, or there is one class only.

    Examples
    --------
    >>> c_statistic([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1])
    0.875
    """
    y, p, w = as_binary(y_true, risk, weights)
    levels, place = np.unique(p, return_inverse=True)
    events = np.bincount(place, weights=w * y, minlength=len(levels))
    others = np.bincount(place, weights=w * (1.0 - y), minlength=len(levels))
    pairs = float(events.sum() * others.sum())
    if pairs == 0.0:
        raise InputError("discrimination needs events and non-events")
    below = np.cumsum(others) - others
    return float(np.sum(events * (below + 0.5 * others))) / pairs


def somers_dxy(y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Somers' Dxy: 2 (C - 1/2); arguments as for `c_statistic`."""
    return 2.0 * (c_statistic(y_true, risk, weights=weights) - 0.5)
