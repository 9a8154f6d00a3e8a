"""Axes as a picture of a report."""

from __future__ import annotations

from matplotlib.axes import Axes

from hiprisk.reporting.page.blocks import Picture
from hiprisk.reporting.plots.style import as_png, as_svg


def drawn(*, name: str, ax: Axes, alt: str, caption: str = "", wide: bool = False) -> Picture:
    """The figure of some axes, as SVG for the page and as PNG for MLflow.

    Parameters
    ----------
    name : str
        Of the PNG file.
    ax : Axes
        What a `draw_*` function gave back.
    alt : str
        What it shows, for those who cannot see it.
    caption : str
    wide : bool
        Whether it takes a whole line of the page.
    """
    png = as_png(ax)
    # The layout stands after the first drawing; to find it again would take as long as to draw.
    ax.figure.set_layout_engine("none")  # type: ignore[union-attr]
    return Picture(name=name, png=png, svg=as_svg(ax), alt=alt, caption=caption, wide=wide)
