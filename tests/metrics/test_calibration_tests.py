"""Spiegelhalter's z and the unreliability test: hand counts and refusals."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.calibration_tests import (
    spiegelhalter_test,
    spiegelhalter_z,
    unreliability_test,
)


def test_spiegelhalters_z_equals_hand_count():
    # Numerator .1 * -.8 + .6 * .2 - .4 * .2 - .1 * .8; variance 2 * .64 * .09 + 2 * .04 * .24.
    got = spiegelhalter_z([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1])
    assert got == pytest.approx(-0.12 / np.sqrt(0.1344), abs=1e-12)


def test_the_test_has_the_two_sided_chance_of_its_z():
    # z = 2 of one person: 0.0455 lies beyond it on either side of the standard normal.
    found = spiegelhalter_test([1], [0.2])
    assert (found.z, found.p_value) == pytest.approx((2.0, 0.04550026389635842))


def test_unreliability_of_recalibrated_risks_is_nothing():
    # Classes and risks agree exactly, so that no line gains on the risks as they are.
    y, risk = [1, 0, 0, 0, 1, 1, 1, 0], [0.25] * 4 + [0.75] * 4
    found = unreliability_test(y, risk)
    assert (found.chi_square, found.p_value) == pytest.approx((0.0, 1.0), abs=1e-9)


@pytest.mark.parametrize("risks", [[0.5, 0.5], [0.0, 1.0]])
def test_risks_that_cannot_be_too_extreme_are_refused(risks):
    with pytest.raises(InputError, match="other than 0, one half and 1"):
        spiegelhalter_z([1, 0], risks)
