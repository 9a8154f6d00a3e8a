"""Reference people have the shares, ranges and correlations of the sheet."""

import numpy as np
import pytest

from hiprisk.sheet.points.people import reference_people
from small_bundle import small_sheet


def test_they_have_the_moments_of_the_sheet():
    people = reference_people(small_sheet(), 4000)
    assert people["age_years"].mean() == pytest.approx(65.0, abs=0.5)
    assert np.mean(people["sex"] == "male") == pytest.approx(0.4, abs=0.03)
    assert np.mean(people["lbp_any"] == "yes") == pytest.approx(0.58, abs=0.03)
    together = np.corrcoef(people["age_years"], people["womac_function_0_100"])[0, 1]
    assert together == pytest.approx(20.0 / (8.0 * 19.0), abs=0.05)


def test_they_are_the_same_at_every_call_and_inside_the_hard_range():
    one, other = (reference_people(small_sheet(), 500) for _ in range(2))
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert one["womac_function_0_100"].min() >= 0.0
