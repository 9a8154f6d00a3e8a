"""Why a row has no prediction, in words."""

import pytest

from hiprisk.values import Note
from hiprisk.wording.reasons import advice_on, range_text, reason_in_words, rule_broken
from small_bundle import small_sheet


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Note("OUT_OF_RANGE", "age_years"), "age must lie in 18 to 110 years"),
        (Note("UNKNOWN_CATEGORY", "sex"), "sex must be one of female, male"),
        (Note("TOO_MANY_MISSING"), "too little is known for a prediction"),
    ],
)
def test_a_reason_has_the_label_and_the_range_of_its_variable(reason, words):
    assert reason_in_words(small_sheet(), reason) == words
    assert words.endswith(rule_broken(small_sheet(), reason))
    assert advice_on(reason)


def test_a_range_has_its_unit_once():
    sheet = small_sheet()
    assert range_text(sheet.variable("womac_function_0_100")) == "0 to 100 points"
