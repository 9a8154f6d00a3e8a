"""Panels of one figure, four a row, a predictor each."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from matplotlib.axes import Axes

from hiprisk.reporting.plots.style import GREY, RULE, SMALL, WIDE, new_axes

COLUMNS = 4
# More panels than this are no longer one picture.
MOST_PANELS = 8
# Inches of a plot, of the numbers below it, of a unit below those, and of a line of its title.
PLOT, NUMBERS, UNIT, TITLE_LINE = 1.02, 0.28, 0.17, 0.15
# Between a title and the panel above it.
BETWEEN = 0.15
# Between the panels, as a share of the plot's width.
GAP = 0.03
# In a line of a title.
LETTERS = 20


@dataclass(frozen=True)
class PanelSpace:
    """Inches that a panel leaves to its title and to what stands below it."""

    above: float
    below: float = NUMBERS + UNIT

    @property
    def row(self) -> float:
        """Inches of a row of panels."""
        return self.above + PLOT + self.below


def space_for(names: Iterable[str], *, below: float = NUMBERS + UNIT) -> PanelSpace:
    """Room for the longest of the titles, whole.

    Parameters
    ----------
    names : iterable of str
        Of all panels.
    below : float
        Inches for what stands below each panel.
    """
    most = max((len(_lines(name)) for name in names), default=1)
    return PanelSpace(above=BETWEEN + TITLE_LINE * max(most, 2), below=below)


def frame_of_panels(ax: Axes | None, n_rows: int, space: PanelSpace) -> Axes:
    """Axes that show nothing but their panels; new ones by default.

    Parameters
    ----------
    ax : Axes or None
    n_rows : int
    space : PanelSpace
    """
    ax = ax if ax is not None else new_axes(width=WIDE, height=space.row * n_rows + 0.5)
    ax.grid(visible=False)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_xticks([])
    ax.set_yticks([])
    return ax


def panel_at(ax: Axes, place: int, n_rows: int, space: PanelSpace) -> Axes:
    """A panel of the frame, counted by rows; numbers stand beside the left ones.

    Parameters
    ----------
    ax : Axes
    place, n_rows : int
    space : PanelSpace
        As of the frame.
    """
    row, column = divmod(place, COLUMNS)
    width, height = (1.0 - (COLUMNS - 1) * GAP) / COLUMNS, 1.0 / n_rows
    low = 1.0 - (row + 1) * height + space.below / space.row * height
    panel = ax.inset_axes((column * (width + GAP), low, width, height * PLOT / space.row))
    panel.spines[["top", "right"]].set_visible(False)
    panel.grid(color=RULE, linewidth=0.7)
    panel.set_axisbelow(True)
    panel.tick_params(labelsize=SMALL - 1.0, color=GREY, labelleft=column == 0)
    panel.locator_params(nbins=4)
    return panel


def name_panel(panel: Axes, name: str, unit: str = "") -> None:
    """Title above a panel, in as many lines as it needs, and the unit below its numbers.

    Parameters
    ----------
    panel : Axes
    name : str
        Of the predictor.
    unit : str
    """
    panel.set_title("\n".join(_lines(name)), fontsize=SMALL, loc="left", pad=3)
    panel.set_xlabel(unit, fontsize=SMALL - 1.0, labelpad=1.0)


def _lines(name: str) -> list[str]:
    return textwrap.wrap(name, LETTERS)
