"""Reasons and flags in words: a sentence for every code, with the variable's label and range."""

from dataclasses import replace

import pytest

from hiprisk.sheet.format import TrainingSummary
from hiprisk.values import Note
from hiprisk.wording.reasons import (
    advice_on,
    came_text,
    flag_in_words,
    range_text,
    reason_in_words,
    rule_broken,
    weight_text,
)
from raw_values import every_kind_sheet

SHEET = every_kind_sheet()


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Note("OUT_OF_RANGE", "age_years"), "age must lie in 18 to 110 years"),
        (Note("NOT_A_NUMBER", "age_years"), "age must be a number in 18 to 110 years"),
        (Note("NOT_FINITE", "age_years"), "age must be a number below 1e300"),
        (Note("NOT_AN_INTEGER", "marker"), "marker must be a whole number in mg"),
        (Note("UNKNOWN_CATEGORY", "stage"), "stage must be one of 1, 2, 3"),
        (Note("TOO_MANY_MISSING"), "too little is known for a prediction"),
        (Note("OVERFLOW"), "a value is so large that the model's numbers run out"),
    ],
)
def test_a_reason_in_words(reason, words):
    assert reason_in_words(SHEET, reason) == words
    assert words.endswith(rule_broken(SHEET, reason))
    assert advice_on(reason)


def test_radians_are_named():
    assert "radians" in rule_broken(SHEET, Note("UNIT_SUSPECT", "age_years"))


def test_a_flag_in_words():
    assert flag_in_words(SHEET, Note("UNUSUAL", "age_years")) == "age is an unusual value"


def test_ranges_weights_and_what_came():
    told = [range_text(SHEET.variable(name)) for name in ("age_years", "sex", "marker")]
    assert told == ["18 to 110 years", "female, male", "mg"]
    assert range_text(SHEET.variable("womac_function_0_100")) == "0 to 100 points"
    index = replace(SHEET.variable("womac_function_0_100"), hard=(-0.6, 1.0), unit="UK tariff")
    assert range_text(index) == "-0.6 to 1 (UK tariff)"
    assert range_text(replace(index, hard=(1.0, 3.0), unit="level 1-3")) == "level 1 to 3"
    learned = replace(SHEET.variable("marker"), training=TrainingSummary(low=0.51234, high=9.0))
    assert range_text(learned) == "usually 0.5123 to 9 mg"
    assert range_text(replace(learned, training=None, unit="")) == "a number"


def test_a_rule_of_a_number_without_a_hard_range_says_what_is_usual():
    marker = replace(SHEET.variable("marker"), training=TrainingSummary(low=0.5, high=9.0))
    unknown = replace(marker, training=None, unit="")
    others = tuple(one for one in SHEET.variables if one.name != "marker")
    broken = Note("NOT_A_NUMBER", "marker")
    told = [
        rule_broken(replace(SHEET, variables=(*others, one)), broken) for one in (marker, unknown)
    ]
    assert told == ["must be a number (usually 0.5 to 9 mg)", "must be a number"]


def test_weights_and_what_came():
    assert weight_text(SHEET, SHEET.variable("age_years")) == "10 %"
    assert came_text(" 64,5 ") == ", got '64,5'"
    assert len(came_text("x" * 999)) < 60
