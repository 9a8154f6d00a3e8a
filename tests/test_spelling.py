"""The known name that was probably meant."""

import pytest

from hiprisk.spelling import did_you_mean

NAMES = ("pain_nrs_0_10", "hip_flexion_deg", "age_years")


@pytest.mark.parametrize(
    ("word", "name"),
    [("age_year", "age_years"), ("hip_flexon_deg", "hip_flexion_deg"), ("pain_nrs", NAMES[0])],
)
def test_the_nearest_name_is_asked_for(word, name):
    assert did_you_mean(word, NAMES) == f"did you mean {name}?"


def test_a_word_near_none_has_the_other_advice_or_none():
    assert did_you_mean("sex", NAMES) is None
    assert did_you_mean("sex", NAMES, otherwise="see the dictionary") == "see the dictionary"


def test_of_two_as_near_the_answer_does_not_depend_on_their_order():
    both = {did_you_mean("item_3", names) for names in (["item_1", "item_2"], ["item_2", "item_1"])}
    assert len(both) == 1


def test_the_word_itself_is_never_asked_for():
    assert (
        did_you_mean("age_years", ["age_years"], otherwise="known elsewhere") == "known elsewhere"
    )
    assert did_you_mean("age_years", ["age_years", "age_year"]) == "did you mean age_year?"
