"""Net benefit at a threshold: hand counts, its interval, refusals."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.clinical_utility.net_benefit import (
    interventions_avoided,
    net_benefit,
    net_benefit_estimate,
    standardised_net_benefit,
)

Y, RISK = [1, 0, 0, 1], [0.8, 0.6, 0.1, 0.2]


def test_net_benefit_equals_hand_count():
    # Acting from 20 % (one person sits on it): 2/4 true, 1/4 false at odds 0.2/0.8.
    assert net_benefit(Y, RISK, threshold=0.2) == pytest.approx(0.4375, rel=1e-12)
    assert standardised_net_benefit(Y, RISK, threshold=0.2) == pytest.approx(0.875, rel=1e-12)
    # One of four people is spared and nobody with the event is missed.
    assert interventions_avoided(Y, RISK, threshold=0.2) == pytest.approx(25.0, rel=1e-12)


def test_analytic_interval_is_that_of_a_mean():
    gains = np.array([1.0, -0.25, 0.0, 1.0])
    found = net_benefit_estimate(Y, RISK, threshold=0.2)
    error = gains.std(ddof=1) / 2
    assert found.high - found.value == pytest.approx(1.959963985 * error, rel=1e-8)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: net_benefit([1, 0], [40.0, 0.1], threshold=0.2), r"'predicted' must lie in \[0, 1\]"),
    (lambda: net_benefit(Y, RISK, threshold=1.0), r"inside \(0, 1\); got 1"),
    (lambda: net_benefit(Y, RISK, threshold=0.0), r"inside \(0, 1\); got 0"),
    (lambda: net_benefit(Y, RISK, threshold=-0.5), r"inside \(0, 1\); got -0.5"),
    (lambda: standardised_net_benefit([0, 0], [0.5, 0.4], threshold=0.2), "needs events"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
