"""Flexible calibration curves as pictures."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes

from hiprisk.metrics.smoothing.calibration_curve import CalibrationCurve
from hiprisk.reporting.plots.style import BLUE, GREY, ORANGE, new_axes, titled
from hiprisk.validation.internal.corrected_curves import CorrectedCurve

WORDS = {"loess": "loess", "spline": "restricted cubic spline", "lowess": "lowess"}
# Share of the height that the histogram of predictions may take.
HISTOGRAM = 0.16


def draw_calibration_curve(
    result: CalibrationCurve,
    *,
    ax: Axes | None = None,
    unit: str = "",
    provenance: str = "real",
    title: str = "Calibration",
) -> Axes:
    """Observed outcome as a smooth function of the prediction, over a histogram of predictions.

    Parameters
    ----------
    result : CalibrationCurve
    ax : Axes, optional
    unit : str
        Of a continuous outcome.
    provenance : str
        Simulated data are named in the title.
    title : str
    """
    ax = ax if ax is not None else new_axes(width=6.0, height=6.0)
    low, high = _limits(result)
    ax.plot([low, high], [low, high], color=GREY, linewidth=1, linestyle="--", label="ideal")
    if result.low:
        ax.fill_between(
            result.predicted,
            result.low,
            result.high,
            color=BLUE,
            alpha=0.2,
            linewidth=0,
            label=f"pointwise {100 * result.level:g} % CI",
        )
    ax.plot(result.predicted, result.observed, color=BLUE, linewidth=2, label=_curve_label(result))
    _draw_histogram(result, ax, low=low, high=high)
    word = f"({unit})" if unit else ""
    names = ("risk", "proportion with the event") if result.kind == "binary" else ("value", "mean")
    ax.set_xlabel(f"predicted {names[0]} {word}".strip())
    ax.set_ylabel(f"observed {names[1]} {word}".strip())
    ax.set_xlim(low, high)
    ax.set_ylim(low - HISTOGRAM * (high - low), high)
    ax.set_yticks([tick for tick in ax.get_yticks() if low <= tick <= high])
    ax.set_title(titled(title, provenance))
    ax.legend(frameon=False, loc="upper left")
    return ax


def draw_corrected_calibration(
    result: CorrectedCurve,
    *,
    ax: Axes | None = None,
    unit: str = "",
    provenance: str = "real",
    title: str = "Calibration, optimism-corrected",
) -> Axes:
    """The model's own calibration curve, as it looks and less its optimism.

    Parameters
    ----------
    result : CorrectedCurve
    ax : Axes, optional
    unit : str
        Of the outcome, or ``risk``.
    provenance : str
        Simulated data are named in the title.
    title : str
    """
    ax = ax if ax is not None else new_axes(width=6.0, height=6.0)
    values = (*result.at, *result.low, *result.high, *result.apparent)
    low, high = min(values), max(values)
    ax.plot([low, high], [low, high], color=GREY, linewidth=1, linestyle="--", label="ideal")
    ax.fill_between(
        result.at,
        result.low,
        result.high,
        color=BLUE,
        alpha=0.2,
        linewidth=0,
        label="pointwise 95 % CI",
    )
    ax.plot(
        result.at, result.apparent, color=ORANGE, linewidth=1.5, linestyle=":", label="apparent"
    )
    ax.plot(result.at, result.corrected, color=BLUE, linewidth=2, label="optimism-corrected")
    word = f"({unit})" if unit else ""
    ax.set_xlabel(f"predicted {word}".strip())
    ax.set_ylabel(f"observed {word}".strip())
    ax.set_title(titled(title, provenance))
    ax.legend(frameon=False, loc="upper left")
    return ax


def _curve_label(result: CalibrationCurve) -> str:
    digits = 3 if result.kind == "binary" else 1
    errors = result.errors
    return (
        f"{WORDS[result.smoother]}: ICI {errors.ici:.{digits}f}, E90 {errors.e90:.{digits}f}, "
        f"Emax {errors.emax:.{digits}f}"
    )


def _limits(result: CalibrationCurve) -> tuple[float, float]:
    """Both axes run alike: 0 to 1 for a risk, else over the predictions and the curve."""
    if result.kind == "binary":
        return 0.0, 1.0
    low = min(*result.predicted, *result.observed)
    high = max(*result.predicted, *result.observed)
    room = 0.05 * (high - low) or 1.0
    return low - room, high + room


def _draw_histogram(result: CalibrationCurve, ax: Axes, *, low: float, high: float) -> None:
    """Bars below the plot: with the event upwards, without it downwards."""
    edges, counts = result.bin_edges, result.bin_counts
    widths = [right - left for left, right in pairwise(edges)]
    middle = low - HISTOGRAM * (high - low) * (0.5 if result.bin_events else 1.0)
    room = 0.9 * (HISTOGRAM * (high - low) * (0.5 if result.bin_events else 1.0))
    events = result.bin_events or counts
    others = [n - e for n, e in zip(counts, events, strict=True)] if result.bin_events else []
    scale = room / (max([*events, *others, 1.0]))
    style: dict[str, Any] = {"width": widths, "align": "edge", "linewidth": 0}
    label = "people with the event" if result.bin_events else "people"
    ax.bar(
        edges[:-1], [scale * n for n in events], bottom=middle, color=ORANGE, label=label, **style
    )
    if others:
        heights = [-scale * n for n in others]
        ax.bar(
            edges[:-1],
            heights,
            bottom=middle,
            color=GREY,
            label="people without the event",
            **style,
        )
    ax.axhline(low, color=GREY, linewidth=0.5)
