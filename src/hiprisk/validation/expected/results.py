"""What a model expects of a cohort, as a frozen result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hiprisk.metrics.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedEvent:
    """Figures to be expected of one event's probabilities.

    Attributes
    ----------
    n : int
        People whose bound is known: an event from the baseline needs the baseline.
    """

    name: str
    label: str
    n: int
    estimates: tuple[Estimate, ...]
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "name": self.name,
            "label": self.label,
            "n": self.n,
            "metrics": {one.name: one.to_dict() for one in self.estimates},
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedPerformance:
    """Performance to be expected of people whose outcome is not known, if the model is right.

    Attributes
    ----------
    n : int
        Rows with a prediction.
    n_incomplete : int
        Of them, rows in which something was imputed.
    estimates : tuple of Estimate
        Of the outcome itself; ends are None where `interval_note` says why.
    uncorrected : mapping of str to float
        Every figure by name as the predictions say by themselves, the error of the fit not
        counted: van Klaveren's model-based concordance is ``c_statistic`` here.
    events : tuple of ExpectedEvent
        Of a continuous outcome.
    n_refits : int
        Refits of the sheet behind the intervals.
    interval_note : str
        Why there are no intervals; empty where there are.
    """

    n: int
    n_incomplete: int
    estimates: tuple[Estimate, ...]
    uncorrected: Mapping[str, float]
    events: tuple[ExpectedEvent, ...]
    n_refits: int
    interval_note: str

    def named(self) -> Iterator[tuple[str, Estimate]]:
        """Every estimate by a name of its own: those of an event end in its name."""
        yield from ((one.name, one) for one in self.estimates)
        for event in self.events:
            yield from ((f"{one.name}_{event.name}", one) for one in event.estimates)

    def to_frame(self) -> pd.DataFrame:
        """One row a figure: event, metric, value, low, high."""
        rows = [{"event": "", "metric": one.name, **one.to_dict()} for one in self.estimates]
        for event in self.events:
            rows += [
                {"event": event.name, "metric": one.name, **one.to_dict()}
                for one in event.estimates
            ]
        return pd.DataFrame(rows, columns=["event", "metric", "value", "low", "high"])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "n": self.n,
            "n_incomplete": self.n_incomplete,
            "n_refits": self.n_refits,
            "interval_note": self.interval_note,
            "metrics": {name: one.to_dict() for name, one in self.named()},
            "uncorrected": dict(self.uncorrected),
            "events": [event.to_dict() for event in self.events],
        }


def development_figures(evidence: Mapping[str, Any]) -> dict[str, float] | None:
    """Every figure that a bundle's evidence says was expected of the development cohort, by name.

    None where it says nothing: bundles that were written before, and published models.
    """
    expected = evidence.get("expected")
    metrics = expected.get("metrics") if isinstance(expected, Mapping) else None
    if not isinstance(metrics, Mapping):
        return None
    return {
        str(name): float(one["value"])
        for name, one in metrics.items()
        if isinstance(one, Mapping) and isinstance(one.get("value"), int | float)
    }
