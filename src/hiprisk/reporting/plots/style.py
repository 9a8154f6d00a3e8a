"""Colours, axes and titles that every figure shares."""

from __future__ import annotations

import io
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
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
    figure: Any = ax.figure
    engine = figure.get_layout_engine()
    # `savefig` draws a figure twice, the first time for the sake of its layout.
    engine.execute(figure)
    figure.set_layout_engine("none")
    figure.canvas.print_png(buffer, metadata={"Software": None})
    figure.set_layout_engine(engine)
    return buffer.getvalue()


def as_svg(ax: Axes) -> bytes:
    """The same as SVG with text as text; equal figures give equal bytes."""
    buffer = io.BytesIO()
    figure: Any = ax.figure
    with rc_context({"svg.hashsalt": "hiprisk", "svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()
