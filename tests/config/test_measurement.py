"""Measurement error of predictors."""

import pytest

from study_text import check_refused, small_study


@pytest.mark.parametrize(
    ("stated", "read"), [("3", (3.0, 3.0)), ("[3.5, 6.1]", (3.5, 6.1)), ("[2, 2]", (2.0, 2.0))]
)
def test_a_number_or_a_range(stated, read):
    found = small_study(f"measurement_error={{age_years: {stated}}}").measurement_error
    assert found == {"age_years": read}


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        (
            "age_years: 0",
            "a standard error of measurement is a positive number, or two that ascend",
        ),
        ("age_years: [6, 3]", "a positive number, or two that ascend"),
        ("age_years: true", "must be a list"),
        ("bmi_kg_m2: 1", "measurement_error names bmi_kg_m2, which is in no block"),
    ],
)
def test_an_error_that_cannot_be_is_refused(stated, message):
    check_refused(message, f"measurement_error={{{stated}}}")
