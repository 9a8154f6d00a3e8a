"""Events: out-of-fold probabilities, clinical utility and its stability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats, Integers
from hiprisk.evidence.corrected import event_optimism
from hiprisk.evidence.finished import FinishedStudy, model_forecast, refit_forecasts
from hiprisk.evidence.out_of_fold import events_of
from hiprisk.metrics.clinical_utility.bands import decision_curve_band
from hiprisk.metrics.clinical_utility.curve import DecisionCurve
from hiprisk.metrics.clinical_utility.optimism import corrected_curve, resampled_optimism
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.events import EventOutcome
from hiprisk.validation.internal.instability import decisions_stability
from hiprisk.validation.internal.instability_results import DecisionStability
from hiprisk.validation.internal.optimism_table import OptimismTable
from hiprisk.validation.performance.measures import decision_thresholds, prediction_metrics
from hiprisk.validation.performance.results import (
    EventPerformance,
    Performance,
    by_name,
    utility_at,
)
from hiprisk.validation.performance.sample import OUTCOME, EvaluationSample
from hiprisk.validation.resampling.refits import RefitsRefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEvidence:
    """One event.

    Attributes
    ----------
    out_of_fold : EventPerformance
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

    out_of_fold: EventPerformance
    decision: DecisionCurve | None
    decisions: tuple[DecisionStability, ...]
    thresholds: tuple[float, ...] = ()
    optimism: OptimismTable | None = None

    def utility(self, *, corrected: bool) -> tuple[Estimate, ...]:
        """What acting is worth at the declared thresholds: out of fold, or optimism-corrected."""
        curve = self.decision if corrected else self.out_of_fold.decision
        return utility_at(curve, self.thresholds)

    def estimates(self, *, corrected: bool) -> tuple[Estimate, ...]:
        """Every metric and the clinical utility: out of fold, or optimism-corrected."""
        own = self.out_of_fold.estimates
        if corrected:
            own = () if self.optimism is None else self.optimism.estimates()
        return (*own, *self.utility(corrected=corrected))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            **self.out_of_fold.to_dict(),
            "thresholds": list(self.thresholds),
            "utility": by_name(self.utility(corrected=False)),
            "utility_corrected": by_name(self.utility(corrected=True)),
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
            {"event": one.out_of_fold.name, "metric": f"{own.name}{end}", **own.to_dict()}
            for one in self.events
            for end, corrected in (("", False), ("_corrected", True))
            for own in one.estimates(corrected=corrected)
        ]
        return pd.DataFrame(rows, columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, by name of the event."""
        return {one.out_of_fold.name: one.to_dict() for one in self.events}


def events_evidence(
    study: FinishedStudy, sample: EvaluationSample, performance: Performance
) -> EventsEvidence | None:
    """Evaluate every event; None where everybody is predicted the same or nothing is declared.

    Parameters
    ----------
    study : FinishedStudy
    sample : EvaluationSample
    performance : Performance
        Out-of-fold predictions, and how good they are.
    """
    if study.predicts_nothing:
        return None
    results = performance.events
    if sample.kind == "binary":
        results = (_of_risk(sample, performance),)
    if not results:
        return None
    try:
        by_refit = _refit_events(study)
    except RefitsRefusedError:
        # The evidence has the reason; what out-of-fold predictions tell needs no refits.
        thresholds = study.config.outcome.thresholds
        return EventsEvidence(
            events=tuple(
                EventEvidence(
                    out_of_fold=result,
                    decision=None,
                    decisions=(),
                    thresholds=thresholds if result.reason is None else (),
                )
                for result in results
            )
        )
    own = _model_events(study)
    return EventsEvidence(
        events=tuple(
            _event(study, result, own[place], np.array([one[place].chance for one in by_refit]))
            for place, result in enumerate(results)
        )
    )


def _of_risk(sample: EvaluationSample, performance: Performance) -> EventPerformance:
    """A binary outcome is its own event: it has the figures of the outcome."""
    return EventPerformance(
        name=OUTCOME,
        label=sample.outcome,
        n=float(sample.n),
        n_events=float(sample.observed.sum()),
        estimates=performance.predictions,
        calibration=performance.calibration,
        decision=performance.decision,
    )


def _model_events(study: FinishedStudy) -> tuple[EventOutcome, ...]:
    """Events of everybody whose outcome is known, by the model itself."""
    rows = np.flatnonzero(study.known)
    if study.config.outcome.kind == "binary":
        return _own_event(study, rows, study.apparent)
    return events_of(study, rows, model_forecast(study, rows))


def _refit_events(study: FinishedStudy) -> list[tuple[EventOutcome, ...]]:
    """The same by each refit."""
    rows = np.flatnonzero(study.known)
    if study.config.outcome.kind == "binary":
        return [_own_event(study, rows, predicted) for predicted in study.refits.predicted]
    return [events_of(study, rows, each) for each in refit_forecasts(study, rows)]


def _own_event(study: FinishedStudy, rows: Integers, predicted: Floats) -> tuple[EventOutcome, ...]:
    happened, risk = study.data.outcome[rows], predicted[rows]
    return (EventOutcome(name=OUTCOME, happened=happened, chance=risk),)


def _event(
    study: FinishedStudy, result: EventPerformance, own: EventOutcome, by_refit: Floats
) -> EventEvidence:
    """Net benefit corrected for optimism, and who is reclassified at a declared threshold."""
    if result.reason is not None:
        return EventEvidence(out_of_fold=result, decision=None, decisions=())
    known = own.known
    rows = np.flatnonzero(study.known)[known]
    happened, chance, refitted = own.happened[known], own.chance[known], by_refit[:, known]
    declared = study.config.outcome.thresholds
    grid = decision_thresholds(declared)
    curve = decision_curve_band(
        happened,
        chance,
        groups=study.data.groups[rows],
        n_resamples=study.config.validation.interval_resamples,
        seed=study.config.seed,
        thresholds=grid,
        outcome=result.label,
    )
    optimism = resampled_optimism(happened, refitted, study.refits.counts[:, rows], thresholds=grid)
    return EventEvidence(
        out_of_fold=result,
        decision=corrected_curve(curve, optimism),
        decisions=decisions_stability(refitted, apparent=chance, thresholds=declared),
        thresholds=declared,
        optimism=None
        if study.config.outcome.kind == "binary"
        else event_optimism(
            study,
            rows=rows,
            happened=happened,
            chance=chance,
            refitted=refitted,
            metrics=prediction_metrics("binary"),
        ),
    )
