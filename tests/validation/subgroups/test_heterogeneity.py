"""Spread between groups: against R, by hand, and the size of its test."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2, f

from hiprisk.errors import InputError
from hiprisk.validation.subgroups.heterogeneity import holm, p_value_range, spread_between

ORACLE = json.loads(
    (Path(__file__).resolve().parents[2] / "oracles" / "heterogeneity.json").read_text()
)


@pytest.mark.parametrize("case", ORACLE["cases"])
def test_everything_equals_r(case):
    found = spread_between(case["y"], case["se"], [n - 1 for n in case["n"]])
    for name in ("q", "f", "freedom", "p_value"):
        assert getattr(found, name) == pytest.approx(case[name], rel=1e-9), name
    # R's root finder stops a little earlier than ours.
    tau, mean = found.tau, found.mean
    assert (tau.value, tau.low, tau.high) == pytest.approx(
        (case["tau"], case["tau_low"], case["tau_high"]), rel=1e-6, abs=1e-9
    )
    assert (mean.value, mean.low, mean.high) == pytest.approx(
        (case["mean"], case["mean_low"], case["mean_high"]), rel=1e-6
    )


def test_q_and_tau_equal_hand_count():
    # Values 0, 2 with variance 1/2 each: mean 1, Q = 2 x 1 / 0.5 = 4; tau2: 2 / (0.5 + tau2) = 1.
    found = spread_between([0.0, 2.0], [np.sqrt(0.5)] * 2, [np.inf] * 2)
    assert found.q == pytest.approx(4.0)
    assert found.tau.value == pytest.approx(np.sqrt(1.5))
    # With known standard errors Welch's test is that of Q.
    assert found.p_value == pytest.approx(chi2.sf(4.0, 1))


def test_two_groups_have_a_difference_and_more_have_none():
    two = spread_between([0.2, 0.5], [0.1, 0.1], [1e9, 1e9]).difference
    assert two.value == pytest.approx(0.3)
    assert two.high - two.low == pytest.approx(2 * 1.959964 * np.sqrt(0.02), rel=1e-5)
    assert spread_between([0.2, 0.5, 0.1], [0.1] * 3, [9] * 3).difference is None


def test_one_far_group_raises_q_and_tau():
    near = spread_between([1.0, 1.1, 0.9], [0.1] * 3, [50] * 3)
    far = spread_between([1.0, 1.1, 2.9], [0.1] * 3, [50] * 3)
    assert far.q > near.q
    assert far.tau.low > 0.0
    assert near.tau.low == 0.0


@pytest.mark.slow
def test_size_is_nominal_in_small_groups_where_that_of_q_is_not():
    rng = np.random.default_rng(7)
    sizes, times = (8, 12, 10, 6), 1000
    welch = cochran = 0
    for _ in range(times):
        samples = [rng.normal(scale=1 + i, size=n) for i, n in enumerate(sizes)]
        errors = [s.std(ddof=1) / np.sqrt(len(s)) for s in samples]
        found = spread_between([s.mean() for s in samples], errors, [n - 1 for n in sizes])
        welch += found.p_value < 0.05
        cochran += chi2.sf(found.q, 3) < 0.05
    # Three Monte-Carlo errors of 0.7 %.
    assert welch / times == pytest.approx(0.05, abs=0.021)
    assert cochran / times > 0.09


def test_interval_of_tau_covers_the_truth_with_few_groups():
    rng = np.random.default_rng(8)
    times, tau, covered = 300, 0.5, 0
    for _ in range(times):
        values = rng.normal(scale=tau, size=4) + rng.normal(scale=0.3, size=4)
        found = spread_between(values, [0.3] * 4, [np.inf] * 4).tau
        covered += found.low <= tau <= found.high
    assert covered / times == pytest.approx(0.95, abs=0.038)


def test_holm_equals_r():
    assert holm(ORACLE["holm"]["p"]) == pytest.approx(ORACLE["holm"]["adjusted"])
    assert holm([]) == ()


@pytest.mark.parametrize(
    ("values", "errors", "words"),
    [
        ([1.0], [0.1], "two groups or more"),
        ([1.0, 2.0], [0.1, 0.0], "positive standard errors"),
        ([1.0, np.nan], [0.1, 0.1], "positive standard errors"),
    ],
)
def test_what_cannot_be_compared_is_refused(values, errors, words):
    with pytest.raises(InputError, match=words):
        spread_between(values, errors, [10.0] * len(values))


def test_p_values_of_other_seeds_lie_about_the_given_one():
    least, most = p_value_range(4.2, 1.0, 200.0, n_resamples=500)
    assert least < f.sf(4.2, 1.0, 200.0) < most
    fewer = p_value_range(4.2, 1.0, 200.0, n_resamples=100)
    assert fewer[0] < least < most < fewer[1]
    # So few that a standard error may be anything.
    assert p_value_range(4.2, 1.0, math.inf, n_resamples=5)[1] == 1.0
