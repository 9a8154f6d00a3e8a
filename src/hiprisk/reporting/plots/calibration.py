"""Calibration as pictures: grouped observations, a smooth curve, the predictions beneath."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes

from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.smoothing.calibration_curve import CalibrationCurve
from hiprisk.reporting.plots.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    SKY,
    SMALL,
    legend_below,
    new_axes,
    set_title,
)
from hiprisk.validation.internal.corrected_curves import CorrectedCurve
from hiprisk.validation.performance.results import Performance
from hiprisk.wording.quantities import typeset, with_interval

WORDS = {"loess": "loess", "spline": "restricted cubic spline", "lowess": "lowess"}
# Of the strip beneath the plot, as shares of the plot's height: its own height, and its distance.
STRIP, GAP = 0.15, 0.04
SIZE = 5.1
# What is written in the plot, where it was computed.
SHOWN = {
    "calibration_slope": "slope",
    "calibration_in_the_large": "in the large",
    "c_statistic": "C statistic",
    "r2": "R²",
}
Bounds = tuple[float | None, float | None]


def draw_calibration_curve(
    result: CalibrationCurve,
    *,
    ax: Axes | None = None,
    unit: str = "",
    provenance: str = "real",
    title: str = "Calibration",
    estimates: Sequence[Estimate] = (),
    bounds: Bounds = (None, None),
) -> Axes:
    """Observed outcome by tenth of the prediction and as a smooth curve, predictions beneath.

    Parameters
    ----------
    result : CalibrationCurve
    ax : Axes, optional
    unit : str
        Of a continuous outcome.
    provenance : str
        Simulated data are named in the title.
    title : str
    estimates : sequence of Estimate
        Of the same predictions: slope, calibration in the large, C or R2 are written in the plot.
    bounds : tuple of float or None
        Of a score: neither axis goes beyond them.
    """
    ax = ax if ax is not None else new_axes(height=SIZE)
    low, high = _limits(result, bounds)
    _draw_ideal(ax, low, high)
    if result.low:
        ax.fill_between(result.predicted, result.low, result.high, color=SKY, alpha=0.35,
                        linewidth=0, label=f"pointwise {100 * result.level:g} % CI")  # fmt: skip
    ax.plot(result.predicted, result.observed, color=BLUE, linewidth=2, label=_curve_label(result))
    _draw_groups(ax, result)
    names = ("risk", "proportion with the event") if result.kind == "binary" else ("value", "mean")
    _finish(ax, (low, high), names=names, unit=unit)
    _draw_strip(ax, result, low=low, high=high)
    _write(ax, estimates)
    set_title(ax, title, provenance)
    legend_below(ax, columns=2)
    return ax


def draw_corrected_calibration(
    result: CorrectedCurve,
    *,
    ax: Axes | None = None,
    unit: str = "",
    provenance: str = "real",
    title: str = "Calibration, optimism-corrected",
    bounds: Bounds = (None, None),
) -> Axes:
    """The model's own calibration curve, apparent and optimism-corrected.

    Parameters
    ----------
    result : CorrectedCurve
    ax : Axes, optional
    unit : str
        Of the outcome, or ``risk``.
    provenance : str
        Simulated data are named in the title.
    title : str
    bounds : tuple of float or None
        Of a score or a risk: neither axis goes beyond them.
    """
    ax = ax if ax is not None else new_axes(height=SIZE)
    values = (*result.at, *result.low, *result.high, *result.apparent)
    low, high = _with_room(min(values), max(values), bounds)
    _draw_ideal(ax, low, high)
    ax.fill_between(result.at, result.low, result.high, color=SKY, alpha=0.35, linewidth=0,
                    label="pointwise 95 % CI")  # fmt: skip
    ax.plot(result.at, result.apparent, color=ORANGE, linewidth=1.8, linestyle=":",
            label="apparent (lowess)")  # fmt: skip
    ax.plot(result.at, result.corrected, color=BLUE, linewidth=2, label="optimism-corrected")
    _finish(ax, (low, high), names=("", ""), unit=unit)
    set_title(ax, title, provenance)
    legend_below(ax, columns=2)
    return ax


def bounds_of(performance: Performance) -> Bounds:
    """Between which the outcome lies, as its predictive distribution has it."""
    scatter = performance.scatter
    return (None, None) if scatter is None else (scatter.edges[0], scatter.edges[-1])


def _draw_ideal(ax: Axes, low: float, high: float) -> None:
    ax.plot([low, high], [low, high], color=GREY, linewidth=1, linestyle="--", label="ideal")


def _draw_groups(ax: Axes, result: CalibrationCurve) -> None:
    """Means by tenth, their intervals as bars."""
    groups = result.grouped
    if not groups:
        return
    means = [one.observed for one in groups]
    reach = [
        [one.observed - one.low for one in groups],
        [one.high - one.observed for one in groups],
    ]
    ax.errorbar([one.predicted for one in groups], means, reach, fmt="o", color=BLACK, markersize=4,
                elinewidth=1.1, capsize=0, zorder=4,
                label=f"means by tenth, {100 * result.level:g} % CI")  # fmt: skip


def _curve_label(result: CalibrationCurve) -> str:
    digits = 3 if result.kind == "binary" else 2
    return f"{WORDS[result.smoother]} (ICI {result.errors.ici:.{digits}f})"


def _limits(result: CalibrationCurve, bounds: Bounds) -> tuple[float, float]:
    """Both axes run alike: over risks from 0, else over the predictions, the curve and the means.

    A risk's axis ends at 1, or sooner where no prediction, curve or mean comes near it.
    """
    groups = result.grouped
    values = [*result.predicted, *result.observed]
    values += [end for one in groups for end in (one.predicted, one.low, one.high)]
    if result.kind == "binary":
        return 0.0, min(1.0, 0.1 * (1 + int(10.0 * max(values) + 1e-9)))
    return _with_room(min(values), max(values), bounds)


def _with_room(low: float, high: float, bounds: Bounds) -> tuple[float, float]:
    room = 0.05 * (high - low) or 1.0
    low, high = low - room, high + room
    least, most = bounds
    return (low if least is None else max(low, least)), (high if most is None else min(high, most))


def _finish(ax: Axes, limits: tuple[float, float], *, names: tuple[str, str], unit: str) -> None:
    word = f"({unit})" if unit else ""
    ax.set_xlim(*limits)
    ax.set_ylim(*limits)
    ax.set_xlabel(" ".join(filter(None, ("predicted", names[0], word))))
    ax.set_ylabel(" ".join(filter(None, ("observed", names[1], word))))


def _draw_strip(ax: Axes, result: CalibrationCurve, *, low: float, high: float) -> None:
    """Counts of predictions in a strip beneath: with the event upwards, without it downwards."""
    strip = ax.inset_axes((0.0, -GAP - STRIP, 1.0, STRIP))
    edges, counts = result.bin_edges, result.bin_counts
    how: dict[str, Any] = {
        "width": [right - left for left, right in pairwise(edges)],
        "align": "edge",
        "linewidth": 0,
    }
    if result.bin_events:
        without = [n - e for n, e in zip(counts, result.bin_events, strict=True)]
        strip.bar(edges[:-1], result.bin_events, color=ORANGE, **how)
        strip.bar(edges[:-1], [-n for n in without], color=GREY, **how)
        # Beside the bars, which may stand anywhere between the axis' ends.
        for word, height, colour in (("event", 0.98, ORANGE), ("no event", 0.02, GREY)):
            strip.text(-0.015, height, word, transform=strip.transAxes, ha="right",
                       va="top" if height > 0.5 else "bottom", fontsize=SMALL,
                       color=colour)  # fmt: skip
        strip.axhline(0.0, color=GREY, linewidth=0.5)
    else:
        strip.bar(edges[:-1], counts, color=GREY, **how)
        strip.set_ylabel("people", fontsize=SMALL, color=GREY)
    strip.set_xlim(low, high)
    strip.set_yticks([])
    strip.spines[["top", "right", "left"]].set_visible(False)
    strip.tick_params(labelsize=SMALL, color=GREY)
    ax.tick_params(axis="x", labelbottom=False)
    # The name of the axis stands below the strip, whose numbers it has.
    ax.xaxis.set_label_coords(0.5, -GAP - STRIP - 0.085)


def _write(ax: Axes, estimates: Sequence[Estimate]) -> None:
    """Slope, calibration in the large, C or R2, where predictions seldom are: above the ideal."""
    found = {one.name: one for one in estimates}
    lines = [_line(word, found[name]) for name, word in SHOWN.items() if name in found]
    if lines:
        ax.text(0.02, 0.985, "\n".join(lines), transform=ax.transAxes, va="top", fontsize=SMALL,
                linespacing=1.35, zorder=5, bbox={"facecolor": "white", "alpha": 0.8,
                                                  "edgecolor": "none", "pad": 1.0})  # fmt: skip


def _line(word: str, one: Estimate) -> str:
    return typeset(f"{word} {with_interval(one)}")
