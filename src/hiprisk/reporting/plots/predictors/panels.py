"""Panels of one figure, four a row, a predictor each."""

from __future__ import annotations

from matplotlib.axes import Axes

from hiprisk.reporting.plots.style import GREY, RULE, SMALL, WIDE, new_axes

COLUMNS = 4
# More panels than this are no longer one picture.
MOST_PANELS = 8
# Inches a row of panels, and what a panel leaves of it to its title and to the numbers below.
ROW, ABOVE, BELOW = 1.75, 0.45, 0.28
# Between the panels, as a share of the plot's width.
GAP = 0.03
LETTERS = 24


def frame_of_panels(ax: Axes | None, n_rows: int, *, below: float = BELOW) -> Axes:
    """Axes that show nothing but their panels; new ones by default.

    Parameters
    ----------
    ax : Axes or None
    n_rows : int
    below : float
        Inches for what stands below each panel.
    """
    height = (ROW + below - BELOW) * n_rows + 0.5
    ax = ax if ax is not None else new_axes(width=WIDE, height=height)
    ax.grid(visible=False)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_xticks([])
    ax.set_yticks([])
    return ax


def panel_at(ax: Axes, place: int, n_rows: int, *, below: float = BELOW) -> Axes:
    """A panel of the frame, counted by rows; numbers stand beside the left ones.

    Parameters
    ----------
    ax : Axes
    place, n_rows : int
    below : float
        As of the frame.
    """
    row, column = divmod(place, COLUMNS)
    width, height = (1.0 - (COLUMNS - 1) * GAP) / COLUMNS, 1.0 / n_rows
    inches = ROW + below - BELOW
    low = 1.0 - (row + 1) * height + below / inches * height
    panel = ax.inset_axes(
        (column * (width + GAP), low, width, height * (1.0 - (ABOVE + below) / inches))
    )
    panel.spines[["top", "right"]].set_visible(False)
    panel.grid(color=RULE, linewidth=0.7)
    panel.set_axisbelow(True)
    panel.tick_params(labelsize=SMALL - 1.0, color=GREY, labelleft=column == 0)
    panel.locator_params(nbins=4)
    return panel
