"""Results of the stability of a model; `to_dict` holds nothing about single people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.metrics.estimate import Estimate

Curve = tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionStability:
    """Each person's prediction over the refits.

    Attributes
    ----------
    predicted, low, high : tuple of float, length n_people
        Of the model itself, and percentiles of the refits.
    mape_each : tuple of float, length n_people
        Mean absolute difference of the refits' predictions from the model's.
    mape : float
        Its mean over people.
    """

    predicted: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    mape_each: tuple[float, ...]
    mape: float

    def to_frame(self) -> pd.DataFrame:
        """One row a person, in the order of the cohort."""
        names = ("predicted", "low", "high", "mape_each")
        return pd.DataFrame({name: list(getattr(self, name)) for name in names})

    def to_dict(self) -> dict[str, float]:
        """Summaries over people."""
        width = np.subtract(self.high, self.low)
        return {
            "mape": self.mape,
            "mape_median": float(np.median(self.mape_each)),
            "mape_90th_percentile": float(np.quantile(self.mape_each, 0.9)),
            "mape_largest": max(self.mape_each),
            "interval_width_median": float(np.median(width)),
            "interval_width_largest": float(width.max()),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionStability:
    """One threshold.

    Attributes
    ----------
    share_acted_on : float
        People whose prediction by the model itself reaches it.
    share_flipped : Estimate
        Mean share of people reclassified by a refit; its interval is over refits.
    share_ever_flipped, share_often_flipped : float
        People reclassified by at least one refit, or by at least a tenth of them.
    flip_chance : tuple of float, length n_people
        Share of the refits that put each person on the other side.
    predicted : tuple of float, length n_people
        By the model itself; empty where one threshold was asked for by itself.
    """

    threshold: float
    share_acted_on: float
    share_flipped: Estimate
    share_ever_flipped: float
    share_often_flipped: float
    flip_chance: tuple[float, ...]
    predicted: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Without the people."""
        return {
            "threshold": self.threshold,
            "share_acted_on": self.share_acted_on,
            "share_flipped": self.share_flipped.to_dict(),
            "share_ever_flipped": self.share_ever_flipped,
            "share_often_flipped": self.share_often_flipped,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCurveStability:
    """Net benefit of the refits on the original people.

    Attributes
    ----------
    model, low, high : tuple of float, length n_thresholds
        Of the model itself, and percentiles of the refits.
    refits : tuple of tuple of float
        The first hundred refits' curves.
    """

    thresholds: tuple[float, ...]
    model: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    refits: tuple[tuple[float, ...], ...]

    def to_frame(self) -> pd.DataFrame:
        """One row a threshold."""
        return pd.DataFrame(
            {
                "threshold": list(self.thresholds),
                "net_benefit": list(self.model),
                "low": list(self.low),
                "high": list(self.high),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationStability:
    """Calibration of the refits on the original people.

    Attributes
    ----------
    spread : tuple of Estimate
        In the large, intercept and slope: the model's own value, percentiles of the refits.
    grid : tuple of float
        Predictions at which the curves are taken.
    model : tuple of float or None
        Observed mean or risk at the grid, by the model itself.
    refits : tuple
        The same of the first hundred refits; None outside the range of their predictions.
    n_without_curve : int
        Of those hundred, refits that have no curve: their predictions separate the outcome.
    not_available : mapping of str to str
        Indexes that the model itself does not have, with the reason.
    """

    spread: tuple[Estimate, ...]
    grid: tuple[float, ...]
    model: Curve
    refits: tuple[Curve, ...]
    n_without_curve: int = 0
    not_available: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The spread of the three indexes; those that the model has."""
        return {estimate.name: estimate.to_dict() for estimate in self.spread}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stability:
    """All four levels: predictions, calibration, decisions and their value."""

    n_refits: int
    level: float
    predictions: PredictionStability
    calibration: CalibrationStability
    decisions: tuple[DecisionStability, ...]
    decision_curves: DecisionCurveStability | None = None

    def to_frame(self) -> pd.DataFrame:
        """One row a measure: name, threshold where it has one, value, low and high."""
        rows: list[dict[str, Any]] = [
            {"measure": name, "value": value} for name, value in self.predictions.to_dict().items()
        ]
        rows += [
            {"measure": e.name, "value": e.value, "low": e.low, "high": e.high}
            for e in self.calibration.spread
        ]
        for decision in self.decisions:
            flipped = decision.share_flipped
            rows.append(
                {
                    "measure": "share_flipped",
                    "threshold": decision.threshold,
                    "value": flipped.value,
                    "low": flipped.low,
                    "high": flipped.high,
                }
            )
        return pd.DataFrame(rows, columns=["measure", "threshold", "value", "low", "high"])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, nothing of single people."""
        curves = self.decision_curves
        return {
            "n_refits": self.n_refits,
            "level": self.level,
            "predictions": self.predictions.to_dict(),
            "calibration": self.calibration.to_dict(),
            "decisions": [decision.to_dict() for decision in self.decisions],
            "decision_curves": None if curves is None else curves.to_frame().to_dict("records"),
        }
