"""Pictures of metrics: they show what the results say, and say where the people are simulated."""

import numpy as np
import pytest

from hiprisk.metrics.decision_curve.bands import (
    corrected_curve,
    decision_curve_band,
    decision_curve_difference,
)
from hiprisk.metrics.decision_curve.curve import decision_curve
from hiprisk.metrics.forecast.calibration import coverage_by_level, pit_histogram
from hiprisk.metrics.forecast.distribution import forecast
from hiprisk.metrics.forecast.predicted_observed import predicted_observed
from hiprisk.metrics.smoothing.calibration_curve import calibration_curve
from hiprisk.reporting.plots.calibration import draw_calibration_curve
from hiprisk.reporting.plots.distribution import draw_coverage, draw_pit, draw_predicted_observed
from hiprisk.reporting.plots.style import as_png
from hiprisk.reporting.plots.utility import draw_decision_curve, draw_decision_curve_difference

RNG = np.random.default_rng(4)
RISK = RNG.random(150)
Y = (RNG.random(150) < RISK).astype(float)
MEAN = RNG.uniform(5, 95, 150)
LAW = forecast(
    MEAN, np.full(150, 12.0), probabilities=[0.0, 0.5, 1.0], quantiles=[-2.0, 0.0, 2.0],
    lower=0.0, upper=100.0,
)  # fmt: skip
OBSERVED = np.clip(MEAN + RNG.uniform(-1, 1, 150) * 20, 0, 100)
GRID = [0.1, 0.3, 0.5]
BAND = decision_curve_band(Y, RISK, thresholds=GRID, n_resamples=30, seed=1, outcome="worse")
DRAWN = {
    "risk": lambda **k: draw_calibration_curve(calibration_curve(Y, RISK, kind="binary"), **k),
    "lowess": lambda **k: draw_calibration_curve(
        calibration_curve(Y, RISK, kind="binary", smoother="lowess"), **k
    ),
    "score": lambda **k: draw_calibration_curve(
        calibration_curve(OBSERVED, MEAN, kind="continuous"), unit="points", **k
    ),
    "decision": lambda **k: draw_decision_curve(BAND, **k),
    "standardised": lambda **k: draw_decision_curve([BAND, BAND], standardised=True, **k),
    "difference": lambda **k: draw_decision_curve_difference(
        decision_curve_difference(Y, RISK, RISK**2, thresholds=GRID, n_resamples=30, seed=1), **k
    ),
    "observed": lambda **k: draw_predicted_observed(predicted_observed(OBSERVED, LAW), **k),
    "coverage": lambda **k: draw_coverage(coverage_by_level(OBSERVED, LAW), unit="points", **k),
    "pit": lambda **k: draw_pit(pit_histogram(OBSERVED, LAW), **k),
}


@pytest.mark.parametrize("name", list(DRAWN))
def test_simulated_people_are_named_in_the_title(name):
    assert DRAWN[name](provenance="simulated").get_title().endswith("(simulated data)")
    ax = DRAWN[name]()
    assert "simulated" not in ax.get_title()
    assert as_png(ax).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", list(DRAWN))
def test_axes_are_labelled_and_given_ones_are_used(name):
    ax = DRAWN[name]()
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert DRAWN[name](ax=ax) is ax


def test_the_curve_drawn_is_the_curve_of_the_result():
    curve = calibration_curve(Y, RISK, kind="binary")
    ax = draw_calibration_curve(curve)
    line = ax.get_lines()[1]
    assert tuple(line.get_ydata()) == curve.observed
    assert f"ICI {curve.errors.ici:.3f}" in line.get_label()


def test_a_corrected_decision_curve_says_so():
    corrected = corrected_curve(decision_curve(Y, RISK, thresholds=GRID), [0.01] * 3)
    labels = [line.get_label() for line in draw_decision_curve(corrected).get_lines()]
    assert "model, optimism-corrected" in labels


def test_cells_hold_everybody():
    counts = np.random.default_rng(0).integers(0, 3, 150)
    found = predicted_observed(OBSERVED, LAW, weights=counts)
    assert np.sum(found.counts) == found.n == counts.sum()
    rows = np.repeat(np.arange(150), counts)
    repeated = predicted_observed(OBSERVED[rows], LAW.take(rows))
    assert found.counts == repeated.counts
    assert found.expected == pytest.approx(repeated.expected)
    assert found.bands[0].low == pytest.approx(repeated.bands[0].low)
    assert found.to_frame()["n"].sum() == counts.sum()
    assert found.to_dict()["n"] == counts.sum()
