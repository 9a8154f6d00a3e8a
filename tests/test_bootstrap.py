"""Persons drawn with replacement, and percentile intervals."""

import numpy as np
import pytest

from hiprisk.bootstrap import (
    FEW_RESAMPLES,
    Persons,
    few_resamples,
    monte_carlo_error,
    normal_end_error,
    percentile_interval,
    percentiles,
    too_many_refused,
)
from hiprisk.metrics.estimate import Estimate

GROUPS = np.array([7, 3, 7, 5, 3, 7])


def test_persons_are_numbered_in_the_order_of_their_labels():
    persons = Persons.of(GROUPS)
    assert persons.n == 3
    assert persons.of_row.tolist() == [2, 0, 2, 1, 0, 2]


def test_all_rows_of_a_person_are_drawn_together():
    persons = Persons.of(GROUPS)
    assert persons.rows(np.array([2, 0, 2])).tolist() == [0, 2, 5, 1, 4, 0, 2, 5]
    assert Persons.of(np.array([9, 4, 6])).rows(np.array([2, 0, 2])).tolist() == [0, 1, 0]


def test_counts_are_those_of_the_persons_drawn():
    persons = Persons.of(np.arange(40))
    drawn = persons.draw(np.random.default_rng(3))
    counts = persons.draw_counts(np.random.default_rng(3))
    assert counts.tolist() == np.bincount(drawn, minlength=40).tolist()
    assert counts.sum() == 40


def test_weights_repeat_the_count_of_a_person_in_each_of_the_rows():
    persons = Persons.of(GROUPS)
    (weights,) = persons.draw_weights(np.random.default_rng(1), 4)
    rng = np.random.default_rng(1)
    expected = [persons.draw_counts(rng)[persons.of_row] for _ in range(4)]
    assert weights.tolist() == np.array(expected).tolist()


def test_weights_do_not_depend_on_how_they_are_cut_into_blocks():
    persons = Persons.of(GROUPS)
    whole = list(persons.draw_weights(np.random.default_rng(2), 11))
    blocks = list(persons.draw_weights(np.random.default_rng(2), 11, max_weights=25))
    assert [len(block) for block in blocks] == [4, 4, 3]
    assert np.array_equal(np.concatenate(blocks), np.concatenate(whole))


def test_persons_are_drawn_equally_often():
    persons = Persons.of(GROUPS)
    rng = np.random.default_rng(4)
    mean = np.mean([persons.draw_counts(rng) for _ in range(4000)], axis=0)
    # Standard error of a mean: sqrt(3 x 1/3 x 2/3 / 4000) = 0.013.
    assert mean == pytest.approx(np.ones(3), abs=0.05)


def test_percentiles_stand_at_ranks_p_of_one_more():
    # Ranks 0.1 x 12 and 0.9 x 12 of eleven values.
    assert percentile_interval(np.arange(1.0, 12.0), level=0.8) == pytest.approx((1.2, 10.8))
    # Of 199 values 0.025 x 200 is rank 5: `boot.ci(type = "perc")` of R takes the same.
    assert percentile_interval(np.arange(1.0, 200.0)) == pytest.approx((5.0, 195.0))


def test_below_the_first_rank_the_interval_is_the_range_of_the_resamples():
    assert percentile_interval(np.arange(1.0, 39.0)) == (1.0, 38.0)
    low, high = percentile_interval(np.arange(1.0, 41.0))
    assert (low, high) == pytest.approx((1.025, 39.975))


def test_exchangeable_values_leave_the_next_one_out_as_often_as_said():
    drawn = np.random.default_rng(6).random((20_000, 60))
    low, high = percentiles(drawn[:, 1:].T, level=0.9)
    outside = (drawn[:, 0] < low) | (drawn[:, 0] > high)
    # Standard error 0.002; NumPy's default leaves out 0.117.
    assert outside.mean() == pytest.approx(0.1, abs=0.006)


def test_a_refused_resample_is_left_out():
    values = np.r_[np.arange(1.0, 12.0), np.nan]
    assert percentile_interval(values, level=0.8) == pytest.approx((1.2, 10.8))


def test_too_many_refused_resamples_leave_no_interval():
    assert percentile_interval(np.r_[np.nan, np.nan, np.arange(18.0)]) is not None
    assert percentile_interval(np.r_[np.nan, np.nan, np.nan, np.arange(17.0)]) is None
    assert percentile_interval(np.array([])) is None
    assert too_many_refused(3, 20)
    assert not too_many_refused(2, 20)
    estimate = Estimate.from_resamples("r2", 0.3, np.r_[np.nan, 0.1, 0.2])
    assert (estimate.value, estimate.low, estimate.high) == (0.3, None, None)


def test_percentiles_of_many_quantities_are_those_of_each():
    values = np.random.default_rng(0).normal(size=(30, 2, 3))
    values[4, 1, 2] = np.nan
    low, high = percentiles(values, level=0.9)
    assert low.shape == high.shape == (2, 3)
    for place in np.ndindex(2, 3):
        own = percentile_interval(values[:, *place], level=0.9)
        assert (low[place], high[place]) == pytest.approx(own, rel=1e-15)


def test_few_resamples_are_fewer_than_two_hundred():
    assert FEW_RESAMPLES == 200
    assert few_resamples(199)
    assert not few_resamples(200)


def test_the_monte_carlo_error_of_a_percentile_is_its_spread_over_seeds():
    each = np.random.default_rng(5).standard_normal((400, 500))
    spread = np.std([percentiles(one, level=0.95)[0] for one in each])
    stated = np.mean([monte_carlo_error(one, 0.025) for one in each])
    assert stated == pytest.approx(spread, rel=0.15)
    # Of about normal resamples the standard error alone says it.
    assert normal_end_error(1.0, 500) == pytest.approx(spread, rel=0.15)


def test_four_times_as_many_resamples_halve_the_error():
    assert normal_end_error(2.0, 400) == pytest.approx(2.0 * normal_end_error(2.0, 1600))
    few, many = np.arange(1000.0), np.arange(4000.0) / 4.0
    twice = 2.0 * monte_carlo_error(many, 0.05)
    assert monte_carlo_error(few, 0.05) == pytest.approx(twice, rel=0.01)


def test_rows_of_persons_with_several_are_those_of_each_in_turn():
    persons = Persons.of(np.array([2, 1, 2, 3, 1, 1]))
    assert persons.rows(np.array([1, 0, 1])).tolist() == [0, 2, 1, 4, 5, 0, 2]
