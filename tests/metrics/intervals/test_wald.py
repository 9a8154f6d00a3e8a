"""Intervals from a standard error: hand counts, and quantiles as tables have them."""

import math

import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.intervals.wald import (
    chi_square_p,
    critical_value,
    two_sided_p,
    wald,
    wald_on_log,
    wald_on_logit,
    wilson,
)

Z = 1.959963984540054


def test_critical_values_equal_the_tables():
    # Of the normal at 97.5 and 95 %, of Student's t with 4 degrees of freedom at 97.5 %.
    assert critical_value(0.95) == pytest.approx(1.959963984540054, rel=1e-14)
    assert critical_value(0.9) == pytest.approx(1.644853626951473, rel=1e-14)
    assert critical_value(0.95, 4.0) == pytest.approx(2.776445105197793, rel=1e-12)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_outside_is_refused(level):
    with pytest.raises(InputError, match=rf"inside \(0, 1\), got {level:g}"):
        critical_value(level)


def test_wald_is_symmetric_on_its_scale():
    plain = wald("m", 3.0, 0.5, level=0.95)
    assert (plain.low, plain.high) == pytest.approx((3.0 - Z / 2, 3.0 + Z / 2))
    ratio = wald_on_log("oe", 2.0, 0.5, level=0.95)
    assert (ratio.low, ratio.high) == pytest.approx((2 / math.exp(Z / 2), 2 * math.exp(Z / 2)))


def test_a_share_keeps_inside_and_has_the_odds_of_its_ends():
    # Log odds of 0.8 are log 4; their standard error 0.08 / 0.16 is one half.
    found = wald_on_logit("s", 0.8, 0.08, level=0.95)
    odds = [end / (1 - end) for end in (found.low, found.high)]
    assert odds == pytest.approx([4 / math.exp(Z / 2), 4 * math.exp(Z / 2)])


@pytest.mark.parametrize(
    "found",
    [
        wald("m", 1.0, math.inf, level=0.95),
        wald_on_log("m", 1.0, math.inf, level=0.95),
        wald_on_log("m", 0.0, 0.1, level=0.95),
        wald_on_logit("m", 1.0, 0.1, level=0.95),
        wald_on_logit("m", 0.5, math.nan, level=0.95),
    ],
)
def test_where_a_scale_says_nothing_there_are_no_ends(found):
    assert (found.low, found.high) == (None, None)


def test_wilsons_interval_has_width_at_nobody_and_everybody():
    # Of nobody among ten: from 0 to z^2 / (10 + z^2).
    nobody, everybody = (wilson("s", share, 10.0, level=0.95) for share in (0.0, 1.0))
    assert (nobody.low, nobody.high) == (0.0, pytest.approx(Z**2 / (10 + Z**2)))
    assert (everybody.low, everybody.high) == (pytest.approx(10 / (10 + Z**2)), 1.0)


def test_chances_equal_the_tables_and_a_closed_form():
    # A chi-square of two degrees of freedom is exponential: exp(-4 / 2).
    assert two_sided_p(2.0) == two_sided_p(-2.0) == pytest.approx(0.0455002638963584)
    assert chi_square_p(4.0, 2.0) == pytest.approx(math.exp(-2.0))
    # Rounding may leave a gain in likelihood of less than nothing.
    assert chi_square_p(-1e-12, 2.0) == 1.0
