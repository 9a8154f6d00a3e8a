"""A metric by subgroup as a forest plot; suppressed groups are named."""

from __future__ import annotations

from matplotlib.axes import Axes

from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.reporting.plots.canvas.forest import ForestRow, draw_rows, forest_axes, in_reach
from hiprisk.reporting.plots.style import BLUE, ORANGE, set_title
from hiprisk.validation.subgroups.results import Group, GroupEstimate, Subgroups
from hiprisk.wording.labels import capital
from hiprisk.wording.quantities import p_equals, with_interval


def draw_subgroups(
    result: Subgroups,
    *,
    metric: str | None = None,
    ax: Axes | None = None,
    provenance: str = "real",
) -> Axes:
    """One metric in every group, with its interval, beside that of everybody.

    Parameters
    ----------
    result : Subgroups
    metric : str, optional
        The main one if unset.
    ax : Axes, optional
    provenance : str
        Simulated data are named in the title.
    """
    name = metric or result.metrics[0]
    rows = _rows(result, name)
    ax = ax if ax is not None else forest_axes(len(rows))
    draw_rows(ax, rows, reference=in_reach(rows, dict(result.optima).get(name)),
              numbers=f"estimate ({100 * result.level:.0f} % CI)")  # fmt: skip
    overall = _overall(result, name)
    if overall is not None:
        ax.axvline(overall.value, color=ORANGE, linewidth=1, linestyle=":", zorder=1)
    ax.set_xlabel(f"{label_of(name)}, {100 * result.level:.0f} % CI; dotted: everybody")
    set_title(ax, f"{capital(label_of(name))} by subgroup (number of people)", provenance)
    return ax


def _overall(result: Subgroups, name: str) -> Estimate | None:
    return next((one for one in result.overall if one.name == name), None)


def _rows(result: Subgroups, name: str) -> list[ForestRow]:
    """Everybody, then each grouping with its heterogeneity and its groups below."""
    rows: list[ForestRow] = []
    overall = _overall(result, name)
    if overall is not None:
        label = f"everybody ({result.n_people:,})"
        rows.append(_row(label, overall, colour=ORANGE, marker="D"))
    groups = {(group.grouping, group.level): group for group in result.groups}
    for grouping, label in result.labels:
        # A note of its own line: beside a heading it would need more room than the numbers have.
        rows.append(ForestRow(label=label, heading=True))
        rows += [
            _group_row(row, groups[(grouping, row.level)])
            for row in result.of(name)
            if row.grouping == grouping
        ]
        note = _spread_note(result, grouping, name)
        if note:
            rows.append(ForestRow(label=note[0], numbers=note[1]))
    return rows


def _group_row(row: GroupEstimate, group: Group) -> ForestRow:
    label = _row_label(row, group)
    if row.estimate is not None:
        return _row(label, row.estimate, colour=BLUE, marker="o")
    words = "not shown (too few)" if row.note.startswith("not shown") else "cannot be computed"
    return ForestRow(label=label, numbers=words)


def _row(label: str, estimate: Estimate, *, colour: str, marker: str) -> ForestRow:
    return ForestRow(label=label, value=estimate.value, low=estimate.low, high=estimate.high,
                     numbers=with_interval(estimate), colour=colour, marker=marker)  # fmt: skip


def _row_label(row: GroupEstimate, group: Group) -> str:
    count = "" if group.n_people is None else f" ({group.n_people:,})"
    return f"{row.level}{count}"


def _spread_note(result: Subgroups, grouping: str, metric: str) -> tuple[str, str] | None:
    """Whether the groups differ: what it is, and the number with its p-value."""
    for row in result.heterogeneity:
        if (row.grouping, row.event, row.metric) == (grouping, "", metric):
            found = row.difference or row.tau
            word = "difference" if row.difference else "heterogeneity (SD)"
            return word, f"{with_interval(found)}, {p_equals(row.p_value)}"
    return None
