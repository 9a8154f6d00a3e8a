"""Expected instability of predictions: theory, workers, refusals."""

import dataclasses
import math
from pathlib import Path

import pytest

from hiprisk.config import SampleSizeSettings, StudyConfig, load_config
from hiprisk.errors import ConfigError
from hiprisk.inference.samplesize import (
    count_parameters,
    expected_instability,
    simulated_instability,
)
from hiprisk.inference.samplesize.development import linear_shrinkage

ROOT = Path(__file__).resolve().parents[3]
CONTINUOUS = SampleSizeSettings(r2=0.3, mean=30.0, sd=18.0)


def test_linear_instability_equals_theory():
    # Prediction variance of a normal person: sigma^2 (1/n + p / (n - p - 2)) x (1 + 1/n)-ish.
    expected = SampleSizeSettings(r2=0.3, mean=40, sd=20, simulations=150)
    found = expected_instability("continuous", 200, 10, expected, seed=1)
    sigma2 = 400 * 0.7
    mean_variance = sigma2 * (1 / 200 + 10 / (200 - 10 - 2))
    typical = math.sqrt(2 / math.pi * mean_variance)
    assert found.mape.median == pytest.approx(typical, rel=0.08)
    # A normal spread: 3.92 standard deviations hold 95 %, less at 150 draws' outermost ranks.
    assert found.width.median == pytest.approx(3.92 * math.sqrt(mean_variance), rel=0.1)
    assert found.slope.median == pytest.approx(linear_shrinkage(200, 10, 0.3), abs=0.03)
    # Of ten errors in coefficients nine are at right angles to the truth.
    across = sigma2 * 9 / (200 - 10 - 2)
    assert found.explained.median == pytest.approx(120 / (120 + across), abs=0.02)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("continuous", SampleSizeSettings(r2=0.3, mean=40, sd=20, simulations=150)),
        ("binary", SampleSizeSettings(nagelkerke=0.3, prevalence=0.3, simulations=150)),
    ],
)
def test_coefficients_of_a_large_study_spread_as_its_fits_do(monkeypatch, kind, expected):
    fitted = expected_instability(kind, 2_000, 5, expected, seed=1)
    monkeypatch.setattr("hiprisk.inference.samplesize.instability.LARGEST_STUDY", 9_999)
    drawn = expected_instability(kind, 2_000, 5, expected, seed=1)
    assert "large-sample" in drawn.source
    assert "large-sample" not in fitted.source
    # 150 simulated studies: a standard error of about 4 %.
    assert drawn.mape.median == pytest.approx(fitted.mape.median, rel=0.12)
    assert drawn.width.median == pytest.approx(fitted.width.median, rel=0.1)
    # Of a logistic model the bias of so small a study is not in it.
    assert drawn.slope.median == pytest.approx(fitted.slope.median, abs=0.02)


def test_instability_falls_with_the_number_of_people():
    expected = SampleSizeSettings(nagelkerke=0.3, prevalence=0.3, simulations=30)
    few, many = (expected_instability("binary", n, 6, expected, seed=2) for n in (200, 3200))
    assert many.mape.median == pytest.approx(few.mape.median / 4, rel=0.25)
    assert few.slope.median < many.slope.median


def test_instability_is_the_same_whatever_the_workers():
    expected = SampleSizeSettings(r2=0.3, mean=40, sd=20, simulations=20)
    one, two = (
        expected_instability("continuous", 60, 4, expected, seed=1, workers=w) for w in (1, 2)
    )
    assert one == two
    assert [(e.name, e.value, e.low) for e in one.estimates()] == [
        ("instability_mape", one.mape.median, one.mape.low),
        ("instability_interval_width", one.width.median, one.width.low),
        ("instability_calibration_slope", one.slope.median, one.slope.low),
        ("instability_explained_of_truth", one.explained.median, one.explained.low),
    ]
    assert one != expected_instability("continuous", 60, 4, expected, seed=2)


def test_instability_of_separated_outcomes_is_refused():
    expected = SampleSizeSettings(nagelkerke=0.9, prevalence=0.1, simulations=20)
    with pytest.raises(
        ValueError, match=r"no model could be fitted in \d+ of 20 simulated studies"
    ):
        expected_instability("binary", 40, 12, expected, seed=1)


@pytest.fixture(scope="module")
def stupar() -> StudyConfig:
    return load_config(ROOT / "configs" / "stupar.yaml")


def test_a_simulated_cohort_gives_its_own_instability(stupar):
    from hiprisk.cohort.dictionary import load_dictionary
    from hiprisk.cohort.simulation.simulate import simulate_cohort
    from hiprisk.features.design import plan_design

    small = dataclasses.replace(stupar, samplesize=SampleSizeSettings(simulations=20))
    frame = simulate_cohort("stupar", n=200, seed=1).frame
    design = plan_design(small.predictors, load_dictionary(), frame)
    found = simulated_instability(small, design, n=400)
    # Of 15 predictors three may bend.
    assert found.n_parameters == count_parameters(small, design) == 18
    assert (found.source, found.unit) == ("simulated cohort (stupar)", "points")
    # Residual sd 16.6 (less by floor and ceiling), 18 parameters: about sqrt(19 / 400) of it.
    expected = math.sqrt(2 / math.pi) * 16 * math.sqrt(19 / 400)
    assert found.mape.median == pytest.approx(expected, rel=0.2)
    linear = dataclasses.replace(small.families.linear, spline_knots=0)
    straight = dataclasses.replace(
        small, families=dataclasses.replace(small.families, linear=linear)
    )
    assert simulated_instability(straight, design, n=400).n_parameters == 15


def test_too_few_people_to_fit_at_all_are_refused():
    with pytest.raises(ConfigError, match="5 people are too few to fit 5 parameters"):
        expected_instability("continuous", 5, 5, CONTINUOUS, seed=1)
