"""What holds of every metric of the registry: bounds, direction, optimum, weights, refusals."""

import pickle

import numpy as np
import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics import discrimination, likelihood
from hiprisk.metrics.decision_curve.net_benefit import (
    interventions_avoided,
    standardised_net_benefit,
)
from hiprisk.metrics.forecast.distribution import Forecast
from hiprisk.metrics.registry import (
    METRICS,
    Metric,
    estimates,
    limit_metrics,
    metrics_for,
    net_benefit_metrics,
)
from hiprisk.metrics.smoothing.calibration_curve import calibration_error
from metric_examples import example, example_forecast, people

ALL = [metric for kind in METRICS.values() for metric in kind]
ALL += [*limit_metrics(30.0, 50.0), *net_benefit_metrics([0.2, 0.5])]
# Not in the registry, but weights must be replications there too.
OTHERS = {
    "dxy": discrimination.somers_dxy,
    "nagelkerke": likelihood.nagelkerke_r2,
    "D": likelihood.discrimination_index,
    "U": likelihood.unreliability_index,
    "Q": likelihood.quality_index,
    "D_as_is": likelihood.discrimination_index_as_is,
    "Q_as_is": likelihood.quality_index_as_is,
    "standardised": lambda y, p, *, weights=None: standardised_net_benefit(
        y, p, threshold=0.4, weights=weights
    ),
    "avoided": lambda y, p, *, weights=None: interventions_avoided(
        y, p, threshold=0.4, weights=weights
    ),
    "lowess": lambda y, p, *, weights=None: calibration_error(
        y, p, summary="e90", kind="binary", smoother="lowess", weights=weights
    ),
}
FUNCTIONS = [(m.kind, m.name, m.function) for m in ALL]
FUNCTIONS += [("binary", name, function) for name, function in OTHERS.items()]
ANALYTIC = [metric for metric in ALL if metric.analytic is not None]
NO_PERFECT = {"calibration_intercept", "calibration_slope", "calibration_in_the_large"}


def named(metric):
    return f"{metric.kind}-{metric.name}"


def spoiled(kind, predicted):
    """Predictions of somebody else, too high and too wide."""
    other = np.random.default_rng(1).permutation(len(predicted))
    if kind == "continuous":
        return predicted[other] * 1.5 + 10.0
    if kind == "distribution":
        return example_forecast(predicted.mean[other] + 25.0, predicted.scale * 1.5)
    return 1 / (1 + np.exp(-(2 * np.log(predicted / (1 - predicted)) + 1.5)))[other]


@pytest.mark.parametrize("metric", ALL, ids=named)
def test_bounds_and_direction(metric):
    observed, predicted = example(metric.kind, n=200)
    bad = spoiled(metric.kind, predicted)
    value, worse = (metric.function(observed, p) for p in (predicted, bad))
    low, high = metric.bounds
    for one in (value, worse):
        assert low is None or one >= low
        assert high is None or one <= high
    if metric.direction:
        assert metric.direction * value > metric.direction * worse
    elif "share" not in metric.name:
        assert abs(value - metric.optimum) < abs(worse - metric.optimum)


def certain(observed):
    return example_forecast(observed, 1e-9)


@pytest.mark.parametrize(
    "metric",
    [
        m
        for m in ALL
        if not (m.kind == "binary" and m.name in NO_PERFECT)
        and not m.name.startswith(("coverage", "cox_snell", "net_benefit", "spiegelhalter"))
        and "share" not in m.name
    ],
    ids=named,
)
def test_perfect_predictions_reach_the_optimum(metric):
    observed, _ = example(metric.kind)
    perfect = observed.copy()
    if metric.kind == "distribution":
        perfect = certain(observed)
    if metric.kind == "binary" and metric.name.endswith("spline"):
        pytest.skip("a logistic spline of perfect risks has no maximum, and says so")
    assert metric.function(observed, perfect) == pytest.approx(metric.optimum, abs=1e-6)


@pytest.mark.parametrize("metric", [m for m in ALL if m.direction == 0], ids=named)
def test_metrics_of_true_forecasts_lie_near_their_optimum(metric):
    if "share" in metric.name:
        pytest.skip("a share has no optimum")
    observed, predicted = example(metric.kind, n=4000)
    near = 2.5 if metric.name == "spiegelhalter_z" else 0.25
    assert metric.function(observed, predicted) == pytest.approx(metric.optimum, abs=near)


@pytest.mark.parametrize(("kind", "name", "function"), FUNCTIONS)
def test_weights_are_replications(kind, name, function):
    observed, predicted = example(kind)
    counts = np.random.default_rng(5).integers(0, 4, len(observed))
    repeated = np.repeat(np.arange(len(observed)), counts)
    weighted = function(observed, predicted, weights=counts)
    expected = function(observed[repeated], people(predicted, repeated))
    assert weighted == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert weighted != pytest.approx(function(observed, predicted), rel=1e-6)


@pytest.mark.parametrize("metric", ANALYTIC, ids=named)
def test_weights_are_replications_in_analytic_intervals(metric):
    observed, predicted = example(metric.kind)
    counts = np.random.default_rng(5).integers(0, 4, len(observed))
    repeated = np.repeat(np.arange(len(observed)), counts)
    groups = np.arange(len(observed)) // 2
    weighted = metric.analytic(observed, predicted, weights=counts)
    expected = metric.analytic(observed[repeated], people(predicted, repeated))
    clustered = metric.analytic(observed, predicted, weights=counts, groups=groups)
    in_clusters = metric.analytic(
        observed[repeated], people(predicted, repeated), groups=groups[repeated]
    )
    for one, other in ((weighted, expected), (clustered, in_clusters)):
        assert (one.low, one.high) == pytest.approx((other.low, other.high), rel=1e-8)
    plain = metric.analytic(observed, predicted)
    assert weighted.high - weighted.low != pytest.approx(plain.high - plain.low, rel=1e-6)


@pytest.mark.parametrize("metric", ANALYTIC, ids=named)
def test_analytic_interval_holds_the_value_and_widens_with_its_level(metric):
    observed, predicted = example(metric.kind)
    found = metric.analytic(observed, predicted, level=0.95)
    wider = metric.analytic(observed, predicted, level=0.99)
    assert found.name == metric.name or metric.name.startswith("net_benefit")
    assert found.value == pytest.approx(metric.function(observed, predicted), rel=1e-12)
    assert wider.low <= found.low <= found.value <= found.high <= wider.high
    assert wider.high - wider.low > found.high - found.low or found.low == found.high


@pytest.mark.parametrize("metric", ANALYTIC, ids=named)
def test_everybody_twice_as_one_group_is_everybody_once(metric):
    if metric.name in {"calibration_slope", "calibration_in_the_large", "calibration_intercept"}:
        pytest.skip("robust errors differ from model-based ones; held against R elsewhere")
    observed, predicted = example(metric.kind)
    twice = np.repeat(np.arange(len(observed)), 2)
    once = metric.analytic(observed, predicted)
    grouped = metric.analytic(observed[twice], people(predicted, twice), groups=twice)
    # C of two equal rows has a tie within the person, and classes count rows minus one.
    assert grouped.high - grouped.low == pytest.approx(once.high - once.low, rel=0.03)


@pytest.mark.parametrize(("kind", "name", "function"), FUNCTIONS)
def test_order_of_people_does_not_matter(kind, name, function):
    observed, predicted = example(kind)
    order = np.random.default_rng(2).permutation(len(observed))
    assert function(observed[order], people(predicted, order)) == pytest.approx(
        function(observed, predicted), rel=1e-9, abs=1e-12
    )


@pytest.mark.parametrize("metric", ALL, ids=named)
def test_bad_input_is_refused(metric):
    observed, predicted = example(metric.kind)
    missing = observed.copy()
    missing[4] = np.nan
    with pytest.raises(InputError, match="1 missing or infinite entries, first at position 4"):
        metric.function(missing, predicted)
    with pytest.raises(InputError, match="entries"):
        metric.function(observed[:-1], predicted)
    with pytest.raises(InputError, match="must not be negative"):
        metric.function(observed, predicted, weights=-np.ones(len(observed)))


@pytest.mark.parametrize("metric", ALL, ids=named)
def test_every_metric_travels_to_a_worker(metric):
    observed, predicted = example(metric.kind)
    copy = pickle.loads(pickle.dumps(metric))
    assert copy.function(observed, predicted) == metric.function(observed, predicted)


def test_the_main_metric_comes_first_and_names_are_unique():
    firsts = {kind: found[0].name for kind, found in METRICS.items()}
    assert firsts == {"continuous": "r2", "binary": "c_statistic", "distribution": "crps"}
    for kind in METRICS:
        names = [metric.name for metric in metrics_for(kind, costly=True)]
        assert len(set(names)) == len(names)


def test_costly_metrics_are_left_out_unless_asked_for():
    assert not any(metric.costly for metric in metrics_for("binary"))
    assert {"ici", "emax_spline", "eci"} <= {m.name for m in metrics_for("binary", costly=True)}
    assert "ici" not in {metric.name for metric in metrics_for("continuous")}


def test_an_unknown_kind_is_refused():
    with pytest.raises(ConfigError, match="continuous, binary, distribution, got 'survival'"):
        metrics_for("survival")


@pytest.mark.parametrize("kind", list(METRICS))
def test_estimates_give_every_metric_once(kind):
    observed, predicted = example(kind, n=80)
    found = estimates(kind, observed, predicted)
    assert [one.name for one in found] == [m.name for m in metrics_for(kind, costly=True)]
    for one, metric in zip(found, metrics_for(kind, costly=True), strict=True):
        assert isinstance(metric, Metric)
        assert (one.low is None) == (metric.interval == "bootstrap")


def test_a_constant_prediction_has_a_curve_that_is_the_mean():
    observed, _ = example("binary")
    for metric in METRICS["binary"]:
        if metric.costly and metric.name != "eci":
            value = metric.function(observed, np.full(len(observed), 0.25))
            assert value == pytest.approx(abs(observed.mean() - 0.25), abs=1e-9)


def test_examples_are_what_they_say():
    assert isinstance(example("distribution")[1], Forecast)
