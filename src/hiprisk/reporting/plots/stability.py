"""Instability of predictions, calibration and decisions across bootstrap models, as pictures."""

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
    """Each person's prediction, with the central 95 % of the bootstrap models' predictions.

    Parameters
    ----------
    stability : PredictionStability
        Of the stability part of an evidence.
    ax : Axes, optional
        Axes to draw on; new ones by default.
    unit : str
        Unit of the outcome, for the axes.
    provenance : str
        Of the data; ``simulated`` is said in the title.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else new_axes()
    order = np.argsort(stability.predicted)
    predicted = np.asarray(stability.predicted)[order]
    ax.vlines(
        predicted, np.asarray(stability.low)[order], np.asarray(stability.high)[order],
        color=SKY, linewidth=0.8, alpha=0.6, label="central 95 % of the bootstrap models",
    )  # fmt: skip
    ends = [predicted[0], predicted[-1]]
    ax.plot(ends, ends, color=GREY, linewidth=1, label="prediction of the model")
    ax.set_xlabel(f"predicted ({unit})")
    ax.set_ylabel(f"predicted by bootstrap models ({unit})")
    ax.set_title(titled(f"Prediction instability: MAPE {stability.mape:.2g}",
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
    """Mean absolute difference of the bootstrap models' predictions (MAPE), person by person.

    Parameters
    ----------
    stability : PredictionStability
        Of the stability part of an evidence.
    ax : Axes, optional
        Axes to draw on; new ones by default.
    unit : str
        Unit of the outcome, for the axes.
    provenance : str
        Of the data; ``simulated`` is said in the title.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else new_axes()
    ax.plot(stability.predicted, stability.mape_each, ".", color=BLUE, alpha=0.4, markersize=5)
    ax.axhline(stability.mape, color=ORANGE, linewidth=1.2, label=f"mean {stability.mape:.2g}")
    ax.set_ylim(bottom=0.0)
    ax.set_xlabel(f"predicted ({unit})")
    ax.set_ylabel(f"MAPE ({unit})")
    ax.set_title(titled("MAPE of each person across bootstrap models", provenance))
    ax.legend(frameon=False)
    return ax


def draw_calibration_stability(
    stability: CalibrationStability,
    *,
    ax: Axes | None = None,
    unit: str = "risk",
    provenance: str = "real",
) -> Axes:
    """Calibration of the bootstrap models in the development cohort.

    Parameters
    ----------
    stability : CalibrationStability
        Of the stability part of an evidence.
    ax : Axes, optional
        Axes to draw on; new ones by default.
    unit : str
        Unit of the outcome, for the axes.
    provenance : str
        Of the data; ``simulated`` is said in the title.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else new_axes()
    grid = list(stability.grid)
    for number, curve in enumerate(stability.refits):
        ax.plot(grid, _drawable(curve), color=SKY, linewidth=0.6, alpha=0.35,
                label="bootstrap models" if number == 0 else None)  # fmt: skip
    ax.plot([grid[0], grid[-1]], [grid[0], grid[-1]], color=GREY, linewidth=1, label="ideal")
    ax.plot(grid, _drawable(stability.model), color=BLUE, linewidth=2, label="model")
    slope = next((e for e in stability.spread if e.name == "calibration_slope"), None)
    ax.set_xlabel(f"predicted ({unit})")
    ax.set_ylabel(f"observed ({unit})")
    title = "Calibration instability"
    if slope is not None and slope.low is not None and slope.high is not None:
        title += f": slopes {slope.low:.2f} to {slope.high:.2f}"
    ax.set_title(titled(title, provenance))
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
    """Percentage of people whom a bootstrap model reclassifies, by threshold.

    Parameters
    ----------
    decisions : tuple of DecisionStability
        Of the stability part of an evidence, one a threshold.
    ax : Axes, optional
        Axes to draw on; new ones by default.
    unit : str
        Unit of the outcome, for the axes.
    provenance : str
        Of the data; ``simulated`` is said in the title.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else new_axes()
    at = [decision.threshold for decision in decisions]
    share = np.array([decision.share_flipped.value for decision in decisions])
    low = np.array([decision.share_flipped.low for decision in decisions], dtype=float)
    high = np.array([decision.share_flipped.high for decision in decisions], dtype=float)
    often = [100.0 * decision.share_often_flipped for decision in decisions]
    reach = np.maximum([share - low, high - share], 0.0)
    ax.errorbar(
        at, 100.0 * share, 100.0 * reach, fmt="o-", color=BLUE, capsize=3,
        label="by a bootstrap model, mean and central 95 %",
    )  # fmt: skip
    ax.plot(at, often, "s--", color=ORANGE, label="by 10 % or more of the bootstrap models")
    ax.set_ylim(bottom=0.0)
    ax.set_xlabel(f"threshold ({unit})")
    ax.set_ylabel("people reclassified (%)")
    ax.set_title(titled("Decision instability", provenance))
    ax.legend(frameon=False)
    return ax


def draw_decision_curve_stability(
    curves: DecisionCurveStability, *, ax: Axes | None = None, provenance: str = "real"
) -> Axes:
    """Net benefit of the bootstrap models in the development cohort.

    Parameters
    ----------
    curves : DecisionCurveStability
        Of the stability part of an evidence.
    ax : Axes, optional
        Axes to draw on; new ones by default.
    provenance : str
        Of the data; ``simulated`` is said in the title.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else new_axes()
    at = list(curves.thresholds)
    for number, curve in enumerate(curves.refits):
        ax.plot(at, curve, color=SKY, linewidth=0.6, alpha=0.35,
                label="bootstrap models" if number == 0 else None)  # fmt: skip
    ax.axhline(0.0, color=GREY, linewidth=1, label="treat none")
    ax.plot(at, curves.model, color=BLUE, linewidth=2, label="model")
    bottom = min(min(curves.low), 0.0)
    top = max(*curves.high, *curves.model)
    ax.set_ylim(bottom - 0.05 * (top - bottom), top + 0.05 * (top - bottom))
    ax.set_xlabel("threshold probability")
    ax.set_ylabel("net benefit")
    ax.set_title(titled("Instability of net benefit", provenance))
    legend = ax.legend(frameon=False)
    for line in legend.get_lines():
        line.set_alpha(1.0)
    return ax


def _drawable(curve: tuple[float | None, ...]) -> list[float]:
    return [math.nan if value is None else value for value in curve]
