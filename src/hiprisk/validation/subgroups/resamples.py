"""One set of resamples of persons, in which every group and every metric is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.bootstrap import Persons
from hiprisk.errors import InputError
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


@dataclass(frozen=True)
class Task:
    """Rows of one group, and what to compute of them.

    Attributes
    ----------
    together : callable, optional
        The same quantities of observed, predicted and many weightings at once: an array of shape
        (n_metrics, n_resamples).
    """

    rows: Integers
    observed: Floats
    predicted: Floats
    metrics: tuple[Metric, ...]
    together: Callable[[Floats, Floats, Floats], Floats] | None = None


@dataclass(frozen=True)
class Evaluated:
    """A value and its resamples; the value is None where it cannot be computed."""

    value: float | None
    resampled: Floats
    reason: str = ""

    def minus(self, other: Evaluated) -> Evaluated:
        """The difference of two quantities of the same rows."""
        if self.value is None or other.value is None:
            return Evaluated(None, np.empty(0), self.reason or other.reason)
        return Evaluated(self.value - other.value, self.resampled - other.resampled)

    def at_least(self, floor: float) -> Evaluated:
        """The quantity, or a floor where it lies below."""
        value = None if self.value is None else max(self.value, floor)
        return Evaluated(value, np.maximum(self.resampled, floor), self.reason)


@dataclass(frozen=True)
class Reported:
    """An estimate, its standard error, and why there is none."""

    estimate: Estimate | None
    standard_error: float | None = None
    note: str = ""


def draw_persons(groups: Integers, *, n: int, seed: int) -> Draws:
    """Draw persons with replacement, all rows of a person together."""
    persons = Persons.of(groups)
    counts = [persons.draw_counts(rng_for(seed, "subgroups", number)) for number in range(n)]
    return Draws(np.array(counts, dtype=np.intp), persons.of_row)


def evaluate_task(draws: Draws, task: Task) -> tuple[Evaluated, ...]:
    """Every quantity of a task, and the same on every resample."""
    y, p = task.observed, task.predicted
    weights = draws.counts[:, draws.person[task.rows]].astype(np.float64)
    values = [_value(metric, y, p) for metric in task.metrics]
    if task.together is not None:
        resampled = np.full((len(values), len(weights)), np.nan)
        drawn = weights.any(axis=1)
        resampled[:, drawn] = task.together(y, p, weights[drawn])
        return tuple(
            Evaluated(one.value, row, one.reason)
            for one, row in zip(values, resampled, strict=True)
        )
    each = np.broadcast_to(p, weights.shape)
    (evaluated,) = evaluate_predictions(y, each, metrics=task.metrics, weightings=[weights])
    return tuple(
        Evaluated(one.value, evaluated.values[metric.name], one.reason)
        for metric, one in zip(task.metrics, values, strict=True)
    )


def _value(metric: Metric, y: Floats, p: Floats) -> Evaluated:
    try:
        return Evaluated(float(metric.function(y, p)), np.empty(0))
    except InputError as refusal:
        return Evaluated(None, np.empty(0), refusal.reason)


def report(name: str, evaluated: Evaluated, level: float) -> Reported:
    """A value with the percentile interval and the standard error of its resamples."""
    if evaluated.value is None:
        return Reported(None, note=f"cannot be computed: {evaluated.reason}")
    usable = evaluated.resampled[np.isfinite(evaluated.resampled)]
    estimate = Estimate.from_resamples(name, evaluated.value, evaluated.resampled, level=level)
    if estimate.low is None:
        lost, n = len(evaluated.resampled) - len(usable), len(evaluated.resampled)
        return Reported(
            estimate, note=f"no interval: cannot be computed on {lost} of {n} resamples"
        )
    return Reported(estimate, float(usable.std(ddof=1)))
