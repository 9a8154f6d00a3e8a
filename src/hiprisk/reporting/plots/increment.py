"""What each block of predictors adds, as a picture."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes

from hiprisk.inference.increment import AddedValue, Addition, Gain
from hiprisk.reporting.plots.canvas.forest import ForestRow, draw_rows, forest_axes
from hiprisk.reporting.plots.style import BLACK, BLUE, GREY, ORANGE, set_title
from hiprisk.wording.labels import unit_of_amount
from hiprisk.wording.quantities import people_counted, signed_with_interval

# Letters in a line of a verdict, beside the marks.
VERDICT = 32
_STYLES = {
    "adds": (BLUE, "o"),
    "adds less than the minimum important gain": (BLACK, "D"),
    "inconclusive at this sample size": (GREY, "s"),
}


def draw_added_value(result: AddedValue, *, ax: Axes | None = None) -> Axes:
    """Gains in the declared measure with their intervals, the minimum important gain, verdicts.

    Filled points are the models as they are used; hollow ones below them the what-ifs without
    measurement error.

    Parameters
    ----------
    result : AddedValue
        Of `hiprisk.compare`.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
    """
    rows = [row for one in result.additions for row in _rows(one, result)]
    ax = ax if ax is not None else forest_axes(len(rows) + 1)
    first = result.additions[0].gain(result.metric)
    draw_rows(ax, rows, reference=0.0, numbers="gain (95 % CI)")
    ax.axvline(result.smallest_gain, color=ORANGE, linestyle="--", linewidth=1.3, zorder=1)
    unit = f" ({unit_of_amount(first.unit)})" if first.unit else ""
    word = "reduction of " if first.reduction else "gain in "
    ax.set_xlabel(
        f"{word}{result.metric_label}{unit}, optimism-corrected\n"
        f"dashed: minimum important gain, {result.smallest_gain:g}"
    )
    n_people = result.n_analysed if result.n_people is None else result.n_people
    counted = people_counted(n_people, result.n_analysed)
    title = f"What is added to {result.base_label}, {counted}"
    set_title(ax, title, result.provenance)
    return ax


def _rows(one: Addition, result: AddedValue) -> list[ForestRow]:
    """A set of blocks with its verdict, and the what-ifs without measurement error below it."""
    gain = one.gain(result.metric)
    digits = 2 if gain.unit else 3
    colour, marker = _STYLES[one.verdict]
    rows = [
        ForestRow(label=one.label, numbers=textwrap.fill(one.verdict, VERDICT), heading=True),
        _row("as used", gain, digits, colour=colour, marker=marker),
    ]
    return rows + [
        _row(f"what if: {name}", error_free, digits, colour=colour, marker=marker, hollow=True)
        for name, error_free in _shown(one, result.metric)
    ]


def _row(
    label: str, gain: Gain, digits: int, *, colour: str, marker: str, hollow: bool = False
) -> ForestRow:
    estimate = gain.estimate
    return ForestRow(label=label, value=estimate.value, low=estimate.low, high=estimate.high,
                     numbers=signed_with_interval(estimate, digits), colour=colour, marker=marker,
                     hollow=hollow)  # fmt: skip


def _shown(one: Addition, metric: str) -> list[tuple[str, Gain]]:
    """The what-ifs by name, where they are in the declared measure."""
    return [
        (case.name, gain) for case in one.error_free for gain in case.gains if gain.name == metric
    ]
