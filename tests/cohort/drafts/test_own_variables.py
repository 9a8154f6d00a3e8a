"""Definitions for columns that the packaged dictionary lacks: ranges that show nobody's value."""

import pytest

from hiprisk.cohort.drafts.columns import SampledColumn
from hiprisk.cohort.drafts.own_variables import own_name, own_proposal

OTHER_CODES = "1 row holds other codes, too rare to be written here: unknown, or missing?"


def proposal(counts, name="x", decimal=".", taken=()):
    return own_proposal(SampledColumn(name=name, counts=counts, decimal=decimal), taken)


def test_a_column_of_words_becomes_a_category_of_them():
    found = proposal({"none": 4, "mild": 5, "severe": 3}, name="Limp")
    assert (found.variable, found.own.kind) == ("limp", "category")
    # "none" says missing, unless a person declares it as a level.
    assert found.own.levels == ("mild", "severe")


def test_zero_and_one_need_no_codes():
    found = proposal({"0": 10, "1": 5}, name="smoker")
    assert (found.own.levels, found.levels) == (("no", "yes"), {})


def test_checked_and_unchecked_are_yes_and_no():
    found = proposal({"Checked": 1, "Unchecked": 1})
    assert found.levels == {"Checked": "yes", "Unchecked": "no"}
    assert found.doubts == ()


def test_translated_words_are_confirmed():
    found = proposal({"ja": 4, "nein": 5})
    assert found.doubts == ("ja read as yes?", "nein read as no?")


def test_two_numbers_are_levels_whose_meaning_is_asked():
    found = proposal({"1": 10, "2": 5})
    assert found.own.levels == ("1", "2")
    assert "what do the codes mean?" in found.own_doubts[0]


def test_rare_codes_are_counted_and_not_written():
    found = proposal({"a": 5, "b": 5, "Jane Roe": 1})
    assert found.own.levels == ("a", "b")
    assert (found.n_other, found.questions) == (1, (OTHER_CODES,))


def test_one_common_code_is_no_category():
    assert "too few rows" in proposal({"a": 5, "Jane Roe": 1}).left_out


@pytest.mark.parametrize(
    ("counts", "left_out"),
    [
        ({}, "every cell is empty"),
        ({"hip": 9}, "the same in every row"),
        ({"2001-02-03": 3, "2002-02-03": 2}, "a date"),
    ],
)
def test_what_no_model_can_use_is_left_out_with_its_reason(counts, left_out):
    assert left_out in proposal(counts).left_out


def test_ranges_are_rounded_outwards_so_that_no_value_is_shown():
    found = proposal({str(value): 1 for value in (41.3, 48.2, 55.1, 61.7, 77.9)}, name="albumin")
    assert (found.own.soft, found.own.hard) == ((40.0, 80.0), (0.0, 120.0))
    assert "which are impossible" in found.own_doubts[0]


@pytest.mark.parametrize(
    ("name", "values", "hard"),
    [
        ("knee_pain_nrs", range(9), (0.0, 10.0)),
        ("vas", range(0, 97, 3), (0.0, 100.0)),
        ("grade", range(1, 5), (1.0, 4.0)),
        ("temperature", (-3.5, 2.0, 8.5), (-30.0, 30.0)),
    ],
)
def test_hard_ranges(name, values, hard):
    found = proposal({str(value): 3 for value in values}, name=name)
    assert found.own.hard == hard


def test_the_ends_of_a_grade_that_few_people_have_are_not_written():
    found = proposal({"0": 9, "1": 8, "4": 1}, name="grade")
    assert found.own.hard != (0.0, 4.0)


def test_numbers_that_stand_for_missing_and_texts_among_numbers():
    values = {str(value): 2 for value in range(50, 80, 2)}
    found = proposal({**values, "999": 4, "NK": 3}, name="crp")
    assert found.missing == ("NK", "999")
    assert "999 far from all other values: missing?" in found.doubts
    assert found.own.hard[1] < 999


def test_nine_beside_grades_from_0_to_4_is_asked():
    found = proposal({**{str(value): 5 for value in range(5)}, "9": 4}, name="grade")
    assert (found.missing, found.own.hard) == (("9",), (0, 4))


@pytest.mark.parametrize(
    ("header", "unit"),
    [("Grip (kg)", "kg"), ("crp_mg_l", "mg/L"), ("Walk [min]", "minutes"), ("items", None)],
)
def test_unit_of_the_header(header, unit):
    found = proposal({str(value): 3 for value in (1.5, 2.5, 8.25)}, name=header)
    assert found.own.unit == unit


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Größe des Knies", "grosse_des_knies"),
        ("1st visit", "column_1st_visit"),
        ("", "column"),
        ("Age_years", "age_years_2"),
        ("taken", "taken_2"),
    ],
)
def test_names_are_plain_and_nobody_elses(header, name):
    assert own_name(header, {"taken"}) == name


def test_large_numbers_close_together_and_a_lone_zero_have_ranges():
    large = proposal({"1234567.1": 4, "1234567.9": 4}, name="serial").own
    assert large.hard[0] < large.soft[0] < large.soft[1] < large.hard[1]
    lone = proposal({"0": 3, "999": 3}).own
    assert lone.hard[0] < lone.hard[1]


@pytest.mark.parametrize("header", ["HOOS function 12m", "KOOS adl"])
def test_a_score_that_counts_100_as_best_says_so(header):
    found = proposal({str(value): 3 for value in range(3, 98, 5)}, name=header)
    assert (found.own.hard, found.own.direction) == ((0.0, 100.0), "higher_better")
    assert found.own_doubts == (
        "a scale from 0 to 100 with 100 best? else direction: higher_worse",
    )


@pytest.mark.parametrize("stray", ["9", "Jane Roe"])
@pytest.mark.parametrize(("no", "yes"), [("nein", "ja"), ("No", "Yes"), ("0", "1")])
def test_a_stray_code_does_not_change_how_no_and_yes_are_read(no, yes, stray):
    found = proposal({no: 40, yes: 30, stray: 1}, name="Sturz im Jahr")
    assert (found.own.kind, found.own.levels) == ("category", ("no", "yes"))
    assert found.levels.get(yes, yes) in ("yes", "1")
    assert (found.missing, found.n_other, found.questions[-1]) == ((), 1, OTHER_CODES)


def test_a_nine_that_several_rows_hold_beside_words_is_missing():
    found = proposal({"nein": 40, "ja": 30, "9": 5})
    assert (found.levels, found.missing) == ({"ja": "yes", "nein": "no"}, ("9",))
    assert found.doubts[-1] == "9: missing?"
    assert proposal({"a": 4, "b": 4, "9": 4}).own.levels == ("a", "b")
