"""Predictors by outcome, from the table of characteristics: no single person is shown."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from matplotlib import colormaps
from matplotlib.axes import Axes

from hiprisk.evidence.participants.baseline_characteristics import Characteristic, TableOne
from hiprisk.reporting.plots.predictors.names import short
from hiprisk.reporting.plots.predictors.panels import (
    COLUMNS,
    LETTERS,
    MOST_PANELS,
    frame_of_panels,
    panel_at,
)
from hiprisk.reporting.plots.style import BLACK, BLUE, SMALL, set_title
from hiprisk.wording.labels import capital, in_words, with_unit
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
    ax = frame_of_panels(ax, n_rows)
    names = [name.split(" (")[0] for name, _ in table.groups]
    for place, characteristics in enumerate(shown):
        panel = panel_at(ax, place, n_rows)
        if len({row.level for row in characteristics}) > 1:
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
    _name(panel, f"{capital(rows[0].label)} (%)")
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


def _name(panel: Axes, name: str) -> None:
    lines = textwrap.wrap(name, LETTERS, max_lines=2, placeholder=" …")
    panel.set_title("\n".join(lines), fontsize=SMALL, loc="left", pad=3)


def _characteristic(panel: Axes, rows: Sequence[Characteristic]) -> None:
    first = rows[0]
    name = capital(with_unit(first.label, first.unit))
    if first.level is not None:
        name = f"{capital(first.label)}: {in_words(first.level)} (%)"
    _name(panel, name)
    for place, row in enumerate(rows):
        if row.q25 is not None and row.q75 is not None:
            panel.hlines(place, row.q25, row.q75, color=BLUE, linewidth=2.0)
        value = row.median if first.level is None else row.share
        if value is not None:
            shown = value if first.level is None else 100.0 * value
            panel.plot([shown], [place], "o", color=BLUE, markersize=5)
    if first.level is not None:
        panel.set_xlim(-3.0, 103.0)
