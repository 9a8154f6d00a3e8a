"""Figures of a report name the outcome's score as it was measured: at the first visit."""

import re

import pytest

from hiprisk.reporting.appendix.points import points_section
from small_bundle import small_sheet

FIGURES = {
    "missing.png": "missing",
    "partial_effects.png": "predictors",
    "importance.png": "predictors",
    "example_patient.png": "predictors",
    "predictors_by_outcome.png": "predictors",
    "nomogram.png": "points",
}


def words_of_picture(section, name):
    (picture,) = [one for one in section.pictures if one.name == name]
    found = re.findall(r"<(?:text|tspan)[^>]*>([^<]+)", picture.svg.decode())
    return re.sub(r"\s+", " ", " ".join(found))


@pytest.mark.parametrize("name", FIGURES)
def test_the_outcomes_score_says_when_it_was_measured(study, name):
    assert "WOMAC function at the first visit" in words_of_picture(
        study.section[FIGURES[name]], name
    )


def test_tables_beside_the_figures_say_the_same(study):
    for anchor, places in (("predictors", (0, 1, 2)), ("points", (0,))):
        for place in places:
            names = [row[0] for row in study.section[anchor].tables[place].rows]
            assert any("WOMAC function at the first visit" in one for one in names)


def test_the_axis_of_the_prediction_stays_the_outcome():
    words = words_of_picture(points_section(small_sheet()), "nomogram.png")
    assert "Predicted WOMAC function (points" in words
