"""Observed outcome in groups of like predictions, with its interval: what a curve is held against.

References
----------
.. [1] Van Calster et al. (2016). J Clin Epidemiol 74, 167-176. doi:10.1016/j.jclinepi.2015.12.005
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.metrics.intervals.frequency_weights import quantiles
from hiprisk.metrics.intervals.means import mean_estimate, share_estimate
from hiprisk.outcome_kind import OutcomeKind

N_GROUPS = 10
# A mean of fewer people says little, and may point to one of them.
FEWEST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedObservation:
    """People of like predictions.

    Attributes
    ----------
    n : float
        People.
    predicted, observed : float
        Means; the observed proportion of a binary outcome.
    low, high : float
        Student's interval of the mean, Wilson's of a proportion.
    """

    n: float
    predicted: float
    observed: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """Plain values for JSON."""
        return asdict(self)


def grouped_observations(
    observed: Floats,
    predicted: Floats,
    *,
    weights: Floats,
    kind: OutcomeKind,
    level: float = 0.95,
    n_groups: int = N_GROUPS,
    groups: Integers | None = None,
) -> tuple[GroupedObservation, ...]:
    """Observed outcome by tenth of the prediction; fewer groups where people are few.

    Bounds are quantiles (linear between order statistics, R's type 7); whoever lies on a bound is
    in the group above.

    Parameters
    ----------
    observed, predicted, weights : ndarray, shape (n_people,)
    kind : str
        ``continuous`` or ``binary``.
    level : float
        Of the intervals.
    n_groups : int
        At most; each holds at least ten people, and people of equal predictions stay together. A
        group of fewer is joined to its neighbour, so that everybody is in one.
    groups : ndarray of int, shape (n_rows,), optional
        Person of each row, where some have several: an interval is then of persons.
    """
    used = weights > 0
    y, p, w = observed[used], predicted[used], weights[used]
    who = None if groups is None else groups[used]
    n_groups = int(min(n_groups, w.sum() // FEWEST))
    if n_groups < 1:
        return ()
    edges = np.unique(quantiles(p, np.linspace(0.0, 1.0, n_groups + 1), w))
    place = _joined(np.searchsorted(edges[1:-1], p, side="right"), w)
    return tuple(
        _group(y, p, w, place == number, kind=kind, level=level, groups=who)
        for number in np.unique(place)
    )


def _joined(place: Integers, w: Floats) -> Integers:
    """Groups of enough people: one of fewer is joined to the next, the last to the one before.

    Many equal predictions beside a bound can leave few people between it and the next.
    """
    sizes = np.bincount(place, weights=w)
    number_of = np.zeros(len(sizes), dtype=np.intp)
    number, n = 0, 0.0
    for old, size in enumerate(sizes):
        number_of[old] = number
        n += size
        if n >= FEWEST:
            number, n = number + 1, 0.0
    # Those left over at the end have no next group; n_groups >= 1 ensures that one is whole.
    return np.minimum(number_of, number - 1)[place]


def _group(
    y: Floats,
    p: Floats,
    w: Floats,
    rows: Bools,
    *,
    kind: OutcomeKind,
    level: float,
    groups: Integers | None,
) -> GroupedObservation:
    own, who = w[rows], None if groups is None else groups[rows]
    if kind == "binary":
        found = share_estimate("observed", y[rows] == 1.0, w=own, groups=who, level=level)
    else:
        found = mean_estimate("observed", y[rows], w=own, groups=who, level=level)
    return GroupedObservation(
        n=float(own.sum()),
        predicted=float(np.average(p[rows], weights=own)),
        observed=found.value,
        low=found.value if found.low is None else found.low,
        high=found.value if found.high is None else found.high,
    )
