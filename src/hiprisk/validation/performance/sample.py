"""What a performance is computed of: people whose outcome is known, and their predictions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.config.cohort import SamplingSettings
from hiprisk.metrics.events import EventOutcome
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.outcome_kind import OutcomeKind

# A binary outcome among events, where it is its own.
OUTCOME = "outcome"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EvaluationSample:
    """People whose outcome is known, and what was predicted of them.

    Attributes
    ----------
    kind : str
        Of the outcome.
    observed, predicted : ndarray, shape (n_rows,)
        Without missing values.
    groups : ndarray of int, shape (n_rows,)
        Person of each row; persons are drawn.
    forecast : Forecast or None
        Predictive distributions of a continuous outcome.
    bounds : tuple of float or None
        Lower and upper of the outcome's scale, None on an open side; as a whole None where floor
        and ceiling are not asked for.
    events : tuple of EventOutcome
        Of a continuous outcome.
    thresholds : tuple of float
        Declared for decisions.
    weights : ndarray, shape (n_rows,), optional
        A weight of 2 equals the same row twice. With weights, intervals are from formulas alone.
    outcome, model : str
        Names in the decision curve.
    sampling : SamplingSettings or None
        Where cases and controls of a binary outcome were sampled apart.
    """

    kind: OutcomeKind
    observed: Floats
    predicted: Floats
    groups: Integers
    forecast: Forecast | None = None
    bounds: tuple[float | None, float | None] | None = None
    events: tuple[EventOutcome, ...] = ()
    thresholds: tuple[float, ...] = ()
    weights: Floats | None = None
    outcome: str = ""
    model: str = "model"
    sampling: SamplingSettings | None = None

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.observed)

    @property
    def risks(self) -> tuple[EventOutcome, ...]:
        """Events with their probabilities; a binary outcome is its own event."""
        if self.kind == "continuous":
            return self.events
        risk = EventOutcome(name=OUTCOME, happened=self.observed, chance=self.predicted)
        return (risk,)

    def of_event(self, event: EventOutcome) -> EvaluationSample:
        """An event's probability as the risk of a binary outcome, where the event is known."""
        rows = event.known
        if self.weights is not None:
            rows &= self.weights > 0.0
        return EvaluationSample(
            kind="binary",
            observed=event.happened[rows],
            predicted=event.chance[rows],
            groups=self.groups[rows],
            weights=None if self.weights is None else self.weights[rows],
            thresholds=self.thresholds,
            outcome=event.label or event.name,
        )

    def take(self, rows: Integers | Bools) -> EvaluationSample:
        """Some of the rows."""
        return replace(
            self,
            observed=self.observed[rows],
            predicted=self.predicted[rows],
            groups=self.groups[rows],
            forecast=None if self.forecast is None else self.forecast.take(rows),
            events=tuple(event.take(rows) for event in self.events),
            weights=None if self.weights is None else self.weights[rows],
        )

    @property
    def persons(self) -> Integers | None:
        """Person of each row where somebody has several; None where each row is a person."""
        return self.groups if len(np.unique(self.groups)) < self.n else None
