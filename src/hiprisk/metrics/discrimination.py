"""Whether those with the event have the higher risk."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics import no_information
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.inputs import as_binary, check_both_classes
from hiprisk.metrics.intervals.frequency_weights import cluster_sums
from hiprisk.metrics.intervals.wald import wald_on_logit


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
        raise InputError("discrimination needs events and non-events", code="DEGENERATE")
    # Counted over distinct risks: n log n in place of all pairs, and ties are counted as half.
    below = np.cumsum(others) - others
    return float(np.sum(events * (below + 0.5 * others))) / pairs


def somers_dxy(y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Somers' Dxy: 2 (C - 1/2); arguments as for `c_statistic`."""
    return 2.0 * (c_statistic(y_true, risk, weights=weights) - 0.5)


@dataclass(frozen=True, slots=True, eq=False)
class Placements:
    """Share of the others whom each person with the event surpasses, and the reverse.

    Attributes
    ----------
    of_events, of_others : ndarray, shape (n_people,)
        0 for people of the other class.
    """

    of_events: Floats
    of_others: Floats


def placements(y: Floats, p: Floats, w: Floats) -> Placements:
    """DeLong's components; their weighted means over each class are both C."""
    levels, place = np.unique(p, return_inverse=True)
    events = np.bincount(place, weights=w * y, minlength=len(levels))
    others = np.bincount(place, weights=w * (1.0 - y), minlength=len(levels))
    below = (np.cumsum(others) - 0.5 * others) / others.sum()
    above = 1.0 - (np.cumsum(events) - 0.5 * events) / events.sum()
    return Placements(below[place] * y, above[place] * (1.0 - y))


def c_standard_error(
    y_true: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
) -> float:
    """Standard error of C by DeLong's method, or by Obuchowski's where rows go in groups.

    Parameters
    ----------
    y_true, risk, weights
        As for `c_statistic`.
    groups : ndarray of int, shape (n_people,), optional
        Person of each row, where a person has several (two hips).

    Returns
    -------
    float
        Infinite where a class has one member only.

    References
    ----------
    .. [1] DeLong, DeLong, Clarke-Pearson (1988). Biometrics 44, 837-845.
    .. [2] Obuchowski (1997). Biometrics 53, 567-578.
    """
    y, p, w = as_binary(y_true, risk, weights)
    check_both_classes(y, w)
    return _placement_error(placements(y, p, w), y=y, w=w, groups=groups)


def _placement_error(placed: Placements, *, y: Floats, w: Floats, groups: Integers | None) -> float:
    n_events, n_others = float(np.sum(w * y)), float(np.sum(w * (1.0 - y)))
    mean = float(np.sum(w * placed.of_events)) / n_events
    off_events = (placed.of_events - mean) * y
    off_others = (placed.of_others - mean) * (1.0 - y)
    if groups is not None:
        return _clustered_error(off_events, off_others, y=y, w=w, groups=groups)
    # The spread of one placement cannot be estimated; an infinite error leaves the ends out.
    if min(n_events, n_others) <= 1.0:
        return float("inf")
    variance = float(np.sum(w * off_events**2)) / (n_events * (n_events - 1.0))
    variance += float(np.sum(w * off_others**2)) / (n_others * (n_others - 1.0))
    return float(np.sqrt(variance))


def _clustered_error(
    off_events: Floats, off_others: Floats, *, y: Floats, w: Floats, groups: Integers
) -> float:
    used = w > 0
    columns = np.column_stack([w * off_events, w * off_others, w * y, w * (1.0 - y)])[used]
    sums = cluster_sums(columns, groups[used])
    n_events, n_others = sums[:, 2].sum(), sums[:, 3].sum()
    have = [int((sums[:, 2] > 0).sum()), int((sums[:, 3] > 0).sum()), len(sums)]
    if min(have) <= 1:
        return float("inf")
    with_events, with_others, both = (count / (count - 1.0) for count in have)
    variance = with_events * (sums[:, 0] @ sums[:, 0]) / n_events**2
    variance += with_others * (sums[:, 1] @ sums[:, 1]) / n_others**2
    variance += 2.0 * both * (sums[:, 0] @ sums[:, 1]) / (n_events * n_others)
    return float(np.sqrt(max(variance, 0.0)))


def c_estimate(
    y_true: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """C with DeLong's standard error (Obuchowski's with `groups`), interval on the log odds.

    Arguments as for `hiprisk.metrics.scores.rmse_estimate`. At C = 0 or 1 there are
    no ends: the error is 0 there and says nothing.
    """
    value = c_statistic(y_true, risk, weights=weights)
    error = c_standard_error(y_true, risk, weights=weights, groups=groups)
    return wald_on_logit("c_statistic", value, error, level=level)


METRICS = (
    Metric(name="c_statistic", label="C statistic", kind="binary", function=c_statistic,
           direction=1, bounds=(0.0, 1.0), optimum=1.0, headline=True, needs=("both classes",),
           analytic=c_estimate, vectorised=attrgetter("c"),
           no_information=no_information.one_half, pooling_scale="logit"),
    Metric(name="dxy", label="Somers' Dxy", kind="binary", function=somers_dxy, direction=1,
           bounds=(-1.0, 1.0), optimum=1.0, default=False, needs=("both classes",),
           vectorised=attrgetter("dxy"), no_information=no_information.zero,
           interval_scale="fisher_z"),
)  # fmt: skip
