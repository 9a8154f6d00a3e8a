"""The truth behind a study on simulated people."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from hiprisk.config import load_config
from hiprisk.inference import simulated_truth as module
from hiprisk.inference.simulated_truth import (
    expected_concordance,
    exposure_effect,
    simulated_truth,
)
from hiprisk.learning.study_cohort import study_dictionary
from hiprisk.metrics.discrimination import c_statistic

CONFIGS = Path(__file__).parents[2] / "configs"


def config_of(name="stupar", *overrides):
    return load_config(CONFIGS / f"{name}.yaml", overrides=overrides)


def truth_of(name="stupar", *overrides):
    config = config_of(name, *overrides)
    return simulated_truth(config, study_dictionary(config))


def test_the_truth_of_the_shipped_study():
    # Other seeds of the simulation give 0.0156 and 0.0155, 0.285 and 0.290.
    truth = truth_of()
    assert truth.exposure_effect == 5.0
    assert truth.gains["back"] == pytest.approx(0.0156, abs=4e-4)
    # Back pain takes some degrees off hip motion, which so says a little of it.
    assert truth.gains["hip_motion"] == pytest.approx(0.0008, abs=3e-4)
    assert truth.gains["back + hip_motion"] == pytest.approx(truth.gains["back"], abs=1e-4)
    assert truth.best == pytest.approx(0.287, abs=0.006)


def test_without_an_effect_back_pain_gains_nothing():
    truth = truth_of("stupar", "cohort.simulate.lbp_effect=0")
    assert truth.exposure_effect == 0.0
    assert truth.gains["back"] == pytest.approx(0.0, abs=2e-4)


def test_the_truth_of_a_risk_is_in_the_declared_measure():
    truth = truth_of("stupar_worsening")
    assert (truth.metric, truth.exposure_effect) == ("scaled_brier", None)
    assert truth.gains["back"] == pytest.approx(0.0111, abs=3e-4)
    assert truth.best == pytest.approx(0.699, abs=0.006)


def test_real_people_have_none_and_another_strategy_only_the_effect():
    assert truth_of("nhs_proms_hip") is None
    worst = truth_of("stupar", "outcome.hip_replacement.strategy=worst")
    assert (worst.exposure_effect, worst.gains, worst.best) == (5.0, {}, None)


def test_the_effect_is_known_of_what_the_preset_puts_in():
    assert exposure_effect(config_of("stupar", "association.exposure=knee_oa")) == 5.0
    mixed = config_of("stupar", "cohort.simulate.knee_share=0.3")
    assert exposure_effect(mixed) is None
    hips = dataclasses.replace(
        mixed, cohort=dataclasses.replace(mixed.cohort, where={"joint": ("hip",)})
    )
    assert exposure_effect(hips) == 5.0


def test_another_sample_gives_the_same_to_its_error(monkeypatch):
    monkeypatch.setattr(module, "N_PEOPLE", 6_000)
    monkeypatch.setattr(module, "SEED", 2)
    assert truth_of().gains["back"] == pytest.approx(0.0156, abs=1e-3)


def test_expected_concordance_is_that_of_events_once_they_are_drawn():
    rng = np.random.default_rng(3)
    score = rng.integers(0, 6, 50) / 5.0
    events = (rng.random(50) < 0.4).astype(float)
    assert expected_concordance(score, events) == pytest.approx(c_statistic(events, score))
