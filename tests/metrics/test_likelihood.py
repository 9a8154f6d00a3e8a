"""Indexes of the likelihood: hand counts and refusals; rms' own are in test_val_prob.py."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics import likelihood


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        # Likelihood .9 * .4 * .6 * .9 against 1/16.
        (likelihood.cox_snell_r2_as_is, 1 - (0.0625 / 0.1944) ** 0.5),
        (likelihood.nagelkerke_r2_as_is, (1 - (0.0625 / 0.1944) ** 0.5) / 0.75),
    ],
)
def test_r2_of_the_risk_as_it_is_equals_hand_count(function, expected):
    got = function([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1])
    assert got == pytest.approx(expected, abs=1e-12)


def test_indexes_of_risks_that_need_no_recalibration_equal_hand_counts():
    # Three quarters of each half are as the risk says: 8 people, likelihood (.75^3 * .25)^2.
    y, risk = [1, 0, 0, 0, 1, 1, 1, 0], [0.25] * 4 + [0.75] * 4
    gain = 2 * (6 * np.log(0.75) + 2 * np.log(0.25) - 8 * np.log(0.5))
    assert likelihood.discrimination_index(y, risk) == pytest.approx((gain - 1) / 8)
    # Recalibrating gains nothing, and costs two coefficients.
    assert likelihood.unreliability_index(y, risk) == pytest.approx(-2 / 8)
    assert likelihood.quality_index(y, risk) == pytest.approx((gain + 1) / 8)
    as_it_is = likelihood.nagelkerke_r2_as_is(y, risk)
    assert likelihood.nagelkerke_r2(y, risk) == pytest.approx(as_it_is)


@pytest.mark.parametrize("function", [likelihood.nagelkerke_r2, likelihood.nagelkerke_r2_as_is])
def test_one_class_is_refused(function):
    with pytest.raises(InputError, match="events and non-events"):
        function([1, 1], [0.5, 0.4])
