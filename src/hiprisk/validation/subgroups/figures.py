"""Every figure of one group: value, interval and standard error, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.metrics.clinical_utility.net_benefit import NET_BENEFIT
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.events import EventOutcome
from hiprisk.metrics.intervals.wald import critical_value
from hiprisk.metrics.registry import estimates, find_metric
from hiprisk.metrics.smoothing.curve_errors import FEWEST_FOR_CURVES
from hiprisk.metrics.smoothing.error_intervals import CurveNoise, curve_error_interval
from hiprisk.validation.performance.measures import (
    floor_and_ceiling,
    forecast_metrics,
)
from hiprisk.validation.performance.sample import EvaluationSample
from hiprisk.validation.subgroups.cells import Cell
from hiprisk.validation.subgroups.resamples import (
    Draws,
    Reported,
    report,
    resampled_metrics,
    resampled_net_benefits,
)

# A curve is fitted to the first of the resamples alone, for its standard error; its interval takes
# more, without a fit.
CURVE_RESAMPLES, CURVE_DRAWS = 40, 200
ICI = find_metric("binary", "ici")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellTask:
    """One group, and what is computed of it.

    Attributes
    ----------
    event : str
        Whose probability is evaluated; empty for the outcome itself.
    sample : EvaluationSample
        Of the rows of the cell alone.
    metrics : tuple of Metric
        Of predictions or risks, with intervals from the resamples.
    is_risk : bool
        Also the ICI, and net benefit at the thresholds.
    hidden : frozenset of str
        Floor and ceiling proportions that must not be shown: that of a small group tells how many
        people are there.
    level : float
    """

    event: str
    cell: Cell
    sample: EvaluationSample
    metrics: tuple[Metric, ...]
    is_risk: bool = False
    hidden: frozenset[str] = frozenset()
    level: float


@dataclass(frozen=True, slots=True)
class Benefit:
    """Net benefit at one threshold, and its gain over the better of treating all and none."""

    model: Reported
    treat_all: float | None
    gain: Reported


@dataclass(frozen=True, slots=True)
class Figures:
    """What one group gives, by name of the metric and by threshold."""

    metrics: dict[str, Reported]
    benefits: dict[float, Benefit] = field(default_factory=dict)


def cell_figures(draws: Draws, task: CellTask) -> Figures:
    """Every figure of one group; a function, for workers."""
    sample, rows = task.sample, task.cell.rows
    y, p = sample.observed, sample.predicted
    resampled = resampled_metrics(draws, rows, y, p, task.metrics) if task.metrics else ()
    found = {
        metric.name: report(metric.name, one, task.level)
        for metric, one in zip(task.metrics, resampled, strict=True)
    }
    if sample.forecast is not None:
        found |= _of_forecast(task)
    if not task.is_risk:
        return Figures(found)
    found[ICI.name] = _ici(draws, task)
    return Figures(found, _benefits(draws, task))


def _of_forecast(task: CellTask) -> dict[str, Reported]:
    """Metrics of the forecasts that have a formula, and floor and ceiling proportions."""
    sample = task.sample
    found = estimates(
        "distribution",
        sample.observed,
        sample.forecast,
        groups=sample.persons,
        level=task.level,
        metrics=[metric for metric in forecast_metrics() if metric.analytic is not None],
    )
    limits = floor_and_ceiling(sample, level=task.level)
    return {
        one.name: _from_formula(one, task.level)
        for one in (*found, *(limits.shares if limits is not None else ()))
        if one.name not in task.hidden
    }


def _from_formula(estimate: Estimate, level: float) -> Reported:
    if estimate.low is None or estimate.high is None:
        return Reported(estimate, note="no interval: one person or none")
    half = (estimate.high - estimate.low) / 2.0
    return Reported(estimate, half / critical_value(level))


def _ici(draws: Draws, task: CellTask) -> Reported:
    """The mean distance from the loess curve, with its interval."""
    rows = task.cell.rows
    if len(np.unique(draws.persons.of_row[rows])) < FEWEST_FOR_CURVES:
        return Reported(None, note=f"fewer than {FEWEST_FOR_CURVES} people: no curve")
    sample = task.sample
    value = _curve_error(sample, None)
    if value is None:
        return Reported(None, note="cannot be computed: no curve")
    noise = CurveNoise.of(sample.observed, sample.predicted, ICI)
    drawn = np.concatenate([noise.drawn(part) for part in draws.weight_parts(rows, CURVE_DRAWS)])
    estimate = curve_error_interval(ICI, value, noise, drawn, level=task.level)
    resampled = [
        _curve_error(sample, one)
        for part in draws.weight_parts(rows, CURVE_RESAMPLES)
        for one in part
    ]
    return Reported(estimate, float(np.nanstd(np.array(resampled, dtype=np.float64), ddof=1)))


def _curve_error(sample: EvaluationSample, weights: Floats | None) -> float | None:
    try:
        return ICI.function(sample.observed, sample.predicted, weights=weights)
    except InputError:
        return None


def _benefits(draws: Draws, task: CellTask) -> dict[float, Benefit]:
    sample, thresholds = task.sample, task.sample.thresholds
    if not thresholds:
        return {}
    found = resampled_net_benefits(
        draws, task.cell.rows, sample.observed, sample.predicted, thresholds
    )
    return {
        threshold: Benefit(
            report(NET_BENEFIT.name, model, task.level),
            everybody.value,
            report("gain", model.minus(everybody.at_least(0.0)), task.level),
        )
        for threshold, (model, everybody) in zip(thresholds, found, strict=True)
    }


def people_at_bounds(sample: EvaluationSample) -> tuple[EventOutcome, ...]:
    """Being at a bound, observed and predicted, as events whose small counts are to be hidden."""
    nobody = np.zeros(sample.n)
    lower, upper = sample.bounds or (None, None)
    found = []
    for whose, values in (("observed", sample.observed), ("predicted", sample.predicted)):
        if lower is not None:
            found.append((f"floor_share_{whose}", values <= lower))
        if upper is not None:
            found.append((f"ceiling_share_{whose}", values >= upper))
    return tuple(
        EventOutcome(name=name, happened=at.astype(np.float64), chance=nobody) for name, at in found
    )
