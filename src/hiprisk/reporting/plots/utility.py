"""Decision curves as pictures: net benefit, standardised or not, and the difference of two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from hiprisk.metrics.clinical_utility.bands import DecisionCurveDifference
from hiprisk.metrics.clinical_utility.curve import DecisionCurve
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
    """Net benefit of one or several models, of treat all and of treat none.

    Parameters
    ----------
    result : DecisionCurve or sequence of them
        On the same people: treat all is drawn from the first.
    ax : Axes, optional
    standardised : bool
        As a share of the prevalence.
    provenance : str
        Simulated data are named in the title.
    title : str
    """
    curves = (result,) if isinstance(result, DecisionCurve) else tuple(result)
    ax = ax if ax is not None else new_axes()
    first = curves[0]
    everybody = _scaled(first, first.act_on_all, standardised=standardised)
    ax.plot(first.thresholds, everybody, color=GREY, linewidth=1, label="treat all")
    ax.axhline(0.0, color="black", linewidth=1, label="treat none")
    for curve, colour, line in zip(curves, COLOURS, LINES, strict=False):
        label = curve.model_name + (", optimism-corrected" if curve.optimism else "")
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
    ax.set_xlabel("threshold probability")
    ax.set_ylabel("standardised net benefit" if standardised else "net benefit, per person")
    ax.set_title(titled(f"{title}: {first.outcome}" if first.outcome else title, provenance))
    ax.legend(frameon=False)
    return ax


def draw_decision_curve_difference(
    result: DecisionCurveDifference | Sequence[DecisionCurveDifference],
    *,
    ax: Axes | None = None,
    provenance: str = "real",
    title: str = "Difference in net benefit",
) -> Axes:
    """Net benefit of one or several models over another, with pointwise CI.

    Parameters
    ----------
    result : DecisionCurveDifference or sequence of them
        Of the same event; the first is drawn on top, its CI filled.
    ax : Axes, optional
    provenance : str
        Simulated data are named in the title.
    title : str
    """
    curves = (result,) if isinstance(result, DecisionCurveDifference) else tuple(result)
    ax = ax if ax is not None else new_axes()
    ax.axhline(0.0, color=GREY, linewidth=1)
    for place, (curve, colour, line) in enumerate(zip(curves, COLOURS, LINES, strict=False)):
        label = f"{curve.model_name} minus {curve.reference_name}"
        if curve.optimism:
            label += ", optimism-corrected"
        style: dict[str, Any] = {"color": colour, "zorder": 3 - 0.1 * place}
        if place == 0:
            ax.fill_between(
                curve.thresholds, curve.low, curve.high, alpha=0.15, linewidth=0, **style
            )
        else:
            # Filled bands on top of one another cannot be told apart.
            for end in (curve.low, curve.high):
                ax.plot(curve.thresholds, end, linestyle=line, linewidth=0.7, alpha=0.7, **style)
        ax.plot(
            curve.thresholds, curve.difference, linestyle=line, linewidth=2, label=label, **style
        )
    first = curves[0]
    ax.set_xlim(min(first.thresholds), max(first.thresholds))
    ax.set_xlabel("threshold probability")
    ax.set_ylabel("difference in net benefit, per person")
    ax.set_title(titled(f"{title}: {first.outcome}" if first.outcome else title, provenance))
    ax.legend(
        frameon=False,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.14),
        title=f"with pointwise {100 * first.level:g} % CI",
    )
    return ax


def _scaled(
    curve: DecisionCurve, values: Sequence[float], *, standardised: bool
) -> Sequence[float]:
    return curve.standardised(values) if standardised else values
