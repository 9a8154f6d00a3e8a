"""Labels and units of variables, blocks and columns."""

import dataclasses

import pytest

from hiprisk.wording.labels import (
    blocks_in_words,
    capital,
    column_label,
    estimand_in_words,
    event_in_words,
    in_words,
    sheet_labels,
    unit_of_amount,
    with_unit,
)
from small_bundle import small_sheet


@pytest.mark.parametrize(
    ("unit", "of_amount"),
    [
        ("points 0-100", "points"),
        ("grade 0-4", "grade"),
        ("deg", "deg"),
        ("kg/m2", "kg/m2"),
        ("", ""),
    ],
)
def test_the_unit_of_an_amount_lacks_the_range_of_the_scale(unit, of_amount):
    assert unit_of_amount(unit) == of_amount


@pytest.mark.parametrize(
    ("column", "label"),
    [
        ("age_years", "age"),
        ("age_years'", "age, spline term 2"),
        ("sex=male", "sex: male"),
        ("not_in_the_sheet", "not in the sheet"),
    ],
)
def test_a_column_has_the_label_of_its_variable(column, label):
    assert column_label(column, sheet_labels(small_sheet())) == label


def test_names_without_a_label_are_given_in_words():
    assert in_words("hip_motion") == "hip motion"
    assert blocks_in_words(("back", "hip_motion")) == "back + hip motion"
    assert blocks_in_words(("back", "hip_motion"), {"back": "low back pain"}) == (
        "low back pain + hip motion"
    )
    assert with_unit("age", "years") == "age (years)"
    assert with_unit("sex", None) == "sex"
    assert capital("low back pain") == "Low back pain"


def test_an_estimand_names_the_level_that_is_the_event():
    outcome = small_sheet(kind="binary").outcome
    assert estimand_in_words(outcome) == outcome.estimand
    event = dataclasses.replace(outcome, label="Sturz", event_level="ja")
    told = dataclasses.replace(event, estimand="Sturz in 12 months; nobody")
    assert estimand_in_words(told) == "risk of Sturz: ja in 12 months; nobody"
    worse = dataclasses.replace(outcome, estimand="chance of: worse by 10 points in 12 months; all")
    assert estimand_in_words(worse) == "risk of: worse by 10 points in 12 months; all"
    other = dataclasses.replace(event, estimand="a fall within a year")
    assert estimand_in_words(other) == "a fall within a year (event: ja)"


def test_the_event_of_a_dichotomised_score_is_not_the_score():
    outcome = small_sheet(kind="binary").outcome
    assert event_in_words(outcome) == outcome.label
    told = dataclasses.replace(
        outcome, estimand="chance of: worse by 10 points in 12 months, if alive; nobody"
    )
    assert event_in_words(told) == "worse by 10 points"
    level = dataclasses.replace(outcome, label="Fall", event_level="two_or_more")
    assert event_in_words(level) == "Fall: two or more"
