"""What was read from a record, and what was not and why, in words."""

import pytest

from hiprisk.errors import InputError
from hiprisk.serving.fhir.record import REASONS, Record, Unused, Used
from hiprisk.serving.fhir.record_words import (
    DECLARE,
    missing_notes,
    passed_over_notes,
    record_notes,
    refused_for_record,
    unused_in_words,
    used_in_words,
)
from small_bundle import small_sheet

SHEET = small_sheet()
SCORE = "womac_function_0_100"


@pytest.mark.parametrize(("known", "words"), [
    ({"recorded": "2026-09-01"}, "WOMAC function: 45 points (0 to 100), recorded 2026-09-01"),
    ({}, "WOMAC function: 45 points (0 to 100), from the patient's data"),
    ({"recorded": "2026-09", "converted_from": "0-68"},
     "WOMAC function: 45 points (0 to 100), recorded 2026-09, converted from 0-68"),
    ({"recorded": "2026", "items": "16 of 17 items"},
     "WOMAC function: 45 points (0 to 100), recorded 2026, computed from 16 of 17 items"),
])  # fmt: skip
def test_a_value_is_told_with_what_is_known_of_it(known, words):
    assert used_in_words(SHEET, Used(variable=SCORE, value=45.0, **known)) == words


@pytest.mark.parametrize(("known", "words"), [
    ({}, "age: not in the record"),
    ({"recorded": "2026-01-01"}, "age: not in the record (recorded 2026-01-01)"),
    ({"recorded": "2026-01-01", "count": 3},
     "age: not in the record (3 times, last 2026-01-01)"),
    ({"count": 2}, "age: not in the record (2 times)"),
])  # fmt: skip
def test_what_was_not_used_is_told_once_however_often_it_was_recorded(known, words):
    assert unused_in_words(SHEET, Unused(variable="age_years", code="ABSENT", **known)) == words


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_has_words_without_a_code(code):
    words = unused_in_words(SHEET, Unused(variable="sex", code=code))
    assert words == f"sex: {REASONS[code]}"
    assert code not in words


RECORD = Record(
    used=(Used(variable=SCORE, value=45.0, recorded="2026-09-01"),),
    unused=(
        Unused(variable=SCORE, code="UNIT", recorded="2026-10-01"),
        Unused(variable="age_years", code="BIRTH_DATE"),
        Unused(variable="lbp_any", code="ABSENT"),
    ),
    remarks=("the record is incomplete",),
)


def test_a_variable_with_a_value_was_passed_over_and_one_without_is_missing():
    assert [note.variable for note in missing_notes(RECORD)] == ["age_years", "lbp_any"]
    assert [note.variable for note in passed_over_notes(RECORD)] == [SCORE]


def test_notes_of_a_record_begin_with_the_record_as_a_whole():
    assert record_notes(SHEET, RECORD) == [
        "The record is incomplete",
        f"Missing: age: {REASONS['BIRTH_DATE']}",
        "Missing: low back pain: not in the record",
        f"Not used: WOMAC function: {REASONS['UNIT']} (recorded 2026-10-01)",
    ]


def test_a_refusal_says_what_the_record_lacks_and_keeps_its_own_fields():
    refusal = InputError("too little is known", code="TOO_MANY_MISSING", advice="give more")
    found = refused_for_record(SHEET, refusal, RECORD)
    assert (found.code, found.advice) == ("TOO_MANY_MISSING", DECLARE)
    assert found.reason == (
        "too little is known; the record is incomplete; "
        f"WOMAC function: {REASONS['UNIT']} (recorded 2026-10-01); "
        f"age: {REASONS['BIRTH_DATE']}; not in the record: low back pain"
    )


def test_a_refusal_of_a_whole_record_is_said_as_it_was():
    refusal = InputError("must lie in 18 to 110 years", code="OUT_OF_RANGE", column="age_years")
    found = refused_for_record(SHEET, refusal, Record(used=(), unused=()))
    assert found.to_dict() == refusal.to_dict()
