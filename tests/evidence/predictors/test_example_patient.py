"""An invented patient explained."""

import pytest

from hiprisk.evidence.predictors.example_patient import example_patient
from small_bundle import small_sheet


def test_contributions_add_up_to_the_prediction():
    example = example_patient(small_sheet())
    assert example.reference + sum(one.value for one in example.contributions) == pytest.approx(
        example.total
    )
    assert example.scale == "points 0-100"


def test_numbers_lie_half_an_interquartile_range_above_the_median():
    example = example_patient(small_sheet())
    assert example.patient["age_years"] == 65.0 + 12.0 / 2.0
    age = next(one for one in example.contributions if one.label == "age")
    assert age.value == pytest.approx(0.1 * 6.0)


def test_a_risk_is_explained_in_log_odds():
    assert example_patient(small_sheet(kind="binary")).scale == "log odds"
