"""What two studies differ in: keys by their labels, values whole or counted."""

import pytest

from hiprisk.cli.show.study_differences import change_in_words, key_in_words, sections_in_words
from hiprisk.evidence.study_comparison import DocumentDifference


@pytest.mark.parametrize(
    ("first", "second", "change"),
    [
        (["sex", "age_years"], ["age_years", "sex"], "sex, age -> age, sex"),
        (["a", "b", "c", "d"], ["a", "b", "c", "e"], "with d -> with e"),
        (["a", "b", "c", "d"], ["a", "b", "c"], "with d -> without"),
        (["a", "b", "c", "d"], ["d", "c", "b", "a"], "in another order -> in another order"),
        (0.5, None, "0.5 -> none"),
        ("f" * 64, "0" * 64, "ffffffffffff -> 000000000000"),
        ("a\nb\n", "a", "a text of 2 lines -> a"),
        ({"n_people": 3}, {}, "participants 3 -> none"),
    ],
)  # fmt: skip
def test_values_are_said_in_words(first, second, change):
    one = DocumentDifference(section="config", key="x", first=first, second=second)
    assert change_in_words(one, {"sex": "sex", "age_years": "age"}) == change


@pytest.mark.parametrize(
    ("section", "key", "said"),
    [
        ("config", "validation.interval_resamples", "interval resamples (validation)"),
        ("config", "families.linear.penalty", "penalty (model types, linear)"),
        ("cohort", "flow.Age 40. or more", "flow, Age 40. or more"),
        ("model", "coefficients.sex=male", "coefficient of sex = male"),
        ("model", "knots.age_years", "knots of age"),
        ("code", "scikit-learn", "scikit-learn"),
        ("code", "sheet_schema_version", "version of the sheet's format"),
    ],
)
def test_keys_are_said_in_words(section, key, said):
    one = DocumentDifference(section=section, key=key, first=1, second=2)
    assert key_in_words(one, {"age_years": "age", "sex": "sex"}) == said


def test_sections_come_in_the_order_in_which_they_matter():
    one = DocumentDifference(section="code", key="numpy", first="1", second="2")
    other = DocumentDifference(section="config", key="seed", first=1, second=2)
    assert list(sections_in_words({"code": [one], "config": [other]}, {})) == [
        ("Settings of the study", ["- Seed: 1 -> 2"]),
        ("Software", ["- numpy: 1 -> 2"]),
    ]
