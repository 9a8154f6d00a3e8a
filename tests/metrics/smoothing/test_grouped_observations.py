"""Grouped observations by hand count and by R, and what they keep to."""

import numpy as np
import pytest
from scipy import stats

from hiprisk.metrics.smoothing.calibration_curve import calibration_curve
from hiprisk.metrics.smoothing.grouped_observations import grouped_observations
from metric_examples import oracle, report_figures

ONES = np.ones(40)
P = np.repeat([0.1, 0.2, 0.3, 0.4], 10)
Y = np.concatenate([np.repeat([1.0, 0.0], [k, 10 - k]) for k in (1, 2, 4, 8)])


def test_risks_by_hand_count():
    groups = grouped_observations(Y, P, weights=ONES, kind="binary")
    assert [one.n for one in groups] == [10, 10, 10, 10]
    assert [one.observed for one in groups] == pytest.approx([0.1, 0.2, 0.4, 0.8], rel=1e-12)
    assert [one.predicted for one in groups] == pytest.approx([0.1, 0.2, 0.3, 0.4], rel=1e-12)
    own = stats.binomtest(4, 10).proportion_ci(method="wilson")
    assert (groups[2].low, groups[2].high) == pytest.approx((own.low, own.high), rel=1e-9)


def test_a_score_has_students_interval():
    y = np.arange(40.0)
    first = grouped_observations(y, P * 100, weights=ONES, kind="continuous")[0]
    low, high = stats.t.interval(0.95, 9, loc=4.5, scale=np.std(y[:10], ddof=1) / np.sqrt(10))
    assert (first.observed, first.low, first.high) == pytest.approx((4.5, low, high), rel=1e-9)


def test_a_weight_of_2_is_the_same_person_twice():
    weighted = grouped_observations(Y, P, weights=2 * ONES, kind="binary")
    twice = grouped_observations(np.tile(Y, 2), np.tile(P, 2), weights=np.ones(80), kind="binary")
    for one, other in zip(weighted, twice, strict=True):
        assert one.to_dict() == pytest.approx(other.to_dict(), rel=1e-12)


def test_few_people_make_few_groups():
    groups = grouped_observations(Y[:25], np.linspace(0, 1, 25), weights=ONES[:25], kind="binary")
    assert len(groups) == 2
    assert all(one.n >= 10 for one in groups)
    assert grouped_observations(Y[:5], P[:5], weights=ONES[:5], kind="binary") == ()


def test_a_curve_has_its_groups_and_none_of_people_sampled_apart():
    rng = np.random.default_rng(3)
    risk = rng.random(200)
    y = (rng.random(200) < risk).astype(float)
    curve = calibration_curve(y, risk, kind="binary")
    assert sum(one.n for one in curve.grouped) == 200
    assert curve.to_dict()["grouped"][0]["observed"] == curve.grouped[0].observed
    assert calibration_curve(y, risk, kind="binary", prevalence=0.1).grouped == ()


@pytest.mark.parametrize(("case", "kind"), [
    ("binary", "binary"), ("continuous", "continuous"), ("weighted", "binary"),
    ("coarse", "continuous"),
])  # fmt: skip
def test_groups_and_intervals_are_those_of_r(case, kind):
    people = oracle("data")
    y, p = (people[name].to_numpy(float) for name in (
        ("y", "risk") if kind == "binary" else ("observed", "predicted")))  # fmt: skip
    # R has the same people twice where we have a weight of 2, and predictions of whole tens.
    weights = np.where(people["group"] < 20, 2.0, 1.0) if case == "weighted" else np.ones(len(y))
    p = np.round(p / 10.0) * 10.0 if case == "coarse" else p
    groups = grouped_observations(y, p, weights=weights, kind=kind, n_groups=10)
    expected = report_figures()["grouped"][case]
    assert len(groups) == len(expected)
    for one, other in zip(groups, expected, strict=True):
        assert one.to_dict() == pytest.approx(other, rel=1e-9, abs=1e-12)


def test_a_group_of_few_people_is_joined_and_nobody_left_out():
    # Three people of 0.2 sit alone between two bounds; so do the two highest.
    p = np.repeat([0.1, 0.2, 0.3, 0.4, 0.5], [11, 3, 14, 10, 2])
    groups = grouped_observations(np.zeros(40), p, weights=ONES, kind="binary")
    assert sum(one.n for one in groups) == 40
    assert all(one.n >= 10 for one in groups)


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_two_hips_that_agree_are_one_person(kind):
    y = Y if kind == "binary" else np.arange(40.0)
    once = grouped_observations(y, P, weights=ONES, kind=kind)
    twice = grouped_observations(
        np.repeat(y, 2), np.repeat(P, 2), weights=np.ones(80), kind=kind,
        groups=np.repeat(np.arange(40), 2),
    )  # fmt: skip
    for one, other in zip(once, twice, strict=True):
        assert other.observed == pytest.approx(one.observed)
        # The variance between ten persons has nine degrees of freedom; Wilson's has none to lose.
        assert other.high - other.low == pytest.approx(one.high - one.low, rel=0.08)
