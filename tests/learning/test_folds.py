"""Folds that never split a person, and their losses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.errors import InputError
from hiprisk.learning.folds import grouped_folds, loss
from hiprisk.seeding import rng_for


@given(st.lists(st.integers(0, 12), min_size=30, max_size=60))
def test_no_fold_splits_a_person(groups):
    groups = np.array(groups)
    if len(np.unique(groups)) < 3:
        return
    folds = grouped_folds(groups, n_folds=3, rng=rng_for(1, "folds"))
    assert sorted(np.concatenate(folds)) == list(range(len(groups)))
    sets = [set(groups[rows]) for rows in folds]
    assert sum(map(len, sets)) == len(set.union(*sets))


def test_too_few_people_for_the_folds_are_refused():
    with pytest.raises(InputError, match=r"2 group\(s\) cannot be divided into 3 folds"):
        grouped_folds(np.array([0, 0, 1, 1]), n_folds=3, rng=rng_for(1, "folds"))


def test_losses_equal_hand_counts():
    assert loss([1.0, 2.0], np.array([2.0, 2.0]), kind="continuous") == 0.5
    assert loss([1.0, 0.0], np.array([0.8, 0.5]), kind="binary") == pytest.approx(
        -(np.log(0.8) + np.log(0.5)) / 2
    )
