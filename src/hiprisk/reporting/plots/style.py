"""Colours, axes and titles that every figure shares."""

from __future__ import annotations

import io
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
from matplotlib.lines import Line2D

from hiprisk.provenance import is_simulated

# Okabe and Ito's colours, told apart by people with any kind of colour vision.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"
GREEN, SKY, PINK = "#009E73", "#56B4E9", "#CC79A7"


# More marks of one kind than this are drawn as an image in a vector figure.
MANY_MARKS = 5_000


def new_axes(*, width: float = 7.0, height: float = 4.5) -> Axes:
    """Axes of a figure that belongs to no window, sizes in inches."""
    figure = Figure(figsize=(width, height), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    return figure.add_subplot()


def titled(text: str, provenance: str) -> str:
    """A title that says where the people are simulated."""
    return f"{text} (simulated data)" if is_simulated(provenance) else text


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
