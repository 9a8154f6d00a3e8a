"""What each block of predictors adds, as a picture."""

from __future__ import annotations

from matplotlib.axes import Axes

from hiprisk.inference.increment import AddedValue, Addition, Gain
from hiprisk.reporting.plots.style import BLUE, GREY, ORANGE, SKY, new_axes, titled
from hiprisk.wording.labels import unit_of_amount
from hiprisk.wording.quantities import people_counted

_COLOURS = {
    "adds": BLUE,
    "adds less than the minimum important gain": ORANGE,
    "inconclusive at this sample size": GREY,
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
    n_rows = sum(1 + len(_shown(one, result.metric)) for one in result.additions)
    ax = ax if ax is not None else new_axes(height=1.4 + 0.42 * n_rows)
    ticks, labels, row = [], [], 0
    for one in result.additions:
        gain = one.gain(result.metric)
        _draw_gain(ax, row, gain, colour=_COLOURS[one.verdict], hollow=False)
        ax.annotate(
            one.verdict, (1.01, row), xycoords=("axes fraction", "data"),
            va="center", color=_COLOURS[one.verdict], fontsize=9, annotation_clip=False,
        )  # fmt: skip
        ticks.append(row)
        labels.append(one.label)
        for name, error_free in _shown(one, result.metric):
            row += 1
            _draw_gain(ax, row, error_free, colour=SKY, hollow=True)
            ticks.append(row)
            labels.append(f"what if: {name}")
        row += 1
    ax.axvline(0.0, color=GREY, linewidth=0.8)
    ax.axvline(result.smallest_gain, color="black", linestyle="--", linewidth=1)
    ax.set_yticks(ticks, labels)
    ax.set_ylim(row - 0.4, -0.6)
    first = result.additions[0].gain(result.metric)
    unit = f" ({unit_of_amount(first.unit)})" if first.unit else ""
    word = "reduction of " if first.reduction else "gain in "
    ax.set_xlabel(
        f"{word}{result.metric_label}{unit}, optimism-corrected, 95 % CI\n"
        f"dashed: minimum important gain, {result.smallest_gain:g}"
    )
    n_people = result.n_analysed if result.n_people is None else result.n_people
    counted = people_counted(n_people, result.n_analysed)
    title = f"Added to {result.base_label}, {counted}"
    ax.set_title(titled(title, result.provenance))
    return ax


def _shown(one: Addition, metric: str) -> list[tuple[str, Gain]]:
    """The what-ifs by name, where they are in the declared measure."""
    return [
        (case.name.replace(", ", ",\n"), gain)
        for case in one.error_free
        for gain in case.gains
        if gain.name == metric
    ]


def _draw_gain(ax: Axes, row: int, gain: Gain, *, colour: str, hollow: bool) -> None:
    estimate = gain.estimate
    low = estimate.value if estimate.low is None else estimate.low
    high = estimate.value if estimate.high is None else estimate.high
    ax.plot([low, high], [row, row], color=colour, linewidth=2, solid_capstyle="butt")
    ax.plot(
        [estimate.value], [row], "o", color=colour, markersize=7,
        markerfacecolor="white" if hollow else colour,
    )  # fmt: skip
