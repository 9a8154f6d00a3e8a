"""Whole points by interval and level, followed on paper and in R."""

import numpy as np
import pytest

from hiprisk.sheet.points.table import points_table
from rms_sheet import of_model, sheet_of_effects
from small_bundle import small_sheet


def of(table, name):
    return next(one for one in table.predictors if one.name == name)


def test_points_follow_a_count_by_hand():
    # Function runs from 2 to 85: bounds 20, 40, 60, 80; middles 11, 30, 50, 70 and 82.5, times 0.6.
    table = points_table(small_sheet())
    function = of(table, "womac_function_0_100")
    assert function.bounds == (20.0, 40.0, 60.0, 80.0)
    assert table.unit * 20 == (82.5 - 11.0) * 0.6
    assert function.points == (0, 5, 11, 17, 20)
    # Five points of the score, of which one point is 2.145.
    assert of(table, "lbp_any").points == (0, 2)


def test_a_value_on_a_bound_belongs_to_the_interval_above():
    function = of(points_table(small_sheet()), "womac_function_0_100")
    assert function.of_numbers(np.array([19.9, 20.0, 99.0])).tolist() == [0.0, 5.0, 20.0]
    assert function.categories[:2] == ("under 20", "20 to under 40")
    assert function.categories[-1] == "80 or more"


def test_neighbours_of_the_same_points_are_one_interval():
    age = of(points_table(small_sheet()), "age_years")
    assert len(age.points) == len(set(age.points))
    assert len(age.points) == len(age.bounds) + 1


def test_each_total_has_its_prediction():
    table = points_table(small_sheet())
    assert table.totals[-1] == sum(max(one.points) for one in table.predictors)
    assert len(table.outcomes) == len(table.totals)
    assert list(table.outcomes) == sorted(table.outcomes)


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_points_are_those_of_sullivans_rules_in_r(kind):
    table, r = points_table(sheet_of_effects(kind)), of_model(kind)["points"]
    assert table.unit == pytest.approx(r["unit"], rel=1e-9)
    assert table.lp_at_zero == pytest.approx(r["zero"], rel=1e-9)
    assert list(of(table, "site").points) == r["points"]["site"]
    for name, bounds in r["bounds"].items():
        # Ours joins neighbours of the same points; asked value by value it must not matter.
        middles = np.array([bounds[0] - 1.0, *bounds])
        assert of(table, name).of_numbers(middles).tolist() == r["points"][name]
