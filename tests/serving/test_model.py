"""A model in use: one patient's answer, its words, and what is refused."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from hiprisk.errors import BundleError, InputError
from hiprisk.serving.model import load
from page_agreement import model_of
from site_sheet import site_sheet
from small_bundle import small_sheet, write_small_bundle


@pytest.fixture
def small(tmp_path):
    return load(write_small_bundle(tmp_path))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("age_years", "200", "must lie in 18 to 110 years, got '200'"),
        ("age_years", "old", "must be a number in 18 to 110 years, got 'old'"),
        ("sex", "x", "must be one of female, male, got 'x'"),
        ("sex", "male", None),
        ("age_years", "63", None),
    ],
)
def test_one_value_is_checked_by_its_own_rule(small, name, value, words):
    assert small.problem_with(name, value) == words


# 10 + 0.1 age + 0.6 baseline + 5 (back pain) + 2 (woman): 10 + 6 + 30 + 5.
WHOLE = {"age_years": 60, "sex": "male", "lbp_any": "yes", "womac_function_0_100": 50}


def test_a_prediction_is_the_sum_on_paper(small):
    found = small.predict(WHOLE)
    assert found.values["predicted"] == pytest.approx(51.0)
    assert found.values["imputed"] == []
    assert [flag.code for flag in found.flags] == ["SIMULATED_MODEL"]


def test_a_mapping_and_keywords_are_one_patient(small):
    part = {name: WHOLE[name] for name in ("age_years", "sex")}
    others = {name: value for name, value in WHOLE.items() if name not in part}
    assert small.predict(part, **others).values == small.predict(WHOLE).values
    assert small.predict({"age_years": 1}, **WHOLE).values == small.predict(WHOLE).values


def test_what_is_none_or_absent_is_not_known(small):
    absent = {name: value for name, value in WHOLE.items() if name != "lbp_any"}
    assert small.predict(absent).values == small.predict({**WHOLE, "lbp_any": None}).values
    assert small.predict(absent).values["imputed"] == ["lbp_any"]


def test_a_name_that_the_model_does_not_have_is_refused(small):
    for call in (small.predict, small.explain, small.answer):
        with pytest.raises(InputError, match="'age' is no variable of this model") as refused:
            call({"age": 60})
        assert (refused.value.code, refused.value.column) == ("UNKNOWN_VARIABLE", "age")


def test_a_refusal_names_the_first_rule_with_its_value_and_the_others_by_code(small):
    with pytest.raises(InputError, match="must lie in 18 to 110 years, got '200'") as refused:
        small.predict({**WHOLE, "age_years": 200, "sex": "x"})
    assert (refused.value.code, refused.value.column) == ("OUT_OF_RANGE", "age_years")
    assert "; also UNKNOWN_CATEGORY(sex)" in str(refused.value)


def test_the_same_refusal_is_a_reason_where_one_answer_of_many_is_asked(small):
    found = small.answer({**WHOLE, "age_years": 200})
    assert found["reason"] == ["OUT_OF_RANGE(age_years)"]
    assert found["predicted"] is None
    assert small.answer(WHOLE) == {**small.predict(WHOLE).values}


def test_too_little_is_refused_with_what_to_give(small):
    with pytest.raises(InputError, match="too little is known") as refused:
        small.predict(sex="male")
    assert refused.value.code == "TOO_MANY_MISSING"
    assert refused.value.advice.startswith("give more, or the more important, variables: ")
    assert refused.value.advice.endswith(" matter most")


def test_a_model_that_fills_nothing_in_names_what_it_lacks(tmp_path):
    sheet = replace(small_sheet(), max_imputed_weight=0.0, provenance="published")
    bare = model_of(tmp_path, sheet)
    with pytest.raises(InputError, match="fills nothing in; give sex, lbp_any as well"):
        bare.predict(age_years=60, womac_function_0_100=50)


def test_a_value_beyond_the_development_cohort_is_a_flag_with_its_variable(small):
    found = small.predict({**WHOLE, "age_years": 95})
    assert {(flag.code, flag.variable) for flag in found.flags} >= {("EXTRAPOLATION", "age_years")}


def test_json_says_where_the_answer_comes_from(small):
    plain = small.predict(WHOLE).to_dict()
    assert plain["provenance"] == "simulated"
    assert plain["bundle_sha256"] == small.bundle.sha256
    assert plain["estimand"] == small.sheet.outcome.estimand
    assert "explanation" not in plain
    assert "invented" not in plain


def test_the_typical_patient_is_evaluated_once_for_all_explanations(small):
    assert small.reference is small.reference
    assert small.explain(WHOLE).explanation is not None


def test_a_frame_has_the_answers_of_each_patient(small):
    frame = small.score(pd.DataFrame([WHOLE, {**WHOLE, "sex": "female"}]))
    assert frame["predicted"].tolist() == [
        small.predict(WHOLE).values["predicted"],
        small.predict({**WHOLE, "sex": "female"}).values["predicted"],
    ]


def test_a_model_is_found_by_folder_name_and_version(tmp_path):
    folder = write_small_bundle(tmp_path)
    named = [load(folder), load("small", root=tmp_path), load("small@1", root=tmp_path)]
    assert {model.bundle.sha256 for model in named} == {named[0].bundle.sha256}
    with pytest.raises(BundleError, match="there is no bundle here"):
        load("small@2", root=tmp_path)


def test_a_risk_of_the_mean_site_has_its_range_over_sites(tmp_path):
    model = model_of(tmp_path, site_sheet(kind="binary", named=False))
    answer = model.predict(womac_function_0_100=30).to_dict()
    low, high = answer["sites"]["plausible_range_95"]
    odds = answer["risk"] / (1.0 - answer["risk"])
    # A variance of 0.25 is a standard deviation of 0.5.
    reach = math.exp(1.959963984540054 * 0.5)
    assert low / (1.0 - low) == pytest.approx(odds / reach, rel=1e-12)
    assert high / (1.0 - high) == pytest.approx(odds * reach, rel=1e-12)
    named = model_of(tmp_path / "named", site_sheet(kind="binary"))
    assert "plausible_range_95" not in named.predict(womac_function_0_100=30).to_dict()["sites"]


def test_the_answer_says_how_sites_differ(tmp_path):
    model = model_of(tmp_path, site_sheet())
    answer = model.predict(site="East", womac_function_0_100=30).to_dict()
    assert answer["sites"] == {"variance": 20.0, "n_sites": 3, "variable": "site"}
    assert "NEW_SITE(site)" in answer["flags"]
    # It was given: new, and not missing.
    assert "site" not in answer["imputed"]
    assert (
        "sites"
        not in model_of(tmp_path / "plain", small_sheet())
        .predict(womac_function_0_100=30)
        .to_dict()
    )


def test_too_little_known_beside_a_mistyped_value_says_why(tmp_path):
    model = model_of(tmp_path, replace(small_sheet(), max_imputed_weight=0.0))
    with pytest.raises(InputError, match="must lie in 18 to 110 years") as refused:
        model.predict(age_years=630)
    assert "TOO_MANY_MISSING" not in str(refused.value)
    assert "; without it too little is known for a prediction" in str(refused.value)
