"""Smallest sizes at which a condition holds, and the precision that a size gives."""

import math

import pytest

from hiprisk.errors import ConfigError
from hiprisk.inference.samplesize.search import (
    mean_error,
    smallest,
    spread_error,
    tidy,
    where_least,
)


@pytest.mark.parametrize("edge", [3, 4, 7, 8, 9, 1000, 123_457])
def test_the_smallest_number_is_found_wherever_it_lies(edge):
    assert smallest(lambda n: n >= edge, 3) == edge


def test_what_nobody_could_recruit_is_refused():
    with pytest.raises(ConfigError, match="more than 100,000,000 people would be needed"):
        smallest(lambda n: False, 10)


@pytest.mark.parametrize("bottom", [2, 3, 17, 99, 100])
def test_the_least_of_a_valley_is_found(bottom):
    assert where_least(lambda n: abs(n - bottom), 2, 100) == bottom


def test_noise_of_the_last_digits_rounds_no_whole_number_up():
    assert math.ceil(tidy(0.1 * 3 * 1000)) == 300
    assert math.ceil(0.1 * 3 * 1000) == 301


def test_error_of_a_standard_deviation_equals_the_tables():
    # Chi-square of 10 degrees of freedom: 3.24697 and 20.48318 hold 95 %.
    assert spread_error(10) == pytest.approx(math.sqrt(10 / 3.24697) - 1, abs=1e-5)
    # Harrell's 70 people estimate a standard deviation within 20 %.
    assert spread_error(70) < 0.21 < spread_error(60)


def test_error_of_a_mean_equals_the_tables():
    # t of 4 degrees of freedom 2.776445; variance 9 of nine people.
    assert mean_error(9, 4, 9.0) == pytest.approx(2.776445, abs=1e-6)
