"""Panels of one figure."""

from hiprisk.reporting.plots.predictors.panels import frame_of_panels, panel_at


def test_panels_stand_four_a_row_and_do_not_overlap():
    ax = frame_of_panels(None, 2)
    places = [panel_at(ax, place, 2).get_position() for place in range(5)]
    assert places[0].x1 < places[1].x0
    assert places[3].y0 == places[0].y0
    assert places[4].y1 < places[0].y0
