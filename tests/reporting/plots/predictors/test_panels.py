"""Panels of one figure."""

import pytest

from hiprisk.reporting.plots.predictors.panels import (
    TITLE_LINE,
    frame_of_panels,
    name_panel,
    panel_at,
    space_for,
)

# Several lines of a panel's title.
LONG = "WOMAC function at the first visit, as the mean of both assessments of one week"


def test_panels_stand_four_a_row_and_do_not_overlap():
    space = space_for(["Age"])
    ax = frame_of_panels(None, 2, space)
    places = [panel_at(ax, place, 2, space).get_position() for place in range(5)]
    assert places[0].x1 < places[1].x0
    assert places[3].y0 == places[0].y0
    assert places[4].y1 < places[0].y0


def test_a_title_stands_whole_with_its_unit_below_and_meets_no_other_panel():
    space = space_for(["Age", LONG])
    ax = frame_of_panels(None, 2, space)
    panels = [panel_at(ax, place, 2, space) for place in range(8)]
    for panel in panels:
        name_panel(panel, LONG, "points 0-96")
    assert panels[0].get_title(loc="left").replace("\n", " ") == LONG
    assert panels[0].get_xlabel() == "points 0-96"
    ax.figure.canvas.draw()
    upper, lower = panels[0].get_tightbbox(), panels[4].get_tightbbox()
    assert lower.y1 < upper.y0
    # The plots stay as high as below short titles: the figure grows by the lines.
    further = panels[0].get_title(loc="left").count("\n") - 1
    assert space.row - space_for(["Age"]).row == pytest.approx(further * TITLE_LINE)
