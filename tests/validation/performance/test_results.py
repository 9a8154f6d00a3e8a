"""What a performance says of itself: names, tables and plain values."""

import json
from dataclasses import replace

import numpy as np

from hiprisk.metrics.clinical_utility.bands import decision_curve_band
from hiprisk.metrics.decomposition.parts import brier_decomposition, mse_decomposition
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.floor_ceiling import LimitShares
from hiprisk.metrics.intervals.calibration import FormulaInterval
from hiprisk.validation.performance.results import EventPerformance, Performance, utility_at


def estimate(name, value=1.0):
    return Estimate(name=name, value=value, low=value - 1, high=value + 1)


def curve():
    rng = np.random.default_rng(1)
    risk = rng.uniform(size=80)
    happened = (rng.random(80) < risk).astype(float)
    return decision_curve_band(happened, risk, thresholds=[0.2, 0.3], n_resamples=20, seed=1)


PERFORMANCE = Performance(
    n=80,
    metrics=(estimate("r2"),),
    curve_errors=(estimate("ici"),),
    distribution=(estimate("crps"),),
    limits=LimitShares(lower=0.0, upper=None, shares=(estimate("floor_share_observed"),)),
    not_available={"calibration_slope": "all are alike"},
    events=(
        EventPerformance(
            name="worse", label="worse", n=80, n_events=40, estimates=(estimate("brier"),),
            decision=curve(), decomposition=brier_decomposition([0, 1], [0.25, 0.5]),
        ),
    ),
    thresholds=(0.3,),
    decompositions={"mse": mse_decomposition([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])},
)  # fmt: skip


def test_every_estimate_has_a_name_of_its_own():
    names = [name for name, _ in PERFORMANCE.named()]
    assert names == [
        "r2", "ici", "crps", "floor_share_observed", "brier_worse", "net_benefit_0.3_worse",
        "standardised_net_benefit_0.3_worse", "interventions_avoided_0.3_worse",
    ]  # fmt: skip


def test_table_and_json_have_the_same_values():
    plain = json.loads(json.dumps(PERFORMANCE.to_dict(), allow_nan=False))
    table = PERFORMANCE.to_frame().set_index("metric")
    assert set(plain["metrics"]) == {"r2", "ici", "crps"}
    assert plain["metrics"]["crps"]["low"] == table.loc["crps", "low"]
    assert plain["limits"]["floor_share_observed"]["value"] == 1.0
    assert plain["not_available"] == {"calibration_slope": "all are alike"}
    assert table.index.tolist() == ["r2", "ici", "crps", "floor_share_observed"]


def test_scores_in_their_parts_stand_in_json_and_in_a_table():
    plain = json.loads(json.dumps(PERFORMANCE.to_dict(), allow_nan=False))
    table = PERFORMANCE.decomposition_frame().set_index(["event", "metric"])
    assert plain["decompositions"]["mse"] == table.loc[("", "mse")].to_dict()
    of_event = PERFORMANCE.events[0].to_dict()["decomposition"]
    assert of_event == table.loc[("worse", "brier")].to_dict()
    assert of_event["score"] == 0.15625
    assert "decomposition" not in EventPerformance(name="e", label="e", n=1, n_events=0).to_dict()


def test_without_a_decision_curve_there_is_no_utility():
    assert utility_at(None, (0.3,)) == ()
    assert PERFORMANCE.utility() == ()
    assert PERFORMANCE.calibration is None


def test_verdicts_are_from_the_formulas_interval_where_there_is_one():
    by_formula = FormulaInterval(
        metric="calibration_slope",
        method="hc3",
        estimate=Estimate(name="calibration_slope", value=1.0, low=0.8, high=1.2),
    )
    lacking = FormulaInterval(metric="r2", method="wald", estimate=None, reason="none")
    found = replace(
        PERFORMANCE,
        metrics=(estimate("calibration_slope"), estimate("r2")),
        formula_intervals=(by_formula, lacking),
    )
    assert found.for_verdicts() == (by_formula.estimate, estimate("r2"))
    assert found.to_dict()["formula_intervals"] == {
        "calibration_slope": {"hc3": {"low": 0.8, "high": 1.2}},
        "r2": {"wald": {"low": None, "high": None, "reason": "none"}},
    }
    frame = found.formulas_to_frame()
    assert frame["reason"].tolist() == ["", "none"]
    assert frame["high"].tolist()[0] == 1.2
    assert "formula_intervals" not in PERFORMANCE.to_dict()
