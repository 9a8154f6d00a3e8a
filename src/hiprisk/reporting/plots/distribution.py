"""Forecast distributions as pictures: observed against predicted, coverage, PIT."""

from __future__ import annotations

from itertools import pairwise

from matplotlib.axes import Axes

from hiprisk.metrics.forecast.calibration import CoverageByLevel, PitHistogram
from hiprisk.metrics.forecast.predicted_observed import PredictedObserved
from hiprisk.reporting.plots.style import BLUE, GREEN, GREY, ORANGE, new_axes, titled

LEVEL_STYLES = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"))


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
    ax = ax if ax is not None else new_axes(width=6.5, height=6.0)
    low, high = result.edges[0], result.edges[-1]
    # Empty cells stay white, so that a single person can be told from none.
    columns = zip(*result.counts, strict=True)
    counts = [[n if n > 0 else float("nan") for n in column] for column in columns]
    mesh = ax.pcolormesh(result.edges, result.edges, counts, cmap="Greys", vmin=0, zorder=1)
    ax.figure.colorbar(mesh, ax=ax, label="people", shrink=0.7)
    ax.plot([low, high], [low, high], color=GREY, linewidth=1, linestyle="--", label="ideal")
    for band, line in zip(result.bands, ("-", "--", ":"), strict=False):
        label = f"{100 * band.level:g} % prediction interval"
        ax.plot(result.expected, band.low, color=BLUE, linestyle=line, linewidth=1.2, label=label)
        ax.plot(result.expected, band.high, color=BLUE, linestyle=line, linewidth=1.2)
    ax.plot(
        result.expected, result.observed, "o", color=ORANGE, markersize=4, label="mean observed"
    )
    word = f" ({unit})" if unit else ""
    ax.set_xlabel(f"predicted{word}")
    ax.set_ylabel(f"observed{word}")
    ax.set_xlim(low, high)
    ax.set_ylim(low, high)
    ax.set_title(titled(title, provenance))
    ax.legend(frameon=True, framealpha=0.9, edgecolor="none", loc="upper left", fontsize="small")
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
    for overall, (colour, marker) in zip(result.overall, LEVEL_STYLES, strict=False):
        cells = [cell for cell in result.cells if cell.level == overall.level]
        x = [cell.predicted_mean for cell in cells]
        y = [cell.coverage.value for cell in cells]
        below = [cell.coverage.value - (cell.coverage.low or 0.0) for cell in cells]
        above = [(cell.coverage.high or 1.0) - cell.coverage.value for cell in cells]
        label = (
            f"{100 * overall.level:g} % interval: coverage {100 * overall.coverage.value:.1f} %, "
            f"width {overall.width:.1f}"
        )
        ax.axhline(overall.level, color=colour, linewidth=1, linestyle="--")
        ax.errorbar(x, y, [below, above], color=colour, marker=marker, capsize=3, label=label)
    ax.set_xlabel(f"predicted ({unit})" if unit else "predicted")
    ax.set_ylabel("coverage (proportion of people)")
    lowest = min((cell.coverage.low or 0.0) for cell in result.cells)
    ax.set_ylim(max(0.0, lowest - 0.15), 1.01)
    ax.set_title(titled(title, provenance))
    ax.legend(frameon=False, loc="lower left", fontsize="small")
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
        color=BLUE,
        alpha=0.8,
        edgecolor="white",
    )
    ax.axhline(1.0 / len(result.shares), color=ORANGE, linewidth=1.5, zorder=4, label="uniform")
    ax.set_xlim(0.0, 1.0)
    ax.set_xlabel("probability integral transform (PIT) of the observed outcome")
    ax.set_ylabel("proportion of people")
    ax.set_title(titled(title, provenance))
    ax.legend(frameon=True, framealpha=0.9, edgecolor="none", loc="lower center", fontsize="small")
    return ax
