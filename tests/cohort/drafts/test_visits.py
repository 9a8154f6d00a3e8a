"""Names of first and later visits."""

import pytest

from hiprisk.cohort.drafts.visits import is_first_visit, is_later, without_first_visit


@pytest.mark.parametrize(
    "name",
    ["ohs_12m", "pain_fu", "followup_pain", "post_score", "grip_6_months", "t2", "v06", "died"],
)
def test_later(name):
    assert is_later(name)


@pytest.mark.parametrize(
    "name",
    ["age_years", "bl", "v00", "baseline", "tv", "postcode", "m", "a1", "item_12", "visit_1"],
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
