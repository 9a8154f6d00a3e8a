"""Instability of predictions, calibration and decisions across bootstrap models, as pictures."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes

from hiprisk.reporting.plots.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    SKY,
    legend_below,
    new_axes,
    set_title,
    solid,
)
from hiprisk.validation.internal.instability_results import (
    CalibrationStability,
    DecisionCurveStability,
    DecisionStability,
    PredictionStability,
)
from hiprisk.wording.quantities import interval, interval_digits, share_with_interval

# So many thresholds at most are the axis's own numbers.
FEW_THRESHOLDS = 6
THRESHOLD_STYLES = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (GREY, "D"))


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
    ax.plot(ends, ends, color=BLACK, linewidth=1.2, linestyle="--", label="prediction of the model")
    ax.set_xlabel(f"predicted ({unit})")
    ax.set_ylabel(f"predicted by bootstrap models ({unit})")
    set_title(ax, f"Prediction instability: MAPE {stability.mape:.2g}", provenance)
    solid(legend_below(ax))
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
    ax.plot(stability.predicted, stability.mape_each, ".", color=BLUE, alpha=0.4, markersize=5,
            label="a participant")  # fmt: skip
    ax.axhline(stability.mape, color=ORANGE, linewidth=1.6, linestyle="--",
               label=f"mean {stability.mape:.2g}")  # fmt: skip
    ax.set_ylim(bottom=0.0)
    ax.set_xlabel(f"predicted ({unit})")
    ax.set_ylabel(f"MAPE ({unit})")
    set_title(ax, "MAPE of each participant", provenance)
    solid(legend_below(ax, columns=2))
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
    ax.plot([grid[0], grid[-1]], [grid[0], grid[-1]], color=BLACK, linewidth=1.2, linestyle="--",
            label="ideal")  # fmt: skip
    ax.plot(grid, _drawable(stability.model), color=BLUE, linewidth=2, label="model")
    slope = next((e for e in stability.spread if e.name == "calibration_slope"), None)
    ax.set_xlabel(f"predicted ({unit})")
    ax.set_ylabel(f"observed ({unit})")
    title = "Calibration instability"
    if slope is not None and slope.low is not None and slope.high is not None:
        title += f": slopes {interval(slope.low, slope.high, interval_digits(slope))}"
    set_title(ax, title, provenance)
    solid(legend_below(ax, columns=2))
    return ax


def draw_decision_stability(
    decisions: tuple[DecisionStability, ...],
    *,
    ax: Axes | None = None,
    unit: str = "risk",
    provenance: str = "real",
    title: str = "Classification instability",
) -> Axes:
    """Share of the bootstrap models that classify each participant otherwise, by prediction.

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
    title : str

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else new_axes()
    for decision, (colour, marker) in zip(decisions, THRESHOLD_STYLES, strict=False):
        share = [100.0 * chance for chance in decision.flip_chance]
        ax.plot(decision.predicted, share, marker, color=colour, alpha=0.5, markersize=3.5,
                markeredgewidth=0, label=_threshold_label(decision))  # fmt: skip
        ax.axvline(decision.threshold, color=colour, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    most = max((max(one.flip_chance, default=0.0) for one in decisions), default=0.0)
    # Room for whole marks at 0 and at the highest, which may be above half of the models.
    ax.set_ylim(-2.0, max(52.0, 100.0 * most + 2.0))
    ax.set_xlabel(f"predicted ({unit})")
    ax.set_ylabel("bootstrap models that\nclassify otherwise (%)")
    set_title(ax, title, provenance)
    solid(legend_below(ax, title="threshold: mean (central 95 %) reclassified"))
    return ax


def _threshold_label(decision: DecisionStability) -> str:
    return f"{decision.threshold:g}: {share_with_interval(decision.share_flipped)}"


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
    ax.axhline(0.0, color=BLACK, linewidth=1, label="treat none")
    ax.plot(at, curves.model, color=BLUE, linewidth=2, label="model")
    bottom = min(min(curves.low), 0.0)
    top = max(*curves.high, *curves.model)
    ax.set_ylim(bottom - 0.05 * (top - bottom), top + 0.05 * (top - bottom))
    if len(at) <= FEW_THRESHOLDS:
        ax.set_xticks(at)
    ax.set_xlabel("threshold probability")
    ax.set_ylabel("net benefit, per person")
    set_title(ax, "Instability of net benefit", provenance)
    solid(legend_below(ax, columns=2))
    return ax


def _drawable(curve: tuple[float | None, ...]) -> list[float]:
    return [math.nan if value is None else value for value in curve]
