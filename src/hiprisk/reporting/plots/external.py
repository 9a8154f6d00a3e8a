"""External validation and updating as pictures."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from hiprisk.reporting.plots.style import BLUE, GREY, ORANGE, SKY, new_axes, titled
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
    ax = ax if ax is not None else new_axes()
    curve = result.performance.calibration
    ends = () if curve is None else ((curve.predicted[0], curve.predicted[-1]),)
    _ideal(ax, [result.calibration, ends])
    if curve is not None:
        if curve.low:
            ax.fill_between(curve.predicted, curve.low, curve.high, color=SKY, alpha=0.3,
                            linewidth=0, label="pointwise 95 % CI")  # fmt: skip
        ax.plot(curve.predicted, curve.observed, color=SKY, label="loess")
    _points(ax, result.calibration, colour=BLUE, label="tenths of the predictions")
    _label(ax, result.kind, result.outcome_unit)
    ax.set_title(titled(f"{result.model.name}: external calibration, n = {result.n}",
                        result.cohort_provenance))  # fmt: skip
    ax.legend(frameon=False, loc="upper left")
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
    ax = ax if ax is not None else new_axes()
    _ideal(ax, [before, after])
    _tenths(ax, before, colour=ORANGE, label="before")
    _tenths(ax, after, colour=BLUE, label="after (cross-validated)")
    _label(ax, kind, unit)
    ax.set_title(title)
    ax.legend(frameon=False, loc="upper left")
    return ax


def _ideal(ax: Axes, curves: Sequence[Points]) -> None:
    values = [value for points in curves for point in points for value in point]
    low, high = min(values), max(values)
    margin = 0.05 * (high - low)
    ax.plot([low - margin, high + margin], [low - margin, high + margin],
            color=GREY, linewidth=1, label="ideal")  # fmt: skip


def _tenths(ax: Axes, points: Points, *, colour: str, label: str) -> None:
    ax.plot([p for p, _ in points], [o for _, o in points], "o-", color=colour, label=label)


def _points(ax: Axes, points: Points, *, colour: str, label: str) -> None:
    ax.plot([p for p, _ in points], [o for _, o in points], "o", color=colour, label=label)


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
    ax = ax if ax is not None else new_axes()
    curve = result.performance.decision
    if curve is None:
        ax.set_axis_off()
        return ax
    if curve.low:
        ax.fill_between(curve.thresholds, curve.low, curve.high, color=SKY, alpha=0.3,
                        linewidth=0, label="pointwise 95 % CI")  # fmt: skip
    ax.plot(curve.thresholds, curve.model, color=BLUE, label="model")
    ax.plot(curve.thresholds, curve.act_on_all, color=ORANGE, label="treat all")
    ax.axhline(0.0, color=GREY, linewidth=1, label="treat none")
    highest = max(*curve.model, curve.prevalence)
    ax.set_ylim(-0.25 * highest, 1.1 * highest)
    ax.set_xlabel("threshold probability")
    ax.set_ylabel("net benefit")
    ax.set_title(titled(f"{result.model.name}: decision curve", result.cohort_provenance))
    ax.legend(frameon=False, loc="upper right")
    return ax
