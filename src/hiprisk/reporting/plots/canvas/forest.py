"""Estimates with their intervals as rows, their numbers beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from hiprisk.reporting.plots.style import BLACK, BLUE, GREY, RULE, SMALL, WIDE, new_axes
from hiprisk.wording.quantities import typeset

ROW = 0.25
# Numbers on the axis at most: the plot is narrow where labels and numbers are long.
TICKS = 5
# Of the numbers' column: title, and where the numbers begin, as a share of the plot's width.
BESIDE = 1.02


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """A row: a label, an estimate with its interval or a reason, and its numbers in words.

    Attributes
    ----------
    label : str
    value, low, high : float or None
        None where there is nothing to draw; an interval alone has no value.
    numbers : str
        Beside the marks.
    heading : bool
        A label over the rows below it, with a note in place of numbers.
    marker, colour : str
    hollow : bool
        Of a secondary estimate.
    band : bool
        A prediction interval: a broad bar, never to be taken for a confidence interval.
    """

    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    numbers: str = ""
    heading: bool = False
    marker: str = "o"
    colour: str = BLUE
    hollow: bool = False
    band: bool = False


def forest_axes(n_rows: int) -> Axes:
    """Axes as wide as a report's column, as high as so many rows need."""
    return new_axes(width=WIDE, height=1.35 + ROW * (n_rows + 1))


def draw_rows(
    ax: Axes,
    rows: Sequence[ForestRow],
    *,
    reference: float | None = None,
    numbers: str = "estimate (95 % CI)",
) -> None:
    """Draw rows from above, a reference line behind them, and the numbers on the right.

    Parameters
    ----------
    ax : Axes
    rows : sequence of ForestRow
    reference : float, optional
        Where there is no effect, or where a metric is ideal.
    numbers : str
        What the numbers are.
    """
    for place, row in enumerate(rows):
        _draw_row(ax, place, row)
    # What the numbers are stands in a row of its own: a long title may go on above it.
    ax.set_ylim(len(rows) - 0.4, -1.6)
    if ax.get_xscale() == "linear":
        ax.locator_params(axis="x", nbins=TICKS)
    if reference is not None:
        ax.axvline(reference, color=BLACK, linewidth=0.9, zorder=1)
    ax.set_yticks(range(len(rows)), [row.label for row in rows], fontsize=SMALL)
    for text, row in zip(ax.get_yticklabels(), rows, strict=True):
        if row.heading:
            text.set_fontweight("bold")
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x", color=RULE)
    ax.spines["left"].set_visible(False)
    _beside(ax, -1.0, numbers, weight="bold", colour=BLACK)


def _draw_row(ax: Axes, place: int, row: ForestRow) -> None:
    if row.low is not None and row.high is not None:
        width = 6.0 if row.band else 1.6
        ax.plot([row.low, row.high], [place, place], color=row.colour, linewidth=width,
                alpha=0.45 if row.band else 1.0, solid_capstyle="butt", zorder=2)  # fmt: skip
    if row.value is not None:
        ax.plot([row.value], [place], row.marker, color=row.colour, markersize=5.5, zorder=3,
                markerfacecolor="white" if row.hollow else row.colour)  # fmt: skip
    _beside(ax, place, row.numbers, colour=GREY if row.heading or row.value is None else BLACK)


def _beside(ax: Axes, place: float, text: str, *, colour: str, weight: str = "normal") -> None:
    if text:
        ax.text(BESIDE, place, typeset(text), transform=ax.get_yaxis_transform(), va="center",
                ha="left", fontsize=SMALL, color=colour, fontweight=weight)  # fmt: skip


def in_reach(rows: Sequence[ForestRow], value: float | None) -> float | None:
    """An ideal value, where a line there leaves the rows most of the plot; else None."""
    ends = [end for row in rows for end in (row.value, row.low, row.high) if end is not None]
    if value is None or not ends:
        return None
    room = 0.25 * (max(ends) - min(ends))
    return value if min(ends) - room <= value <= max(ends) + room else None
