"""E-values against the paper's examples, the R package's figures, and invariants."""

import math

import pytest

from hiprisk.errors import InputError
from hiprisk.inference.effects.evalue import e_value_of_difference, e_value_of_ratio
from hiprisk.metrics.estimate import Estimate


def ratio(value, low, high):
    return Estimate(name="risk_ratio", value=value, low=low, high=high)


@pytest.mark.parametrize(
    ("found", "point", "limit"),
    [
        # VanderWeele and Ding 2017: infant deaths and formula feeding, 3.9 (1.8 to 8.7).
        (ratio(3.9, 1.8, 8.7), 7.26, 3.0),
        # The same paper: a protective ratio, 0.80 (0.71 to 0.91).
        (ratio(0.80, 0.71, 0.91), 1.81, 1.43),
    ],
)
def test_e_values_equal_the_papers(found, point, limit):
    e = e_value_of_ratio(found)
    assert e.point == pytest.approx(point, abs=0.005)
    assert e.limit == pytest.approx(limit, abs=0.005)


def test_e_value_equals_the_r_package():
    # EValue::evalues.RR(3.9, 2.4, ...), printed in public documentation of a wrapper of it.
    e = e_value_of_ratio(ratio(3.9, 2.4, 6.4))
    assert e.point == pytest.approx(7.263034, abs=5e-7)
    assert e.limit == pytest.approx(4.23303, abs=5e-6)


def test_a_ratio_and_its_inverse_have_the_same_e_value():
    one, other = (
        e_value_of_ratio(ratio(2.0, 1.5, 3.0)),
        e_value_of_ratio(ratio(0.5, 1 / 3, 1 / 1.5)),
    )
    assert one.point == pytest.approx(other.point)
    assert one.limit == pytest.approx(other.limit)


def test_an_interval_that_includes_no_effect_needs_no_confounder():
    assert e_value_of_ratio(ratio(1.5, 0.9, 2.5)).limit == 1.0


def test_a_difference_goes_by_the_papers_formula():
    # d = 0.5 with standard error 0.25: exp(0.91 x 0.5), and exp(0.91 x 0.5 - 1.78 x 0.25).
    sd, d, se = 20.0, 0.5, 0.25
    ends = [sd * (d - 1.78 / 0.91 * se), sd * d, sd * (d + 1.78 / 0.91 * se)]
    e = e_value_of_difference(
        Estimate(name="d", value=ends[1], low=ends[0], high=ends[2]), outcome_sd=sd
    )
    near = math.exp(0.91 * 0.5 - 1.78 * 0.25)
    far = math.exp(0.91 * 0.5)
    assert e.point == pytest.approx(far + math.sqrt(far * (far - 1)))
    assert e.limit == pytest.approx(near + math.sqrt(near * (near - 1)))


def test_the_unit_of_the_score_does_not_matter():
    score = Estimate(name="d", value=-8.0, low=-12.0, high=-4.0)
    tenth = Estimate(name="d", value=-0.8, low=-1.2, high=-0.4)
    assert e_value_of_difference(score, outcome_sd=20.0).point == pytest.approx(
        e_value_of_difference(tenth, outcome_sd=2.0).point
    )


def test_a_ratio_that_is_no_ratio_is_refused():
    with pytest.raises(InputError, match="positive risk ratio"):
        e_value_of_ratio(ratio(1.5, -0.2, 2.5))
