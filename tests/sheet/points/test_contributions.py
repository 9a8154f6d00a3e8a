"""What each predictor adds, and in which range it is shown."""

import pytest

from hiprisk.sheet.points.contributions import predictors_of, round_values
from motion_sheet import motion_sheet
from small_bundle import small_sheet


def test_levels_of_a_category_are_one_predictor():
    found = {one.name: one for one in predictors_of(small_sheet())}
    assert found["lbp_any"].levels == ("no", "yes")
    assert found["lbp_any"].effects == (0.0, 5.0)
    assert (found["age_years"].low, found["age_years"].high) == (45.0, 85.0)


def test_an_effect_is_that_of_the_terms():
    age = next(one for one in predictors_of(small_sheet()) if one.name == "age_years")
    assert age.effect([10.0, 20.0]).tolist() == pytest.approx([1.0, 2.0])


@pytest.mark.parametrize(("low", "high", "n", "values"), [
    (0.0, 10.0, 5, (0.0, 2.0, 4.0, 6.0, 8.0, 10.0)),
    (41.3, 86.0, 5, (50.0, 60.0, 70.0, 80.0)),
    (0.1, 0.14, 1, (0.1, 0.14)),
    (3.0, 3.0, 5, (3.0,)),
])  # fmt: skip
def test_round_values_lie_inside(low, high, n, values):
    assert round_values(low, high, n) == values


def test_a_derived_column_has_the_range_of_what_it_is_made_of():
    sheet = motion_sheet()
    names = {one.name for one in sheet.derived}
    found = [one for one in predictors_of(sheet) if one.name in names]
    assert found
    assert all(one.high > one.low for one in found if not one.levels)
