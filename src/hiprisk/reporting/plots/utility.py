"""Decision curves as pictures: net benefit, standardised or not, and the difference of two."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from hiprisk.metrics.utility import DecisionCurve
from hiprisk.metrics.utility_bands import DecisionCurveDifference
from hiprisk.reporting.plots.style import BLUE, GREEN, GREY, ORANGE, PINK, new_axes, titled

COLOURS = (BLUE, ORANGE, GREEN, PINK)
LINES = ("-", "--", "-.", ":")


def draw_decision_curve(
    result: DecisionCurve | Sequence[DecisionCurve],
    *,
    ax: Axes | None = None,
    standardised: bool = False,
    provenance: str = "real",
    title: str = "Net benefit",
) -> Axes:
    """Net benefit of one or several models, of acting on all and on none.

    Parameters
    ----------
    result : DecisionCurve or sequence of them
        On the same people: acting on all is drawn from the first.
    ax : Axes, optional
    standardised : bool
        As a share of the prevalence.
    provenance : str
        ``synthetic`` is said in the title.
    title : str
    """
    curves = (result,) if isinstance(result, DecisionCurve) else tuple(result)
    ax = ax if ax is not None else new_axes()
    first = curves[0]
    everybody = _scaled(first, first.act_on_all, standardised=standardised)
    ax.plot(first.thresholds, everybody, color=GREY, linewidth=1, label="act on all")
    ax.axhline(0.0, color="black", linewidth=1, label="act on none")
    for curve, colour, line in zip(curves, COLOURS, LINES, strict=False):
        label = curve.model_name + (", corrected for optimism" if curve.optimism else "")
        values = _scaled(curve, curve.model, standardised=standardised)
        ax.plot(curve.thresholds, values, color=colour, linestyle=line, linewidth=2, label=label)
        low, high = curve.low, curve.high
        if standardised:
            low, high = curve.standardised_low, curve.standardised_high
        if low:
            ax.fill_between(curve.thresholds, low, high, color=colour, alpha=0.15, linewidth=0)
    top = 1.0 if standardised else first.prevalence
    ax.set_ylim(-0.15 * top, 1.1 * max(top, 1e-3))
    ax.set_xlim(min(first.thresholds), max(first.thresholds))
    ax.set_xlabel("threshold: the risk from which one would act")
    ax.set_ylabel("standardised net benefit" if standardised else "net benefit, per person")
    ax.set_title(titled(f"{title}: {first.outcome}" if first.outcome else title, provenance))
    ax.legend(frameon=False)
    return ax


def draw_decision_curve_difference(
    result: DecisionCurveDifference,
    *,
    ax: Axes | None = None,
    provenance: str = "real",
    title: str = "Difference in net benefit",
) -> Axes:
    """Net benefit of one model over another, with its band.

    Parameters
    ----------
    result : DecisionCurveDifference
    ax : Axes, optional
    provenance : str
        ``synthetic`` is said in the title.
    title : str
    """
    ax = ax if ax is not None else new_axes()
    ax.axhline(0.0, color=GREY, linewidth=1)
    label = f"{result.model_name} minus {result.reference_name}"
    if result.optimism:
        label += ", corrected for optimism"
    ax.fill_between(
        result.thresholds,
        result.low,
        result.high,
        color=BLUE,
        alpha=0.2,
        linewidth=0,
        label=f"{100 * result.level:g} % band, point by point",
    )
    ax.plot(result.thresholds, result.difference, color=BLUE, linewidth=2, label=label)
    ax.set_xlim(min(result.thresholds), max(result.thresholds))
    ax.set_xlabel("threshold: the risk from which one would act")
    ax.set_ylabel("difference in net benefit, per person")
    ax.set_title(titled(f"{title}: {result.outcome}" if result.outcome else title, provenance))
    ax.legend(frameon=False)
    return ax


def _scaled(
    curve: DecisionCurve, values: Sequence[float], *, standardised: bool
) -> Sequence[float]:
    return curve.standardised(values) if standardised else values
