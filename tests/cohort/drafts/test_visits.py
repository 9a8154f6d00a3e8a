"""Names of later visits."""

import pytest

from hiprisk.cohort.drafts.visits import is_later


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
