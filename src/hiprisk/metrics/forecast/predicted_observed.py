"""Observed against predicted, counted in cells: a picture of all people that shows none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats, Integers
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.metrics.inputs import as_forecast_outcome, check_level
from hiprisk.metrics.intervals.frequency_weights import quantiles


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastBand:
    """Ends of the central intervals of a level, mean by group of like expected outcome."""

    level: float
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedObserved:
    """People counted in cells of predicted and observed outcome, and what was forecast.

    Attributes
    ----------
    edges : tuple of float, length n_cells + 1
        Of the cells, the same for both.
    counts : tuple of tuple of float, n_cells (predicted) x n_cells (observed)
        People in each cell; the last cell holds its upper edge too.
    expected, observed : tuple of float, length n_groups
        Mean expected and mean observed outcome by group of like expected outcome.
    bands : tuple of ForecastBand
        The widest first.
    """

    edges: tuple[float, ...]
    counts: tuple[tuple[float, ...], ...]
    expected: tuple[float, ...]
    observed: tuple[float, ...]
    bands: tuple[ForecastBand, ...]
    n: float

    def to_frame(self) -> pd.DataFrame:
        """One row a cell that holds people."""
        rows = [
            (self.edges[i], self.edges[i + 1], self.edges[j], self.edges[j + 1], count)
            for i, row in enumerate(self.counts)
            for j, count in enumerate(row)
            if count > 0
        ]
        columns = ["predicted_low", "predicted_high", "observed_low", "observed_high", "n"]
        return pd.DataFrame(rows, columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "edges": list(self.edges),
            "counts": [list(row) for row in self.counts],
            "expected": list(self.expected),
            "observed": list(self.observed),
            "bands": [
                {"level": band.level, "low": list(band.low), "high": list(band.high)}
                for band in self.bands
            ],
            "n": self.n,
        }


def predicted_observed(
    observed: ArrayLike,
    forecast: Forecast,
    *,
    weights: ArrayLike | None = None,
    levels: Sequence[float] = (0.95, 0.80),
    n_cells: int = 25,
    n_groups: int = 20,
) -> PredictedObserved:
    """Count people by expected and observed outcome.

    Parameters
    ----------
    observed : array-like of float, shape (n_people,)
    forecast : Forecast
    weights : array-like of float, optional
        A weight of 2 equals the same person twice.
    levels : sequence of float
        Of the intervals shown, the widest first.
    n_cells, n_groups : int
        Cells on each side; groups for the means and the intervals.
    """
    y, w = as_forecast_outcome(observed, len(forecast), weights)
    expected = forecast.expectation()
    used = w > 0
    ends = np.concatenate([expected[used], y[used]])
    low = forecast.lower if np.isfinite(forecast.lower) else float(ends.min())
    high = forecast.upper if np.isfinite(forecast.upper) else float(ends.max())
    # Outcomes beyond the stated bounds stay in the picture: everybody is in one cell.
    edges = np.linspace(min(low, ends.min()), max(high, ends.max(), low + 1e-9), n_cells + 1)
    counts, _, _ = np.histogram2d(expected, y, bins=[edges, edges], weights=w)
    groups = _groups(expected, w, n_groups)
    return PredictedObserved(
        edges=tuple(map(float, edges)),
        counts=tuple(tuple(map(float, row)) for row in counts),
        expected=_means(expected, groups, w),
        observed=_means(y, groups, w),
        bands=tuple(_band(forecast, level, groups, w) for level in levels),
        n=float(w.sum()),
    )


def _groups(expected: Floats, w: Floats, n_groups: int) -> Integers:
    edges = np.unique(quantiles(expected, np.linspace(0.0, 1.0, n_groups + 1), w))
    return np.searchsorted(edges[1:-1], expected, side="right")


def _means(values: Floats, groups: Integers, w: Floats) -> tuple[float, ...]:
    total = np.bincount(groups, weights=w)
    sums = np.bincount(groups, weights=w * values)
    return tuple(float(s / n) for s, n in zip(sums, total, strict=True) if n > 0)


def _band(forecast: Forecast, level: float, groups: Integers, w: Floats) -> ForecastBand:
    check_level(level)
    tail = (1.0 - level) / 2.0
    ends = (forecast.quantile(p) for p in (tail, 1.0 - tail))
    low, high = (_means(values, groups, w) for values in ends)
    return ForecastBand(level=level, low=low, high=high)
