"""Rows that are selected before anything else."""

import pytest

from hiprisk.errors import InputError
from hiprisk.validation.external.reading import rows_with
from validated_people import cohort_of


def test_a_selection_that_leaves_nobody_is_refused(people):
    assert rows_with(cohort_of(people), {"sex": ["male"]}).sum() == (people["sex"] == "male").sum()
    with pytest.raises(InputError, match="no row has these levels"):
        rows_with(cohort_of(people), {"sex": ["other"]})


def test_codes_select_whatever_the_way_they_are_written(people):
    coded = people.assign(visit=["1", "2"] * (len(people) // 2))
    one = rows_with(cohort_of(coded), {"visit": ["1.0"]})
    assert (one == (coded["visit"] == "1")).all()


def test_conditions_hold_together_and_a_missing_value_meets_none(people):
    frame = people.assign(visit="1")
    frame.loc[frame.index[:5], "visit"] = None
    found = rows_with(cohort_of(frame), {"visit": ["1"], "sex": ["male", "female"]})
    assert found.sum() == len(people) - 5


def test_a_variable_that_is_not_there_cannot_select(people):
    with pytest.raises(InputError, match="no such variable to select by") as refused:
        rows_with(cohort_of(people), {"visit": ["1"]})
    assert (refused.value.column, refused.value.file) == ("visit", "new.csv")


def test_without_a_condition_it_is_everybody(people):
    assert rows_with(cohort_of(people), {}).all()
