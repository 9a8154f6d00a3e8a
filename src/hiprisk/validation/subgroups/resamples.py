"""One set of resamples of persons, in which every group and every metric is evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.bootstrap import Persons
from hiprisk.errors import InputError
from hiprisk.metrics.clinical_utility.net_benefit import net_benefit, net_benefits
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.vectorised.panel import evaluate_predictions
from hiprisk.seeding import rng_for


@dataclass(frozen=True)
class Draws:
    """How often each person was drawn, and which person each row belongs to.

    Attributes
    ----------
    counts : ndarray of int, shape (n_resamples, n_people)
    person : ndarray of int, shape (n_rows,)
    """

    counts: Integers
    person: Integers

    def weights(self, rows: Integers) -> Floats:
        """How often each of some rows was drawn, shape (n_resamples, n_rows)."""
        return self.counts[:, self.person[rows]].astype(np.float64)


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
    persons = Persons.of(groups)
    # A generator for each resample: the n-th is the same however many are drawn.
    counts = [persons.draw_counts(rng_for(seed, "subgroups", number)) for number in range(n)]
    return Draws(np.array(counts, dtype=np.intp), persons.of_row)


def resampled_metrics(
    draws: Draws, rows: Integers, y: Floats, p: Floats, metrics: Sequence[Metric]
) -> tuple[Resampled, ...]:
    """Metrics of a group's outcomes and predictions, and the same on every resample."""
    weights = draws.weights(rows)
    (found,) = evaluate_predictions(
        y,
        np.broadcast_to(p, weights.shape),
        metrics=metrics,
        weightings=[weights],
    )
    return tuple(_resampled(m, y, p, found.values[m.name]) for m in metrics)


def resampled_net_benefits(
    draws: Draws, rows: Integers, y: Floats, p: Floats, thresholds: Sequence[float]
) -> tuple[tuple[Resampled, Resampled], ...]:
    """Net benefit of the model and of treating all at each threshold, and on every resample."""
    weights = draws.weights(rows)
    # Of a small group a resample may have nobody; it says nothing, and is left out.
    drawn = weights.any(axis=1)
    found = []
    for risk in (p, np.ones_like(p)):
        each = np.full((len(weights), len(thresholds)), np.nan)
        each[drawn] = net_benefits(y, risk, weights[drawn], thresholds=thresholds)
        found.append(
            [
                Resampled(net_benefit(y, risk, threshold=threshold), each[:, position])
                for position, threshold in enumerate(thresholds)
            ]
        )
    return tuple(zip(*found, strict=True))


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
