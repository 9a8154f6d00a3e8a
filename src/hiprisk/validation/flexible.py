"""What single numbers do not show of a model on new people: curves, forecasts, decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hiprisk.config import OutcomeSettings
from hiprisk.errors import InputError
from hiprisk.metrics.calibration_curve import (
    CalibrationCurve,
    CalibrationErrors,
    Smoother,
    calibration_curve,
    calibration_errors,
)
from hiprisk.metrics.distribution import Forecast, forecast_from_sheet
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.events import EventResult, judge_events
from hiprisk.metrics.registry import estimates, limit_metrics
from hiprisk.metrics.utility import DecisionCurve
from hiprisk.metrics.utility_bands import decision_curve_band
from hiprisk.seeding import rng_for
from hiprisk.sheet.format import Sheet
from hiprisk.validation.newpeople import NewPeople

Floats = NDArray[np.float64]
Kind = Literal["continuous", "binary"]

CURVE_RESAMPLES = 100
SMOOTHERS: tuple[tuple[Smoother, str], ...] = (("loess", ""), ("spline", "_spline"))
ERRORS = ("ici", "e50", "e90", "emax")
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
        Distances from the loess and the spline curve, with percentile intervals.
    forecast : tuple of Estimate
        Scores of the predictive distribution of a continuous outcome, and shares at the bounds.
    events : tuple of EventResult
        The sheet's events.
    decision : DecisionCurve or None
        Of a risk.
    """

    calibration: CalibrationCurve | None
    errors: tuple[Estimate, ...]
    forecast: tuple[Estimate, ...]
    events: tuple[EventResult, ...]
    decision: DecisionCurve | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "calibration_curve": None if self.calibration is None else self.calibration.to_dict(),
            "calibration_errors": {e.name: e.to_dict() for e in self.errors},
            "forecast": {e.name: e.to_dict() for e in self.forecast},
            "events": [event.to_dict() for event in self.events],
            "decision_curve": None if self.decision is None else self.decision.to_dict(),
        }


def judge_flexibly(
    people: NewPeople,
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
    people : NewPeople
    outcome : OutcomeSettings
    sheet : Sheet, optional
        For forecasts and events; None for predictions that stand in a column.
    name : str
        Of the model.
    n_resamples, seed : int
        Of persons; errors of the curves use at most a hundred.
    """
    kind: Kind = outcome.kind
    forecasts = None if sheet is None else _forecast(sheet, people)
    return Flexible(
        calibration=_curve(people, kind),
        errors=_curve_errors(people, kind, min(n_resamples, CURVE_RESAMPLES), seed),
        forecast=_forecast_estimates(people, outcome, forecasts),
        events=() if sheet is None else _events(people, sheet, forecasts),
        decision=_decision(people, outcome, name=name, n_resamples=n_resamples, seed=seed)
        if kind == "binary"
        else None,
    )


def _curve(people: NewPeople, kind: Kind) -> CalibrationCurve | None:
    if people.n < FEWEST_FOR_CURVES:
        return None
    try:
        return calibration_curve(people.observed, people.predicted, kind=kind)
    except InputError:
        return None


def _curve_errors(
    people: NewPeople, kind: Kind, n_resamples: int, seed: int
) -> tuple[Estimate, ...]:
    if people.n < FEWEST_FOR_CURVES:
        return ()
    labels, place = np.unique(people.groups, return_inverse=True)
    found: list[Estimate] = []
    for smoother, suffix in SMOOTHERS:
        rng = rng_for(seed, "curve errors", smoother)
        whole = _errors(people, kind, smoother, None)
        if whole is None:
            continue
        drawn = []
        for _ in range(n_resamples):
            counts = np.bincount(rng.integers(0, len(labels), len(labels)), minlength=len(labels))
            values = _errors(people, kind, smoother, counts[place].astype(np.float64))
            if values is not None:
                drawn.append(values)
        found += _with_ends(whole, drawn, suffix)
    return tuple(found)


def _errors(
    people: NewPeople, kind: Kind, smoother: Smoother, weights: Floats | None
) -> CalibrationErrors | None:
    try:
        return calibration_errors(
            people.observed, people.predicted, kind=kind, smoother=smoother, weights=weights
        )
    except InputError:
        # A resample on which the smoother fails: a spline separates, or loess finds too few.
        return None


def _with_ends(
    whole: CalibrationErrors, drawn: Sequence[CalibrationErrors], suffix: str
) -> list[Estimate]:
    found = []
    for error in ERRORS:
        values = [getattr(one, error) for one in drawn]
        low, high = np.quantile(values, (0.025, 0.975)) if values else (None, None)
        found.append(
            Estimate(
                name=f"{error}{suffix}",
                value=float(getattr(whole, error)),
                low=None if low is None else float(low),
                high=None if high is None else float(high),
            )
        )
    return found


def _forecast(sheet: Sheet, people: NewPeople) -> Forecast | None:
    if sheet.distribution is None:
        return None
    return forecast_from_sheet(
        sheet.distribution,
        sheet.outcome,
        mean=people.predicted,
        imputation_variance=people.imputation_variance,
    )


def _forecast_estimates(
    people: NewPeople, outcome: OutcomeSettings, forecasts: Forecast | None
) -> tuple[Estimate, ...]:
    found: tuple[Estimate, ...] = ()
    if forecasts is not None:
        found = estimates("distribution", people.observed, forecasts, groups=people.groups)
    if outcome.kind == "continuous" and outcome.bounds is not None:
        shares = limit_metrics(*outcome.bounds)
        found += estimates(
            "continuous",
            people.observed,
            np.clip(people.predicted, *outcome.bounds),
            groups=people.groups,
            metrics=shares,
        )
    return found


def _events(people: NewPeople, sheet: Sheet, forecasts: Forecast | None) -> tuple[EventResult, ...]:
    if forecasts is None or not sheet.outcome.events:
        return ()
    return judge_events(
        people.observed,
        forecasts,
        sheet.outcome.events,
        baseline=people.baseline,
        chances=people.chances,
        groups=people.groups,
    )


def _decision(
    people: NewPeople, outcome: OutcomeSettings, *, name: str, n_resamples: int, seed: int
) -> DecisionCurve:
    return decision_curve_band(
        people.observed,
        people.predicted,
        groups=people.groups,
        n_resamples=n_resamples,
        seed=seed,
        outcome=outcome.variable,
        model_name=name,
    )
