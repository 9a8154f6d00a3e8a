"""The table of a bootstrap: apparent values, their optimism, what is left and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.resampling.refits import Refits, RefitsRefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimismRow:
    """One metric: its apparent value, its optimism and what is left.

    Attributes
    ----------
    training, test : float
        Means over the resamples of the value on the resample and on the original people.
    low, high : float or None
        Interval around the corrected value, from the spread of the resamples' own optimism
        (`optimism_interval`; what it covers: experiments/interval_coverage). None of one resample.
    shifted_low, shifted_high : float or None
        Noma's location-shifted interval: percentiles of the training values less the optimism. None
        for calibration, which a fit pins on its own people: these percentiles would not differ.
    omitted : float or None
        Mean value on the people that a resample did not draw, weighted so that each person counts
        as much, however often it was omitted.
    value_632, value_632_plus : float or None
        None where a metric has no no-information rate, or too few omitted could be evaluated.
    no_information : float or None
        What the metric would be if outcome and prediction had nothing to do with each other.
    n_not_computed : int
        Resamples on which the metric could not be computed; the row is of the others.
    """

    metric: str
    apparent: float
    training: float
    test: float
    optimism: float
    corrected: float
    low: float | None = None
    high: float | None = None
    shifted_low: float | None = None
    shifted_high: float | None = None
    omitted: float | None = None
    value_632: float | None = None
    value_632_plus: float | None = None
    no_information: float | None = None
    n_not_computed: int = 0


COLUMNS = tuple(OptimismRow.__dataclass_fields__)
SUMMARY_COLUMNS = ("metric", "corrected", "low", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimismTable:
    """All metrics of one bootstrap.

    Attributes
    ----------
    level : float
        Of the intervals.
    n_omitted_not_evaluated : int
        Resamples left out of `omitted`: those omitted could not be evaluated (one class only).
    not_available : mapping of str to str
        Metrics that could not be computed, with the reason.
    """

    rows: tuple[OptimismRow, ...]
    n_resamples: int
    n_refused: int
    level: float = 0.95
    n_omitted_not_evaluated: int = 0
    not_available: Mapping[str, str] = field(default_factory=dict)

    def corrected(self) -> dict[str, float]:
        """Corrected value by metric."""
        return {row.metric: row.corrected for row in self.rows}

    def not_computed(self) -> dict[str, int]:
        """By metric, resamples on which it could not be computed."""
        return {row.metric: row.n_not_computed for row in self.rows}

    def estimates(self) -> tuple[Estimate, ...]:
        """Corrected values with their intervals."""
        return tuple(
            Estimate(name=row.metric, value=row.corrected, low=row.low, high=row.high)
            for row in self.rows
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, the corrected value as an estimate."""
        return {
            "n_resamples": self.n_resamples,
            "n_refused": self.n_refused,
            "level": self.level,
            "n_omitted_not_evaluated": self.n_omitted_not_evaluated,
            "not_available": dict(self.not_available),
            "metrics": {
                row.metric: {
                    "corrected": estimate.to_dict(),
                    **{name: getattr(row, name) for name in COLUMNS if name not in SUMMARY_COLUMNS},
                }
                for row, estimate in zip(self.rows, self.estimates(), strict=True)
            },
        }

    def to_frame(self) -> pd.DataFrame:
        """One row a metric."""
        return pd.DataFrame(
            [[getattr(row, name) for name in COLUMNS] for row in self.rows], columns=list(COLUMNS)
        )


@dataclass(frozen=True)
class BootstrapResult:
    """The table, and what the refits left behind.

    Attributes
    ----------
    table : OptimismTable
        Without rows where too many resamples were refused.
    coefficients : ndarray or None, shape (n_resamples, n_coefficients)
    refits : Refits or None
        Their predictions and draws, for stability and curves.
    refused : RefitsRefusedError or None
        Why there are no refits.
    """

    table: OptimismTable
    coefficients: Floats | None
    refits: Refits | None = None
    refused: RefitsRefusedError | None = None
