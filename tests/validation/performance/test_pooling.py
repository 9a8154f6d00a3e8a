"""Performance pooled over imputations: hand counts of each part, and what one of them lacks."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t

from hiprisk.metrics.clinical_utility.bands import decision_curve_band
from hiprisk.metrics.decomposition.parts import brier_decomposition
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.intervals.calibration import FormulaInterval
from hiprisk.metrics.smoothing.calibration_curve import calibration_curve
from hiprisk.validation.performance.pooling import pool_performances
from hiprisk.validation.performance.results import EventPerformance, Performance
from hiprisk.validation.performance.sample import EvaluationSample
from metric_examples import example

Y, RISK = example("binary", n=120)
OTHER = np.clip(RISK * 0.9 + 0.03, 0.0, 1.0)
Z = 1.959963984540054


def stack_of(*risks):
    """All imputations below one another, each row weighing one over their number."""
    m, n = len(risks), len(Y)
    return EvaluationSample(
        kind="binary", observed=np.tile(Y, m), predicted=np.concatenate(risks),
        groups=np.tile(np.arange(n), m), weights=np.full(m * n, 1.0 / m),
    )  # fmt: skip


def estimate(name, value, half):
    return Estimate(name=name, value=value, low=value - half, high=value + half)


def pooled(*performances, stack=None, n_people=120):
    return pool_performances(
        performances, stack_of(RISK, OTHER) if stack is None else stack, n_people=n_people
    )


def test_a_metric_is_the_mean_and_its_variance_within_and_between():
    # Standard errors 1, values 10 and 12: within 1, between (1 + 1/2) * 2 = 3; three quarters of
    # the variance is between, so that Rubin has 1 / (3/4)^2 degrees of freedom.
    one, two = (
        Performance(n=120, metrics=(estimate("calibration_in_the_large", value, Z),))
        for value in (10.0, 12.0)
    )
    (found,) = pooled(one, two, n_people=10**9).metrics
    half = t.ppf(0.975, 16 / 9) * 2.0
    assert (found.value, found.low, found.high) == pytest.approx((11.0, 11.0 - half, 11.0 + half))


def test_a_metric_is_pooled_on_the_scale_of_its_entry():
    performances = [
        Performance(n=120, metrics=(estimate("mae", value, 1.0),)) for value in (8.0, 12.5)
    ]
    # The mean absolute error on its logarithm: the root of the product.
    assert pooled(*performances).metrics[0].value == pytest.approx(10.0)


def test_imputations_that_agree_say_no_more_than_one_of_them():
    one = Performance(n=120, metrics=(estimate("calibration_in_the_large", 0.1, Z * 0.2),))
    (found,) = pooled(one, one, n_people=1_000_000).metrics
    assert (found.value, found.low, found.high) == pytest.approx(
        (0.1, 0.1 - Z * 0.2, 0.1 + Z * 0.2), rel=1e-4
    )


def test_only_what_every_imputation_has_is_pooled_and_the_reason_is_kept():
    whole = Performance(n=120, metrics=(estimate("r2", 0.3, 0.1), estimate("mae", 9.0, 1.0)))
    less = Performance(
        n=120, metrics=(estimate("mae", 9.0, 1.0),), not_available={"r2": "nothing varies"}
    )
    found = pooled(whole, less)
    assert [one.name for one in found.metrics] == ["mae"]
    assert found.not_available == {"r2": "nothing varies"}


def curve_of(risk):
    return calibration_curve(Y, risk, kind="binary", n_points=20)


def test_a_curve_is_the_mean_over_the_predictions_that_all_imputations_reach():
    curves = [curve_of(risk) for risk in (RISK, OTHER)]
    one, two = (Performance(n=120, curves=(curve,)) for curve in curves)
    (found,) = pooled(one, two).curves
    assert found.predicted[0] == max(RISK.min(), OTHER.min())
    assert found.predicted[-1] == min(RISK.max(), OTHER.max())
    middle = found.predicted[9]
    expected = np.mean([np.interp(middle, c.predicted, c.observed) for c in curves])
    assert found.observed[9] == pytest.approx(expected)
    assert found.low[9] < found.observed[9] < found.high[9]
    assert min(found.low) >= 0.0
    assert max(found.high) <= 1.0
    assert found.errors.ici == pytest.approx(np.mean([c.errors.ici for c in curves]))
    # Each person counts once over both imputations.
    assert sum(found.bin_counts) == pytest.approx(120.0)
    assert sum(found.bin_events) == pytest.approx(Y.sum())


def test_a_curve_without_a_band_in_one_imputation_has_none():
    curves = [curve_of(RISK), replace(curve_of(OTHER), low=(), high=())]
    (found,) = pooled(*(Performance(n=120, curves=(curve,)) for curve in curves)).curves
    assert (found.low, found.high) == ((), ())


def band_of(risk):
    return decision_curve_band(Y, risk, thresholds=[0.3, 0.5], n_resamples=40, seed=1)


def test_net_benefit_is_the_mean_at_each_threshold():
    curves = [band_of(risk) for risk in (RISK, OTHER)]
    found = pooled(*(Performance(n=120, decision=curve) for curve in curves)).decision
    assert found.model == pytest.approx(np.mean([curve.model for curve in curves], axis=0))
    assert found.act_on_all == pytest.approx(curves[0].act_on_all)
    assert found.low[0] < found.model[0] < found.high[0]
    standardised = np.mean([curve.standardised(curve.model) for curve in curves], axis=0)
    assert found.standardised_low[0] < standardised[0] < found.standardised_high[0]


def test_a_decision_curve_that_one_imputation_lacks_is_none():
    curves = Performance(n=120, decision=band_of(RISK)), Performance(n=120)
    assert pooled(*curves).decision is None


def event_of(risk=RISK, n_events=40.0, reason=None):
    estimates = () if reason else (estimate("brier", 0.2, 0.05),)
    return EventPerformance(
        name="worsening", label="worse", n=120.0, n_events=n_events, estimates=estimates,
        reason=reason,
    )  # fmt: skip


def test_an_event_that_one_imputation_cannot_evaluate_is_not_evaluated():
    performances = [
        Performance(n=120, events=(event,))
        for event in (event_of(), event_of(n_events=0.0, reason="nobody had it"))
    ]
    (found,) = pooled(*performances).events
    assert (found.n, found.n_events) == (120.0, 20.0)
    assert found.reason == "nobody had it"
    assert (found.estimates, found.calibration, found.decision) == ((), None, None)


def by_formula(method, low, high, reason=""):
    slope = Estimate(name="calibration_slope", value=(low + high) / 2.0, low=low, high=high)
    return FormulaInterval(
        metric="calibration_slope", method=method, estimate=None if reason else slope, reason=reason
    )


def test_formulas_with_a_standard_error_are_pooled_and_a_profile_is_not():
    one, two = (
        Performance(
            n=120,
            metrics=(estimate("calibration_slope", 1.0, 0.2),),
            formula_intervals=(
                by_formula("wald", 0.8, 1.2 + more),
                by_formula("profile_likelihood", 0.7, 1.3),
                by_formula("cluster_robust", 0.8, 1.2, reason="one cluster" if more else ""),
            ),
        )
        for more in (0.0, 0.2)
    )
    wald, robust = pooled(one, two).formula_intervals
    assert (wald.method, robust.method) == ("wald", "cluster_robust")
    assert wald.estimate.value == pytest.approx(1.05)
    assert wald.estimate.high - wald.estimate.low > 0.4
    assert robust.reason == "one cluster"


def test_parts_of_a_score_are_averaged_and_still_add_up():
    parts = [brier_decomposition(Y, risk) for risk in (RISK, OTHER)]
    performances = [Performance(n=120, decompositions={"brier": part}) for part in parts]
    brier = pooled(*performances).decompositions["brier"]
    assert brier.score == pytest.approx((parts[0].score + parts[1].score) / 2)
    assert brier.score == pytest.approx(
        brier.miscalibration - brier.discrimination + brier.uncertainty
    )
