"""Performance of predictions in people whose outcome is known, as one frozen result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from hiprisk.metrics.clinical_utility.curve import DecisionCurve
from hiprisk.metrics.decomposition.parts import ScoreDecomposition
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.floor_ceiling import LimitShares
from hiprisk.metrics.forecast.calibration import CoverageByLevel, PitHistogram
from hiprisk.metrics.forecast.predicted_observed import PredictedObserved
from hiprisk.metrics.intervals.calibration import FormulaInterval, preferred_interval
from hiprisk.metrics.smoothing.calibration_curve import CalibrationCurve


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPerformance:
    """How good the predicted probabilities of one event are.

    Attributes
    ----------
    n, n_events : float
        People whose event is known, and those of them who had it.
    estimates : tuple of Estimate
        Every metric of a risk; empty where there is a `reason`.
    calibration : CalibrationCurve or None
    decision : DecisionCurve or None
    reason : str or None
        Why the event cannot be evaluated.
    not_available : mapping of str to str
        Metrics that these people cannot give, with the reason.
    decomposition : ScoreDecomposition or None
        Of the Brier score.
    """

    name: str
    label: str
    n: float
    n_events: float
    estimates: tuple[Estimate, ...] = ()
    calibration: CalibrationCurve | None = None
    decision: DecisionCurve | None = None
    reason: str | None = None
    not_available: Mapping[str, str] = field(default_factory=dict)
    decomposition: ScoreDecomposition | None = None

    def utility(self, thresholds: Sequence[float]) -> tuple[Estimate, ...]:
        """Net benefit and its other forms at declared thresholds."""
        return utility_at(self.decision, thresholds)

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
            "metrics": by_name(self.estimates),
            "calibration": self.calibration.to_dict() if self.calibration else None,
            "decision": self.decision.to_dict() if self.decision else None,
            "reason": self.reason,
            "not_available": dict(self.not_available),
            **({"decomposition": self.decomposition.to_dict()} if self.decomposition else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """Performance of predictions: out of fold, of new people, or of people held out.

    Attributes
    ----------
    n : int
        Rows that were evaluated.
    metrics : tuple of Estimate
        Of the predictions.
    not_available : mapping of str to str
        Metrics that these people cannot give, with the reason.
    curve_errors : tuple of Estimate
        Distances from each smoothed calibration curve.
    curves : tuple of CalibrationCurve
        By loess and by spline, those that can be had.
    distribution : tuple of Estimate
        Metrics of the predictive distribution of a continuous outcome.
    limits : LimitShares or None
        Floor and ceiling proportions.
    coverage, pit, scatter
        Coverage by predicted level, PIT histogram, and people counted by predicted and observed;
        None without a predictive distribution.
    decision : DecisionCurve or None
        Of a risk.
    events : tuple of EventPerformance
        Of a continuous outcome.
    formula_intervals : tuple of FormulaInterval
        Of calibration figures, by the usual formulas beside the bootstrap.
    n_without_log_odds : int
        Rows with a risk of 0 or 1, of whom metrics and curves of the log odds are not.
    thresholds : tuple of float
        Declared: every decision curve has them.
    decompositions : mapping of str to ScoreDecomposition
        Scores in their parts, by the score's name: of the predictions, and of the predictive
        distribution.
    """

    n: int
    metrics: tuple[Estimate, ...] = ()
    not_available: Mapping[str, str] = field(default_factory=dict)
    curve_errors: tuple[Estimate, ...] = ()
    curves: tuple[CalibrationCurve, ...] = ()
    distribution: tuple[Estimate, ...] = ()
    limits: LimitShares | None = None
    coverage: CoverageByLevel | None = None
    pit: PitHistogram | None = None
    scatter: PredictedObserved | None = None
    decision: DecisionCurve | None = None
    events: tuple[EventPerformance, ...] = ()
    thresholds: tuple[float, ...] = ()
    n_without_log_odds: int = 0
    formula_intervals: tuple[FormulaInterval, ...] = ()
    decompositions: Mapping[str, ScoreDecomposition] = field(default_factory=dict)

    @property
    def predictions(self) -> tuple[Estimate, ...]:
        """Every metric of the predictions, errors of the calibration curves among them."""
        return (*self.metrics, *self.curve_errors)

    def interval_for_verdict(self, metric: str) -> FormulaInterval | None:
        """The formula's interval that a verdict on a figure is from, where there is one."""
        return preferred_interval(self.formula_intervals, metric)

    def for_verdicts(self) -> tuple[Estimate, ...]:
        """Metrics of the predictions with the intervals that verdicts are from.

        Those of formulas where there are some: they are the same whatever the seed.
        """
        found = ((one, self.interval_for_verdict(one.name)) for one in self.metrics)
        return tuple(one if by is None or by.estimate is None else by.estimate for one, by in found)

    @property
    def forecast(self) -> tuple[Estimate, ...]:
        """Metrics of the predictive distribution, then floor and ceiling proportions."""
        return (*self.distribution, *(self.limits.shares if self.limits is not None else ()))

    @property
    def calibration(self) -> CalibrationCurve | None:
        """The calibration curve by loess."""
        return next((curve for curve in self.curves if curve.smoother == "loess"), None)

    def utility(self) -> tuple[Estimate, ...]:
        """Net benefit of a risk and its other forms at the declared thresholds."""
        return utility_at(self.decision, self.thresholds)

    def of_outcome(self) -> tuple[Estimate, ...]:
        """Every estimate of the outcome itself, not of its events."""
        return (*self.predictions, *self.forecast, *self.utility())

    def of_event(self, event: EventPerformance) -> tuple[Estimate, ...]:
        """Every estimate of one event."""
        return (*event.estimates, *event.utility(self.thresholds))

    def named(self) -> Iterator[tuple[str, Estimate]]:
        """Every estimate by a name of its own: those of an event end in its name."""
        yield from ((one.name, one) for one in self.of_outcome())
        for event in self.events:
            yield from ((f"{one.name}_{event.name}", one) for one in self.of_event(event))

    def to_frame(self) -> pd.DataFrame:
        """One row a metric of predictions and distribution: metric, value, low, high."""
        rows = (*self.predictions, *self.forecast)
        return pd.DataFrame([{"metric": one.name, **one.to_dict()} for one in rows])

    def formulas_to_frame(self) -> pd.DataFrame:
        """One row a formula: metric, method, value, low, high, reason."""
        names = ["metric", "method", "value", "low", "high", "reason"]
        rows = [
            {"metric": one.metric, "method": one.method, "reason": one.reason}
            | ({} if one.estimate is None else one.estimate.to_dict())
            for one in self.formula_intervals
        ]
        return pd.DataFrame(rows, columns=names)

    def decomposition_frame(self) -> pd.DataFrame:
        """One row a score in its parts, those of events last, with the event's name."""
        rows = [("", name, one) for name, one in self.decompositions.items()]
        rows += [(e.name, "brier", e.decomposition) for e in self.events if e.decomposition]
        plain = [{"event": event, "metric": name, **one.to_dict()} for event, name, one in rows]
        return pd.DataFrame(plain)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; events and decision curve have keys of their own beside these."""
        parts = {name: getattr(self, name) for name in ("limits", "coverage", "pit", "scatter")}
        return {
            "n": self.n,
            "metrics": by_name((*self.predictions, *self.distribution)),
            "not_available": dict(self.not_available),
            **({"n_without_log_odds": self.n_without_log_odds} if self.n_without_log_odds else {}),
            **({"formula_intervals": self._formulas()} if self.formula_intervals else {}),
            "curves": [curve.to_dict() for curve in self.curves],
            **{name: None if part is None else part.to_dict() for name, part in parts.items()},
            "decompositions": {name: one.to_dict() for name, one in self.decompositions.items()},
        }

    def _formulas(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for one in self.formula_intervals:
            found.setdefault(one.metric, {})[one.method] = one.to_dict()
        return found


def by_name(estimates: Sequence[Estimate]) -> dict[str, dict[str, float | None]]:
    """Value and interval by name, for JSON."""
    return {one.name: one.to_dict() for one in estimates}


def utility_at(curve: DecisionCurve | None, thresholds: Sequence[float]) -> tuple[Estimate, ...]:
    """What a decision curve says at declared thresholds; nothing without a curve."""
    if curve is None:
        return ()
    return tuple(one for threshold in thresholds for one in curve.estimates_at(threshold))
