"""Nomogram and table of points in a report."""

from dataclasses import replace

from hiprisk.reporting.appendix.points import USE_THE_MODEL, points_csv, points_section
from hiprisk.sheet.format import TreesModel
from small_bundle import small_sheet


def test_the_section_says_what_the_points_lose_and_to_use_the_model():
    section = points_section(small_sheet())
    assert USE_THE_MODEL in section.paragraphs
    assert "What the points lose" in section.paragraphs[1]
    assert "reference people" in section.paragraphs[1]
    assert [picture.name for picture in section.pictures] == ["nomogram.png"]
    assert section.tables[0].head == ("predictor", "value", "points")
    assert section.tables[1].rows[0][0] == "0"


def test_a_risk_is_told_in_percent():
    section = points_section(small_sheet(kind="binary"))
    assert "percentage points" in section.paragraphs[1]
    assert section.tables[1].rows[0][1].endswith("%")


def test_trees_have_neither():
    trees = TreesModel(link="identity", baseline=1.0, inputs=(), trees=())
    sheet = replace(small_sheet(), model=trees)
    section = points_section(sheet)
    assert "neither a nomogram nor a table of points" in section.paragraphs[0]
    assert not section.pictures
    assert points_csv(sheet) == {}


def test_the_file_has_every_category_and_total():
    lines = points_csv(small_sheet())["points.csv"].decode().splitlines()
    assert lines[0] == "predictor,unit,value,points,prediction"
    assert "low back pain,,yes,2," in lines
    assert lines[-1].startswith("total points,,,")
