"""External validation and updating as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from matplotlib.axes import Axes

from hiprisk.reporting.plots.calibration import bounds_of, draw_calibration_curve
from hiprisk.reporting.plots.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    legend_below,
    new_axes,
    set_title,
)
from hiprisk.reporting.plots.utility import draw_decision_curve
from hiprisk.validation.external.results import ExternalValidation
from hiprisk.wording.labels import unit_of_amount

Points = Sequence[tuple[float, float]]


def draw_external_calibration(result: ExternalValidation, *, ax: Axes | None = None) -> Axes:
    """Observed against predicted in the validation cohort: smooth curve, and means by tenth.

    Parameters
    ----------
    result : ExternalValidation
        Of `hiprisk.validate`.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
    """
    title = f"External calibration: {result.outcome_label}, n = {result.n}"
    unit = unit_of_amount(result.outcome_unit) if result.kind == "continuous" else ""
    curve = result.performance.calibration
    if curve is not None:
        return draw_calibration_curve(
            curve, ax=ax, unit=unit, provenance=result.cohort_provenance, title=title,
            estimates=result.performance.metrics, bounds=bounds_of(result.performance),
        )  # fmt: skip
    ax = ax if ax is not None else new_axes()
    _ideal(ax, [result.calibration])
    ax.plot([p for p, _ in result.calibration], [o for _, o in result.calibration], "o",
            color=BLACK, label="means by tenth")  # fmt: skip
    _label(ax, result.kind, result.outcome_unit)
    set_title(ax, title, result.cohort_provenance)
    legend_below(ax, columns=2)
    return ax


def draw_before_after(
    before: Points, after: Points, *, kind: str, unit: str, title: str, ax: Axes | None = None
) -> Axes:
    """Calibration of a model before and after its update (cross-validated).

    Parameters
    ----------
    before : sequence of (float, float)
        Predicted and observed means by tenth of the prediction.
    after : sequence of (float, float)
        Predicted and observed means by tenth of the prediction.
    kind : str
        ``continuous`` or ``binary``.
    unit : str
        Unit of the outcome, for the axes.
    title : str
        Of the picture.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else new_axes(height=4.6)
    _ideal(ax, [before, after])
    _tenths(ax, before, colour=ORANGE, mark="s--", label="before")
    _tenths(ax, after, colour=BLUE, mark="o-", label="after (cross-validated)")
    _label(ax, kind, unit)
    set_title(ax, title)
    legend_below(ax)
    return ax


def _ideal(ax: Axes, curves: Sequence[Points]) -> None:
    values = [value for points in curves for point in points for value in point]
    low, high = min(values), max(values)
    margin = 0.05 * (high - low)
    ax.plot([low - margin, high + margin], [low - margin, high + margin],
            color=GREY, linewidth=1, linestyle="--", label="ideal")  # fmt: skip


def _tenths(ax: Axes, points: Points, *, colour: str, mark: str, label: str) -> None:
    ax.plot([p for p, _ in points], [o for _, o in points], mark, color=colour, label=label)


def _label(ax: Axes, kind: str, unit: str) -> None:
    shown = unit_of_amount(unit) if kind == "continuous" else "risk"
    ax.set_xlabel(f"predicted ({shown})")
    ax.set_ylabel(f"observed ({shown})")


def draw_decision(result: ExternalValidation, *, ax: Axes | None = None) -> Axes:
    """Net benefit of the model, of treat all and of treat none.

    Parameters
    ----------
    result : ExternalValidation
        Of `hiprisk.validate`.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
    """
    curve = result.performance.decision
    if curve is None:
        ax = ax if ax is not None else new_axes()
        ax.set_axis_off()
        return ax
    named = replace(curve, outcome=result.outcome_label, model_name="model")
    return draw_decision_curve(
        named, ax=ax, provenance=result.cohort_provenance, declared=result.performance.thresholds,
        title="Net benefit, external validation",
    )  # fmt: skip
