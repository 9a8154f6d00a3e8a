"""Curves corrected for optimism, by hand."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.validation.internal.corrected_curves import corrected_curve
from hiprisk.validation.resampling.refits import Refits


def test_net_benefit_by_threshold_is_corrected_by_hand():
    observed = np.array([1.0, 0.0, 1.0, 0.0])
    refits = Refits(
        predicted=np.array([[0.6, 0.4, 0.4, 0.6]]),
        counts=np.array([[2.0, 0.0, 2.0, 0.0]]),
        numbers=(0,),
        n_refused=0,
    )

    def benefit(y, p, *, weights=None):
        acted = p >= 0.5
        return np.array([np.average(acted * y - acted * (1 - y), weights=weights)])

    curve = corrected_curve(
        refits, observed, apparent=np.array([0.9, 0.1, 0.9, 0.1]), curve=benefit,
        at=np.array([0.5]),
    )  # fmt: skip
    # Apparent 0.5; training 2/4, test 1/4 - 1/4.
    assert curve.apparent == pytest.approx((0.5,))
    assert curve.optimism == pytest.approx((0.5,))
    assert curve.corrected == pytest.approx((0.0,))


OBSERVED = np.array([1.0, 0.0, 1.0, 0.0])


def share_above(at):
    """A curve that is the share of predictions from each point on; NaN beyond the largest."""

    def curve(y, p, *, weights=None):
        share = np.array([np.average(p >= point, weights=weights) for point in at])
        return np.where(at <= p.max(), share, np.nan)

    return curve


def corrected_at(points, predicted, apparent):
    refits = Refits(np.array(predicted), np.ones((len(predicted), 4)), (0, 1, 2), 0)
    at = np.array(points)
    return corrected_curve(
        refits, OBSERVED, apparent=np.array(apparent), curve=share_above(at), at=at
    )


def test_a_refit_that_does_not_reach_a_point_says_nothing_of_it():
    found = corrected_at(
        [0.2, 0.9], [[0.1, 0.2, 0.3, 0.95], [0.1, 0.2, 0.3, 0.5], [0.1, 0.1, 0.1, 0.9]],
        [0.1, 0.3, 0.5, 0.9],
    )  # fmt: skip
    assert found.n_resamples == (3, 2)
    # Counts of one everywhere: nothing of the optimism is left.
    assert found.optimism == (0.0, 0.0)
    assert found.corrected == found.apparent == (0.75, 0.25)
    assert list(found.to_dict()) == list(found.to_frame())


def test_a_point_beyond_every_refit_is_refused():
    with pytest.raises(InputError, match="does not reach every point"):
        corrected_at([0.8], [[0.1, 0.2, 0.3, 0.5]] * 3, [0.1, 0.3, 0.5, 0.9])
    with pytest.raises(InputError, match="does not reach every point"):
        corrected_at([0.8], [[0.1, 0.2, 0.3, 0.9]] * 3, [0.1, 0.3, 0.5, 0.7])


def test_the_interval_is_the_curve_less_percentiles_of_the_optimism():
    counts = np.array([[4.0, 0, 0, 0], [0, 4.0, 0, 0], [0, 0, 4.0, 0]])
    predicted = np.tile([0.1, 0.2, 0.3, 0.4], (3, 1))
    at = np.array([0.25])
    found = corrected_curve(
        Refits(predicted, counts, (0, 1, 2), 0), OBSERVED, apparent=predicted[0],
        curve=share_above(at), at=at, level=0.5,
    )  # fmt: skip
    # Shares 0, 0 and 1 on the resamples and 1/2 on everybody: optimism -1/2, -1/2, 1/2, the ends
    # at ranks 1 and 3.
    assert found.optimism == pytest.approx((-1 / 6,))
    assert found.low == pytest.approx((0.5 - 0.5,))
    assert found.high == pytest.approx((0.5 + 0.5,))
