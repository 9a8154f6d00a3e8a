"""Margins that fit: nothing is cut off, and the legend stands below the plot."""

import pytest

from hiprisk.reporting.plots.style import as_png, legend_below, new_axes, set_title


@pytest.fixture
def ax():
    ax = new_axes()
    ax.plot([0.0, 1.0], [3.0, 1_000.0], label="a line")
    ax.set_ylabel("a quantity (unit)")
    ax.set_xlabel("another (unit)")
    ax.set_yticks([3.0, 1_000.0], ["a very long label of a category", "short"])
    set_title(
        ax, "What is plotted here, said in so many words that one line is too short", "simulated"
    )
    legend_below(ax)
    as_png(ax)
    return ax


def _extents(ax):
    renderer = ax.figure.canvas.get_renderer()
    return {
        "plot": ax.get_window_extent(renderer),
        "whole": ax.get_tightbbox(renderer),
        "title": ax.title.get_window_extent(renderer),
        "x": ax.xaxis.label.get_window_extent(renderer),
        "legend": ax.get_legend().get_window_extent(renderer),
    }


def test_nothing_is_cut_off(ax):
    found, figure = _extents(ax), ax.figure.bbox
    assert found["whole"].x0 >= 0
    assert found["whole"].y0 >= 0
    assert found["whole"].x1 <= figure.width
    assert found["whole"].y1 <= figure.height


def test_the_legend_is_below_plot_and_labels(ax):
    found = _extents(ax)
    assert found["legend"].y1 <= found["x"].y0
    assert found["x"].y1 <= found["plot"].y0


def test_the_title_begins_at_the_edge_in_as_many_lines_as_it_needs(ax):
    assert ax.get_title().count("\n") == 1
    assert ax.get_title().replace("\n", " ").endswith("too short (simulated data)")
    assert _extents(ax)["title"].x0 < 0.1 * ax.figure.bbox.width


def test_a_figure_of_two_plots_keeps_its_places():
    ax = new_axes()
    before = ax.get_position().bounds
    ax.figure.add_axes((0.6, 0.6, 0.2, 0.2))
    ax.figure.get_layout_engine().execute(ax.figure)
    assert ax.get_position().bounds == before


def test_a_legend_below_is_kept_by_a_figure_that_is_saved_tightly():
    ax = new_axes()
    ax.plot([0, 1], [0, 1], label="line")
    legend = legend_below(ax)
    ax.figure.get_layout_engine().execute(ax.figure)
    renderer = ax.figure._get_renderer()
    low = ax.figure.get_tightbbox(renderer).y0 * ax.figure.dpi
    assert low <= legend.get_window_extent(renderer).y0
