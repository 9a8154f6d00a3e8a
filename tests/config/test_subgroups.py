"""Which subgroups a model is evaluated in."""

import pytest

from study_text import check_refused, small_study


def test_without_a_statement_the_default_groupings_are_used():
    assert small_study().subgroups.by is None
    assert small_study("subgroups.by=[]").subgroups.by == ()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("age_bands=[70, 60]", "age_bands must ascend without repeats"),
        ("age_bands=[60, 60]", "age_bands must ascend without repeats"),
        ("age_bands=[]", "must have at least 1 item"),
        ("level=0.5", "must be greater than 0.5"),
        ("smallest_cell=0", "must be at least 1"),
        ("by=[Sex]", "must match the pattern"),
    ],
)
def test_a_broken_rule_is_refused(override, message):
    check_refused(message, f"subgroups.{override}")
