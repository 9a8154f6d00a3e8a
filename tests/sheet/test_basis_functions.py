"""The functions of a column that a linear model adds up: splines by hand."""

import numpy as np
import pytest

from hiprisk.sheet.basis_functions import add_derived, spline_basis
from hiprisk.sheet.format import Derived


def test_spline_is_linear_beyond_the_last_knot():
    x = np.array([10.0, 11.0, 12.0])
    for function in spline_basis(x, (0.0, 2.0, 4.0, 8.0)):
        assert np.diff(function, 2)[0] == pytest.approx(0.0, abs=1e-9)


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
