"""Coverage by predicted level and the PIT histogram: hand counts, R and true forecasts."""

import numpy as np
import pytest

from hiprisk.metrics.forecast.calibration import coverage_by_level, pit_histogram
from hiprisk.metrics.forecast.distribution import forecast
from metric_examples import example, forecast_in_r


def two_point(**bounds):
    """R is uniform on (-1, 1): mean 0, scale 10."""
    return forecast([50.0], [10.0], probabilities=[0.0, 1.0], quantiles=[-1.0, 1.0], **bounds)


def test_coverage_of_true_forecasts_is_what_they_promise():
    observed, law = example("distribution", n=4000)
    result = coverage_by_level(observed, law, n_groups=4)
    assert [cell.level for cell in result.overall] == [0.8, 0.9, 0.95]
    for cell in result.overall:
        # Lumps at the bounds make coverage a little more than promised.
        assert cell.level - 0.02 < cell.coverage.value < cell.level + 0.05
        assert cell.coverage.low < cell.coverage.value < cell.coverage.high
        assert cell.below + cell.above + cell.coverage.value == pytest.approx(1.0)
    assert len(result.cells) == 12
    assert sum(cell.n for cell in result.cells if cell.level == 0.8) == 4000
    assert set(result.to_frame()["part"]) == {"all", "by predicted level"}


def test_coverage_by_level_counts_weights_as_people():
    observed, law = example("distribution", n=80)
    counts = np.random.default_rng(1).integers(0, 4, 80)
    rows = np.repeat(np.arange(80), counts)
    weighted = coverage_by_level(observed, law, weights=counts).to_dict()
    repeated = coverage_by_level(observed[rows], law.take(rows)).to_dict()
    for part in ("overall", "by_predicted_level"):
        for one, other in zip(weighted[part], repeated[part], strict=True):
            assert one.pop("coverage") == pytest.approx(other.pop("coverage"))
            assert one == pytest.approx(other)


def test_pit_of_a_uniform_equals_hand_count():
    law = two_point().take(np.zeros(4, dtype=int))
    found = pit_histogram([41.0, 42.0, 50.5, 59.0], law, n_bins=4)
    assert found.shares == pytest.approx((0.5, 0.0, 0.25, 0.25))
    # Cumulated .5, .5, .75, 1 against .25, .5, .75, 1.
    assert found.deviation == pytest.approx(0.25)


def test_pit_spreads_a_lump_over_its_probabilities():
    # Half of the mass is at 50: the person there fills the first half evenly.
    law = two_point(lower=50.0)
    assert pit_histogram([50.0], law, n_bins=4).shares == pytest.approx((0.5, 0.5, 0.0, 0.0))


def test_pit_of_true_forecasts_is_flat():
    observed, law = example("distribution", n=5000)
    found = pit_histogram(observed, law)
    assert sum(found.shares) == pytest.approx(1.0)
    inside = [found.expected_low <= share <= found.expected_high for share in found.shares]
    assert sum(inside) >= 8
    assert found.deviation < 0.03
    counts = np.random.default_rng(1).integers(0, 4, 5000)
    rows = np.repeat(np.arange(5000), counts)
    weighted = pit_histogram(observed, law, weights=counts)
    assert weighted.shares == pytest.approx(pit_histogram(observed[rows], law.take(rows)).shares)


def test_coverage_by_level_and_pit_are_those_of_a_computation_in_r():
    observed, law, r = forecast_in_r()
    found = coverage_by_level(observed, law)
    for cell, expected in zip(found.overall, r["levels"], strict=True):
        assert (cell.coverage.low, cell.coverage.high) == pytest.approx(
            (expected["low"], expected["high"]), rel=1e-9
        )
        assert (cell.below, cell.above) == pytest.approx((expected["below"], expected["above"]))
        groups = [one for one in found.cells if one.level == cell.level]
        for one, group in zip(groups, expected["by_predicted"], strict=True):
            assert (one.n, one.coverage.value) == pytest.approx((group["n"], group["coverage"]))
            assert one.width == pytest.approx(group["width"], rel=1e-9)
            assert one.predicted_mean == pytest.approx(group["predicted"], rel=1e-6)
    pit = pit_histogram(observed, law)
    assert pit.shares == pytest.approx(r["pit"], abs=1e-9)
    assert pit.deviation == pytest.approx(r["pit_deviation"], abs=1e-9)
    assert (pit.expected_low, pit.expected_high) == pytest.approx(r["pit_expected"], rel=1e-9)
