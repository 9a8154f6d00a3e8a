"""From the fits to what each block adds: curves of net benefit, verdicts."""

import json
from types import SimpleNamespace

import pytest

from hiprisk.inference.increment.conclusion import conclusion_of
from hiprisk.inference.increment.results import Gain
from hiprisk.metrics.estimate import Estimate


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
    assert (curve.model_name, curve.reference_name) == ("with low back pain + hip motion", "base")
    assert len(curve.thresholds) == 100
    plain = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    kept = plain["additions"][2]["net_benefit_difference"]
    assert list(kept) == events
    assert kept["worsening"]["difference"] == list(curve.difference)


def gain(low, high, name="r2", **known):
    value = (low + high) / 2
    return Gain(
        name=name, label=name, unit="", reduction=False, base=0.2, model=0.2 + value,
        apparent=value, optimism=0.0, estimate=Estimate(name=name, value=value, low=low, high=high),
        **known,
    )  # fmt: skip


def concluded(gains, scenario=None):
    declared = SimpleNamespace(metric="r2", value=0.01)
    config = SimpleNamespace(
        outcome=SimpleNamespace(smallest_gain_worth_having=declared), block_labels={}
    )
    return conclusion_of(
        ("back",),
        gains,
        config=config,
        counted="120 people",
        n_coefficients=2,
        n_resamples=200,
        scenario=scenario,
    )


@pytest.mark.parametrize(("low", "high", "verdict"), [
    (0.01, 0.05, "adds"),
    (-0.02, 0.009, "adds less than the minimum important gain"),
    (0.009, 0.05, "inconclusive at this sample size"),
])  # fmt: skip
def test_the_verdict_is_that_of_the_declared_measure(low, high, verdict):
    # Another measure, though it comes first and is sure, decides nothing.
    found = concluded([gain(0.5, 0.9, name="rmse"), gain(low, high)])
    assert found.verdict == verdict
    assert found.sentence.startswith("back ")
    assert "120 people, 2 coefficients; minimum important gain 0.01." in found.sentence


def test_a_scenario_opens_its_sentence():
    assert concluded([gain(0.1, 0.2)], scenario="as measured").sentence.startswith(
        "What if no value were missing, with the measurement error left in: back adds"
    )
