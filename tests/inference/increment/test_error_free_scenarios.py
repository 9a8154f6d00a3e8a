"""Scenarios without measurement error: beside the observed gain, and back to the truth."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import load_config
from hiprisk.features.design import plan_design
from hiprisk.inference.increment import Comparison, added_value
from hiprisk.inference.increment.error_free_scenarios import (
    ErrorFreeComparison,
    ScenarioValues,
    _with_replaced,
)
from hiprisk.inference.increment.verdict import verdict
from hiprisk.learning.candidates import development_data
from hiprisk.learning.participants.selection import select_participants
from hiprisk.learning.unpenalised import fit_ols

CONFIG = Path(__file__).parents[3] / "configs" / "stupar.yaml"


def gain(columns, y):
    """R2 beyond the first column."""
    squares = [
        float(np.sum((y - fit.coefficients[0] - part @ fit.coefficients[1:]) ** 2))
        for part in (columns[:, :1], columns)
        for fit in [fit_ols(part, y)]
    ]
    return (squares[0] - squares[1]) / float(np.sum((y - y.mean()) ** 2))


def test_a_what_if_stands_beside_the_observed_gain(result):
    assert result.addition("back").error_free == ()
    motion = result.addition("hip_motion")
    cases = motion.error_free
    assert [case.name for case in cases] == [
        "as measured", "error-free, smallest declared error", "error-free, largest declared error",
    ]  # fmt: skip
    assert [dict(case.sem)["hip_flexion_worse_deg"] for case in cases] == [0.0, 3.0, 7.0]
    apparent = [case.gains[0].apparent for case in cases]
    assert apparent == sorted(apparent)
    for words in ("The model in use would not gain this much", "non-differential",
                  "which uses the outcome"):  # fmt: skip
        assert any(words in note for note in result.notes)
    for case in cases:
        assert [gain.name for gain in case.gains] == [gain.name for gain in motion.gains]
        assert all(g.estimate.low < g.estimate.value < g.estimate.high for g in case.gains)
        share = case.new_information
        assert 0 <= share.low <= share.value <= share.high <= 1
        assert case.tests == motion.tests
        gain = case.gains[0].estimate
        assert case.verdict == verdict(gain.low, gain.high, smallest_gain=0.01)
        assert case.sentence.startswith("What if ")
    assert "measured without it (largest declared error): hip motion" in cases[2].sentence


def test_each_form_holds_the_what_if(result):
    case = result.addition("hip_motion").error_free[2]
    plain = result.to_dict()["additions"][1]["what_if"][2]
    assert (plain["verdict"], plain["sentence"]) == (case.verdict, case.sentence)
    assert plain["new_information"] == case.new_information.to_dict()
    assert [test["method"] for test in plain["tests"]] == ["D1", "D2", "D3"]
    frame = result.to_frame()
    rows = frame[(frame["blocks"] == "hip_motion") & (frame["scenario"] == case.name)]
    assert rows["metric"].tolist() == [gain.name for gain in case.gains]
    assert rows["verdict"].dropna().tolist() == [case.verdict]


FLEXION = dict.fromkeys(("hip_flexion_right_deg", "hip_flexion_left_deg"))


def compared(config, *, sem=0.0, n=3000):
    """What hip flexion adds where it truly matters and nothing is missing; both hips are alike."""
    frame = simulate_cohort("stupar", n=n, seed=8, missing=False).frame
    rng = np.random.default_rng(8)
    outcome, flexion = config.outcome.variable, rng.normal(100, 12, n)
    frame[outcome] = (frame[outcome] - 0.5 * (flexion - 100)).clip(0, 100)
    measured = flexion + sem * rng.standard_normal(n)
    people = select_participants(frame.assign(**dict.fromkeys(FLEXION, measured)), config)
    dictionary = load_dictionary()
    design = plan_design(config.predictors, dictionary, people.development.frame)
    data = development_data(people.development, design, config, dictionary)
    comparison = Comparison(add=("flexion",), n_resamples=20, method="impute_then_bootstrap")
    return added_value(config, dictionary, data, design, comparison=comparison).additions[0]


@pytest.mark.parametrize("kind", ["continuous", "binary"])
def test_every_gain_comes_back_to_that_of_the_true_values(kind):
    name = {"continuous": "stupar.yaml", "binary": "stupar_worsening.yaml"}[kind]
    config = load_config(
        CONFIG.with_name(name),
        overrides=["measurement_error={hip_flexion_worse_deg: 9}", "outcome.thresholds=[0.3]",
                   "blocks.flexion=[hip_flexion_worse_deg]", "tracking.enabled=false",
                   "blocks.hip_motion=[hip_extension_worse_deg]"],
    )  # fmt: skip
    true, got = compared(config), compared(config, sem=9.0)
    as_measured, error_free = got.error_free
    # With nothing missing the models in use and those of the what-if are the same.
    for used, again in zip(got.gains, as_measured.gains, strict=True):
        assert again.estimate.value == pytest.approx(used.estimate.value, rel=1e-9)
        assert again.base == pytest.approx(used.base, rel=1e-9)
    for gain in error_free.gains:
        truth = true.gain(gain.name).estimate.value
        assert gain.estimate.low < truth < gain.estimate.high
        if "net_benefit" not in gain.name:
            assert got.gain(gain.name).estimate.value < 0.75 * truth
            assert gain.estimate.value == pytest.approx(truth, rel=0.2)
            assert gain.base == pytest.approx(got.gain(gain.name).base, rel=1e-9)
    share = true.new_information.value
    assert got.new_information.value < 0.85 * share
    assert error_free.new_information.value == pytest.approx(share, rel=0.2)


def values(offset):
    return ScenarioValues(
        np.full((3, 2), 1.0 + offset), np.full((3, 2), 2.0 + offset), np.full(3, 3.0 + offset)
    )


def test_models_without_such_a_predictor_keep_what_they_had():
    part = ScenarioValues(np.full((1, 2), 7.0), np.full((1, 2), 8.0), np.full(1, 9.0))
    before = values(0.0)
    found = _with_replaced(before, [1], part)
    assert found.training.tolist() == [[1.0, 1.0], [7.0, 7.0], [1.0, 1.0]]
    assert found.test[:, 0].tolist() == [2.0, 8.0, 2.0]
    assert found.likelihood_ratios.tolist() == [3.0, 9.0, 3.0]
    assert before.training.tolist() == values(0.0).training.tolist()


def test_a_scenario_touches_the_models_that_have_its_predictors():
    models = SimpleNamespace(members=(np.array([0]), np.array([0, 1]), np.array([0, 2, 1])))
    comparison = ErrorFreeComparison(models, None, (), np.empty(0))
    assert comparison._affected(SimpleNamespace(positions=np.array([1]))) == [1, 2]
    assert comparison._affected(SimpleNamespace(positions=np.array([2, 3]))) == [2]
