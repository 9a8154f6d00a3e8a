"""The gain in net benefit across thresholds: the gains at single thresholds, and a hand count."""

import json

import numpy as np
import pytest

from hiprisk.inference.increment import run_compare
from hiprisk.inference.increment.gains import net_benefit_gain


@pytest.fixture(scope="module")
def result(stupar_config):
    # A threshold that no whole per cent is.
    return run_compare(stupar_config("outcome.thresholds=[0.125,0.3]"))


def test_a_curve_goes_through_the_gains_at_the_declared_thresholds(result):
    for one in result.additions:
        for gain in one.decisions:
            curve = gain.curve
            for threshold in (0.125, 0.3):
                place = curve.thresholds.index(threshold)
                single = one.gain(f"net_benefit_{gain.event}_{threshold:g}")
                found = (curve.difference[place], curve.low[place], curve.high[place])
                ends = single.estimate
                assert found == pytest.approx((ends.value, ends.low, ends.high), abs=1e-12)
                assert curve.optimism[place] == pytest.approx(single.optimism, abs=1e-12)


def test_every_event_has_a_curve_with_its_names(result):
    both = result.additions[2]
    events = [gain.event for gain in both.decisions]
    assert events == ["worsening", "improvement", "acceptable_state"]
    curve = both.decisions[0].curve
    assert (curve.model_name, curve.reference_name) == ("with back + hip motion", "base")
    assert len(curve.thresholds) == 100
    plain = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    kept = plain["additions"][2]["net_benefit_difference"]
    assert list(kept) == events
    assert kept["worsening"]["difference"] == list(curve.difference)


def test_a_difference_equals_a_hand_count():
    # Two resamples of one threshold; base 0.1, model 0.2: gain 0.1. Resamples' gains 0.3 and 0.1,
    # on the original people 0.1 and 0: optimism (0.2 + 0.1) / 2.
    curve = net_benefit_gain(
        1,
        thresholds=[0.2],
        apparent=np.array([[0.1], [0.2]]),
        training=np.array([[[0.1], [0.4]], [[0.2], [0.3]]]),
        test=np.array([[[0.1], [0.2]], [[0.2], [0.2]]]),
        happened=np.array([1.0, 0.0, np.nan, 0.0, 0.0]),
        names=("event", "model"),
    )
    assert curve.difference == pytest.approx((-0.05,))
    assert curve.optimism == pytest.approx((0.15,))
    assert (curve.prevalence, curve.n) == (0.25, 4.0)
