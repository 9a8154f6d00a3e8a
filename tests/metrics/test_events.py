"""One chain from the forecast to the net benefit of an event."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.decision_curve.curve import decision_curve
from hiprisk.metrics.events import evaluate_events, event_outcomes
from hiprisk.metrics.registry import metrics_for
from hiprisk.sheet.format import Event
from metric_examples import example, example_forecast

WORSE = Event(name="worsening", label="worse", direction="above", reference="baseline", value=10.0)
STATE = Event(
    name="acceptable_state", label="fine", direction="below", reference="fixed", value=30.0
)


@pytest.fixture(scope="module")
def people():
    observed, law = example("distribution", n=400)
    baseline = np.clip(law.mean + np.random.default_rng(2).normal(0, 12, 400), 0, 100)
    return observed, law, baseline


def test_events_are_counted_as_declared():
    law = example_forecast([40.0, 40.0, 40.0, 40.0])
    worse, state = event_outcomes(
        [50.0, 49.9, 30.0, 30.1], law, [WORSE, STATE], baseline=[40.0, 40.0, np.nan, 0.0]
    )
    assert np.array_equal(worse.happened, [1.0, 0.0, np.nan, 1.0], equal_nan=True)
    assert np.array_equal(state.happened, [0.0, 0.0, 1.0, 0.0])
    assert np.array_equal(np.isnan(worse.chance), [False, False, True, False])
    assert worse.chance[3] > worse.chance[0]


def test_chances_of_true_forecasts_are_calibrated(people):
    worse, state = evaluate_events(people[0], people[1], [WORSE, STATE], baseline=people[2])
    for result in (worse, state):
        found = {one.name: one for one in result.estimates}
        ratio = found["observed_expected_ratio"]
        assert ratio.low < 1.0 < ratio.high
        slope = found["calibration_slope"]
        assert slope.low < 1.0 < slope.high
        assert found["c_statistic"].value > 0.6


def test_every_part_is_that_of_the_same_chance(people):
    observed, law, baseline = people
    (result,) = evaluate_events(observed, law, [WORSE], baseline=baseline, thresholds=[0.3])
    (outcome,) = event_outcomes(observed, law, [WORSE], baseline=baseline)
    names = [metric.name for metric in metrics_for("binary", costly=True)]
    assert [one.name for one in result.estimates] == names
    expected = decision_curve(outcome.happened, outcome.chance, thresholds=[0.3], outcome="worse")
    assert result.decision == expected
    values = {one.name: one.value for one in result.estimates}
    assert result.calibration.errors.ici == values["ici"]
    assert result.n_events == outcome.happened.sum()
    assert set(result.to_dict()["metrics"]) == set(names)
    assert len(result.to_frame()) == len(names)


def test_people_without_a_baseline_are_not_judged(people):
    observed, law, baseline = people
    lacking = baseline.copy()
    lacking[:50] = np.nan
    rest = np.arange(50, 400)
    (some,) = evaluate_events(observed, law, [WORSE], baseline=lacking)
    (same,) = evaluate_events(observed[rest], law.take(rest), [WORSE], baseline=baseline[rest])
    assert some == same
    assert some.n == 350


def test_weights_are_people(people):
    observed, law, _ = people
    counts = np.random.default_rng(1).integers(0, 3, 400)
    rows = np.repeat(np.arange(400), counts)
    (weighted,) = evaluate_events(observed, law, [STATE], weights=counts)
    (repeated,) = evaluate_events(observed[rows], law.take(rows), [STATE])
    assert weighted.n_events == repeated.n_events
    for one, other in zip(weighted.estimates, repeated.estimates, strict=True):
        assert one.value == pytest.approx(other.value, rel=1e-8, abs=1e-10)


def test_chances_of_the_sheet_may_be_given(people):
    observed, law, baseline = people
    given = np.full(400, 0.25)
    (outcome,) = event_outcomes(
        observed, law, [WORSE], baseline=baseline, chances={"worsening": given}
    )
    assert np.array_equal(outcome.chance, given)


def test_an_event_that_never_came_says_why(people):
    never = Event(name="never", label="", direction="above", reference="fixed", value=200.0)
    (result,) = evaluate_events(people[0], people[1], [never])
    assert result.estimates == ()
    assert "events and non-events" in result.reason
    assert result.n_events == 0


@pytest.mark.parametrize(("arguments", "message"), [
    ({}, "counted from the baseline, and none was given"),
    ({"baseline": [1.0]}, "'baseline' has 1 entries, 'observed' has 400"),
    ({"baseline": np.zeros(400), "chances": {"worsening": np.zeros(3)}}, "have 3 entries"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(people, arguments, message):
    with pytest.raises(InputError, match=message):
        event_outcomes(people[0], people[1], [WORSE], **arguments)
