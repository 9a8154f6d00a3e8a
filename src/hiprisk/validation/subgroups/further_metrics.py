"""Further metrics by group: of the forecasts of a score, and of the chances of its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.floor_ceiling import limit_shares
from hiprisk.metrics.forecast.distribution import Forecast
from hiprisk.metrics.intervals.wald import critical_value
from hiprisk.metrics.registry import estimates, find_metric, metrics_for
from hiprisk.validation.resampling.intervals import error_interval
from hiprisk.validation.subgroups.cells import Cell, EventChances
from hiprisk.validation.subgroups.resamples import Draws, Reported, Task, evaluate_task, report

# A smoother is taken on the first of the resamples alone, and of so many people at least.
CURVE_RESAMPLES = 40
FEWEST_FOR_CURVE = 50


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventJob:
    """Metrics of an event's chance in one group.

    Attributes
    ----------
    curve_only : bool
        The errors of the curve alone: the others are at hand.
    """

    event: EventChances
    cell: Cell
    level: float
    curve_only: bool = False

    @property
    def name(self) -> str:
        """Of the event."""
        return self.event.name

    def reported(self, draws: Draws) -> dict[str, Reported]:
        """Every metric with its interval and standard error."""
        rows = self.cell.rows
        y, chance = self.event.observed[rows], self.event.chance[rows]
        found: dict[str, Reported] = {}
        if not self.curve_only:
            metrics = metrics_for("binary")
            task = Task(rows, y, chance, metrics)
            found = {
                metric.name: report(metric.name, one, self.level)
                for metric, one in zip(metrics, evaluate_task(draws, task), strict=True)
            }
        found[_ICI.name] = _ici(draws, rows, y, chance, level=self.level)
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ForecastJob:
    """Metrics of forecasts in one group, and shares of people at the bounds of the score.

    Attributes
    ----------
    observed, predicted : ndarray, shape (n_rows,)
    forecast : Forecast
        Of all rows.
    persons : ndarray of int, shape (n_rows,)
    bounds : mapping of str to set of (str, int)
        By name of a share of people at a bound, the grouping and code of groups in which it may be
        shown: a share of a small group tells how many people are there.
    """

    observed: Floats
    predicted: Floats
    forecast: Forecast
    persons: Integers
    cell: Cell
    level: float
    bounds: Mapping[str, frozenset[tuple[str, int]]]

    @property
    def name(self) -> str:
        """No event: the outcome itself."""
        return ""

    def reported(self, draws: Draws) -> dict[str, Reported]:
        """Every metric with its interval and standard error, all from formulas."""
        rows = self.cell.rows
        y, forecast, persons = self.observed[rows], self.forecast.take(rows), self.persons[rows]
        several = persons if len(np.unique(persons)) < len(persons) else None
        found = estimates(
            "distribution", y, forecast, groups=several, level=self.level, metrics=_OF_FORECASTS
        )
        shares = limit_shares(
            y,
            self.predicted[rows],
            lower=forecast.lower if np.isfinite(forecast.lower) else None,
            upper=forecast.upper if np.isfinite(forecast.upper) else None,
            forecast=forecast,
            level=self.level,
        )
        place = (self.cell.grouping, self.cell.code)
        return {
            one.name: _from_formula(one, self.level)
            for one in (*found, *shares.shares)
            if one.name not in self.bounds or place in self.bounds[one.name]
        }


_ICI = find_metric("binary", "ici")
_OF_FORECASTS: tuple[Metric, ...] = tuple(
    metric for metric in metrics_for("distribution") if metric.analytic is not None
)
Job = EventJob | ForecastJob


def reported_by(draws: Draws, job: Job) -> dict[str, Reported]:
    """What one job gives; a function, for workers."""
    return job.reported(draws)


def people_at_bounds(
    observed: Floats, predicted: Floats, forecast: Forecast
) -> dict[str, EventChances]:
    """Being at a bound, observed and predicted, as events whose small counts are to be hidden."""
    nobody = np.zeros(len(observed))
    found = {}
    for whose, values in (("observed", observed), ("predicted", predicted)):
        at = {"floor": values <= forecast.lower, "ceiling": values >= forecast.upper}
        for side, there in at.items():
            name = f"{side}_share_{whose}"
            found[name] = EventChances(name, there.astype(np.float64), nobody)
    return found


def _from_formula(estimate: Estimate, level: float) -> Reported:
    if estimate.low is None or estimate.high is None:
        return Reported(estimate, note="no interval: one person or none")
    half = (estimate.high - estimate.low) / 2.0
    return Reported(estimate, half / critical_value(level))


def _ici(draws: Draws, rows: Integers, y: Floats, chance: Floats, *, level: float) -> Reported:
    """The mean distance from the loess curve, with an interval from few resamples."""
    people = draws.person[rows]
    if len(np.unique(people)) < FEWEST_FOR_CURVE:
        return Reported(None, note=f"fewer than {FEWEST_FOR_CURVE} people: no curve")
    value = _curve_error(y, chance, None)
    if value is None:
        return Reported(None, note="cannot be computed: no curve")
    weights = draws.counts[:CURVE_RESAMPLES, people].astype(np.float64)
    resampled = np.array([_curve_error(y, chance, w) for w in weights], dtype=np.float64)
    estimate = error_interval(value, resampled, level=level, name=_ICI.name)
    if estimate.low is None:
        return Reported(estimate, note="no interval: no curve on too many resamples")
    return Reported(estimate, float(np.nanstd(resampled, ddof=1)))


def _curve_error(y: Floats, chance: Floats, weights: Floats | None) -> float | None:
    try:
        return _ICI.function(y, chance, weights=weights)
    except InputError:
        return None


def with_known(
    found: Mapping[str, Reported], known: Mapping[tuple[str, str], Estimate], event: str
) -> dict[str, Reported]:
    """Everybody's figures, those that were told elsewhere as they were told there."""
    return {
        name: replace(one, estimate=known.get((event, name), one.estimate))
        for name, one in found.items()
    }


def event_jobs(
    events: Sequence[tuple[EventChances, Sequence[Cell]]], *, level: float, curve_only: bool
) -> list[Job]:
    """One job an event and group that may be shown."""
    return [
        EventJob(event=event, cell=cell, level=level, curve_only=curve_only)
        for event, cells in events
        for cell in cells
    ]
