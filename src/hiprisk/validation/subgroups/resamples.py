"""One set of resamples of persons, in which every group and every metric is evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hiprisk.arrays import Counts, Floats, Integers, row_parts
from hiprisk.bootstrap import MAX_WEIGHTS, Persons
from hiprisk.errors import InputError
from hiprisk.metrics.clinical_utility.net_benefit import net_benefit, net_benefits
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.vectorised.panel import evaluate_predictions
from hiprisk.seeding import rng_for

# Counts of resamples that are kept from group to group, 200 MB of them.
MOST_KEPT = 50_000_000


@dataclass(frozen=True, eq=False)
class Draws:
    """How often each person is drawn in each of some resamples.

    Attributes
    ----------
    persons : Persons
    n : int
        Resamples.
    seed : int
    """

    persons: Persons
    n: int
    seed: int

    @cached_property
    def _kept(self) -> Counts | None:
        """The counts of all persons, shape (n, n_people); None of so many that they are drawn anew.

        Groups ask for the same draws in turn.
        """
        if self.n * self.persons.n > MOST_KEPT:
            return None
        return np.array([self._counts(number) for number in range(self.n)], dtype=np.int32)

    def _counts(self, number: int) -> Integers:
        # A generator for each resample: the n-th is the same however many are drawn.
        return self.persons.draw_counts(rng_for(self.seed, "subgroups", number))

    def weight_parts(self, rows: Integers, n: int | None = None) -> Iterator[Floats]:
        """How often each of some rows is drawn in the first n resamples, some at a time.

        Yields
        ------
        ndarray, shape (n_in_part, n_rows)
        """
        n = self.n if n is None else min(n, self.n)
        for numbers in row_parts(n, max(1, MAX_WEIGHTS // max(1, len(rows)))):
            yield self._part(rows, numbers)

    def _part(self, rows: Integers, numbers: slice) -> Floats:
        person = self.persons.of_row[rows]
        if self._kept is not None:
            return self._kept[numbers][:, person].astype(np.float64)
        found = np.empty((numbers.stop - numbers.start, len(rows)))
        for place, number in enumerate(range(numbers.start, numbers.stop)):
            found[place] = self._counts(number)[person]
        return found


@dataclass(frozen=True)
class Resampled:
    """A value and its resamples; the value is None where it cannot be computed."""

    value: float | None
    resampled: Floats
    reason: str = ""

    def minus(self, other: Resampled) -> Resampled:
        """The difference of two quantities of the same rows."""
        if self.value is None or other.value is None:
            return Resampled(None, np.empty(0), self.reason or other.reason)
        return Resampled(self.value - other.value, self.resampled - other.resampled)

    def at_least(self, floor: float) -> Resampled:
        """The quantity, or a floor where it lies below."""
        value = None if self.value is None else max(self.value, floor)
        return Resampled(value, np.maximum(self.resampled, floor), self.reason)


@dataclass(frozen=True)
class Reported:
    """An estimate, its standard error, and why there is none."""

    estimate: Estimate | None
    standard_error: float | None = None
    note: str = ""


def draw_persons(groups: Integers, *, n: int, seed: int) -> Draws:
    """Draw persons with replacement, all rows of a person together."""
    return Draws(Persons.of(groups), n, seed)


def resampled_metrics(
    draws: Draws, rows: Integers, y: Floats, p: Floats, metrics: Sequence[Metric]
) -> tuple[Resampled, ...]:
    """Metrics of a group's outcomes and predictions, and the same on every resample."""
    found: dict[str, list[Floats]] = {metric.name: [] for metric in metrics}
    for weights in draws.weight_parts(rows):
        each = np.broadcast_to(p, weights.shape)
        (part,) = evaluate_predictions(y, each, metrics=metrics, weightings=[weights])
        for metric in metrics:
            found[metric.name].append(part.values[metric.name])
    return tuple(_resampled(m, y, p, np.concatenate(found[m.name])) for m in metrics)


def resampled_net_benefits(
    draws: Draws, rows: Integers, y: Floats, p: Floats, thresholds: Sequence[float]
) -> tuple[tuple[Resampled, Resampled], ...]:
    """Net benefit of the model and of treating all at each threshold, and on every resample."""
    found = []
    for risk in (p, np.ones_like(p)):
        parts = [_benefits(y, risk, one, thresholds) for one in draws.weight_parts(rows)]
        each = np.concatenate(parts)
        found.append(
            [
                Resampled(net_benefit(y, risk, threshold=threshold), each[:, position])
                for position, threshold in enumerate(thresholds)
            ]
        )
    return tuple(zip(*found, strict=True))


def _benefits(y: Floats, risk: Floats, weights: Floats, thresholds: Sequence[float]) -> Floats:
    # Of a small group a resample may have nobody; it says nothing, and is left out.
    drawn = weights.any(axis=1)
    each = np.full((len(weights), len(thresholds)), np.nan)
    each[drawn] = net_benefits(y, risk, weights[drawn], thresholds=thresholds)
    return each


def _resampled(metric: Metric, y: Floats, p: Floats, resampled: Floats) -> Resampled:
    try:
        return Resampled(float(metric.function(y, p)), resampled)
    except InputError as refusal:
        return Resampled(None, resampled, refusal.reason)


def report(name: str, one: Resampled, level: float) -> Reported:
    """A value with the percentile interval and the standard error of its resamples."""
    if one.value is None:
        return Reported(None, note=f"cannot be computed: {one.reason}")
    usable = one.resampled[np.isfinite(one.resampled)]
    estimate = Estimate.from_resamples(name, one.value, one.resampled, level=level)
    if estimate.low is None:
        lost, n = len(one.resampled) - len(usable), len(one.resampled)
        return Reported(
            estimate, note=f"no interval: cannot be computed on {lost} of {n} resamples"
        )
    return Reported(estimate, float(usable.std(ddof=1)))
