"""Rows that are selected before anything else."""

import pytest

from hiprisk.errors import InputError
from hiprisk.validation.external.reading import select_rows
from validated_people import cohort_of


def test_a_selection_that_leaves_nobody_is_refused(people):
    assert (
        select_rows(cohort_of(people), {"sex": ["male"]}).n_rows == (people["sex"] == "male").sum()
    )
    with pytest.raises(InputError, match="no row has these levels"):
        select_rows(cohort_of(people), {"sex": ["other"]})
