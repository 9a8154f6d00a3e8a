"""A figure as a picture of a report."""

from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.style import as_svg, new_axes


def line():
    ax = new_axes(width=2.0, height=2.0)
    ax.plot([0, 1], [0, 1])
    ax.set_title("A line")
    return ax


def test_a_picture_has_both_forms_of_one_figure():
    picture = drawn(name="line.png", ax=line(), alt="A line.", caption="Line.")
    assert picture.png.startswith(b"\x89PNG")
    assert b"<svg" in picture.svg
    # Text is text: it can be read aloud, searched and copied.
    assert b">A line</text>" in picture.svg


def test_equal_figures_are_equal_bytes():
    assert as_svg(line()) == as_svg(line())
