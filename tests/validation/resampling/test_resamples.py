"""Resamples of persons."""

import numpy as np
import pytest

from hiprisk.validation.resampling.resamples import (
    counts_of,
    draw_resamples,
    leave_out,
    resamples_from_indices,
)


def test_persons_are_drawn_whole():
    groups = np.repeat(np.arange(20), 2)
    for resample in draw_resamples(groups, n_resamples=10, seed=3):
        assert (resample.counts[::2] == resample.counts[1::2]).all()
        assert resample.counts.sum() == 40


def test_a_resample_does_not_depend_on_how_many_there_are():
    few = draw_resamples(np.arange(30), n_resamples=3, seed=5)
    many = draw_resamples(np.arange(30), n_resamples=9, seed=5)
    assert all((a.rows == b.rows).all() for a, b in zip(few, many, strict=False))


@pytest.mark.parametrize("groups", [np.arange(9), np.array([2, 0, 0, 5, 1, 2, 2, 5, 9])])
def test_counts_of_all_are_those_of_each(groups):
    resamples = draw_resamples(groups, n_resamples=6, seed=2)
    together = counts_of(resamples, len(groups))
    assert together.tolist() == [one.counts.tolist() for one in resamples]


def test_given_indices_become_counts():
    (resample,) = resamples_from_indices([[0, 0, 2]])
    assert resample.counts.tolist() == [2, 0, 1]


def test_those_left_out_are_not_drawn_and_all_others_once():
    fold = leave_out(np.array([False, True, False, True]), number=3)
    assert (fold.number, fold.rows.tolist(), fold.counts.tolist()) == (3, [0, 2], [1, 0, 1, 0])
