"""Predictors by outcome, from the table of characteristics: no single person is shown."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib import colormaps
from matplotlib.axes import Axes

from hiprisk.evidence.participants.baseline_characteristics import Characteristic, TableOne
from hiprisk.reporting.plots.predictors.names import short
from hiprisk.reporting.plots.predictors.panels import (
    COLUMNS,
    MOST_PANELS,
    frame_of_panels,
    name_panel,
    panel_at,
    space_for,
)
from hiprisk.reporting.plots.style import BLACK, BLUE, SMALL, set_title
from hiprisk.wording.labels import capital, in_words
from hiprisk.wording.reference import ABSENT_LEVELS

# Of a bar's first level, in the map of colours; and what a letter takes of a bar.
LIGHTEST, PERCENT_A_LETTER, FEWEST_LETTERS = 0.15, 4.6, 2


def draw_predictors_by_outcome(
    table: TableOne,
    *,
    variables: Sequence[str] = (),
    provenance: str = "real",
    ax: Axes | None = None,
) -> Axes:
    """Median and quartiles, or percentage with a level, of each predictor by outcome.

    Parameters
    ----------
    table : TableOne
        By outcome.
    variables : sequence of str
        Which to draw, in this order, the first eight of them; all by default.
    provenance : str
        Of the data; ``simulated`` is said.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The panels are its ``child_axes``.
    """
    rows = [found for one in variables or _all(table) if (found := _rows(table, one))]
    shown = rows[:MOST_PANELS]
    n_rows = -(-len(shown) // COLUMNS)
    space = space_for(_name(characteristics) for characteristics in shown)
    ax = frame_of_panels(ax, n_rows, space)
    names = [name.split(" (")[0] for name, _ in table.groups]
    for place, characteristics in enumerate(shown):
        panel = panel_at(ax, place, n_rows, space)
        first = characteristics[0]
        name_panel(panel, _name(characteristics), first.unit if first.level is None else "%")
        if _has_levels(characteristics):
            _levels(panel, characteristics)
        else:
            _characteristic(panel, characteristics)
        panel.set_yticks(range(len(names)), names, fontsize=SMALL - 1.0)
        panel.set_ylim(len(names) - 0.5, -0.5)
    set_title(ax, "Predictors by outcome", provenance)
    return ax


def _all(table: TableOne) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.variable for row in table.rows))


def _rows(table: TableOne, variable: str) -> list[Characteristic]:
    """A row a group: of two levels those of the one that is present, of more levels all."""
    rows = [row for row in table.rows if row.variable == variable]
    levels = list(dict.fromkeys(row.level for row in rows))
    if len(levels) > 2:
        return rows
    present = [level for level in levels if level not in ABSENT_LEVELS]
    return [row for row in rows if row.level == (present or levels)[-1]] if rows else []


def _levels(panel: Axes, rows: Sequence[Characteristic]) -> None:
    """A bar a group, its levels side by side from light to dark."""
    groups = list(dict.fromkeys(row.group for row in rows))
    levels = list(dict.fromkeys(row.level for row in rows))
    for place, group in enumerate(groups):
        left = 0.0
        for row in (one for one in rows if one.group == group):
            width = 100.0 * (row.share or 0.0)
            shade = levels.index(row.level) / (len(levels) - 1)
            colour = colormaps["Blues"](LIGHTEST + (1.0 - LIGHTEST) * 0.9 * shade)
            panel.barh(place, width, left=left, height=0.62, color=colour, edgecolor="white",
                       linewidth=0.7)  # fmt: skip
            letters = int(width / PERCENT_A_LETTER)
            if letters >= FEWEST_LETTERS:
                panel.text(left + width / 2.0, place, short(in_words(str(row.level)), letters),
                           ha="center", va="center", fontsize=SMALL - 2.0,
                           color="white" if shade > 0.5 else BLACK)  # fmt: skip
            left += width
    panel.set_xlim(0.0, 100.0)


def _has_levels(rows: Sequence[Characteristic]) -> bool:
    return len({row.level for row in rows}) > 1


def _name(rows: Sequence[Characteristic]) -> str:
    label, level = capital(rows[0].label), rows[0].level
    return label if level is None or _has_levels(rows) else f"{label}: {in_words(level)}"


def _characteristic(panel: Axes, rows: Sequence[Characteristic]) -> None:
    first = rows[0]
    for place, row in enumerate(rows):
        if row.q25 is not None and row.q75 is not None:
            panel.hlines(place, row.q25, row.q75, color=BLUE, linewidth=2.0)
        value = row.median if first.level is None else row.share
        if value is not None:
            shown = value if first.level is None else 100.0 * value
            panel.plot([shown], [place], "o", color=BLUE, markersize=5)
    if first.level is not None:
        panel.set_xlim(-3.0, 103.0)
