"""Intervals of means and shares over people, and over people with two hips."""

import numpy as np
import pytest

from hiprisk.metrics.intervals.means import mean_estimate, n_drawn, share_estimate
from hiprisk.metrics.intervals.wald import wilson

TWO_HIPS = np.array([1, 1, 2, 2, 3, 3])


def test_people_are_drawn_and_hips_of_nobody_are_not():
    assert n_drawn(np.array([1.0, 2.0, 0.0]), None) == 3.0
    assert n_drawn(np.array([1.0, 1.0, 1.0, 1.0, 0.0, 0.0]), TWO_HIPS) == 2.0


def test_a_mean_has_students_interval():
    # 1, 2, 3: mean 2, standard error 1 / sqrt(3), t of 2 degrees of freedom 4.3027.
    found = mean_estimate("m", np.array([1.0, 2.0, 3.0]), w=np.ones(3), groups=None, level=0.95)
    half = 4.302652729911275 / np.sqrt(3.0)
    assert (found.value, found.low, found.high) == pytest.approx((2.0, 2.0 - half, 2.0 + half))


def test_hips_of_one_person_that_agree_are_one_observation():
    hips = np.array([1.0, 1.0, 2.0, 2.0, 3.0, 3.0])
    by_person = mean_estimate("m", hips, w=np.ones(6), groups=TWO_HIPS, level=0.95)
    persons = mean_estimate("m", hips[::2], w=np.ones(3), groups=None, level=0.95)
    assert (by_person.low, by_person.high) == pytest.approx((persons.low, persons.high))


def test_a_share_has_wilsons_interval():
    those = np.array([True, True, False, False])
    found = share_estimate("s", those, w=np.ones(4), groups=None, level=0.95)
    # R 4.2.2: prop.test(2, 4, correct = FALSE)$conf.int
    assert (found.low, found.high) == pytest.approx((0.1500390, 0.8499610), abs=1e-7)


def test_a_share_of_agreeing_hips_is_of_fewer_people():
    # Between three persons of 0, 0, 1 the variance of the share is 1/9: 2/9 over it are 2 people.
    those = np.array([False, False, False, False, True, True])
    found = share_estimate("s", those, w=np.ones(6), groups=TWO_HIPS, level=0.95)
    expected = wilson("s", 1 / 3, 2.0, level=0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_a_share_of_nobody_counts_the_persons():
    found = share_estimate("s", np.zeros(6, bool), w=np.ones(6), groups=TWO_HIPS, level=0.95)
    expected = wilson("s", 0.0, 3.0, level=0.95)
    assert (found.low, found.high) == (0.0, pytest.approx(expected.high))
