"""Decision curves as pictures: net benefit, standardised or not, and the difference of two."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from hiprisk.metrics.clinical_utility.bands import DecisionCurveDifference
from hiprisk.metrics.clinical_utility.curve import DecisionCurve
from hiprisk.reporting.plots.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    SKY,
    legend_below,
    new_axes,
    set_title,
)

COLOURS = (BLUE, ORANGE, GREEN, PINK)
LINES = ("-", "--", "-.", ":")


def draw_decision_curve(
    result: DecisionCurve | Sequence[DecisionCurve],
    *,
    ax: Axes | None = None,
    standardised: bool = False,
    provenance: str = "real",
    title: str = "Net benefit",
    declared: Sequence[float] = (),
) -> Axes:
    """Net benefit of one or several models, of treat all and of treat none.

    Parameters
    ----------
    result : DecisionCurve or sequence of them
        On the same people: treat all is drawn from the first, and its pointwise CI.
    ax : Axes, optional
    standardised : bool
        As a share of the prevalence.
    provenance : str
        Simulated data are named in the title.
    title : str
    declared : sequence of float
        Thresholds to mark; the axis reaches beyond the highest.
    """
    curves = (result,) if isinstance(result, DecisionCurve) else tuple(result)
    ax = ax if ax is not None else new_axes()
    first = curves[0]
    everybody = _scaled(first, first.act_on_all, standardised=standardised)
    ax.plot(first.thresholds, everybody, color=GREY, linewidth=1.3, linestyle=(0, (1, 1)),
            label="treat all")  # fmt: skip
    ax.axhline(0.0, color=BLACK, linewidth=1, label="treat none")
    for place, (curve, colour, line) in enumerate(zip(curves, COLOURS, LINES, strict=False)):
        label = curve.model_name + (", optimism-corrected" if curve.optimism else "")
        values = _scaled(curve, curve.model, standardised=standardised)
        ax.plot(curve.thresholds, values, color=colour, linestyle=line, linewidth=2, label=label)
        _mark(ax, curve.thresholds, values, declared, colour=colour, named=place == 0)
    _band(ax, first, standardised=standardised)
    top = 1.0 if standardised else first.prevalence
    ax.set_ylim(-0.15 * top, 1.1 * max(top, 1e-3))
    ax.set_xlim(*_reach(first.thresholds, first.prevalence, declared))
    ax.set_xlabel("threshold probability")
    ax.set_ylabel("standardised net benefit" if standardised else "net benefit, per person")
    set_title(ax, f"{title}: {first.outcome}" if first.outcome else title, provenance)
    legend_below(ax, columns=2)
    return ax


def _band(ax: Axes, curve: DecisionCurve, *, standardised: bool) -> None:
    low, high = curve.low, curve.high
    if standardised:
        low, high = curve.standardised_low, curve.standardised_high
    if low:
        ax.fill_between(curve.thresholds, low, high, color=SKY, alpha=0.3, linewidth=0,
                        label=f"pointwise {100 * curve.level:g} % CI")  # fmt: skip


def _reach(
    thresholds: Sequence[float], prevalence: float, declared: Sequence[float]
) -> tuple[float, float]:
    """Thresholds that somebody may act at: up to twice the prevalence, and beyond those declared.

    A risk far above the prevalence is reached by few, and net benefit there by chance.
    """
    highest = max(2.0 * prevalence, 1.25 * max(declared, default=0.0), 0.1)
    low, high = min(thresholds), max(thresholds)
    return low, high if highest <= low else min(high, highest)


def _mark(
    ax: Axes,
    thresholds: Sequence[float],
    values: Sequence[float],
    declared: Sequence[float],
    *,
    colour: str,
    named: bool,
) -> None:
    """A mark on the curve at each declared threshold, and a line down to the axis."""
    there = [(t, v) for t, v in zip(thresholds, values, strict=True) if t in set(declared)]
    if not there:
        return
    ax.plot(*zip(*there, strict=True), "o", color=colour, markersize=5.5, zorder=4,
            markerfacecolor="white", label="declared thresholds" if named else None)  # fmt: skip
    for threshold, _ in there:
        ax.axvline(threshold, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)


def draw_decision_curve_difference(
    result: DecisionCurveDifference | Sequence[DecisionCurveDifference],
    *,
    ax: Axes | None = None,
    provenance: str = "real",
    title: str = "Difference in net benefit",
    declared: Sequence[float] = (),
) -> Axes:
    """Net benefit of one or several models over another, the first with its pointwise CI.

    Parameters
    ----------
    result : DecisionCurveDifference or sequence of them
        Of the same event; bands of several on top of one another cannot be told apart.
    ax : Axes, optional
    provenance : str
        Simulated data are named in the title.
    title : str
    declared : sequence of float
        Thresholds to mark; the axis ends beyond the highest.
    """
    curves = (result,) if isinstance(result, DecisionCurveDifference) else tuple(result)
    ax = ax if ax is not None else new_axes(height=4.6)
    ax.axhline(0.0, color=BLACK, linewidth=1)
    first = curves[0]
    of_first = " (first line)" if len(curves) > 1 else ""
    ax.fill_between(first.thresholds, first.low, first.high, color=SKY, alpha=0.3, linewidth=0,
                    label=f"pointwise {100 * first.level:g} % CI{of_first}")  # fmt: skip
    for place, (curve, colour, line) in enumerate(zip(curves, COLOURS, LINES, strict=False)):
        name = f"{curve.model_name} minus {curve.reference_name}"
        ax.plot(curve.thresholds, curve.difference, color=colour, linestyle=line, linewidth=2,
                label=name, zorder=3 - 0.1 * place)  # fmt: skip
        _mark(ax, curve.thresholds, curve.difference, declared, colour=colour, named=place == 0)
    reach = (min(first.thresholds), max(first.thresholds))
    if declared:
        reach = (reach[0], min(reach[1], 1.25 * max(declared)))
    ax.set_xlim(*reach)
    ax.set_ylim(*_heights(curves, reach))
    ax.set_xlabel("threshold probability")
    ax.set_ylabel("difference in net benefit")
    set_title(ax, f"{title}: {first.outcome}" if first.outcome else title, provenance)
    legend_below(ax, columns=1, title="optimism-corrected" if first.optimism else None)
    return ax


def _heights(
    curves: Sequence[DecisionCurveDifference], reach: tuple[float, float]
) -> tuple[float, float]:
    """Ends of the axis for what is in reach: far beyond it bands may be many times as wide."""
    values = [0.0]
    for place, curve in enumerate(curves):
        drawn = (curve.difference, curve.low, curve.high) if place == 0 else (curve.difference,)
        for line in drawn:
            values += [v for t, v in zip(curve.thresholds, line, strict=True) if t <= reach[1]]
    room = 0.05 * (max(values) - min(values)) or 0.01
    return min(values) - room, max(values) + room


def _scaled(
    curve: DecisionCurve, values: Sequence[float], *, standardised: bool
) -> Sequence[float]:
    return curve.standardised(values) if standardised else values
