"""Floor and ceiling shares: hand counts, intervals, and what forecasts say of the bounds."""

import numpy as np
import pytest
from scipy import stats

from hiprisk.errors import InputError
from hiprisk.metrics.floor_ceiling import (
    expected_share_estimate,
    limit_shares,
    share_at_limit,
)
from metric_examples import example, example_forecast

OBSERVED, PREDICTED = [0.0, 5.0, 0.0, 100.0], [1.0, 5.0, 0.0, 99.0]


def test_shares_equal_hand_count():
    found = limit_shares(OBSERVED, PREDICTED, lower=0.0, upper=100.0).to_dict()
    values = {name: one["value"] for name, one in found.items()}
    assert values == {
        "floor_share_observed": 0.5, "floor_share_predicted": 0.25,
        "ceiling_share_observed": 0.25, "ceiling_share_predicted": 0.0,
    }  # fmt: skip


def test_intervals_are_wilsons():
    # R 4.2.2: prop.test(2, 4, correct = FALSE)$conf.int
    one = limit_shares(OBSERVED, PREDICTED, lower=0.0, upper=None).shares[0]
    assert (one.low, one.high) == pytest.approx((0.1500390, 0.8499610), abs=1e-7)


def test_a_side_without_a_bound_has_no_share():
    frame = limit_shares(OBSERVED, PREDICTED, lower=None, upper=100.0).to_frame()
    assert list(frame["name"]) == ["ceiling_share_observed", "ceiling_share_predicted"]


def test_values_beyond_a_bound_are_at_it():
    assert share_at_limit(
        [-1.0, 2.0], [0.0, 0.0], bound=0.0, side="floor", whose="observed"
    ) == pytest.approx(0.5)


def test_true_forecasts_foresee_the_shares_that_means_do_not():
    observed, law = example("distribution", n=4000)
    found = limit_shares(observed, law.expectation(), lower=0.0, upper=100.0, forecast=law)
    shares = {one.name: one for one in found.shares}
    seen, foreseen = shares["floor_share_observed"], shares["floor_share_forecast"]
    assert seen.low < foreseen.value < seen.high
    assert shares["floor_share_predicted"].value < 0.5 * seen.value


def test_chance_of_a_bound_equals_hand_count():
    law = example_forecast([50.0], 1.0)
    assert law.at_lower()[0] == 0.0
    assert law.at_upper()[0] == 0.0
    half = example_forecast([0.0], 10.0)
    # The residual is at most 0 with chance 0.45.
    assert half.at_lower()[0] == pytest.approx(0.45, abs=1e-6)


@pytest.mark.parametrize(("law", "message"), [
    (example_forecast([1.0]), "1 forecasts for 4 people"),
    (example_forecast(np.ones(4)), "bounded by 0 and 100, the shares are asked for at 0 and 96"),
])  # fmt: skip
def test_other_forecasts_are_refused(law, message):
    with pytest.raises(InputError, match=message):
        limit_shares(OBSERVED, PREDICTED, lower=0.0, upper=96.0, forecast=law)


def test_the_interval_of_an_expected_share_stays_inside_0_and_1():
    forecasts = example_forecast([0.0, 50.0, 55.0], 5.0)
    chances = forecasts.at_lower()
    found = expected_share_estimate([0.0, 50.0, 60.0], forecasts, side="floor")
    half = stats.t.ppf(0.975, 2) * np.std(chances, ddof=1) / np.sqrt(3)
    assert chances.mean() - half < 0.0
    assert (found.low, found.high) == (0.0, pytest.approx(min(chances.mean() + half, 1.0)))
