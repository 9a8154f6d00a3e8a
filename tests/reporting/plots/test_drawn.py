"""A figure as a picture of a report."""

import numpy as np
import pytest

from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.style import MANY_MARKS, as_svg, new_axes


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


@pytest.mark.parametrize("kind", ["scatter", "plot", "vlines"])
def test_a_dot_a_person_is_an_image_where_there_are_very_many(kind):
    def figure(n):
        ax = new_axes(width=2.0, height=2.0)
        x = np.linspace(0.0, 1.0, n)
        if kind == "vlines":
            ax.vlines(x, 0.0, x)
        else:
            getattr(ax, kind)(x, x)
        ax.set_title("People")
        return as_svg(ax)

    few, many = figure(500), figure(MANY_MARKS + 1)
    assert b"<image" not in few
    assert b"<image" in many
    assert b">People</text>" in many
    # Ten times the people, and no larger.
    assert len(many) < 60_000
