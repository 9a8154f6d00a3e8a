"""The difference of two models on the same people: counted by hand, and by a plain bootstrap."""

import dataclasses

import numpy as np
import pytest

from hiprisk.bootstrap import monte_carlo_error
from hiprisk.metrics.estimate import Estimate
from hiprisk.seeding import rng_for
from hiprisk.validation.performance.paired import MAIN_METRICS, PairedDifference, paired_differences
from metric_examples import example


def paired(y, p, q, *, kind="continuous", groups=None, n_resamples=50, seed=1):
    found, lacking = paired_differences(
        np.asarray(y, dtype=float),
        np.asarray(p, dtype=float),
        np.asarray(q, dtype=float),
        kind=kind,
        groups=np.arange(len(y)) if groups is None else groups,
        n_resamples=n_resamples,
        seed=seed,
    )
    return {one.metric: one for one in found}, lacking


def test_a_score_by_hand():
    # Errors 0, 0, 0, 10 and 5, 0, 0, 0; the squared deviations of the outcome sum up to 500.
    found, lacking = paired([0, 10, 20, 30], [0, 10, 20, 20], [5, 10, 20, 30])
    values = {n: (o.first.value, o.second.value, o.difference.value) for n, o in found.items()}
    assert values["r2"] == pytest.approx((0.8, 0.95, 0.15))
    assert values["rmse"] == pytest.approx((5.0, 2.5, -2.5))
    assert values["mae"] == pytest.approx((2.5, 1.25, -1.25))
    # Slopes: 350 / 275 and 425 / 368.75.
    assert values["calibration_slope"][:2] == pytest.approx((350 / 275, 425 / 368.75))
    assert lacking == {}
    assert list(found) == list(MAIN_METRICS["continuous"])


def test_a_risk_by_hand():
    found, _ = paired([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], [0.1, 0.2, 0.3, 0.4], kind="binary")
    c, brier = found["c_statistic"], found["brier"]
    # Of four pairs the first model has three in order, the second all.
    assert (c.first.value, c.second.value, c.difference.value) == (0.75, 1.0, 0.25)
    first = (0.01 + 0.16 + 0.65**2 + 0.04) / 4
    second = (0.01 + 0.04 + 0.49 + 0.36) / 4
    assert brier.difference.value == pytest.approx(second - first)


def rmse(y, p):
    return np.sqrt(np.mean((y - p) ** 2))


def r2(y, p):
    return 1.0 - np.sum((y - p) ** 2) / np.sum((y - y.mean()) ** 2)


def slope(y, p):
    return np.polyfit(p, y, 1)[0]


def plain_bootstrap(y, p, q, groups, statistic, *, n_resamples, seed):
    """Persons drawn one by one, all their rows taken, both models on the same rows."""
    rng = rng_for(seed, "paired_difference")
    persons = np.unique(groups)
    gaps = []
    for _ in range(n_resamples):
        drawn = persons[rng.integers(0, len(persons), len(persons))]
        rows = np.concatenate([np.flatnonzero(groups == person) for person in drawn])
        gaps.append(statistic(y[rows], q[rows]) - statistic(y[rows], p[rows]))
    return np.array(gaps)


ENDS = (0.025, 0.975)


@pytest.mark.parametrize("several", [False, True], ids=["a row each", "two hips"])
@pytest.mark.parametrize(
    ("name", "statistic"), [("r2", r2), ("rmse", rmse), ("calibration_slope", slope)]
)
def test_the_interval_is_that_of_a_plain_bootstrap_of_persons(name, statistic, several):
    y, p = example("continuous", n=120)
    q = p + 0.3 * np.random.default_rng(2).normal(size=120) * p.std()
    groups = np.arange(120) // 2 if several else np.arange(120)
    found, _ = paired(y, p, q, groups=groups, n_resamples=80, seed=4)
    gaps = plain_bootstrap(y, p, q, groups, statistic, n_resamples=80, seed=4)
    low, high = np.quantile(gaps, ENDS, method="weibull")
    assert (found[name].difference.low, found[name].difference.high) == pytest.approx((low, high))
    errors = [monte_carlo_error(gaps, end) for end in ENDS]
    assert found[name].end_errors == pytest.approx(errors)


def c_by_pairs(y, p):
    gap = p[y == 1][:, None] - p[y == 0][None, :]
    return np.mean((gap > 0) + 0.5 * (gap == 0))


def test_the_interval_of_a_c_statistic_is_that_of_a_plain_bootstrap():
    y, p = example("binary", n=150)
    q = np.clip(p + 0.2 * np.random.default_rng(3).normal(size=150), 0.01, 0.99)
    found, _ = paired(y, p, q, kind="binary", n_resamples=80, seed=2)
    gaps = plain_bootstrap(y, p, q, np.arange(150), c_by_pairs, n_resamples=80, seed=2)
    ends = np.quantile(gaps, ENDS, method="weibull")
    gap = found["c_statistic"].difference
    assert (gap.low, gap.high) == pytest.approx(tuple(ends))


def test_what_is_hard_for_both_does_not_widen_the_difference():
    rng = np.random.default_rng(5)
    y = rng.normal(0.0, 10.0, 400)
    p = rng.normal(0.0, 1.0, 400)
    found, _ = paired(y, p, p + 0.1, n_resamples=200)
    one = found["rmse"]
    width = one.difference.high - one.difference.low
    assert width < 0.1 * (one.first.high - one.first.low)


def test_the_same_predictions_differ_by_nothing():
    y, p = example("continuous", n=60)
    found, _ = paired(y, p, p)
    for one in found.values():
        assert (one.difference.low, one.difference.value, one.difference.high) == (0.0, 0.0, 0.0)
    assert found["r2"].better == "inconclusive"
    assert found["calibration_slope"].better == "none"


def test_one_prediction_for_everybody_has_no_slope():
    y, p = example("continuous", n=60)
    found, lacking = paired(y, np.full(60, y.mean()), p)
    assert list(lacking) == ["calibration_slope"]
    assert set(found) == {"r2", "rmse", "mae"}


@pytest.mark.parametrize(
    ("direction", "low", "high", "better"),
    [
        (1, 0.1, 0.3, "second"),
        (1, -0.3, -0.1, "first"),
        (-1, 0.1, 0.3, "first"),
        (-1, -0.3, -0.1, "second"),
        (1, -0.1, 0.3, "inconclusive"),
        (1, 0.015, 0.3, "inconclusive"),  # within 1.96 of its errors of 0.01
        (1, -0.3, -0.015, "inconclusive"),
        (0, 0.1, 0.3, "none"),
        (1, None, None, "inconclusive"),
    ],
)
def test_which_is_better(direction, low, high, better):
    value = Estimate(name="x", value=0.2)
    one = PairedDifference(
        metric="x", label="x", direction=direction, first=value, second=value,
        difference=dataclasses.replace(value, low=low, high=high), end_errors=(0.01, 0.01),
    )  # fmt: skip
    assert one.better == better
    assert one.to_dict()["better"] == better


def test_too_few_resamples_with_both_classes_leave_no_interval():
    # One of six has the event: about a third of the resamples have none.
    y, p = [0, 0, 0, 0, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    found, _ = paired(y, p, p[::-1], kind="binary", n_resamples=100)
    assert found["c_statistic"].difference.low is None
    assert found["c_statistic"].better == "inconclusive"
