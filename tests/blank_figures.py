"""Studies whose pictures nobody looks at: drawing them takes half of the time of a small one."""

import base64
import contextlib
import html
from pathlib import Path

import pytest
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.category import StrCategoryLocator
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator

from hiprisk.reporting.plots.canvas.margins import FittedMargins

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg=="
)


def words_alone(figure):
    """An SVG of a figure's size that says what the figure says, with nothing drawn."""
    width, height = (f"{72 * inches:g}" for inches in figure.get_size_inches())
    said = "".join(f"<text>{html.escape(str(one))}</text>" for one in _words(figure) if one)
    size = f'width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{said}</svg>'.encode()


def _words(artist):
    if isinstance(artist, Text):
        yield artist.get_text()
    for part in () if isinstance(artist, Axis) else artist.get_children():
        if part.get_visible():
            yield from _words(part)
    if isinstance(artist, Axis):
        # To ask for ticks makes them, which takes longer than all else.
        yield artist.label.get_text()
        places = artist.get_major_locator()
        if isinstance(places, FixedLocator | StrCategoryLocator):
            yield from artist.get_major_formatter().format_ticks(places())


@contextlib.contextmanager
def figures_left_blank():
    """Save every figure as one pixel, or as its words alone; they are built as ever."""

    def save_blank(figure, target, *, format=None, **_):
        path = None if hasattr(target, "write") else Path(target)
        is_svg = "svg" in (format, path and path.suffix[1:])
        blank = words_alone(figure) if is_svg else PIXEL
        (path.write_bytes if path else target.write)(blank)

    def print_pixel(canvas, target, **_):
        target.write(PIXEL)

    def print_words(canvas, target, **_):
        target.write(words_alone(canvas.figure))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", save_blank)
        # A report's figure is laid out and printed without `savefig`, which would draw it twice.
        patch.setattr(FigureCanvasAgg, "print_png", print_pixel)
        patch.setattr(FigureCanvasSVG, "print_svg", print_words)
        patch.setattr(FittedMargins, "execute", lambda engine, figure: None)
        yield


@contextlib.contextmanager
def reports_left_short():
    """The report of a study is its first screen alone: for studies whose report nobody reads."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hiprisk.study.report_sections", lambda *_, **__: ())
        yield
