"""Events of a continuous outcome, judged from the same forecasts as the outcome itself.

One chain: the forecast gives the chance of an event, the outcome says whether it came true, and
every metric of a risk, the calibration curve and the net benefit follow from the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.decision_curve.curve import DecisionCurve, decision_curve
from hiprisk.metrics.decision_curve.net_benefit import THRESHOLDS
from hiprisk.metrics.entry import Smoother
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.forecast.distribution import Forecast
from hiprisk.metrics.inputs import as_forecast_outcome
from hiprisk.metrics.registry import estimates
from hiprisk.metrics.smoothing.calibration_curve import (
    CalibrationCurve,
    calibration_curve,
)
from hiprisk.sheet.format import Event


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EventOutcome:
    """An event as it came true and as it was foreseen.

    Attributes
    ----------
    happened : ndarray, shape (n_people,)
        1 or 0; NaN where the bound is the baseline's and the baseline is missing.
    chance : ndarray, shape (n_people,)
        Chance of the event; NaN likewise.
    """

    event: Event
    happened: Floats
    chance: Floats


def event_outcomes(
    observed: ArrayLike,
    forecast: Forecast,
    events: Sequence[Event],
    *,
    baseline: ArrayLike | None = None,
    chances: Mapping[str, Floats] | None = None,
) -> tuple[EventOutcome, ...]:
    """What happened and what was foreseen of each event.

    Parameters
    ----------
    observed : array-like of float, shape (n_people,)
    forecast : Forecast
        Of the same people.
    events : sequence of Event
        As the sheet declares them.
    baseline : array-like of float, shape (n_people,), optional
        NaN where missing; needed where an event's bound starts from it.
    chances : mapping of str to ndarray, optional
        Chance by name of the event, to be taken instead of the forecast's: a sheet draws a missing
        baseline and the prediction together, and only the sheet can.

    Raises
    ------
    InputError
        If a baseline is needed and not given, or lengths differ.
    """
    y, _ = as_forecast_outcome(observed, len(forecast), None)
    found = []
    for event in events:
        bound = _bound(event, baseline, len(y))
        over = y >= bound if event.direction == "above" else y <= bound
        happened = np.where(np.isnan(bound), np.nan, over.astype(np.float64))
        given = None if chances is None else chances.get(event.name)
        chance = forecast.chance(event, bound) if given is None else np.asarray(given)
        if len(chance) != len(y):
            raise InputError(
                f"the chances of '{event.name}' have {len(chance)} entries, 'observed' has {len(y)}"
            )
        chance = np.where(np.isnan(bound), np.nan, chance)
        found.append(EventOutcome(event=event, happened=happened, chance=chance))
    return tuple(found)


def _bound(event: Event, baseline: ArrayLike | None, n_people: int) -> Floats:
    if event.reference == "fixed":
        return np.full(n_people, event.value)
    if baseline is None:
        raise InputError(
            f"the event '{event.name}' is counted from the baseline, and none was given",
            advice="give the baseline of the same people",
        )
    start = np.asarray(baseline, dtype=np.float64)
    if start.shape != (n_people,):
        raise InputError(f"'baseline' has {start.size} entries, 'observed' has {n_people}")
    return start + event.value


@dataclass(frozen=True, slots=True, kw_only=True)
class EventResult:
    """How well the chances of one event were foreseen.

    Attributes
    ----------
    n, n_events : float
        People whose event is known, and those of them who had it.
    estimates : tuple of Estimate
        Every metric of a risk; empty where there is a `reason`.
    calibration : CalibrationCurve or None
    decision : DecisionCurve or None
    reason : str or None
        Why the event cannot be judged.
    """

    name: str
    label: str
    n: float
    n_events: float
    estimates: tuple[Estimate, ...] = ()
    calibration: CalibrationCurve | None = None
    decision: DecisionCurve | None = None
    reason: str | None = None

    def to_frame(self) -> pd.DataFrame:
        """One row a metric: event, metric, value, low, high."""
        rows = [{"event": self.name, "metric": one.name, **one.to_dict()} for one in self.estimates]
        return pd.DataFrame(rows, columns=["event", "metric", "value", "low", "high"])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "name": self.name,
            "label": self.label,
            "n": self.n,
            "n_events": self.n_events,
            "metrics": {one.name: one.to_dict() for one in self.estimates},
            "calibration": self.calibration.to_dict() if self.calibration else None,
            "decision": self.decision.to_dict() if self.decision else None,
            "reason": self.reason,
        }


def evaluate_events(
    observed: ArrayLike,
    forecast: Forecast,
    events: Sequence[Event],
    *,
    baseline: ArrayLike | None = None,
    chances: Mapping[str, Floats] | None = None,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    thresholds: Sequence[float] = THRESHOLDS,
    smoother: Smoother = "loess",
    level: float = 0.95,
) -> tuple[EventResult, ...]:
    """Every metric, the calibration curve and the decision curve of each event.

    Parameters
    ----------
    observed, forecast, events, baseline, chances
        As for `event_outcomes`.
    weights : array-like of float, optional
        A weight of 2 equals the same person twice.
    groups : ndarray of int, optional
        Rows with the same number go together.
    thresholds : sequence of float
        Of the decision curve.
    smoother : str
        Of the calibration curve.
    level : float
        Of the intervals.

    Returns
    -------
    tuple of EventResult
        In the order of the events; one that cannot be judged says why.
    """
    _, w = as_forecast_outcome(observed, len(forecast), weights)
    results = []
    for outcome in event_outcomes(observed, forecast, events, baseline=baseline, chances=chances):
        known = ~np.isnan(outcome.happened) & (w > 0)
        evaluated = _Evaluated(
            outcome, known, w, None if groups is None else np.asarray(groups)[known]
        )
        results.append(_evaluate(evaluated, thresholds=thresholds, smoother=smoother, level=level))
    return tuple(results)


@dataclass(frozen=True, slots=True, eq=False)
class _Evaluated:
    outcome: EventOutcome
    known: Bools
    w: Floats
    groups: Integers | None


def _evaluate(
    evaluated: _Evaluated, *, thresholds: Sequence[float], smoother: Smoother, level: float
) -> EventResult:
    event, known = evaluated.outcome.event, evaluated.known
    y, risk, w = (
        evaluated.outcome.happened[known],
        evaluated.outcome.chance[known],
        evaluated.w[known],
    )
    counted = EventResult(
        name=event.name, label=event.label, n=float(w.sum()), n_events=float(np.sum(w * y))
    )
    try:
        return EventResult(
            name=counted.name,
            label=counted.label,
            n=counted.n,
            n_events=counted.n_events,
            estimates=estimates("binary", y, risk, weights=w, groups=evaluated.groups, level=level),
            calibration=calibration_curve(
                y, risk, kind="binary", smoother=smoother, weights=w, level=level
            ),
            decision=decision_curve(
                y, risk, thresholds=thresholds, weights=w, outcome=event.label or event.name
            ),
        )
    except InputError as refusal:
        if refusal.code != "DEGENERATE" and counted.n > 0:
            raise
        return EventResult(
            name=counted.name,
            label=counted.label,
            n=counted.n,
            n_events=counted.n_events,
            reason=refusal.reason,
        )
