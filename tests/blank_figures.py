"""Studies whose pictures nobody looks at: drawing them takes half of the time of a small one."""

import base64
import contextlib

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hiprisk.reporting.plots.canvas.margins import FittedMargins

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg=="
)
EMPTY = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


@contextlib.contextmanager
def figures_left_blank():
    """Save every figure as one pixel, or as an empty drawing; they are built as ever."""

    def save_pixel(figure, target, *, format="png", **_):
        target.write(EMPTY if format == "svg" else PIXEL)

    def print_pixel(canvas, target, **_):
        target.write(PIXEL)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", save_pixel)
        # A PNG is laid out and printed without `savefig`, which would draw it twice.
        patch.setattr(FigureCanvasAgg, "print_png", print_pixel)
        patch.setattr(FittedMargins, "execute", lambda engine, figure: None)
        yield
