"""What happened of an event, and what was predicted."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.events import event_outcomes
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


def test_chances_of_the_sheet_may_be_given(people):
    observed, law, baseline = people
    given = np.full(400, 0.25)
    (outcome,) = event_outcomes(
        observed, law, [WORSE], baseline=baseline, chances={"worsening": given}
    )
    assert np.array_equal(outcome.chance, given)


@pytest.mark.parametrize(("arguments", "message"), [
    ({}, "counted from the baseline, and none was given"),
    ({"baseline": [1.0]}, "'baseline' has 1 entries, 'observed' has 400"),
    ({"baseline": np.zeros(400), "chances": {"worsening": np.zeros(3)}}, "have 3 entries"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(people, arguments, message):
    with pytest.raises(InputError, match=message):
        event_outcomes(people[0], people[1], [WORSE], **arguments)
