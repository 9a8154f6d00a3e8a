"""Names of first and later visits."""

import pytest

from hiprisk.cohort.drafts.visits import (
    is_first_visit,
    is_later,
    is_prediction,
    without_first_visit,
    without_visit,
)


@pytest.mark.parametrize(
    "name",
    [
        "ohs_12m",
        "pain_fu",
        "pain_m12",
        "pain_month_12",
        "pain_t1",
        "nrs_12_monate",
        "postop_nrs",
        "followup_pain",
        "post_score",
        "grip_6_months",
        "t2",
        "v06",
        "died",
        "y1_function",
        "pain_wk52",
        "pain_52wk",
        "nrs_yr2",
        "pain_day_90",
        "change_pain",
        "womac_delta",
        "discharge_pain",
        "readmitted",
    ],
)
def test_later(name):
    assert is_later(name)


@pytest.mark.parametrize(
    "name",
    [
        "age_years",
        "bl",
        "v00",
        "baseline",
        "tv",
        "postcode",
        "m",
        "a1",
        "item_12",
        "visit_1",
        "exchange",
        "d1",
        "yes",
        "year_of_birth",
        "days_of_pain",
        "exiting",
    ],
)
def test_not_later(name):
    assert not is_later(name)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("age_baseline_arm_1", "age"),
        ("age_baseline_visit_arm_2", "age"),
        ("sex_t0", "sex"),
        ("lbp_enrolment", "lbp"),
        ("age_at_first_operation", "age_at_first_operation"),
        ("age_month_12_arm_1", "age_month_12_arm_1"),
        ("baseline", "baseline"),
    ],
)
def test_the_first_visit_behind_a_name(name, plain):
    assert without_first_visit(name) == plain


def test_what_first_visits_are_called():
    assert [is_first_visit(name) for name in ("baseline_arm_1", "t0", "month_12_arm_1")] == [
        True, True, False,
    ]  # fmt: skip


def test_visits_are_counted_from_the_first_that_the_file_has():
    assert not is_later("pain_t1", ["pain_t1", "pain_t2"])
    assert is_later("pain_t1", ["pain_t0", "pain_t1", "pain_t2"])
    assert is_later("pain_v1", ["pain_v0", "pain_v1"])
    assert not is_later("pain_v01", ["pain_v01", "pain_v02"])


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("hoos_function_12m", "hoos_function"),
        ("hoos_function_bl", "hoos_function"),
        ("womac_function_followup_0_100", "womac_function"),
        ("womac_function_0_100", "womac_function"),
        ("t0_grip", "grip"),
    ],
)
def test_a_name_without_its_visit(name, without):
    assert without_visit(name) == without


@pytest.mark.parametrize(
    "name",
    [
        "cancerpredmarker",
        "ohs_predicted",
        "pred",
        "risk_prob",
        "risk_score_model",
        "nhs_risk_score",
        "boosting_model",
    ],
)
def test_another_model_s_answer_is_recognised(name):
    assert is_prediction(name)


@pytest.mark.parametrize("name", ["prednisolone", "prediabetes", "risk_group", "probands"])
def test_a_word_that_begins_like_a_prediction_is_none(name):
    assert not is_prediction(name)


@pytest.mark.parametrize("name", ["dead", "deceased", "survived_5y"])
def test_a_death_is_known_later(name):
    assert is_later(name)
