"""The functions of a column that a linear model adds up: splines by hand."""

from fractions import Fraction

import numpy as np
import pytest

from hiprisk.sheet.basis_functions import STRAIGHT_BEYOND, add_derived, spline_basis
from hiprisk.sheet.format import Derived


def test_spline_is_linear_beyond_the_last_knot():
    x = np.array([10.0, 11.0, 12.0])
    for function in spline_basis(x, (0.0, 2.0, 4.0, 8.0)):
        assert np.diff(function, 2)[0] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("knots", [(5.0, 14.0, 20.0, 33.0), (-0.074, 0.088, 0.587, 0.76)])
@pytest.mark.parametrize("x", [1e3, 1e6, 1e8, 1e15, 1e100, 1e300, -1e300])
def test_a_spline_keeps_its_digits_however_far_its_column_goes(knots, x):
    """Against the formula in exact fractions; the cubes alone are noise from about 1e8 on."""
    functions = spline_basis(np.array([x]), knots)
    assert functions[0][0] == x
    for function, exact in zip(functions[1:], exactly(x, knots), strict=True):
        # Below the switch the cubes have lost some digits, beyond it there is nothing to lose.
        assert float(function[0]) == pytest.approx(float(exact), rel=1e-8 if x < 1e5 else 1e-14)


def exactly(x, knots):
    """Harrell's formula in fractions of whole numbers."""
    at, (*inner, before, last) = Fraction(x), [Fraction(knot) for knot in knots]
    scale = (last - inner[0]) ** 2
    return [
        (
            max(at - knot, 0) ** 3
            - (last - knot) / (last - before) * max(at - before, 0) ** 3
            + (before - knot) / (last - before) * max(at - last, 0) ** 3
        )
        / scale
        for knot in inner
    ]


def test_to_a_thousand_ranges_of_the_knots_the_cubes_are_used_to_the_bit():
    knots = np.array([18.0, 31.5, 47.25, 61.0])
    last = knots[-1] + STRAIGHT_BEYOND * (knots[-1] - knots[0])
    x = np.append(np.random.default_rng(5).uniform(-100.0, last, 500), [last, *knots])
    for beside in (x, np.append(x, 1e200)):  # one row far away changes no other
        found = spline_basis(beside, tuple(knots))
        for function, knot in zip(found[1:], knots[:-2], strict=True):
            assert (function[: x.size] == by_cubes(x, knot, knots)).all()


def by_cubes(x, knot, knots):
    """The function of one knot as every sheet until now was evaluated."""
    before, last = knots[-2:]

    def cube(d):
        positive = np.maximum(d, 0.0)
        return positive * positive * positive

    bent = (
        cube(x - knot)
        - (last - knot) / (last - before) * cube(x - before)
        + (before - knot) / (last - before) * cube(x - last)
    )
    return bent / (last - knots[0]) ** 2


def test_there_is_no_step_where_the_line_takes_over():
    knots = (-0.074, 0.088, 0.587, 0.76)
    switch = knots[-1] + STRAIGHT_BEYOND * (knots[-1] - knots[0])
    x = np.array([np.nextafter(switch, 0.0), np.nextafter(switch, 1e9)])
    for function in spline_basis(x, knots):
        assert function[1] == pytest.approx(function[0], rel=1e-8)


def test_spline_equals_harrells_formula_by_hand():
    # Knots 0, 1, 2 at x = 1.5: [1.5^3 - 0.5^3 * 2 / 1 + 0] / 4
    assert spline_basis(np.array([1.5]), (0.0, 1.0, 2.0))[1][0] == pytest.approx((3.375 - 0.25) / 4)


def test_each_function_has_the_unit_of_its_column():
    knots = (10.0, 20.0, 40.0, 50.0)
    x = np.array([5.0, 18.0, 33.0, 70.0])
    feet = [f * 0.3 for f in spline_basis(x, knots)]
    metres = spline_basis(x * 0.3, [knot * 0.3 for knot in knots])
    assert np.array(metres) == pytest.approx(np.array(feet), rel=1e-12)


def test_derived_columns_may_be_made_of_derived_ones():
    columns = {"a": np.array([1.0, 4.0])}
    add_derived(
        [
            Derived(name="b", op="difference", of=("a", 1.0)),
            Derived(name="c", op="product", of=("a", "b")),
        ],
        columns,
    )
    assert columns["c"].tolist() == [0.0, 12.0]
