"""Margins of a figure of one plot, found in one pass over what stands around it.

matplotlib's constrained layout solves for any number of plots, and takes 40 % of the time of a
drawing. A figure here has one plot: what its title, labels and legend need is measured once.
"""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import LayoutEngine
from matplotlib.legend import Legend
from matplotlib.transforms import Bbox

# Between the edge of a figure and what stands next to it, in inches.
EDGE = 0.08
# The plot itself keeps at least this share of a figure, however long its labels are.
SMALLEST_PLOT = 0.2
LEGEND_GAP = 0.06


class FittedMargins(LayoutEngine):
    """Gives a plot the room that its title, labels and legend leave; the legend stands below."""

    _adjust_compatible = True
    _colorbar_gridspec = False
    # The legend that stands below the plot.
    legend_below: Legend | None = None

    def execute(self, fig: Any) -> None:
        """Place the plot of a figure; a figure of several plots keeps its own places.

        Parameters
        ----------
        fig : Figure
        """
        if len(fig.axes) != 1:
            return
        (ax,) = fig.axes
        renderer = fig._get_renderer()
        legend = self.legend_below
        bottom = EDGE * fig.dpi
        if legend is None or legend is not ax.get_legend():
            _fit(fig, ax, renderer, bottom=bottom)
        else:
            bottom += legend.get_window_extent(renderer).height + LEGEND_GAP * fig.dpi
            # Its room is known; `savefig(bbox_inches="tight")` asks for it again.
            legend.set_in_layout(False)
            _fit(fig, ax, renderer, bottom=bottom)
            legend.set_in_layout(True)
        # Beside long labels a title over the plot alone would have little room.
        _move_title(fig, ax)


def _fit(fig: Figure, ax: Axes, renderer: Any, *, bottom: float) -> None:
    """Margins as wide as what stands beyond the plot, once it is measured."""
    needed = _around(ax, renderer)
    plot = ax.get_window_extent(renderer)
    width, height, edge = fig.bbox.width, fig.bbox.height, EDGE * fig.dpi
    left = edge + max(plot.x0 - needed.x0, 0.0)
    right = width - edge - max(needed.x1 - plot.x1, 0.0)
    low = bottom + max(plot.y0 - needed.y0, 0.0)
    high = height - edge - max(needed.y1 - plot.y1, 0.0)
    if right - left < SMALLEST_PLOT * width:
        left = right - SMALLEST_PLOT * width
    if high - low < SMALLEST_PLOT * height:
        high = low + SMALLEST_PLOT * height
    ax.set_position((left / width, low / height, (right - left) / width, (high - low) / height))


def _around(ax: Axes, renderer: Any) -> Bbox:
    """The plot and everything around it, but for the length of its titles: they may stick out."""
    found = ax.get_tightbbox(renderer, for_layout_only=True)
    assert found is not None
    return Bbox(found.get_points())


def _move_title(fig: Figure, ax: Axes) -> None:
    place = ax.get_position()
    edge = EDGE / fig.get_figwidth()
    ax.title.set_x((edge - place.x0) / place.width)
