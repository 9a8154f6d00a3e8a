"""How items are coded: from 0 or 1, in words, with codes for missing."""

import pytest

from hiprisk.cohort.drafts.columns import SampledColumn
from hiprisk.cohort.drafts.item_answers import item_coding
from hiprisk.yaml_settings import UNDECIDED


def coding(counts, instrument="hoos_adl", choices=()):
    return item_coding(instrument, [SampledColumn(name="x", counts=counts)], choices)


@pytest.mark.parametrize(
    ("counts", "coded", "doubt"),
    [
        ({"0": 9, "4": 9}, None, ""),
        ({"1": 2, "5": 1}, (1, 5), "no answer is 0: coded from 1 to 5?"),
        ({"1": 40, "3": 9}, (1, 5), "no answer is 0: coded from 1 to 5?"),
        ({"1": 4, "3": 9}, None, "then coded: [1, 5]"),
    ],
)
def test_codes_from_0_or_from_1(counts, coded, doubt):
    found = coding(counts)
    assert found.coded == coded
    assert doubt in "; ".join(found.doubts)


def test_other_forms_of_womac():
    assert coding({"0": 3, "7": 2}, "womac_pain").coded == (0, 10)
    assert coding({"0": 3, "63": 2}, "womac_pain").coded == (0, 100)


def test_numbers_beyond_every_form_are_no_answers():
    assert coding({"0": 3, "63": 2}) is None


def test_the_old_oxford_form_runs_the_other_way():
    found = coding({"1": 5, "5": 5}, "ohs")
    assert (found.coded, found.reversed) == ((1, 5), True)
    assert "in the old form 1 is best, so reversed: right?" in found.doubts


def test_words_get_their_points_in_order_and_a_person_confirms():
    found = coding({"Extreme": 1, "None": 2, "Mild": 3, "Sehr stark": 1})
    assert dict(found.labels) == {"None": "0", "Mild": "1", "Extreme": "4", "Sehr stark": "4"}
    assert found.doubts[-1] == "None is an answer, not missing?"


def test_an_unknown_word_is_asked_and_a_rare_one_not_written():
    found = coding({"Never": 2, "now and then": 3, "Jane Roe": 1})
    assert dict(found.labels) == {"Never": "0", "now and then": UNDECIDED}


def test_none_among_numbers_means_missing():
    assert coding({"0": 3, "4": 2, "None": 9}).labels == {}


def test_nine_and_minus_one_are_proposed_as_missing():
    found = coding({"0": 3, "4": 2, "9": 2, "-1": 1})
    assert found.missing == ("-1", "9")
    assert found.doubts == ("-1, 9: missing?",)


def test_yes_and_no_of_a_yes_no_form():
    assert dict(coding({"Ja": 3, "Nein": 2}, "rmdq").labels) == {"Nein": "0", "Ja": "1"}


CHOICES = {"1": "Fine", "2": "So so", "3": "Hm", "4": "Bad", "5": "Worst", "99": "Not asked"}


def test_a_data_dictionary_leaves_nothing_to_ask():
    found = coding({"2": 3, "3": 2, "99": 1}, choices=[CHOICES])
    assert (found.coded, found.missing, found.doubts) == ((1, 5), ("99",), ())
    found = coding({"Fine": 3, "Hm": 2, "Not asked": 1}, choices=[CHOICES])
    assert (dict(found.labels), found.missing) == ({"Fine": "0", "Hm": "2"}, ("Not asked",))


def test_choices_that_are_no_coding_of_the_form_are_asked_as_ever():
    found = coding({"1": 2, "5": 1}, choices=[{"1": "a", "2": "b", "5": "c", "9": "d"}])
    assert found.doubts == ("no answer is 0: coded from 1 to 5?",)


def test_the_words_of_the_oxford_hip_score_are_left_to_a_person_for_its_points_fall():
    found = coding({"None": 9, "Mild": 9, "Severe": 9}, "ohs")
    assert set(found.labels.values()) == {UNDECIDED}
    assert "points of the labels, 4 is the first answer of the form" in found.doubts


def test_the_words_of_the_old_oxford_form_have_the_points_of_today():
    texts = ("None", "Very mild", "Mild", "Moderate", "Severe")
    choices = [{str(code): text for code, text in enumerate(texts, start=1)}]
    found = coding(dict.fromkeys(texts, 5), "ohs", choices)
    assert (found.labels["None"], found.labels["Severe"]) == ("4", "0")
