"""One performance of predictions, forecasts and events: equal to each metric computed alone."""

from dataclasses import replace

import numpy as np
import pytest

from hiprisk.config.cohort import SamplingSettings
from hiprisk.metrics import calibration, scores
from hiprisk.metrics.clinical_utility.curve import decision_curve
from hiprisk.metrics.evaluation.predictions import usable_metrics
from hiprisk.metrics.events import event_outcomes
from hiprisk.metrics.registry import find_metric, metrics_for
from hiprisk.sheet.format import Event
from hiprisk.validation.performance.computing import (
    PerformanceSettings,
    performance_of,
)
from hiprisk.validation.performance.measures import decision_thresholds
from hiprisk.validation.performance.sample import EvaluationSample
from metric_examples import example

WORSE = Event(name="worsening", label="worse", direction="above", reference="baseline", value=10.0)
STATE = Event(
    name="acceptable_state", label="fine", direction="below", reference="fixed", value=30.0
)
FORMULAS = PerformanceSettings(n_resamples=0, seed=1, stream="x")
RESAMPLED = PerformanceSettings(n_resamples=60, seed=1, stream="x", n_costly=20)
N = 400


@pytest.fixture(scope="module")
def people():
    observed, law = example("distribution", n=N)
    baseline = np.clip(law.mean + np.random.default_rng(2).normal(0, 12, N), 0, 100)
    return observed, law, baseline


def sample_of(people, events=(), rows=None, baseline=None, **more):
    observed, law, known = people
    outcomes = event_outcomes(
        observed, law, events, baseline=known if baseline is None else baseline
    )
    sample = EvaluationSample(
        kind="continuous", observed=observed, predicted=law.mean, groups=np.arange(N),
        forecast=law, bounds=(law.lower, law.upper), events=outcomes, **more,
    )  # fmt: skip
    return sample if rows is None else sample.take(rows)


def events_of(people, events, settings=FORMULAS, **more):
    return performance_of(sample_of(people, events, **more), settings).events


def risk_sample(n=300, seed=4, **more):
    rng = np.random.default_rng(seed)
    risk = rng.uniform(0.05, 0.9, n)
    return EvaluationSample(
        kind="binary", observed=(rng.random(n) < risk).astype(float), predicted=risk,
        groups=np.arange(n), **more,
    )  # fmt: skip


def test_every_default_metric_of_the_registry_stands_in_a_performance(people):
    found = performance_of(sample_of(people), RESAMPLED)
    names = [metric.name for metric in metrics_for("continuous", costly=True)]
    assert sorted(one.name for one in found.predictions) == sorted(names)
    assert [one.name for one in found.distribution] == [
        metric.name for metric in metrics_for("distribution")
    ]
    assert {one.name for one in found.limits.shares} == {
        f"{side}_share_{whose}" for side in ("floor", "ceiling")
        for whose in ("observed", "predicted", "forecast")
    }  # fmt: skip
    assert all(one.low <= one.value <= one.high for one in found.of_outcome())
    assert [curve.smoother for curve in found.curves] == ["loess", "spline"]
    assert found.to_frame()["metric"].tolist() == [
        one.name for one in (*found.predictions, *found.forecast)
    ]


def test_values_are_those_of_each_metric_alone(people):
    sample = sample_of(people)
    found = {one.name: one.value for one in performance_of(sample, FORMULAS).predictions}
    assert found["rmse"] == scores.rmse(sample.observed, sample.predicted)
    assert found["calibration_slope"] == calibration.linear_slope(sample.observed, sample.predicted)


def test_chances_of_true_forecasts_are_calibrated(people):
    for result in events_of(people, [WORSE, STATE]):
        found = {one.name: one for one in result.estimates}
        ratio = found["observed_expected_ratio"]
        assert ratio.low < 1.0 < ratio.high
        slope = found["calibration_slope"]
        assert slope.low < 1.0 < slope.high
        assert found["c_statistic"].value > 0.6


def test_every_part_of_an_event_is_that_of_the_same_probability(people):
    observed, law, baseline = people
    (result,) = events_of(people, [WORSE], thresholds=(0.305,))
    (outcome,) = event_outcomes(observed, law, [WORSE], baseline=baseline)
    names = {metric.name for metric in metrics_for("binary", costly=True)}
    assert {one.name for one in result.estimates} == names
    assert result.decision == decision_curve(
        outcome.happened, outcome.chance, thresholds=decision_thresholds([0.305]), outcome="worse"
    )
    values = {one.name: one.value for one in result.estimates}
    assert result.calibration.errors.ici == values["ici"]
    assert result.n_events == outcome.happened.sum()
    assert set(result.to_dict()["metrics"]) == names
    assert len(result.to_frame()) == len(names)
    assert next(one.name for one in result.utility((0.305,))) == "net_benefit_0.305"


def test_people_without_a_baseline_are_left_out_of_an_event(people):
    lacking = people[2].copy()
    lacking[:50] = np.nan
    (some,) = events_of(people, [WORSE], baseline=lacking)
    (same,) = events_of(people, [WORSE], rows=np.arange(50, N))
    assert some == same
    assert some.n == 350


def test_weights_are_people(people):
    counts = np.random.default_rng(1).integers(0, 3, N).astype(float)
    weighted = performance_of(sample_of(people, [STATE], weights=counts), RESAMPLED)
    rows = np.repeat(np.arange(N), counts.astype(int))
    repeated = performance_of(sample_of(people, [STATE], rows=rows), FORMULAS)
    assert weighted.events[0].n_events == repeated.events[0].n_events
    for one, other in zip(weighted.named(), repeated.named(), strict=True):
        assert one[0] == other[0]
        assert one[1].value == pytest.approx(other[1].value, rel=1e-8, abs=1e-10)


def test_an_event_that_never_came_says_why(people):
    never = Event(name="never", label="", direction="above", reference="fixed", value=200.0)
    (result,) = events_of(people, [never], RESAMPLED)
    assert result.estimates == ()
    assert "events and non-events" in result.reason
    assert result.n_events == 0


def test_a_risk_has_its_net_benefit_at_the_declared_thresholds():
    sample = risk_sample(thresholds=(0.305,), outcome="worse")
    found = performance_of(sample, RESAMPLED)
    assert (found.events, found.distribution, found.limits) == ((), (), None)
    net_benefit = next(one for one in found.utility() if one.name == "net_benefit_0.305")
    assert net_benefit.low <= net_benefit.value <= net_benefit.high
    assert found.decision.outcome == "worse"
    assert [event.name for event in sample.risks] == ["outcome"]


def test_metrics_asked_for_alone_come_without_curves(people):
    asked = (find_metric("continuous", "r2"), find_metric("continuous", "rmse"))
    settings = PerformanceSettings(
        n_resamples=60, seed=1, stream="x", percentiles=True, metrics=asked
    )
    found = performance_of(sample_of(people), settings)
    assert [one.name for one in found.predictions] == ["r2", "rmse"]
    assert (found.curves, found.decision) == ((), None)
    by_formula = performance_of(sample_of(people), RESAMPLED).metrics[1]
    assert found.metrics[1].value == by_formula.value
    assert found.metrics[1].low != by_formula.low


def test_what_these_people_cannot_give_is_left_out_with_its_reason():
    sample = risk_sample(n=40)
    flat = EvaluationSample(
        kind="binary", observed=sample.observed, predicted=np.full(40, 0.4), groups=sample.groups
    )
    found = performance_of(flat, RESAMPLED)
    assert "risks that vary" in found.not_available["calibration_slope"]
    assert "brier" in {one.name for one in found.metrics}
    # Too few for a smoother.
    assert found.not_available["ici_spline"] == (
        "a calibration curve needs 50 people, these are 40"
    )
    assert (found.curves, found.curve_errors) == ((), ())
    usable, lacking = usable_metrics(metrics_for("binary"), flat.observed, flat.predicted)
    assert {one.name for one in usable} | set(lacking) == {m.name for m in metrics_for("binary")}


def test_a_stream_of_its_own_moves_the_intervals_of_curve_errors_alone():
    settings = PerformanceSettings(
        n_resamples=60, seed=1, stream="x", curve_stream="y-{smoother}", n_costly=20
    )
    one, other = (performance_of(risk_sample(), s) for s in (RESAMPLED, settings))
    assert one.metrics == other.metrics
    assert [e.value for e in one.curve_errors] == [e.value for e in other.curve_errors]
    assert one.curve_errors != other.curve_errors


def test_percentiles_of_weighted_people_are_formulas_too(people):
    counts = np.random.default_rng(1).integers(1, 3, N).astype(float)
    settings = PerformanceSettings(n_resamples=60, seed=1, stream="x", percentiles=True)
    weighted = sample_of(people, weights=counts)
    assert performance_of(weighted, settings).metrics == performance_of(weighted, FORMULAS).metrics


def test_an_event_keeps_what_its_probabilities_can_give(people):
    # Nobody's probability is as high as 9 of 10, but that of those who had the event.
    found = events_of(people, [STATE], RESAMPLED)[0]
    sample = sample_of(people, [STATE])
    (event,) = sample.events
    apart = replace(event, chance=0.05 + 0.9 * event.happened)
    (result,) = performance_of(replace(sample, events=(apart,)), RESAMPLED).events
    assert result.reason is None
    assert "separate" in result.not_available["calibration_slope"]
    assert {one.name for one in result.estimates} | set(result.not_available) == {
        one.name for one in found.estimates
    }
    assert result.to_dict()["not_available"] == result.not_available


def test_formulas_stand_beside_resamples_where_they_are_asked_for(people):
    found = performance_of(sample_of(people), replace(RESAMPLED, percentiles=True, formulas=True))
    by = {(one.metric, one.method): one.estimate for one in found.formula_intervals}
    assert by["calibration_slope", "hc3"].value == pytest.approx(
        next(one.value for one in found.metrics if one.name == "calibration_slope")
    )
    # The intercept of a score is no metric of every evaluation, but stands here.
    assert ("calibration_intercept", "hc3") in by
    assert performance_of(sample_of(people), RESAMPLED).formula_intervals == ()


def test_scores_in_their_parts_beside_every_evaluation(people):
    found = performance_of(sample_of(people, (WORSE,)), FORMULAS)
    names = ["mse", "crps", "interval_score_80", "interval_score_90", "interval_score_95"]
    assert list(found.decompositions) == names
    values = {one.name: one.value for one in (*found.distribution, *found.events[0].estimates)}
    assert found.decompositions["crps"].score == pytest.approx(values["crps"])
    assert found.events[0].decomposition.score == pytest.approx(values["brier"])
    risks = performance_of(risk_sample(), FORMULAS)
    assert list(risks.decompositions) == ["brier"]
    sampled = risk_sample(sampling=SamplingSettings(case_control=0.2))
    assert performance_of(sampled, FORMULAS).decompositions == {}
    few = replace(FORMULAS, metrics=(find_metric("continuous", "r2"),))
    assert performance_of(sample_of(people), few).decompositions == {}
