"""What a study of a given size is told."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from hiprisk.config import SampleSizeSettings, StudyConfig, load_config
from hiprisk.inference.samplesize import (
    assess_study,
    expected_from_study,
    expected_instability,
    external_size,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def stupar() -> StudyConfig:
    return load_config(ROOT / "configs" / "stupar.yaml")


def test_a_small_study_says_by_which_criterion(stupar):
    found = assess_study(stupar, n=300, n_parameters=18, strength=0.3, mean=36.0, sd=19.0)
    assert found.sentence == (
        "300 people available, 397 needed for 18 candidate parameters (R² 0.30, as estimated "
        "here): too few for criterion 1 (overfitting)."
    )
    assert found.sufficient is False
    assert found.to_dict()["size"]["n_required"] == 397


def test_a_study_that_is_too_small_is_a_finding_and_a_large_one_none(stupar):
    small = assess_study(stupar, n=300, n_parameters=18, strength=0.3, mean=36.0, sd=19.0)
    found = small.finding()
    assert (found.code, found.severity, found.message) == (
        "SAMPLE_TOO_SMALL", "warning", small.sentence,
    )  # fmt: skip
    large = assess_study(stupar, n=900, n_parameters=18, strength=0.3, mean=36.0, sd=19.0)
    assert large.finding() is None
    nothing = assess_study(stupar, n=900, n_parameters=18, strength=0.0, mean=36.0, sd=19.0)
    assert (nothing.finding().code, nothing.finding().severity) == ("SAMPLE_SIZE_UNKNOWN", "note")


def test_a_study_is_told_what_a_validation_needs_and_what_instability_to_expect(stupar):
    found = assess_study(stupar, n=300, n_parameters=18, strength=0.3, mean=36.0, sd=19.0)
    asked = SampleSizeSettings(r2=0.3, mean=36.0, sd=19.0)
    assert found.external == external_size("continuous", asked)
    assert found.instability == expected_instability("continuous", 300, 18, asked, seed=2010)
    plain = found.to_dict()
    assert plain["external"]["n_required"] == found.external.n_required
    assert plain["instability"]["mape"]["value"] == found.instability.mape.median
    few = assess_study(stupar, n=20, n_parameters=18, strength=0.3, mean=36.0, sd=19.0)
    assert few.instability is None


def test_a_binary_study_is_told_the_same():
    config = load_config(ROOT / "configs" / "stupar_worsening.yaml",
                         overrides=["samplesize.simulations=20"])  # fmt: skip
    found = assess_study(config, n=600, n_parameters=18, n_events=200, strength=0.2)
    assert found.external.prevalence == pytest.approx(1 / 3)
    assert 0.01 < found.instability.mape.median < 0.1


def test_what_was_declared_goes_before_what_was_found(stupar):
    declared = dataclasses.replace(stupar, samplesize=SampleSizeSettings(r2=0.2, parameters=8))
    found = assess_study(declared, n=983, n_parameters=18, strength=0.9, mean=35.0, sd=20.0)
    assert found.sentence == (
        "983 people available, 242 needed for 8 candidate parameters (R² 0.20, as declared): "
        "enough for every criterion."
    )


def test_a_model_that_explains_nothing_has_no_size(stupar):
    found = assess_study(stupar, n=983, n_parameters=18, strength=-0.01, mean=36.0, sd=19.0)
    assert found.sufficient is None
    assert found.size is None
    assert "explains nothing" in found.sentence
    assert found.to_frame().empty


def test_a_model_whose_r2_is_not_available_has_no_size(stupar):
    found = assess_study(stupar, n=983, n_parameters=18, strength=None, mean=36.0, sd=19.0)
    assert (found.sufficient, found.size) == (None, None)
    assert "the R² of its model is not available" in found.sentence


def test_a_described_population_has_its_own_prevalence():
    described = "samplesize={simulations: 20, external: {lp_mean: -1.75, lp_sd: 1.22}}"
    config = load_config(ROOT / "configs" / "stupar_worsening.yaml", overrides=[described])
    found = assess_study(config, n=600, n_parameters=18, n_events=300, strength=0.2)
    assert found.size.prevalence == 0.5
    assert found.external.prevalence == pytest.approx(0.2013, abs=1e-4)


@pytest.mark.parametrize("outcome", [None, np.array([])])
def test_without_a_known_outcome_what_was_declared_stands_alone(stupar, outcome):
    assert expected_from_study(stupar, outcome) == stupar.samplesize


def test_mean_spread_and_prevalence_are_read_off_the_cohort(stupar):
    score = expected_from_study(stupar, np.array([10.0, 20.0, 60.0]))
    assert (score.mean, score.sd) == pytest.approx((30.0, np.sqrt(700.0)))
    binary = load_config(ROOT / "configs" / "stupar_worsening.yaml")
    assert expected_from_study(binary, np.array([1.0, 0.0, 0.0, 0.0])).prevalence == 0.25
