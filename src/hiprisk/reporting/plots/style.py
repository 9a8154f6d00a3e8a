"""Colours, axes, titles and legends that every figure shares.

A figure is legible at 320 pixels, so that two stand side by side in a report: it is drawn small,
with letters that are large for it. Lines differ by their dashes and marks too, for print in grey.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

from hiprisk.provenance import is_simulated
from hiprisk.reporting.plots.canvas.margins import FittedMargins

# Okabe and Ito's colours, told apart by people with any kind of colour vision.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"
GREEN, SKY, PINK = "#009E73", "#56B4E9", "#CC79A7"
BLACK, RULE = "#1b1f24", "#e3e6e9"

# Inches: half of a report's column, and the whole of it (forests, with numbers beside the marks).
WIDTH, HEIGHT = 4.6, 4.1
WIDE = 7.6
# Letters of a title that stand side by side in an inch.
LETTERS_AN_INCH = 11.0
TITLE, LABEL, SMALL = 10.5, 10.0, 9.0
DPI = 150

# More marks of one kind than this are drawn as an image in a vector figure.
MANY_MARKS = 5_000


def new_axes(*, width: float = WIDTH, height: float = HEIGHT) -> Axes:
    """Axes of a figure that belongs to no window, sizes in inches."""
    figure = Figure(figsize=(width, height), dpi=DPI, layout=FittedMargins())
    FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=SMALL, color=GREY)
    ax.xaxis.label.set_fontsize(LABEL)
    ax.yaxis.label.set_fontsize(LABEL)
    ax.grid(color=RULE, linewidth=0.7)
    ax.set_axisbelow(True)
    return ax


def titled(text: str, provenance: str) -> str:
    """A title that says where the people are simulated."""
    return f"{text} (simulated data)" if is_simulated(provenance) else text


def set_title(ax: Axes, text: str, provenance: str = "real") -> None:
    """Say what is plotted, from the left edge of the figure, in as many lines as it needs.

    Parameters
    ----------
    ax : Axes
    text : str
    provenance : str
        Of the data; ``simulated`` is said.
    """
    width: Any = ax.figure.get_figwidth()  # type: ignore[union-attr]
    lines = textwrap.wrap(titled(text, provenance), int(LETTERS_AN_INCH * width))
    ax.set_title("\n".join(lines), fontsize=TITLE, fontweight="bold", ha="left", x=0.0)


def legend_below(ax: Axes, *, columns: int = 1, title: str | None = None) -> Legend:
    """Names of what is drawn, below the plot: never over data.

    Parameters
    ----------
    ax : Axes
    columns : int
        Names in a line.
    title : str, optional
    """
    shared: dict[str, Any] = {
        "frameon": False, "fontsize": SMALL, "title_fontsize": SMALL, "ncols": columns,
        "borderaxespad": 0.0, "borderpad": 0.0, "handlelength": 2.4, "columnspacing": 1.2,
        "labelspacing": 0.35, "title": title, "alignment": "left",
    }  # fmt: skip
    figure: Any = ax.figure
    if not isinstance(figure.get_layout_engine(), FittedMargins):
        # Axes of somebody else: the legend keeps to the plot that it belongs to.
        return ax.legend(loc="upper left", bbox_to_anchor=(0.0, -0.2), **shared)
    legend = ax.legend(
        loc="lower left", bbox_to_anchor=(0.02, 0.02), bbox_transform=figure.transFigure, **shared
    )
    figure.get_layout_engine().legend_below = legend
    return legend


def solid(legend: Legend) -> None:
    """Draw the lines of a legend as if each stood alone: faint ones are many in the plot."""
    for line in legend.get_lines():
        line.set_alpha(1.0)
        line.set_linewidth(max(line.get_linewidth(), 1.2))


def as_png(ax: Axes) -> bytes:
    """The figure of some axes as PNG.

    Parameters
    ----------
    ax : Axes
        What a `draw_*` function gave back.

    Returns
    -------
    bytes
    """
    buffer = io.BytesIO()
    with _laid_out(ax) as figure:
        figure.canvas.print_png(buffer, metadata={"Software": None})
    return buffer.getvalue()


@contextmanager
def _laid_out(ax: Axes) -> Iterator[Any]:
    """The figure with its parts in their places: `savefig` draws it twice for the sake of that."""
    figure: Any = ax.figure
    engine = figure.get_layout_engine()
    engine.execute(figure)
    figure.set_layout_engine("none")
    try:
        yield figure
    finally:
        figure.set_layout_engine(engine)


def as_svg(ax: Axes) -> bytes:
    """The same as SVG with text as text; equal figures give equal bytes.

    What has very many marks, a dot a person, is an image inside it: a million of them would be
    some hundred MiB.
    """
    buffer = io.BytesIO()
    for artist in (*ax.collections, *ax.lines):
        if _n_marks(artist) > MANY_MARKS:
            artist.set_rasterized(True)
    fixed = rc_context({"svg.hashsalt": "hiprisk", "svg.fonttype": "none"})
    with fixed, _laid_out(ax) as figure:
        canvas = figure.canvas
        vectors: Any = FigureCanvasSVG(figure)
        vectors.print_svg(buffer, metadata={"Date": None, "Creator": None})
        figure.set_canvas(canvas)
    return buffer.getvalue()


def _n_marks(artist: Any) -> int:
    """How many marks an artist has: dots, line segments or corners of a line."""
    if isinstance(artist, Line2D):
        return int(np.size(artist.get_xdata()))
    if isinstance(artist, Collection):
        return max(int(np.shape(artist.get_offsets())[0]), len(artist.get_paths()))
    return 1
