"""Forecast distributions as pictures: observed against predicted, coverage, PIT."""

from __future__ import annotations

from itertools import pairwise

from matplotlib.axes import Axes

from hiprisk.metrics.forecast.calibration import CoverageByLevel, PitHistogram
from hiprisk.metrics.forecast.predicted_observed import PredictedObserved
from hiprisk.reporting.plots.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    SKY,
    SMALL,
    legend_below,
    new_axes,
    set_title,
)

LEVEL_STYLES = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "^", ":"))


def draw_predicted_observed(
    result: PredictedObserved,
    *,
    ax: Axes | None = None,
    unit: str = "",
    provenance: str = "real",
    title: str = "Observed against predicted",
) -> Axes:
    """Counts of people in cells, with the mean observed outcome and the prediction intervals.

    Parameters
    ----------
    result : PredictedObserved
    ax : Axes, optional
    unit : str
        Of the outcome.
    provenance : str
        Simulated data are named in the title.
    title : str
    """
    ax = ax if ax is not None else new_axes(height=4.9)
    low, high = result.edges[0], result.edges[-1]
    # Empty cells stay white, so that a single person can be told from none.
    columns = zip(*result.counts, strict=True)
    counts = [[n if n > 0 else float("nan") for n in column] for column in columns]
    ax.pcolormesh(result.edges, result.edges, counts, cmap="Greys", vmin=0, zorder=1)
    ax.plot([low, high], [low, high], color=GREY, linewidth=1, linestyle="--", label="ideal")
    for band, line in zip(result.bands, ("-", (0, (3, 1.5))), strict=False):
        label = f"{100 * band.level:g} % prediction interval"
        ax.plot(result.expected, band.low, color=BLUE, linestyle=line, linewidth=1.4, label=label)
        ax.plot(result.expected, band.high, color=BLUE, linestyle=line, linewidth=1.4)
    ax.plot(result.expected, result.observed, "o", color=ORANGE, markersize=4.5,
            label="mean observed", markeredgecolor="white", markeredgewidth=0.5)  # fmt: skip
    word = f" ({unit})" if unit else ""
    ax.set_xlabel(f"predicted{word}")
    ax.set_ylabel(f"observed{word}")
    ax.set_xlim(low, high)
    ax.set_ylim(low, high)
    most = max(max(column) for column in result.counts)
    ax.text(0.985, 0.02, f"darkest cell: {most:g} people", transform=ax.transAxes, ha="right",
            fontsize=SMALL, color=BLACK)  # fmt: skip
    set_title(ax, title, provenance)
    legend_below(ax, columns=2)
    return ax


def draw_coverage(
    result: CoverageByLevel,
    *,
    ax: Axes | None = None,
    unit: str = "",
    provenance: str = "real",
    title: str = "Coverage of prediction intervals",
) -> Axes:
    """Coverage of the prediction intervals by predicted level, against the nominal level.

    Parameters
    ----------
    result : CoverageByLevel
    ax : Axes, optional
    unit : str
        Of the outcome.
    provenance : str
        Simulated data are named in the title.
    title : str
    """
    ax = ax if ax is not None else new_axes()
    for overall, (colour, marker, line) in zip(result.overall, LEVEL_STYLES, strict=False):
        cells = [cell for cell in result.cells if cell.level == overall.level]
        x = [cell.predicted_mean for cell in cells]
        y = [cell.coverage.value for cell in cells]
        below = [cell.coverage.value - (cell.coverage.low or 0.0) for cell in cells]
        above = [(cell.coverage.high or 1.0) - cell.coverage.value for cell in cells]
        label = (
            f"{100 * overall.level:g} % interval: coverage {100 * overall.coverage.value:.1f} %, "
            f"width {overall.width:.1f}"
        )
        ax.axhline(overall.level, color=colour, linewidth=1, linestyle=(0, (1, 1)))
        ax.errorbar(x, y, [below, above], color=colour, marker=marker, markersize=5, capsize=2,
                    linestyle=line, elinewidth=1.0, label=label)  # fmt: skip
    ax.set_xlabel(f"predicted ({unit})" if unit else "predicted")
    ax.set_ylabel("coverage (proportion of people)")
    lowest = min((cell.coverage.low or 0.0) for cell in result.cells)
    ax.set_ylim(max(0.0, lowest - 0.15), 1.01)
    set_title(ax, title, provenance)
    legend_below(ax, title="95 % CI; dotted: nominal level")
    return ax


def draw_pit(
    result: PitHistogram,
    *,
    ax: Axes | None = None,
    provenance: str = "real",
    title: str = "PIT histogram",
) -> Axes:
    """Histogram of the probability integral transform; flat where forecasts are calibrated.

    Parameters
    ----------
    result : PitHistogram
    ax : Axes, optional
    provenance : str
        Simulated data are named in the title.
    title : str
    """
    ax = ax if ax is not None else new_axes()
    widths = [right - left for left, right in pairwise(result.edges)]
    ax.axhspan(
        result.expected_low,
        result.expected_high,
        color=GREY,
        alpha=0.35,
        linewidth=0,
        zorder=3,
        label="95 % range if calibrated",
    )
    ax.bar(
        result.edges[:-1],
        result.shares,
        width=widths,
        align="edge",
        color=SKY,
        edgecolor="white",
    )
    ax.axhline(1.0 / len(result.shares), color=BLACK, linewidth=1.3, zorder=4, linestyle="--",
               label="uniform")  # fmt: skip
    ax.set_xlim(0.0, 1.0)
    ax.set_xlabel("PIT of the observed outcome")
    ax.set_ylabel("proportion of people")
    set_title(ax, title, provenance)
    legend_below(ax, columns=2)
    return ax
