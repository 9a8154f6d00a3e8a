"""How far predictions, calibration and decisions move from refit to refit, as pictures."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes

from hiprisk.reporting.plots.style import BLUE, GREY, ORANGE, SKY, new_axes, titled
from hiprisk.validation.internal.instability_results import (
    CalibrationStability,
    DecisionCurveStability,
    DecisionStability,
    PredictionStability,
)


def draw_prediction_stability(
    stability: PredictionStability,
    *,
    ax: Axes | None = None,
    unit: str = "risk",
    provenance: str = "real",
) -> Axes:
    """Each person's prediction, and where the middle 95 % of the refits put it."""
    ax = ax if ax is not None else new_axes()
    order = np.argsort(stability.predicted)
    predicted = np.asarray(stability.predicted)[order]
    ax.vlines(
        predicted, np.asarray(stability.low)[order], np.asarray(stability.high)[order],
        color=SKY, linewidth=0.8, alpha=0.6, label="95 % of the refits, each person",
    )  # fmt: skip
    ends = [predicted[0], predicted[-1]]
    ax.plot(ends, ends, color=GREY, linewidth=1, label="the model's own prediction")
    ax.set_xlabel(f"predicted ({unit})")
    ax.set_ylabel(f"predicted by refits ({unit})")
    ax.set_title(titled(f"Stability of predictions: refits differ by {stability.mape:.2g}",
                        provenance))  # fmt: skip
    ax.legend(frameon=False, loc="upper left")
    return ax


def draw_mape(
    stability: PredictionStability,
    *,
    ax: Axes | None = None,
    unit: str = "risk",
    provenance: str = "real",
) -> Axes:
    """Mean absolute difference of the refits' predictions, person by person."""
    ax = ax if ax is not None else new_axes()
    ax.plot(stability.predicted, stability.mape_each, ".", color=BLUE, alpha=0.4, markersize=5)
    ax.axhline(stability.mape, color=ORANGE, linewidth=1.2, label=f"mean {stability.mape:.2g}")
    ax.set_ylim(bottom=0.0)
    ax.set_xlabel(f"predicted ({unit})")
    ax.set_ylabel(f"mean absolute difference ({unit})")
    ax.set_title(titled("How far refits differ, person by person", provenance))
    ax.legend(frameon=False)
    return ax


def draw_calibration_stability(
    stability: CalibrationStability,
    *,
    ax: Axes | None = None,
    unit: str = "risk",
    provenance: str = "real",
) -> Axes:
    """Calibration of every refit on the original people."""
    ax = ax if ax is not None else new_axes()
    grid = list(stability.grid)
    for number, curve in enumerate(stability.refits):
        ax.plot(grid, _drawable(curve), color=SKY, linewidth=0.6, alpha=0.35,
                label="refits" if number == 0 else None)  # fmt: skip
    ax.plot([grid[0], grid[-1]], [grid[0], grid[-1]], color=GREY, linewidth=1, label="ideal")
    ax.plot(grid, _drawable(stability.model), color=BLUE, linewidth=2, label="the model")
    slope = next(e for e in stability.spread if e.name == "calibration_slope")
    ax.set_xlabel(f"predicted ({unit})")
    ax.set_ylabel(f"observed ({unit})")
    ax.set_title(titled(
        f"Stability of calibration: refits' slopes {slope.low:.2f} to {slope.high:.2f}", provenance
    ))  # fmt: skip
    legend = ax.legend(frameon=False, loc="upper left")
    for line in legend.get_lines():
        line.set_alpha(1.0)
    return ax


def draw_decision_stability(
    decisions: tuple[DecisionStability, ...],
    *,
    ax: Axes | None = None,
    unit: str = "risk",
    provenance: str = "real",
) -> Axes:
    """Share of the people whom a refit puts on the other side of each threshold."""
    ax = ax if ax is not None else new_axes()
    at = [decision.threshold for decision in decisions]
    share = np.array([decision.share_flipped.value for decision in decisions])
    low = np.array([decision.share_flipped.low for decision in decisions], dtype=float)
    high = np.array([decision.share_flipped.high for decision in decisions], dtype=float)
    often = [100.0 * decision.share_often_flipped for decision in decisions]
    reach = np.maximum([share - low, high - share], 0.0)
    ax.errorbar(
        at, 100.0 * share, 100.0 * reach, fmt="o-", color=BLUE, capsize=3,
        label="a refit, mean and 95 % of the refits",
    )  # fmt: skip
    ax.plot(at, often, "s--", color=ORANGE, label="people whom a tenth of the refits move")
    ax.set_ylim(bottom=0.0)
    ax.set_xlabel(f"threshold ({unit})")
    ax.set_ylabel("people on the other side (%)")
    ax.set_title(titled("Stability of decisions", provenance))
    ax.legend(frameon=False)
    return ax


def draw_decision_curve_stability(
    curves: DecisionCurveStability, *, ax: Axes | None = None, provenance: str = "real"
) -> Axes:
    """Net benefit of every refit on the original people."""
    ax = ax if ax is not None else new_axes()
    at = list(curves.thresholds)
    for number, curve in enumerate(curves.refits):
        ax.plot(at, curve, color=SKY, linewidth=0.6, alpha=0.35,
                label="refits" if number == 0 else None)  # fmt: skip
    ax.axhline(0.0, color=GREY, linewidth=1, label="act on none")
    ax.plot(at, curves.model, color=BLUE, linewidth=2, label="the model")
    bottom = min(min(curves.low), 0.0)
    top = max(*curves.high, *curves.model)
    ax.set_ylim(bottom - 0.05 * (top - bottom), top + 0.05 * (top - bottom))
    ax.set_xlabel("threshold")
    ax.set_ylabel("net benefit")
    ax.set_title(titled("Stability of net benefit", provenance))
    legend = ax.legend(frameon=False)
    for line in legend.get_lines():
        line.set_alpha(1.0)
    return ax


def _drawable(curve: tuple[float | None, ...]) -> list[float]:
    return [math.nan if value is None else value for value in curve]
