"""What holds of every metric of the registry: bounds, direction, optimum, weights, refusals."""

import pickle

import numpy as np
import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics.forecast.distribution import ResidualForecast
from hiprisk.metrics.registry import (
    KINDS,
    entries,
    estimates,
    find_metric,
    further_metrics,
    metrics_for,
)
from hiprisk.metrics.smoothing.curve_errors import calibration_error
from hiprisk.metrics.vectorised.panel import evaluate_predictions
from metric_examples import example, example_forecast, own_metric, people

# One value for each parameter that an entry may leave open.
FILLED = {"threshold": 0.4, "bound": 40.0}
ALL = [one.at(FILLED[one.parameter]) if one.parameter else one for one in entries()]
JUDGING = [one for one in ALL if not one.descriptive]
LOWESS = own_metric(
    "lowess",
    lambda y, p, *, weights=None: calibration_error(
        y, p, summary="e90", kind="binary", smoother="lowess", weights=weights
    ),
    kind="binary",
)
ANALYTIC = [metric for metric in ALL if metric.analytic is not None]


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
    elif not metric.descriptive:
        assert abs(value - metric.optimum) < abs(worse - metric.optimum)


def test_what_describes_alone_has_no_optimum_between():
    for metric in ALL:
        assert metric.descriptive or metric.direction or metric.optimum is not None


def certain(observed):
    return example_forecast(observed, 1e-9)


def optimum_of_perfect(metric, observed):
    """Of predictions that equal the outcome; None where they cannot be judged, or are not best."""
    separated = metric.kind == "binary" and (
        "varying predictions" in metric.needs
        or (metric.curve and metric.curve.smoother == "spline")
    )
    # Perfect risks are more extreme than any that are calibrated.
    endless = metric.name in {"calibration_in_the_large", "spiegelhalter_z"}
    if separated or (metric.kind == "binary" and endless) or metric.name.startswith("coverage"):
        return None
    most = {
        "cox_snell_r2_as_is": 1 - np.exp(2 * null_of(observed.mean())),
        "net_benefit_0.4": observed.mean(),
        "interventions_avoided_0.4": 100 * (1 - observed.mean()),
    }
    return most.get(metric.name, metric.optimum)


def null_of(share):
    return share * np.log(share) + (1 - share) * np.log(1 - share) if 0 < share < 1 else 0.0


@pytest.mark.parametrize("metric", [m for m in ALL if m.optimum is not None], ids=named)
def test_perfect_predictions_reach_the_optimum(metric):
    observed, _ = example(metric.kind)
    optimum = optimum_of_perfect(metric, observed)
    if optimum is None:
        pytest.skip("has no maximum at perfect predictions, and says so")
    perfect = certain(observed) if metric.kind == "distribution" else observed.copy()
    if metric.kind == "binary":
        # A risk of 0 or 1 has no log odds.
        perfect = np.clip(perfect, 1e-9, 1.0 - 1e-9)
    assert metric.function(observed, perfect) == pytest.approx(optimum, abs=1e-6)


@pytest.mark.parametrize("metric", [m for m in JUDGING if m.direction == 0], ids=named)
def test_metrics_of_true_forecasts_lie_near_their_optimum(metric):
    observed, predicted = example(metric.kind, n=4000)
    near = 2.5 if metric.name == "spiegelhalter_z" else 0.25
    assert metric.function(observed, predicted) == pytest.approx(metric.optimum, abs=near)


DEGENERATE = {
    "both classes": lambda y, p: (np.ones(len(y)), p),
    "varying outcome": lambda y, p: (np.full(len(y), 3.0), p),
    "varying predictions": lambda y, p: (y, np.full(len(y), 0.25)),
}


@pytest.mark.parametrize("metric", ALL, ids=named)
def test_a_metric_refuses_what_its_entry_says_it_needs_and_nothing_else(metric):
    observed, predicted = example(metric.kind)
    for need, spoil in DEGENERATE.items():
        if (need == "both classes") != (metric.kind == "binary") and need != "varying predictions":
            continue
        if metric.kind == "distribution" and need == "varying predictions":
            continue
        if metric.curve is not None:
            # A smoother of one class is that class, or separates: its own tests have it.
            continue
        bad = spoil(observed, predicted)
        if need in metric.needs:
            with pytest.raises(InputError, match=r"need|vary|separate") as refused:
                metric.function(*bad)
            assert refused.value.code == "DEGENERATE"
        else:
            assert np.isfinite(metric.function(*bad))


@pytest.mark.parametrize("metric", ALL, ids=named)
def test_a_vectorised_twin_gives_what_the_function_gives(metric):
    if metric.kind == "distribution":
        assert metric.vectorised is None
        return
    observed, predicted = example(metric.kind)
    weights = np.random.default_rng(7).integers(0, 3, len(observed)).astype(float)
    (found,) = evaluate_predictions(
        observed, predicted[np.newaxis], metrics=[metric], weightings=[weights[np.newaxis]]
    )
    expected = metric.function(observed, predicted, weights=weights)
    assert found.values[metric.name][0] == pytest.approx(expected, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("metric", [m for m in ALL if m.no_information], ids=named)
def test_without_information_is_worse_than_the_true_forecast(metric):
    observed, predicted = example(metric.kind, n=400)
    rate = metric.no_information(observed, predicted)
    assert metric.direction * metric.function(observed, predicted) > metric.direction * rate


@pytest.mark.parametrize("metric", ALL, ids=named)
def test_a_scale_of_pooling_holds_the_metric(metric):
    low, high = metric.bounds
    assert metric.pooling_scale != "log" or low == 0.0
    assert metric.pooling_scale != "logit" or (low, high) == (0.0, 1.0)


def test_what_the_fit_pins_lies_between():
    assert {m.direction for m in ALL if m.pinned_by_fit} == {0}


@pytest.mark.parametrize("metric", [*ALL, LOWESS], ids=named)
def test_weights_are_replications(metric):
    function = metric.function
    observed, predicted = example(metric.kind)
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
    assert found.name == metric.name
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


@pytest.mark.parametrize("metric", [*ALL, LOWESS], ids=named)
def test_order_of_people_does_not_matter(metric):
    function = metric.function
    observed, predicted = example(metric.kind)
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
    firsts = {kind: metrics_for(kind)[0].name for kind in KINDS}
    assert firsts == {"continuous": "r2", "binary": "c_statistic", "distribution": "crps"}
    for kind in KINDS:
        names = [one.name for one in entries() if one.kind == kind]
        assert len(set(names)) == len(names)


def test_costly_metrics_are_left_out_unless_asked_for():
    assert not any(metric.costly for metric in metrics_for("binary"))
    assert {"ici", "emax_spline", "eci"} <= {m.name for m in metrics_for("binary", costly=True)}
    assert "ici" not in {metric.name for metric in metrics_for("continuous")}


def test_an_unknown_kind_is_refused():
    with pytest.raises(ConfigError, match="continuous, binary, distribution, got 'survival'"):
        metrics_for("survival")
    with pytest.raises(ConfigError, match="no metric 'r3' of a continuous outcome"):
        find_metric("continuous", "r3")


def test_what_stands_beside_a_bootstrap_is_found_by_name():
    assert {"mse", "calibration_intercept", "g"} <= {m.name for m in further_metrics("continuous")}
    for kind in KINDS:
        for one in (*metrics_for(kind, costly=True), *further_metrics(kind)):
            assert find_metric(kind, one.name) is one
    assert find_metric("binary", "net_benefit_0.25").function([1, 0], [0.6, 0.1]) == 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_estimates_give_every_metric_once(kind):
    observed, predicted = example(kind, n=80)
    found = estimates(kind, observed, predicted)
    assert [one.name for one in found] == [m.name for m in metrics_for(kind, costly=True)]
    for one, metric in zip(found, metrics_for(kind, costly=True), strict=True):
        assert (one.low is None) == (metric.interval == "bootstrap")


def test_a_constant_prediction_has_a_curve_that_is_the_mean():
    observed, _ = example("binary")
    for metric in metrics_for("binary", costly=True):
        if metric.costly and metric.name != "eci":
            value = metric.function(observed, np.full(len(observed), 0.25))
            assert value == pytest.approx(abs(observed.mean() - 0.25), abs=1e-9)


def test_examples_are_what_they_say():
    assert isinstance(example("distribution")[1], ResidualForecast)
