"""The typical patient of a sheet, and an example where it knows no people."""

import dataclasses

import pytest

from hiprisk.sheet.explanation.reference_patient import (
    level_chances,
    middle_patient,
    typical_patient,
)
from small_bundle import small_sheet


def with_variable(place, **changes):
    sheet = small_sheet()
    variables = list(sheet.variables)
    variables[place] = dataclasses.replace(variables[place], **changes)
    return dataclasses.replace(sheet, variables=tuple(variables))


def test_medians_and_most_common_levels():
    assert typical_patient(small_sheet()) == {
        "age_years": 65.0, "sex": "female", "lbp_any": "yes", "womac_function_0_100": 38.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("place", "name", "value"), [(0, "age_years", 65.0), (2, "lbp_any", "yes")]
)
def test_without_a_summary_the_missing_value_model_speaks(place, name, value):
    # Means of the normal model: age 65, and 0.58 with back pain.
    assert typical_patient(with_variable(place, training=None))[name] == value


def test_the_middle_of_a_range_is_no_half_where_only_integers_are():
    assert middle_patient(with_variable(0, soft=(40.0, 91.0)))["age_years"] == 65.5
    assert middle_patient(with_variable(0, soft=(40.0, 91.0), integer=True))["age_years"] == 66.0
    assert middle_patient(with_variable(0, soft=None))["age_years"] == 64.0
    assert middle_patient(small_sheet())["sex"] == "female"


def test_level_chances_by_hand():
    spec = dataclasses.replace(small_sheet().variables[1], levels=("a", "b", "c", "d"))
    # Two without an indicator share the rest; what leaves [0, 1] is brought back.
    assert level_chances(spec, {"a": 0.3, "b": 0.1}) == pytest.approx((0.3, 0.1, 0.3, 0.3))
    assert level_chances(spec, {"a": 1.5, "b": 1.0}) == (0.5, 0.5, 0.0, 0.0)
    assert level_chances(spec, {"a": -0.2, "b": 0.4}) == pytest.approx((0.0, 0.4, 0.3, 0.3))
