"""A metric by subgroup as a forest plot; suppressed groups are named."""

from __future__ import annotations

from matplotlib.axes import Axes

from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.reporting.plots.style import BLUE, GREY, ORANGE, new_axes
from hiprisk.validation.subgroups.results import Group, GroupEstimate, Subgroups
from hiprisk.wording.quantities import p_equals

ROW_HEIGHT = 0.24


def draw_subgroups(result: Subgroups, *, metric: str | None = None, ax: Axes | None = None) -> Axes:
    """One metric in every group, with its interval, beside that of everybody.

    Parameters
    ----------
    result : Subgroups
    metric : str, optional
        The main one if unset.
    ax : Axes, optional
    """
    name = metric or result.metrics[0]
    rows = result.of(name)
    n_lines = len(rows) + len(result.labels) + 1
    ax = ax if ax is not None else new_axes(width=8.0, height=1.2 + ROW_HEIGHT * n_lines)
    overall = next((one for one in result.overall if one.name == name), None)
    groups = {(group.grouping, group.level): group for group in result.groups}
    ticks: list[tuple[float, str]] = []
    place = 0.0
    if overall is not None:
        _draw_estimate(ax, overall, place, colour=ORANGE)
        ax.axvline(overall.value, color=ORANGE, linewidth=1, linestyle=":")
        ticks.append((place, f"everybody ({result.n_people:,})"))
    for grouping, label in result.labels:
        place += 1.3
        ticks.append((place, label))
        ax.text(0.01, place, _spread_note(result, grouping, name), va="center", color=GREY,
                transform=ax.get_yaxis_transform(), fontsize=8)  # fmt: skip
        for row in rows:
            if row.grouping == grouping:
                place += 1.0
                ticks.append((place, _row_label(row, groups[(grouping, row.level)])))
                _draw_row(ax, row, place)
    _finish(ax, ticks, name, result)
    return ax


def _draw_row(ax: Axes, row: GroupEstimate, place: float) -> None:
    if row.estimate is not None:
        _draw_estimate(ax, row.estimate, place, colour=BLUE)
        return
    words = "not shown (too few)" if row.note.startswith("not shown") else "cannot be computed"
    ax.text(0.01, place, words, transform=ax.get_yaxis_transform(), va="center", color=GREY,
            fontsize=8, style="italic")  # fmt: skip


def _draw_estimate(ax: Axes, estimate: Estimate, place: float, *, colour: str) -> None:
    if estimate.low is not None and estimate.high is not None:
        ax.plot([estimate.low, estimate.high], [place, place], color=colour, linewidth=1.5)
    ax.plot([estimate.value], [place], "o", color=colour, markersize=5)


def _row_label(row: GroupEstimate, group: Group) -> str:
    count = "" if group.n_people is None else f" ({group.n_people:,})"
    return f"{row.level}{count}"


def _spread_note(result: Subgroups, grouping: str, metric: str) -> str:
    for row in result.heterogeneity:
        if (row.grouping, row.event, row.metric) == (grouping, "", metric):
            found = row.difference or row.tau
            word = "difference" if row.difference else "heterogeneity (SD)"
            return (
                f"{word} {found.value:.2g} ({found.low:.2g} to {found.high:.2g}), "
                f"{p_equals(row.p_value)}, adjusted {p_equals(row.p_adjusted)}"
            )
    return ""


def _finish(ax: Axes, ticks: list[tuple[float, str]], name: str, result: Subgroups) -> None:
    ax.set_yticks([place for place, _ in ticks], [text for _, text in ticks], fontsize=8)
    headings = {label for _, label in result.labels}
    for text in ax.get_yticklabels():
        if text.get_text() in headings:
            text.set_fontweight("bold")
    ax.tick_params(axis="y", length=0)
    ax.invert_yaxis()
    optimum = dict(result.optima).get(name)
    low, high = ax.get_xlim()
    if optimum is not None and low <= optimum <= high:
        ax.axvline(optimum, color=GREY, linewidth=1)
    ax.grid(axis="x", color="#e5e5e5")
    ax.set_axisbelow(True)
    ax.set_xlabel(f"{label_of(name)} with {100 * result.level:.0f} % CI")
    ax.set_title("By subgroup (number of people)")
