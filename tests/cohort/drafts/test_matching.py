"""Packaged variables by name and values; what codes mean."""

import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.drafts.columns import SampledColumn
from hiprisk.cohort.drafts.matching import (
    LIKE_ENOUGH,
    SAME_WORD,
    category_codes,
    matches,
    name_similarity,
    packaged_proposal,
)
from hiprisk.yaml_settings import UNDECIDED

OTHER_CODES = "1 row holds other codes, too rare to be written here: unknown, or missing?"


def column(name, counts):
    return SampledColumn(name=name, counts=counts)


def codes(variable, counts):
    return category_codes(load_dictionary()[variable], column("x", counts))


def test_no_variable_is_taken_twice():
    found = matches([column("age", {"60": 1}), column("Age (years)", {"61": 1})])
    assert [name for name, _ in found.values()] == ["age_years"]


def test_codes_of_the_dictionary_need_no_levels():
    assert codes("lbp_any", {"0": 5, "1": 5, "NA": 1}) == ({}, (), [])


def test_one_and_two_of_a_no_yes_column_are_asked():
    levels, missing, _ = codes("lbp_any", {"1": 5, "2": 5})
    assert levels == {"1": UNDECIDED, "2": UNDECIDED}
    assert missing == ()


def test_nine_beside_levels_is_proposed_as_missing():
    levels, missing, doubts = codes("sex", {"female": 5, "male": 5, "9": 3})
    assert (levels, missing) == ({"female": "female", "male": "male"}, ("9",))
    assert doubts == ["codes that are no level (9): missing, or which level?"]


def test_a_rare_code_is_counted_and_not_written():
    found = packaged_proposal(column("x", {"female": 5, "male": 5, "Jane Roe": 1}), "sex", 1.0)
    assert found.levels == {"female": "female", "male": "male"}
    assert found.questions == (OTHER_CODES,)


def test_metres_and_radians_are_proposed():
    height = packaged_proposal(column("height", {"1.62": 3, "1.8": 4}), "height_cm", 1.0)
    assert (height.unit, height.doubts) == ("m", ("metres?",))
    flexion = packaged_proposal(column("x", {"1.6": 3, "1.9": 4}), "hip_flexion_deg", 1.0)
    assert flexion.unit == "rad"


NUMBERS = {str(value): 4 for value in range(0, 100, 7)}


def matched(*names):
    return {name: match[0] for name, match in matches(column(n, NUMBERS) for n in names).items()}


@pytest.mark.parametrize("name", ["HOOS function 12m", "KOOS adl", "hoos_pain_fu", "hoos pain x"])
def test_a_score_of_one_questionnaire_is_never_that_of_another(name):
    # HOOS and KOOS count 100 as best, WOMAC 0.
    assert matched(name).get(name, "hoos").startswith("hoos")


@pytest.mark.parametrize("visit", ["12m", "month 12", "m12", "fu", "t1", "post", "followup"])
@pytest.mark.parametrize("score", ["hoos_adl", "womac_pains", "ohs", "bmi"])
def test_what_is_known_at_a_later_visit_is_no_baseline(score, visit):
    found = matched("age", f"{score}_{visit}").get(f"{score}_{visit}", "followup")
    assert "followup" in found


def test_a_question_about_a_score_says_which_end_is_best():
    found = packaged_proposal(column("x", NUMBERS), "womac_function_0_100", 0.8)
    assert found.doubts == (
        "is this WOMAC function (0 best, 100 worst; a scale that runs the other way takes "
        "reverse: true)? likeness of names 0.80",
    )


@pytest.mark.parametrize(
    "name",
    ["Pat-Nr", "Patientennummer", "Pat_ID", "PatNr", "Fallnummer", "studienr", "subject no"],
)
def test_numbers_of_patients_are_the_person(name):
    texts = {f"P{value * 7}": 1 for value in range(30)}
    assert matches([column(name, texts)]) == {name: ("person_id", 1.0)}


def test_a_second_number_of_the_patient_is_an_identifier():
    assert column("Fall-Nr.", {f"F{value * 7}": 1 for value in range(30)}).kind == "identifier"


@pytest.mark.parametrize(
    ("name", "variable"), [("function", "hoos_adl_0_100"), ("age_group_at_work", "age_years")]
)
def test_one_common_word_of_two_is_no_match(name, variable):
    """`function` of a back-pain cohort was proposed as the HOOS score that is named so."""
    assert name_similarity(name, variable) < LIKE_ENOUGH


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("living_arrangements", "living_arrangement"),
        ("followup_dat", "followup_date"),
        ("hip_flexion_rigth_deg", "hip_flexion_right_deg"),
    ],
)
def test_words_cut_short_or_spelled_otherwise_are_alike(name, variable):
    assert LIKE_ENOUGH <= name_similarity(name, variable) < SAME_WORD
