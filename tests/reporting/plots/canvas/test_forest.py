"""Rows of a forest: marks where the numbers say, and numbers beside them."""

import pytest

from hiprisk.reporting.plots.canvas.forest import ForestRow, draw_rows, forest_axes, in_reach
from hiprisk.reporting.plots.style import as_png, set_title

ROWS = (
    ForestRow(label="people", heading=True),
    ForestRow(label="one", value=-0.5, low=-1.0, high=0.2, numbers="-0.50 (-1.00 to 0.20)"),
    ForestRow(label="new site", low=-2.0, high=2.0, band=True, numbers="-2.00 to 2.00"),
)


@pytest.fixture
def ax():
    ax = forest_axes(len(ROWS))
    draw_rows(ax, ROWS, reference=0.0)
    return ax


def test_estimate_and_interval_stand_in_their_row(ax):
    drawn = [(list(line.get_xdata()), list(line.get_ydata())) for line in ax.lines]
    assert ([-1.0, 0.2], [1, 1]) in drawn
    assert ([-0.5], [1]) in drawn
    assert ([-2.0, 2.0], [2, 2]) in drawn
    assert any(xs == [0.0, 0.0] for xs, _ in drawn)


def test_numbers_have_minus_signs_and_stand_right_of_every_mark(ax):
    as_png(ax)
    renderer = ax.figure.canvas.get_renderer()
    right = ax.get_window_extent(renderer).x1
    texts = {text.get_text(): text for text in ax.texts}
    assert {
        "\N{MINUS SIGN}0.50 (\N{MINUS SIGN}1.00 to 0.20)",
        "\N{MINUS SIGN}2.00 to 2.00",
        "estimate (95 % CI)",
    } == set(texts)
    assert all(text.get_window_extent(renderer).x0 >= right for text in texts.values())


def test_a_title_as_wide_as_the_figure_does_not_lie_over_the_head_of_the_numbers(ax):
    set_title(ax, "Calibration in the large by subgroup (number of people)", "simulated")
    as_png(ax)
    renderer = ax.figure.canvas.get_renderer()
    head = next(text for text in ax.texts if text.get_text() == "estimate (95 % CI)")
    title = ax.title.get_window_extent(renderer)
    assert title.y0 >= head.get_window_extent(renderer).y1


def test_an_ideal_far_from_the_rows_is_not_drawn():
    assert in_reach(ROWS, 1.0) == 1.0
    assert in_reach(ROWS, 40.0) is None
    assert in_reach(ROWS, None) is None
