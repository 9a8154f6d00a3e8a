"""Scales in which a variable may have come."""

import dataclasses

import numpy as np
import pytest

from hiprisk.cohort.shift.units import (
    PROBABILITIES,
    likely_scale,
    misfit,
    misfits,
    other_scales,
    reversed_scale,
    share_beyond,
    spread_of,
)
from hiprisk.sheet.format import TrainingSummary, VariableSpec


# The 1st and the 99th percentile of a normal lie 1.724 interquartile ranges from its median.
def spec(unit="deg", hard=(0.0, 160.0), name="hip_flexion_deg", median=100.0, iqr=20.0):
    training = TrainingSummary(
        median=median, iqr=iqr, low=median - 1.724 * iqr, high=median + 1.724 * iqr
    )
    return VariableSpec(
        name=name, label="x", unit=unit, kind="number", hard=hard, training=training
    )


def quantiles(values):
    return np.quantile(values, PROBABILITIES)


@pytest.mark.parametrize(
    ("unit", "given", "own"),
    [("deg", np.pi, 180.0), ("cm", 1.8, 180.0), ("cm", 1800.0, 180.0), ("kg", 1000.0, 1.0),
     ("months", 2.0, 24.0), ("years", 24.0, 2.0), ("minutes", 1.5, 90.0)],
)  # fmt: skip
def test_a_known_unit_is_among_the_scales(unit, given, own):
    scales = other_scales(spec(unit=unit, hard=None))
    assert any(np.isclose(one.offset + one.factor * given, own) for one in scales)


def test_a_raw_sum_and_its_range_are_named_for_the_instrument():
    raw = [one for one in other_scales(spec("points 0-100", (0.0, 100.0), "odi_0_100")) if one.top]
    assert [(one.top, one.factor, one.advice) for one in raw] == [
        (50.0, 2.0, "state from_range: [0, 50]")
    ]


def test_a_reversed_scale_turned_twice_is_the_scale():
    one = reversed_scale(spec(hard=(10.0, 50.0)))
    values = np.array([10.0, 20.0, 50.0])
    turned = one.offset + one.factor * values
    np.testing.assert_array_equal(turned, [50.0, 40.0, 10.0])
    np.testing.assert_array_equal(one.offset + one.factor * turned, values)


def test_the_spread_of_a_normal_is_its_standard_deviation():
    # The quartiles of a standard normal are 1.349 apart.
    assert spread_of(TrainingSummary(median=0.0, iqr=1.349 * 7)) == pytest.approx(7.0)


def test_the_misfit_of_the_development_cohort_itself_is_small_and_grows_with_the_shift():
    one = spec()
    own = np.random.default_rng(1).normal(100.0, 20 / 1.349, 5000)
    assert misfit(quantiles(own), one) < 0.1
    assert misfit(quantiles(own + 2 * 20 / 1.349), one) == pytest.approx(2.0, abs=0.15)
    assert misfit(quantiles(own), dataclasses.replace(one, training=None)) == 0.0


def test_the_misfits_of_several_columns_are_those_of_each():
    specs = [spec(), spec(median=5.0, iqr=2.0)]
    found = np.random.default_rng(2).normal(50.0, 9.0, (5, 2))
    alone = [misfit(found[:, place], one) for place, one in enumerate(specs)]
    assert misfits(found, specs).tolist() == alone


def test_half_of_the_development_cohort_is_beyond_its_median():
    training = spec().training
    assert share_beyond(training, 100.0) == pytest.approx(0.5)
    assert share_beyond(training, 1000.0) == 0.0


def test_the_likely_scale_is_that_of_the_unit_and_none_where_nothing_moved():
    own = np.random.default_rng(1).normal(100.0, 20 / 1.349, 500)
    assert likely_scale(quantiles(np.radians(own)), spec()).advice == "state unit: rad"
    assert likely_scale(quantiles(own), spec()) is None


def test_the_share_beyond_a_value_is_read_off_the_tenths():
    edges = tuple(float(e) for e in range(10, 100, 10))
    training = TrainingSummary(
        low=1.0, high=99.0, median=50.0, iqr=50.0, edges=edges, shares=(0.1,) * 10
    )
    assert share_beyond(training, 70.0) == pytest.approx(0.3)
    assert share_beyond(training, 65.0) == pytest.approx(0.35, abs=0.002)
    assert share_beyond(training, 99.5) == 0.0
