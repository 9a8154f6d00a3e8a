"""A value with its interval, from resamples and for JSON."""

import numpy as np
import pytest

from hiprisk.metrics.estimate import Estimate


def test_percentile_ends_equal_hand_count():
    # Of 1, 2, ..., 199 the 2.5 % quantile is 0.025 x 200 = 5 and the 97.5 % quantile 195.
    found = Estimate.from_resamples("mae", 99.0, np.arange(1.0, 200.0))
    assert (found.value, found.low, found.high) == pytest.approx((99.0, 5.0, 195.0))
    narrower = Estimate.from_resamples("mae", 99.0, np.arange(1.0, 200.0), level=0.8)
    assert (narrower.low, narrower.high) == pytest.approx((20.0, 180.0))


def test_too_many_refused_resamples_leave_no_ends():
    resampled = np.arange(200.0)
    resampled[:30] = np.nan
    found = Estimate.from_resamples("mae", 99.0, resampled)
    assert found == Estimate(name="mae", value=99.0)


def test_json_says_null_where_there_is_no_end():
    assert Estimate(name="mae", value=2.0).to_dict() == {"value": 2.0, "low": None, "high": None}
