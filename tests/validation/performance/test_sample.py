"""Who is evaluated: rows, events and a risk as an event of its own."""

import numpy as np

from hiprisk.metrics.events import EventOutcome
from hiprisk.validation.performance.sample import EvaluationSample
from metric_examples import example

N = 60


def sample(**more):
    observed, law = example("distribution", n=N)
    happened = np.where(np.arange(N) < 5, np.nan, (observed > 40).astype(float))
    event = EventOutcome(name="worse", label="", happened=happened, chance=np.full(N, 0.3))
    return EvaluationSample(
        kind="continuous", observed=observed, predicted=law.mean, groups=np.arange(N) // 2,
        forecast=law, events=(event,), thresholds=(0.2,), **more,
    )  # fmt: skip


def test_an_event_is_a_binary_outcome_of_those_in_whom_it_is_known():
    whole = sample()
    risk = whole.of_event(whole.events[0])
    assert (risk.kind, risk.n, risk.outcome) == ("binary", N - 5, "worse")
    assert np.array_equal(risk.groups, whole.groups[5:])
    assert risk.thresholds == (0.2,)
    assert (risk.forecast, risk.events) == (None, ())


def test_rows_with_a_weight_of_nought_have_no_event():
    weights = np.ones(N)
    weights[5:8] = 0.0
    whole = sample(weights=weights)
    assert whole.of_event(whole.events[0]).n == N - 8


def test_some_rows_are_taken_of_every_part():
    rows = np.array([3, 10, 11])
    part = sample().take(rows)
    assert part.n == len(part.forecast) == len(part.events[0].happened) == 3
    assert part.predicted.tolist() == sample().predicted[rows].tolist()
    assert part.persons.tolist() == [1, 5, 5]
    assert sample().take(np.array([3, 10])).persons is None


def test_a_binary_outcome_is_its_own_event():
    y = np.array([0.0, 1.0, 1.0])
    risk = EvaluationSample(
        kind="binary", observed=y, predicted=np.array([0.2, 0.4, 0.8]), groups=np.arange(3)
    )
    (event,) = risk.risks
    assert event.name == "outcome"
    assert event.happened is y
    assert event.known.all()
