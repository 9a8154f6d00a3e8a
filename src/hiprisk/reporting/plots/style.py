"""Colours, axes and titles that every figure shares."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from hiprisk.provenance import is_simulated

# Okabe and Ito's colours, told apart by people with any kind of colour vision.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"
GREEN, SKY, PINK = "#009E73", "#56B4E9", "#CC79A7"


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
    """The same as SVG with text as text; equal figures give equal bytes."""
    buffer = io.BytesIO()
    fixed = rc_context({"svg.hashsalt": "hiprisk", "svg.fonttype": "none"})
    with fixed, _laid_out(ax) as figure:
        canvas = figure.canvas
        vectors: Any = FigureCanvasSVG(figure)
        vectors.print_svg(buffer, metadata={"Date": None, "Creator": None})
        figure.set_canvas(canvas)
    return buffer.getvalue()
