"""Forecasts and chances of events by group: figures of the group's own rows, and one interval."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.config import SubgroupSettings
from hiprisk.metrics import calibration, discrimination, scores
from hiprisk.metrics.clinical_utility.net_benefit import net_benefit
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.events import EventOutcome
from hiprisk.metrics.forecast.scores import crps
from hiprisk.metrics.smoothing.curve_errors import calibration_error
from hiprisk.validation.performance.sample import EvaluationSample
from hiprisk.validation.subgroups.performance import subgroup_performance
from metric_examples import example_forecast

N = 240
SETTINGS = SubgroupSettings(by=("sex",), smallest_cell=10, resamples=80)


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"sex": np.resize(np.array(["female", "male"], dtype=object), N)})
    predicted = np.clip(40 + 12 * rng.normal(size=N), 1, 99)
    observed = np.clip(predicted + 8 * rng.normal(size=N), 0, 100)
    chance = 1 / (1 + np.exp(-(predicted - 45) / 6))
    return frame, observed, predicted, chance, (observed > 45).astype(float)


def evaluated(people, happened=None, **more):
    frame, observed, predicted, chance, event = people
    happened = event if happened is None else happened
    forecast = example_forecast(predicted)
    sample = EvaluationSample(
        kind="continuous", observed=observed, predicted=predicted, groups=np.arange(N),
        forecast=forecast, bounds=(forecast.lower, forecast.upper), thresholds=(0.3,),
        events=(EventOutcome(name="worse", happened=happened, chance=chance),),
    )  # fmt: skip
    return subgroup_performance(sample, frame, settings=SETTINGS, seed=1, **more)


@pytest.fixture(scope="module")
def result(people):
    return evaluated(people)


def row(result, metric, level, event=""):
    (found,) = (r for r in result.further if (r.metric, r.level, r.event) == (metric, level, event))
    return found


def test_a_group_has_the_chances_figures_of_its_own_rows(people, result):
    women = (people[0]["sex"] == "female").to_numpy()
    y, risk = people[4][women], people[3][women]
    functions = {
        "c_statistic": discrimination.c_statistic,
        "brier": scores.brier,
        "scaled_brier": scores.scaled_brier,
        "calibration_in_the_large": calibration.logit_in_the_large,
        "calibration_intercept": calibration.logistic_intercept,
        "calibration_slope": calibration.logistic_slope,
        "observed_expected_ratio": calibration.observed_expected_ratio,
        "ici": lambda y, p: calibration_error(y, p, summary="ici", kind="binary"),
    }
    for metric, function in functions.items():
        found = row(result, metric, "female", "worse")
        assert found.estimate.value == pytest.approx(function(y, risk), abs=1e-9)
        assert found.estimate.low <= found.estimate.value <= found.estimate.high
        assert found.standard_error > 0


def test_a_group_has_the_forecasts_figures_of_its_own_rows(people, result):
    men = (people[0]["sex"] == "male").to_numpy()
    found = row(result, "crps", "male")
    assert found.estimate.value == crps(people[1][men], example_forecast(people[2][men]))
    metrics = {r.metric for r in result.further if not r.event}
    assert {"interval_score_90", "coverage_80", "coverage_90", "coverage_95", "width_95",
            "floor_share_observed", "ceiling_share_forecast"} <= metrics  # fmt: skip
    for metric in metrics - {f"{a}_share_{b}" for a in ("floor", "ceiling")
                             for b in ("observed", "predicted")}:  # fmt: skip
        ends = row(result, metric, "male").estimate
        assert ends.low <= ends.value <= ends.high


def test_a_group_with_too_few_events_is_not_shown_for_that_event(people):
    happened = people[4].copy()
    men = np.flatnonzero((people[0]["sex"] == "male").to_numpy())
    happened[men] = 0.0
    happened[men[:4]] = 1.0
    few = evaluated(people, happened)
    # Of two groups the other would follow from the total.
    for level in ("female", "male"):
        assert row(few, "c_statistic", level, "worse").estimate is None
        assert row(few, "crps", level).estimate is not None
    assert row(few, "c_statistic", "everybody", "worse").estimate is not None


def test_a_few_people_at_a_bound_are_not_reported_by_their_share(people):
    frame, observed, *rest = people
    bounded = observed.copy()
    men = np.flatnonzero((frame["sex"] == "male").to_numpy())
    bounded[men[:3]] = 0.0
    found = evaluated((frame, bounded, *rest))
    assert row(found, "floor_share_observed", "everybody").estimate is not None
    for level in ("female", "male"):
        assert row(found, "floor_share_observed", level).estimate is None
        assert "not shown" in row(found, "floor_share_observed", level).note
        assert row(found, "floor_share_forecast", level).estimate is not None
    bounded[frame.index[:80]] = 0.0
    many = evaluated((frame, bounded, *rest))
    assert row(many, "floor_share_observed", "male").estimate.value == pytest.approx(
        (bounded[men] == 0).mean()
    )


def test_everybody_has_the_interval_that_is_reported_elsewhere(people):
    reported = {
        ("", "mae"): Estimate(name="mae", value=6.0, low=5.0, high=7.0),
        ("worse", "brier"): Estimate(name="brier", value=0.1, low=0.05, high=0.15),
        ("worse", "net_benefit_0.3"): Estimate(name="nb", value=0.2, low=0.1, high=0.3),
    }
    found = evaluated(people, known=reported)
    assert next(one for one in found.overall if one.name == "mae") == reported["", "mae"]
    assert row(found, "brier", "everybody", "worse").estimate == reported["worse", "brier"]
    assert found.benefits[0].net_benefit == reported["worse", "net_benefit_0.3"]
    assert row(found, "brier", "male", "worse").estimate != reported["worse", "brier"]


def test_net_benefit_is_tested_for_heterogeneity(people, result):
    (found,) = (r for r in result.heterogeneity if r.metric == "net_benefit_0.3")
    women = (people[0]["sex"] == "female").to_numpy()
    each = [net_benefit(people[4][w], people[3][w], threshold=0.3) for w in (women, ~women)]
    assert found.event == "worse"
    assert found.difference.value == pytest.approx(each[1] - each[0], abs=1e-12)


def test_frames_hold_every_row(result):
    frame = result.to_frame()
    assert len(frame) == len(result.overall) + len(result.estimates) + len(result.further)
    shown = frame[(frame["event"] == "worse") & (frame["metric"] == "brier")]
    assert shown["level"].tolist() == ["everybody", "female", "male"]
    assert len(result.heterogeneity_frame()) == len(result.heterogeneity)
    assert {"net_benefit", "net_benefit_low", "gain_high"} <= set(result.benefits_frame().columns)
