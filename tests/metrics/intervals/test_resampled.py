"""Bootstrap intervals of given predictions, and the mix of them with formulas."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.discrimination import c_estimate
from hiprisk.metrics.forecast.distribution import forecast
from hiprisk.metrics.intervals.resampled import (
    _computable,
    error_interval,
    metric_intervals,
    percentile_intervals,
)
from hiprisk.metrics.registry import find_metric, metrics_for
from hiprisk.seeding import rng_for
from metric_examples import example, metrics, own_metric


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(8)
    risk = rng.random(150)
    return (rng.random(150) < risk).astype(float), risk, np.arange(150)


def intervals(people, **changed):
    y, risk, groups = people
    every = metrics_for("binary", costly=True)
    options = {"metrics": every, "groups": groups, "n_resamples": 60, "seed": 1, "name": "t"}
    return {one.name: one for one in percentile_intervals(y, risk, **(options | changed))}


def test_costly_metrics_do_not_move_the_others(people):
    alone = intervals(people, metrics=metrics("binary", "c_statistic"))
    beside = intervals(people, n_costly=20)
    assert alone["c_statistic"] == beside["c_statistic"]


def test_costly_metrics_take_the_first_resamples(people):
    every = intervals(people, n_resamples=20)
    few = intervals(people, n_costly=20)
    assert few["ici"] == every["ici"]
    assert few["eci"] == every["eci"]
    assert few["brier"] != every["brier"]


@pytest.mark.parametrize(("one_in", "has_interval"), [(20, True), (4, False)])
@pytest.mark.parametrize("costly", [False, True])
def test_a_metric_that_often_cannot_be_computed_has_no_interval(
    people, one_in, has_interval, costly
):
    y, risk, _ = people
    calls = []

    def rare(observed, predicted, *, weights=None):
        calls.append(weights)
        if weights is not None and len(calls) % one_in == 0:
            raise InputError("no curve", code="DEGENERATE")
        return 0.5

    both = [own_metric("rare", rare, "binary", costly=costly), *metrics("binary", "brier")]
    found, brier = percentile_intervals(
        y, risk, metrics=both, groups=np.arange(150), n_resamples=40, seed=1, name="t"
    )  # fmt: skip
    assert (found.value, found.low) == (0.5, 0.5 if has_interval else None)
    # The other metrics keep all of the resamples.
    assert brier == intervals(people, metrics=metrics("binary", "brier"), n_resamples=40)["brier"]


@pytest.mark.parametrize("kind", ["binary", "continuous", "distribution"])
def test_every_metric_has_an_interval_around_it(kind, people):
    y, risk, groups = people
    observed, predicted = y, risk
    if kind != "binary":
        predicted = 20 + 60 * risk
        observed = predicted + np.random.default_rng(1).uniform(-20, 20, 150)
    if kind == "distribution":
        predicted = forecast(
            predicted, np.full(150, 20.0), probabilities=[0.0, 1.0], quantiles=[-1.0, 1.0]
        )
    found = metric_intervals(
        kind, observed, predicted, groups=groups, seed=1, name="t", n_resamples=80, n_costly=40
    )
    assert [one.name for one in found] == [m.name for m in metrics_for(kind, costly=True)]
    for one in found:
        assert one.low <= one.high
        assert one.low <= one.value <= one.high


def test_formulas_are_taken_where_there_are_any(people):
    y, risk, groups = people
    (c, *_) = metric_intervals("binary", y, risk, groups=groups, seed=1, name="t", n_resamples=40)
    assert c == c_estimate(y, risk)


def test_rows_of_one_person_widen_the_formulas(people):
    y, risk, groups = people
    twice = np.repeat(groups, 2)
    two_of_them = metrics_for("binary")[:2]
    once, doubled = (
        metric_intervals("binary", a, b, groups=g, seed=1, name="t", metrics=two_of_them)
        for a, b, g in ((y, risk, groups), (y[twice], risk[twice], twice))
    )
    for one, two in zip(once, doubled, strict=True):
        assert two.high - two.low == pytest.approx(one.high - one.low, rel=0.02)


def test_formula_and_bootstrap_agree_on_many_people():
    rng = np.random.default_rng(3)
    risk = rng.beta(2, 3, 600)
    y = (rng.random(600) < risk).astype(float)
    chosen = [m for m in metrics_for("binary") if m.analytic is not None]
    resampled = percentile_intervals(
        y, risk, metrics=chosen, groups=np.arange(600),
        n_resamples=400, seed=1, name="t",
    )  # fmt: skip
    for metric, one in zip(chosen, resampled, strict=True):
        formula = metric.analytic(y, risk)
        assert one.high - one.low == pytest.approx(formula.high - formula.low, rel=0.15)


def test_errors_of_one_curve_are_those_of_each_metric_by_itself(people):
    y, risk, _ = people
    weights = np.random.default_rng(3).integers(0, 3, len(y)).astype(float)
    costly = [m for m in metrics_for("binary", costly=True) if m.costly]
    together = _computable(costly, y, risk, weights)
    assert len(together) > 8
    for metric in costly:
        assert together[metric.name] == metric.function(y, risk, weights=weights)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("kind", ["continuous", "binary", "distribution"])
def test_every_interval_of_the_registry_holds_its_own_value(kind, seed):
    # A model that is right: there the resamples' curve errors lie above their estimate.
    observed, predicted = example(kind, n=240, seed=seed)
    settings = {"groups": np.arange(240), "seed": seed, "name": "t", "n_resamples": 80}
    found = metric_intervals(kind, observed, predicted, n_costly=40, **settings)
    if kind == "continuous":
        shares = [find_metric(kind, "floor_share_observed").at(30.0)]
        found += metric_intervals(kind, observed, predicted, metrics=shares, **settings)
    if kind == "binary":
        benefits = metrics(kind, "net_benefit_0.2", "interventions_avoided_0.5")
        found += metric_intervals(kind, observed, predicted, metrics=benefits, **settings)
    outside = [one.name for one in found if not one.low <= one.value <= one.high]
    assert outside == []


def test_interval_of_an_error_is_the_outer_of_moved_and_basic():
    # Resamples 4 to 8, mean 6: moved by the bias of 3 that is 1 to 5, basic 6 - 8 to 6 - 4.
    drawn = np.linspace(4, 8, 401)
    low, high = np.quantile(drawn, [0.025, 0.975], method="weibull")
    one = error_interval(3.0, drawn)
    assert (one.low, one.high) == (0.0, pytest.approx(high - 3.0))
    far = error_interval(6.5, drawn)
    assert (far.low, far.high) == pytest.approx(
        (min(13 - high, low + 0.5), max(13 - low, high + 0.5))
    )


def test_interval_of_an_error_of_a_risk_ends_where_the_error_must():
    resampled = np.linspace(0.2, 1.0, 50)
    assert error_interval(0.7, resampled).high > 1.0
    assert error_interval(0.7, resampled, highest=1.0).high == 1.0


def test_interval_of_an_error_moves_with_its_units():
    drawn = np.random.default_rng(1).gamma(3.0, size=200)
    one, ten = error_interval(2.0, drawn), error_interval(20.0, 10 * drawn)
    assert (ten.low, ten.high) == pytest.approx((10 * one.low, 10 * one.high))


def test_intervals_hold_the_value_and_draw_persons():
    rng = np.random.default_rng(0)
    y = np.repeat(rng.normal(size=100), 2)
    p = y + np.repeat(rng.normal(size=100), 2)

    rmse = metrics("continuous", "rmse")

    def width(groups):
        (estimate,) = percentile_intervals(
            y, p, metrics=rmse, groups=groups, n_resamples=200, seed=1, name="t"
        )
        assert estimate.low < estimate.value < estimate.high
        return estimate.high - estimate.low

    # Two equal rows of a person tell nothing new: the interval is wider by about sqrt(2).
    assert width(np.repeat(np.arange(100), 2)) > 1.2 * width(np.arange(200))


def test_intervals_equal_a_loop_by_hand():
    rng = np.random.default_rng(2)
    y = rng.normal(size=40)
    p = y + rng.normal(size=40)
    (estimate,) = percentile_intervals(
        y, p, metrics=metrics("continuous", "mae"), groups=np.arange(40), n_resamples=100,
        seed=5, name="t",
    )  # fmt: skip
    stream = rng_for(5, "interval", "t")
    values = []
    for _ in range(100):
        rows = stream.integers(0, 40, 40)
        values.append(np.abs(y[rows] - p[rows]).mean())
    ends = np.quantile(values, [0.025, 0.975], method="weibull")
    assert (estimate.low, estimate.high) == pytest.approx(ends)


def test_a_resample_with_one_class_is_left_out():
    y = np.r_[np.ones(3), np.zeros(7)]
    p = np.linspace(0.6, 0.1, 10)
    settings = {"n_resamples": 100, "seed": 5, "name": "t"}
    settings["metrics"] = metrics("binary", "c_statistic")
    (estimate,) = percentile_intervals(y, p, groups=np.arange(10), **settings)
    assert estimate.low == estimate.value == estimate.high == 1.0
    # One event of ten: a third of the resamples lack it.
    (estimate,) = percentile_intervals(y[2:], p[2:], groups=np.arange(8), **settings)
    assert (estimate.value, estimate.low, estimate.high) == (1.0, None, None)
    with pytest.raises(InputError, match="needs events and non-events"):
        percentile_intervals(y[3:], p[3:], groups=np.arange(7), **settings)
