"""A panel gives what the functions of one prediction give, for many predictions together."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.registry import entries
from hiprisk.metrics.vectorised.panel import evaluate_predictions
from metric_examples import own_metric

N, R = 80, 7
TWINS = {
    kind: [one for one in entries() if one.kind == kind and one.vectorised is not None]
    for kind in ("continuous", "binary")
}


def test_there_are_twins():
    assert len(TWINS["continuous"]) >= 8
    assert len(TWINS["binary"]) >= 18


def people(kind, *, ties=False, seed=0):
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=N)
    predicted = 0.8 * latent + rng.normal(0, 0.7, (R, N))
    if kind == "continuous":
        observed = 50 + 10 * (latent + rng.normal(size=N))
        predicted = 50 + 10 * predicted
    else:
        observed = (rng.random(N) < 1 / (1 + np.exp(-latent))).astype(float)
        predicted = 1 / (1 + np.exp(-predicted))
    return observed, np.round(predicted, 1) if ties else predicted


def weightings(seed=1):
    rng = np.random.default_rng(seed)
    counts = np.array([np.bincount(rng.integers(0, N, N), minlength=N) for _ in range(R)], float)
    return counts, None, (counts == 0).astype(float)


@pytest.mark.parametrize("kind", ["continuous", "binary"])
@pytest.mark.parametrize("ties", [False, True])
def test_every_value_equals_its_own_function(kind, ties):
    observed, predicted = people(kind, ties=ties)
    predicted = np.clip(predicted, 0.05, 0.95) if kind == "binary" else predicted
    evaluated = evaluate_predictions(
        observed, predicted, metrics=TWINS[kind], weightings=weightings()
    )
    for weights, found in zip(weightings(), evaluated, strict=True):
        for metric in TWINS[kind]:
            expected = [
                metric.function(observed, row, weights=None if weights is None else weights[number])
                for number, row in enumerate(predicted)
            ]
            assert found.values[metric.name] == pytest.approx(expected, rel=1e-10, abs=1e-10)


def test_people_with_a_risk_of_0_or_1_count_as_in_each_own_function():
    observed, predicted = people("binary")
    predicted = np.clip(predicted, 0.05, 0.95)
    predicted[1, :3], predicted[2, 5], predicted[3] = 0.0, 1.0, observed
    evaluated = evaluate_predictions(
        observed, predicted, metrics=TWINS["binary"], weightings=weightings()
    )
    for weights, found in zip(weightings(), evaluated, strict=True):
        for metric in TWINS["binary"]:
            for number, row in enumerate(predicted):
                value = found.values[metric.name][number]
                own = None if weights is None else weights[number]
                if np.isnan(value):
                    with pytest.raises(
                        InputError, match=r"no log odds|other than 0, one half and 1"
                    ):
                        metric.function(observed, row, weights=own)
                else:
                    assert value == pytest.approx(
                        metric.function(observed, row, weights=own), rel=1e-10, abs=1e-10
                    )


@pytest.mark.parametrize("kind", ["continuous", "binary"])
@pytest.mark.parametrize("ties", [False, True])
def test_counts_give_the_same_bits_as_whole_numbers(kind, ties):
    observed, predicted = people(kind, ties=ties)
    predicted = np.clip(predicted, 0.05, 0.95) if kind == "binary" else predicted
    counts, _, omitted = weightings()
    how = {"metrics": TWINS[kind]}
    floats = evaluate_predictions(observed, predicted, weightings=[counts, omitted], **how)
    whole = [counts.astype(np.int32), omitted.astype(bool)]
    for expected, found in zip(
        floats, evaluate_predictions(observed, predicted, weightings=whole, **how), strict=True
    ):
        for metric in TWINS[kind]:
            assert np.array_equal(
                found.values[metric.name], expected.values[metric.name], equal_nan=True
            )


@pytest.mark.parametrize("kind", ["continuous", "binary"])
def test_weight_two_equals_the_person_twice(kind):
    observed, predicted = people(kind)
    twice = np.ones((R, N))
    twice[:, :5] = 2.0
    twins = TWINS[kind]
    (weighted,) = evaluate_predictions(observed, predicted, metrics=twins, weightings=[twice])
    (copied,) = evaluate_predictions(
        np.r_[observed, observed[:5]],
        np.hstack([predicted, predicted[:, :5]]),
        metrics=twins,
        weightings=[None],
    )
    for one in twins:
        assert weighted.values[one.name] == pytest.approx(
            copied.values[one.name], rel=1e-9, abs=1e-9
        )


def test_a_metric_without_a_twin_is_called():
    def first_error(observed, predicted, *, weights=None):
        return float(observed[0] - predicted[0])

    observed, predicted = people("continuous")
    (found,) = evaluate_predictions(
        observed, predicted, metrics=[own_metric("first", first_error)], weightings=[None]
    )
    assert found.values["first"] == pytest.approx(observed[0] - predicted[:, 0])


def test_where_a_metric_refuses_there_is_no_number():
    observed, predicted = people("binary")
    weights = np.ones((R, N))
    weights[2, observed == 1] = 0.0
    predicted[4] = 0.3
    (found,) = evaluate_predictions(
        observed, predicted, metrics=TWINS["binary"], weightings=[weights]
    )
    assert np.flatnonzero(np.isnan(found.values["c_statistic"])).tolist() == [2]
    assert np.flatnonzero(np.isnan(found.values["calibration_slope"])).tolist() == [2, 4]
    assert np.flatnonzero(found.refused()).tolist() == [2, 4]


def test_a_risk_in_percent_is_refused():
    with pytest.raises(InputError, match=r"risks must lie in \[0, 1\]; they reach from .* to 40"):
        evaluate_predictions(
            np.array([0.0, 1.0]), np.array([[40.0, 0.1]]), metrics=TWINS["binary"],
            weightings=[None],
        )  # fmt: skip


def test_a_missing_prediction_is_refused():
    with pytest.raises(InputError, match=r"1 of 2 predictions have missing .* position 1"):
        evaluate_predictions(
            np.array([0.0, 1.0]), np.array([[0.2, 0.1], [np.nan, 0.1]]),
            metrics=TWINS["continuous"], weightings=[None],
        )  # fmt: skip
