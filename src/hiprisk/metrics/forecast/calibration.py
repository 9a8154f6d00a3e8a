"""Whether forecasts hold: coverage by predicted level, and where outcomes fall (PIT).

References
----------
.. [1] Czado, Gneiting, Held (2009). Biometrics 65, 1254-1261: PIT where the law has lumps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.metrics.forecast.scores import LEVELS, ends
from hiprisk.metrics.inputs import as_forecast_outcome
from hiprisk.metrics.intervals.frequency_weights import quantiles
from hiprisk.metrics.intervals.wald import wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageCell:
    """People of one range of predictions, at one level.

    Attributes
    ----------
    level : float
        The coverage that the interval promises.
    predicted_low, predicted_high, predicted_mean : float
        Range and mean of the expected outcome of these people.
    n : float
    coverage : Estimate
        With Wilson's interval.
    width : float
        Mean width, in units of the outcome.
    below, above : float
        Share of people whose outcome lies below or above their interval.
    """

    level: float
    predicted_low: float
    predicted_high: float
    predicted_mean: float
    n: float
    coverage: Estimate
    width: float
    below: float
    above: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageByLevel:
    """Coverage and width of the intervals, overall and by predicted level."""

    overall: tuple[CoverageCell, ...]
    cells: tuple[CoverageCell, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row a cell; `part` is ``all`` or ``by predicted level``."""
        parts = (("all", self.overall), ("by predicted level", self.cells))
        rows = [{"part": part, **_cell_row(cell)} for part, cells in parts for cell in cells]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "overall": [_cell_dict(cell) for cell in self.overall],
            "by_predicted_level": [_cell_dict(cell) for cell in self.cells],
        }


def _cell_row(cell: CoverageCell) -> dict[str, float | None]:
    plain = _cell_dict(cell)
    interval = plain.pop("coverage")
    ends = {"coverage": interval["value"], "low": interval["low"], "high": interval["high"]}
    return {**plain, **ends}


def _cell_dict(cell: CoverageCell) -> dict[str, Any]:
    names = ("level", "predicted_low", "predicted_high", "predicted_mean", "n")
    plain: dict[str, Any] = {name: getattr(cell, name) for name in names}
    plain["coverage"] = cell.coverage.to_dict()
    plain.update(width=cell.width, below=cell.below, above=cell.above)
    return plain


def coverage_by_level(
    observed: ArrayLike,
    forecast: Forecast,
    *,
    weights: ArrayLike | None = None,
    levels: Sequence[float] = LEVELS,
    n_groups: int = 5,
) -> CoverageByLevel:
    """Coverage and width at several levels, overall and in groups of like expected outcome.

    Parameters
    ----------
    observed, forecast, weights
        As for `crps`.
    levels : sequence of float
    n_groups : int
        Of about equal size; groups whose ends coincide become one.
    """
    y, w = as_forecast_outcome(observed, len(forecast), weights)
    expected = forecast.expectation()
    # Forecasts at a bound may share an expectation; groups of the same people become one.
    edges = np.unique(quantiles(expected, np.linspace(0.0, 1.0, n_groups + 1), w))
    place = np.searchsorted(edges[1:-1], expected, side="right")
    everybody = np.ones(len(y), dtype=bool)
    overall, cells = [], []
    for level in levels:
        low, high = ends(forecast, level)
        side = np.where(y < low, -1, np.where(y > high, 1, 0))
        measured = _Measured(level, expected, side, high - low, w)
        overall.append(_cell(measured, everybody))
        for number in range(max(1, len(edges) - 1)):
            rows = place == number
            if (w[rows] > 0).any():
                cells.append(_cell(measured, rows))
    return CoverageByLevel(overall=tuple(overall), cells=tuple(cells))


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """One level of everybody: -1, 0, 1 where the outcome is below, in, above the interval."""

    level: float
    expected: Floats
    side: Integers
    width: Floats
    w: Floats


def _cell(measured: _Measured, rows: Bools) -> CoverageCell:
    rows = rows & (measured.w > 0)
    w, side, expected = measured.w[rows], measured.side[rows], measured.expected[rows]
    n = float(w.sum())
    inside = float(np.average(side == 0, weights=w))
    return CoverageCell(
        level=measured.level,
        predicted_low=float(expected.min()),
        predicted_high=float(expected.max()),
        predicted_mean=float(np.average(expected, weights=w)),
        n=n,
        coverage=wilson(f"coverage_{100 * measured.level:g}", inside, n, level=0.95),
        width=float(np.average(measured.width[rows], weights=w)),
        below=float(np.average(side == -1, weights=w)),
        above=float(np.average(side == 1, weights=w)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PitHistogram:
    """Where outcomes fall in their own forecasts; all bars equal where the forecasts are right.

    Attributes
    ----------
    edges : tuple of float, length n_bins + 1
    shares : tuple of float, length n_bins
        Share of people in each bin; 1 / n_bins everywhere is best.
    expected_low, expected_high : float
        Within which a bar lies with 95 % chance if the forecasts are right.
    deviation : float
        Largest distance of the cumulated shares from the diagonal.
    """

    edges: tuple[float, ...]
    shares: tuple[float, ...]
    expected_low: float
    expected_high: float
    deviation: float
    n: float

    def to_frame(self) -> pd.DataFrame:
        """One row a bin."""
        columns = {"low": self.edges[:-1], "high": self.edges[1:], "share": self.shares}
        return pd.DataFrame(columns)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "edges": list(self.edges),
            "shares": list(self.shares),
            "expected_low": self.expected_low,
            "expected_high": self.expected_high,
            "deviation": self.deviation,
            "n": self.n,
        }


def pit_histogram(
    observed: ArrayLike,
    forecast: Forecast,
    *,
    weights: ArrayLike | None = None,
    n_bins: int = 10,
) -> PitHistogram:
    """Histogram of the probability integral transform, without randomness.

    Parameters
    ----------
    observed : array-like of float, shape (n_patients,)
    forecast : Forecast
        Distribution of each patient's outcome.
    weights : array-like of float, shape (n_patients,), optional
        Non-negative case weights.
    n_bins : int
        Bars of equal width.

    Returns
    -------
    PitHistogram

    Notes
    -----
    Where the law has a lump at the outcome (at a bound), the person is spread evenly over the
    probabilities that the lump takes up: Czado, Gneiting and Held's mean histogram.
    """
    y, w = as_forecast_outcome(observed, len(forecast), weights)
    start, end = forecast.below(y)[:, np.newaxis], forecast.cdf(y)[:, np.newaxis]
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    lump = end > start
    spread = (edges - start) / np.where(lump, end - start, 1.0)
    upto = np.where(lump, np.clip(spread, 0.0, 1.0), edges >= end)
    # Rounding must not lose anybody from the first bar or the last.
    upto[:, 0], upto[:, -1] = 0.0, 1.0
    cumulated = np.average(upto, axis=0, weights=w)
    n = float(w.sum())
    expected = wilson("", 1.0 / n_bins, n, level=0.95)
    return PitHistogram(
        edges=tuple(map(float, edges)),
        shares=tuple(map(float, np.diff(cumulated))),
        expected_low=float(expected.low or 0.0),
        expected_high=float(expected.high or 1.0),
        deviation=float(np.abs(cumulated - edges).max()),
        n=n,
    )
