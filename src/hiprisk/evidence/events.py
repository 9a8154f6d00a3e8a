"""Events: their chances judged on people not seen, what acting on them is worth, and how stably."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats, Integers
from hiprisk.evidence.corrected import event_optimism
from hiprisk.evidence.finished import FinishedStudy
from hiprisk.evidence.out_of_fold import out_of_fold_forecast
from hiprisk.metrics.decision_curve.bands import (
    corrected_curve,
    decision_curve_band,
    net_benefit_optimism,
)
from hiprisk.metrics.decision_curve.curve import DecisionCurve
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.events import EventOutcome, EventResult, evaluate_events, event_outcomes
from hiprisk.metrics.forecast.distribution import Forecast, forecast_from_sheet
from hiprisk.metrics.registry import metrics_for
from hiprisk.metrics.smoothing.calibration_curve import calibration_curve
from hiprisk.sheet.format import Event
from hiprisk.validation.event_performance import thresholds_of, with_intervals
from hiprisk.validation.internal.instability import decision_stability
from hiprisk.validation.internal.instability_results import DecisionStability
from hiprisk.validation.internal.optimism_table import OptimismTable

OUTCOME = "outcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEvidence:
    """One event.

    Attributes
    ----------
    out_of_fold : EventResult
        Metrics, calibration and net benefit of out-of-fold chances.
    decision : DecisionCurve or None
        Net benefit of the model itself, corrected for optimism, with its band.
    decisions : tuple of DecisionStability
        At each declared threshold: who changes sides from refit to refit.
    thresholds : tuple of float
        Declared: both decision curves have them.
    optimism : OptimismTable or None
        Metrics of the model's own chance, corrected; the study's own table has those of a binary
        outcome.
    """

    out_of_fold: EventResult
    decision: DecisionCurve | None
    decisions: tuple[DecisionStability, ...]
    thresholds: tuple[float, ...] = ()
    optimism: OptimismTable | None = None

    def utility(self, *, corrected: bool) -> tuple[Estimate, ...]:
        """What acting is worth at the declared thresholds: out of fold, or optimism-corrected."""
        curve = self.decision if corrected else self.out_of_fold.decision
        if curve is None:
            return ()
        return tuple(one for t in self.thresholds for one in curve.estimates_at(t))

    def named(self) -> Iterator[tuple[str, Estimate]]:
        """Every figure by name: of out-of-fold chances, then those corrected for optimism."""
        for one in (*self.out_of_fold.estimates, *self.utility(corrected=False)):
            yield one.name, one
        own = () if self.optimism is None else self.optimism.estimates()
        for one in (*own, *self.utility(corrected=True)):
            yield f"{one.name}_corrected", one

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            **self.out_of_fold.to_dict(),
            "thresholds": list(self.thresholds),
            "utility": {one.name: one.to_dict() for one in self.utility(corrected=False)},
            "utility_corrected": {one.name: one.to_dict() for one in self.utility(corrected=True)},
            "optimism": None if self.optimism is None else self.optimism.to_dict(),
            "decision_corrected": None if self.decision is None else self.decision.to_dict(),
            "stability": [one.to_dict() for one in self.decisions],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsEvidence:
    """All events of a study; a binary outcome is its own event."""

    events: tuple[EventEvidence, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row an event and metric; what acting is worth out of fold and ``_corrected``."""
        columns = ["event", "metric", "value", "low", "high"]
        rows = [
            {"event": one.out_of_fold.name, "metric": name, **estimate.to_dict()}
            for one in self.events
            for name, estimate in one.named()
        ]
        return pd.DataFrame(rows, columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, by name of the event."""
        return {one.out_of_fold.name: one.to_dict() for one in self.events}


def events_evidence(study: FinishedStudy) -> EventsEvidence | None:
    """Judge every event; None where the model predicts the same for all or nothing is declared."""
    if study.predicts_nothing:
        return None
    found = _risk(study) if study.config.outcome.kind == "binary" else _events(study)
    return EventsEvidence(events=found) if found else None


def out_of_fold_events(study: FinishedStudy) -> tuple[EventOutcome, ...]:
    """Out-of-fold chances of a continuous outcome's events, rows as in `study.out_of_fold.rows`."""
    forecast = out_of_fold_forecast(study)
    if forecast is None:
        return ()
    rows = study.out_of_fold.rows
    return event_outcomes(
        study.data.outcome[rows],
        forecast,
        study.sheet.outcome.events,
        baseline=_baseline(study, rows),
    )


def _events(study: FinishedStudy) -> tuple[EventEvidence, ...]:
    forecast = out_of_fold_forecast(study)
    rows = study.out_of_fold.rows
    groups = study.data.groups[rows]
    if forecast is None or not study.sheet.outcome.events:
        return ()
    evaluated = evaluate_events(
        study.data.outcome[rows],
        forecast,
        study.sheet.outcome.events,
        baseline=_baseline(study, rows),
        groups=groups,
        thresholds=thresholds_of(study.config.outcome.thresholds),
    )
    results = [
        _with_intervals(study, result, one.happened, one.chance, groups)
        for result, one in zip(evaluated, out_of_fold_events(study), strict=True)
    ]
    everybody = np.flatnonzero(study.known)
    own = _outcomes(study, everybody, study.apparent, study.sheet.outcome.events)
    refitted = [
        _outcomes(study, everybody, predicted, study.sheet.outcome.events)
        for predicted in study.refits.predicted
    ]
    return tuple(
        _event(study, result, own[place], np.array([one[place].chance for one in refitted]))
        for place, result in enumerate(results)
    )


def _with_intervals(
    study: FinishedStudy,
    result: EventResult,
    happened: Floats,
    chance: Floats,
    groups: Integers,
) -> EventResult:
    """The same result with an interval around every metric, and bands around its decision curve."""
    return with_intervals(
        result,
        happened,
        chance,
        groups=groups,
        thresholds=study.config.outcome.thresholds,
        n_resamples=study.config.validation.interval_resamples,
        seed=study.config.seed,
    )


def _outcomes(
    study: FinishedStudy, rows: Integers, predicted: Floats, events: tuple[Event, ...]
) -> tuple[EventOutcome, ...]:
    """Events and their chances by given predictions of everybody, the scatter being the sheet's."""
    return event_outcomes(
        study.data.outcome[rows],
        _forecast(study, predicted[rows]),
        events,
        baseline=_baseline(study, rows),
    )


def _forecast(study: FinishedStudy, predicted: Floats) -> Forecast:
    assert study.sheet.distribution is not None
    return forecast_from_sheet(study.sheet.distribution, study.sheet.outcome, mean=predicted)


def _baseline(study: FinishedStudy, rows: Integers) -> Floats | None:
    name = study.sheet.outcome.baseline
    if name is None:
        return None
    values = study.prepared.selection.development.frame[name].to_numpy(dtype=np.float64)
    return np.asarray(values[rows])


def _event(
    study: FinishedStudy, result: EventResult, own: EventOutcome, refitted: Floats
) -> EventEvidence:
    known = ~np.isnan(own.happened)
    everybody = np.flatnonzero(study.known)[known]
    return _with_decisions(
        study,
        result,
        rows=everybody,
        happened=own.happened[known],
        chance=own.chance[known],
        refitted=refitted[:, known],
    )


def _risk(study: FinishedStudy) -> tuple[EventEvidence, ...]:
    """A binary outcome: its risk is the chance of the one event."""
    rows, risk = study.out_of_fold.rows, study.out_of_fold.predicted
    y = study.data.outcome[rows]
    label = study.config.outcome.label
    result = EventResult(
        name=OUTCOME,
        label=label,
        n=float(len(y)),
        n_events=float(y.sum()),
        calibration=calibration_curve(y, risk, kind="binary"),
    )
    result = _with_intervals(study, result, y, risk, study.data.groups[rows])
    everybody = np.flatnonzero(study.known)
    return (
        _with_decisions(
            study,
            result,
            rows=everybody,
            happened=study.data.outcome[everybody],
            chance=study.apparent[everybody],
            refitted=study.refits.predicted[:, everybody],
        ),
    )


def _with_decisions(
    study: FinishedStudy,
    result: EventResult,
    *,
    rows: Integers,
    happened: Floats,
    chance: Floats,
    refitted: Floats,
) -> EventEvidence:
    """Net benefit corrected for optimism, and who changes sides of a declared threshold."""
    if result.reason is not None:
        return EventEvidence(out_of_fold=result, decision=None, decisions=())
    declared = study.config.outcome.thresholds
    grid = thresholds_of(declared)
    curve = decision_curve_band(
        happened,
        chance,
        groups=study.data.groups[rows],
        n_resamples=study.config.validation.interval_resamples,
        seed=study.config.seed,
        thresholds=grid,
        outcome=result.label,
    )
    optimism = net_benefit_optimism(
        happened, refitted, study.refits.counts[:, rows], thresholds=grid
    )
    return EventEvidence(
        out_of_fold=result,
        decision=corrected_curve(curve, optimism),
        decisions=tuple(
            decision_stability(refitted, apparent=chance, threshold=threshold)
            for threshold in declared
        ),
        thresholds=declared,
        optimism=None
        if study.config.outcome.kind == "binary"
        else event_optimism(
            study,
            rows=rows,
            happened=happened,
            chance=chance,
            refitted=refitted,
            metrics=metrics_for("binary"),
        ),
    )
