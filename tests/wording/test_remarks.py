"""What a clinician should know beside an answer: labels, no codes."""

from hiprisk.sheet.similarity import Distance
from hiprisk.values import Note
from hiprisk.wording.remarks import basis_of, remarks, value_in_words
from small_bundle import small_sheet


def test_flags_of_values_are_in_words_and_those_of_the_model_left_out():
    flags = [Note("EXTRAPOLATION", "age_years"), Note("SIMULATED_MODEL")]
    alike = Distance(squared=1.0, n_columns=1, tail=0.5, likeness="alike")
    assert remarks(small_sheet(), alike, flags) == [
        "age lies outside the range of the development cohort"
    ]


def test_the_basis_has_what_was_used_and_nothing_imputed():
    given = {"sex": "female", "age_years": "63", "lbp_any": None}
    assert basis_of(small_sheet(), given, {"imputed": ["lbp_any"]}) == [
        "age: 63 years", "sex: female",
    ]  # fmt: skip
    assert value_in_words(small_sheet(), "age_years", 63.5) == "age: 63.5 years"
