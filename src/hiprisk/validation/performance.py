"""The flexible part of a validation: curves, forecasts, events, decisions, each with its interval.

References
----------
.. [1] van Calster et al. (2016). J Clin Epidemiol 74, 167-176. doi:10.1016/j.jclinepi.2015.12.005
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.config import OutcomeSettings
from hiprisk.errors import InputError
from hiprisk.metrics.decision_curve.bands import decision_curve_band
from hiprisk.metrics.decision_curve.curve import DecisionCurve
from hiprisk.metrics.entry import Metric, Smoother
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.events import EventResult, evaluate_events, event_outcomes
from hiprisk.metrics.floor_ceiling import limit_shares
from hiprisk.metrics.forecast.calibration import (
    CoverageByLevel,
    PitHistogram,
    coverage_by_level,
    pit_histogram,
)
from hiprisk.metrics.forecast.distribution import Forecast, forecast_from_sheet
from hiprisk.metrics.forecast.predicted_observed import PredictedObserved, predicted_observed
from hiprisk.metrics.registry import metrics_for
from hiprisk.metrics.smoothing.calibration_curve import (
    CalibrationCurve,
    calibration_curve,
)
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.sheet.format import Sheet
from hiprisk.validation.event_performance import thresholds_of, utility_at, with_intervals
from hiprisk.validation.external.cohort import ValidationCohort
from hiprisk.validation.resampling.intervals import metric_intervals

CURVE_RESAMPLES = 100
SMOOTHERS: tuple[Smoother, ...] = ("loess", "spline")
# A smoother of fewer people follows their noise.
FEWEST_FOR_CURVES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Flexible:
    """Curves, forecasts, events and decisions.

    Attributes
    ----------
    calibration : CalibrationCurve or None
        Loess, with its band; None where too few people or no smooth can be had.
    errors : tuple of Estimate
        Distances from the loess and the spline curve.
    forecast : tuple of Estimate
        Scores of the predictive distribution of a continuous outcome, and shares at the bounds:
        observed, predicted, and as the forecasts expect them.
    coverage, pit, scatter
        Coverage by predicted level, the forecasts' histogram, and people counted by predicted and
        observed; None without a predictive distribution.
    events : tuple of EventResult
        The sheet's events, every metric with its interval and the decision curve with bands.
    decision : DecisionCurve or None
        Of a risk, with bands.
    thresholds : tuple of float
        Declared: every decision curve has them.
    """

    calibration: CalibrationCurve | None
    errors: tuple[Estimate, ...]
    forecast: tuple[Estimate, ...]
    coverage: CoverageByLevel | None
    pit: PitHistogram | None
    scatter: PredictedObserved | None
    events: tuple[EventResult, ...]
    decision: DecisionCurve | None
    thresholds: tuple[float, ...]

    def utility(self) -> tuple[Estimate, ...]:
        """What acting on a risk is worth at the declared thresholds; none for a score."""
        if self.decision is None:
            return ()
        return tuple(one for t in self.thresholds for one in self.decision.estimates_at(t))

    def of_event(self, event: EventResult) -> tuple[Estimate, ...]:
        """Every metric of one event, and what acting is worth at the declared thresholds."""
        return (*event.estimates, *utility_at(event, self.thresholds))

    def named(self) -> Iterator[tuple[str, Estimate]]:
        """Every estimate by a name of its own: those of an event end in its name."""
        for one in (*self.errors, *self.forecast, *self.utility()):
            yield one.name, one
        for event in self.events:
            for one in self.of_event(event):
                yield f"{one.name}_{event.name}", one

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        parts = {name: getattr(self, name) for name in ("coverage", "pit", "scatter")}
        return {
            "calibration_curve": None if self.calibration is None else self.calibration.to_dict(),
            "calibration_errors": {e.name: e.to_dict() for e in self.errors},
            "forecast": {e.name: e.to_dict() for e in self.forecast},
            **{name: None if part is None else part.to_dict() for name, part in parts.items()},
            "events": [
                {
                    **event.to_dict(),
                    "utility": {e.name: e.to_dict() for e in utility_at(event, self.thresholds)},
                }
                for event in self.events
            ],
            "decision_curve": None if self.decision is None else self.decision.to_dict(),
            "utility": {e.name: e.to_dict() for e in self.utility()},
            "thresholds": list(self.thresholds),
        }

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Curves and coverage as tidy tables, by name; those that there are."""
        curves = {"": self.calibration, **{e.name: e.calibration for e in self.events}}
        decisions = {"": self.decision, **{e.name: e.decision for e in self.events}}
        found = {"calibration_curves": _by_event(curves), "decision_curves": _by_event(decisions)}
        if self.coverage is not None:
            found["coverage"] = self.coverage.to_frame()
        return {name: table for name, table in found.items() if len(table)}


def _by_event(curves: Mapping[str, Any]) -> pd.DataFrame:
    parts = []
    for event, curve in curves.items():
        if curve is not None:
            frame = curve.to_frame()
            frame.insert(0, "event", event)
            parts.append(frame)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def evaluate_performance(
    people: ValidationCohort,
    outcome: OutcomeSettings,
    *,
    sheet: Sheet | None,
    name: str,
    n_resamples: int,
    seed: int,
) -> Flexible:
    """Curves of predictions for new people.

    Parameters
    ----------
    people : ValidationCohort
    outcome : OutcomeSettings
        With the declared thresholds.
    sheet : Sheet, optional
        For forecasts and events; None for predictions that stand in a column.
    name : str
        Of the model.
    n_resamples, seed : int
        Of persons; errors of the curves use at most a hundred.
    """
    kind: OutcomeKind = outcome.kind
    forecasts = None if sheet is None else _forecast(sheet, people)
    seen = None if forecasts is None else (people.observed, forecasts)
    return Flexible(
        calibration=_curve(people, kind),
        errors=_curve_errors(people, kind, n_resamples, seed),
        forecast=_forecast_estimates(people, outcome, forecasts, n_resamples, seed),
        coverage=None if seen is None else coverage_by_level(*seen),
        pit=None if seen is None else pit_histogram(*seen),
        scatter=None if seen is None else predicted_observed(*seen),
        events=() if sheet is None else _events(people, sheet, outcome, n_resamples, seed),
        decision=_decision(people, outcome, name=name, n_resamples=n_resamples, seed=seed)
        if kind == "binary"
        else None,
        thresholds=tuple(outcome.thresholds),
    )


def _curve(people: ValidationCohort, kind: OutcomeKind) -> CalibrationCurve | None:
    if people.n < FEWEST_FOR_CURVES:
        return None
    try:
        return calibration_curve(people.observed, people.predicted, kind=kind)
    except InputError:
        return None


def _curve_errors(
    people: ValidationCohort, kind: OutcomeKind, n_resamples: int, seed: int
) -> tuple[Estimate, ...]:
    """Distances from each smoother's curve; those of a smoother that fails are left out."""
    if people.n < FEWEST_FOR_CURVES:
        return ()
    found: list[Estimate] = []
    for smoother in SMOOTHERS:
        chosen = _errors_of(kind, smoother)
        try:
            found += metric_intervals(
                kind,
                people.observed,
                people.predicted,
                metrics=chosen,
                groups=people.groups,
                n_resamples=min(n_resamples, CURVE_RESAMPLES),
                seed=seed,
                name=f"curve-errors-{smoother}",
            )
        except InputError:
            # The smoother fails on these people: a spline separates, or loess finds too few.
            continue
    return tuple(found)


def _errors_of(kind: OutcomeKind, smoother: Smoother) -> tuple[Metric, ...]:
    """Metrics of the registry that need this smoother's curve."""
    return tuple(
        metric
        for metric in metrics_for(kind, costly=True)
        if metric.curve is not None and metric.curve.smoother == smoother
    )


def _forecast(sheet: Sheet, people: ValidationCohort) -> Forecast | None:
    if sheet.distribution is None:
        return None
    return forecast_from_sheet(
        sheet.distribution,
        sheet.outcome,
        mean=people.predicted,
        imputation_variance=people.imputation_variance,
    )


def _forecast_estimates(
    people: ValidationCohort,
    outcome: OutcomeSettings,
    forecasts: Forecast | None,
    n_resamples: int,
    seed: int,
) -> tuple[Estimate, ...]:
    found: tuple[Estimate, ...] = ()
    if forecasts is not None:
        found = metric_intervals(
            "distribution",
            people.observed,
            forecasts,
            groups=people.groups,
            n_resamples=n_resamples,
            seed=seed,
            name="external-distribution",
        )
    if outcome.kind == "continuous" and outcome.bounds is not None:
        lower, upper = outcome.bounds
        shares = limit_shares(
            people.observed,
            np.clip(people.predicted, lower, upper),
            lower=lower,
            upper=upper,
            forecast=forecasts if _has_bounds(forecasts, lower, upper) else None,
        )
        found += shares.shares
    return found


def _has_bounds(forecasts: Forecast | None, lower: float, upper: float) -> bool:
    return forecasts is not None and (forecasts.lower, forecasts.upper) == (lower, upper)


def _events(
    people: ValidationCohort, sheet: Sheet, outcome: OutcomeSettings, n_resamples: int, seed: int
) -> tuple[EventResult, ...]:
    forecasts = _forecast(sheet, people)
    events = sheet.outcome.events
    if forecasts is None or not events:
        return ()
    evaluated = evaluate_events(
        people.observed,
        forecasts,
        events,
        baseline=people.baseline,
        chances=people.chances,
        groups=people.groups,
        thresholds=thresholds_of(outcome.thresholds),
    )
    outcomes = event_outcomes(
        people.observed, forecasts, events, baseline=people.baseline, chances=people.chances
    )
    return tuple(
        _with_intervals(
            result,
            one.happened,
            one.chance,
            people=people,
            thresholds=outcome.thresholds,
            n_resamples=n_resamples,
            seed=seed,
        )
        for result, one in zip(evaluated, outcomes, strict=True)
    )


def _with_intervals(
    result: EventResult,
    happened: Floats,
    chance: Floats,
    *,
    people: ValidationCohort,
    **settings: Any,
) -> EventResult:
    """Every interval; where too few had the event for the bootstrap, those of formulas alone."""
    try:
        return with_intervals(
            result, happened, chance, groups=people.groups, n_costly=CURVE_RESAMPLES, **settings
        )
    except InputError as refusal:
        if refusal.code != "DEGENERATE":
            raise
        return result


def _decision(
    people: ValidationCohort, outcome: OutcomeSettings, *, name: str, n_resamples: int, seed: int
) -> DecisionCurve:
    return decision_curve_band(
        people.observed,
        people.predicted,
        groups=people.groups,
        n_resamples=n_resamples,
        seed=seed,
        thresholds=thresholds_of(outcome.thresholds),
        outcome=outcome.variable,
        model_name=name,
    )
