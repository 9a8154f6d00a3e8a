"""The last double that goes left."""

import numpy as np
import pytest

from hiprisk.learning.foreign.scaling import Scaling, Step
from hiprisk.learning.foreign.thresholds import LARGEST, Reading


def of_one(reading, threshold):
    return float(reading.last_left(np.array([0]), np.array([threshold]))[0])


THRESHOLDS = [0.1, -0.1, 1.0, 1.0 + 2.0**-24, 3e-41, -3e-41, 0.0, 1e20, 7.5, -123.456]


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_rounding_to_float32_has_its_edge_half_way(threshold):
    last = of_one(Reading(float32=True), threshold)
    assert float(np.float32(last)) <= threshold
    assert float(np.float32(np.nextafter(last, np.inf))) > threshold


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_less_than_ends_one_float32_below(threshold):
    threshold = float(np.float32(threshold))
    last = of_one(Reading(float32=True, strict=True), threshold)
    assert float(np.float32(last)) < threshold
    assert float(np.float32(np.nextafter(last, np.inf))) >= threshold


def test_a_tie_goes_to_the_even_float32():
    one = np.float32(1.0)
    following = np.nextafter(one, np.float32(2.0))
    half_way = (float(one) + float(following)) / 2.0
    assert of_one(Reading(float32=True), 1.0) == half_way
    after = (float(following) + float(np.nextafter(following, np.float32(2.0)))) / 2.0
    assert of_one(Reading(float32=True), float(following)) == np.nextafter(after, -np.inf)


def test_scaling_is_undone_to_the_double():
    scaling = Scaling((Step(operations=(("subtract", (0.3,)), ("divide", (0.7,)))),))
    last = of_one(Reading(scaling), 1.1)
    assert (last - 0.3) / 0.7 <= 1.1
    assert (np.nextafter(last, np.inf) - 0.3) / 0.7 > 1.1


def test_nothing_to_do_keeps_the_threshold_and_infinity_becomes_the_largest_double():
    assert of_one(Reading(), 0.1) == 0.1
    assert of_one(Reading(), np.inf) == LARGEST
    assert of_one(Reading(float32=True), np.inf) == LARGEST


def test_values_next_to_zero_count_as_zero():
    reading = Reading(zero_within=1e-35)
    assert of_one(reading, 0.0) == 1e-35
    assert of_one(reading, -1e-35) == np.nextafter(-1e-35, -1.0)
