"""Calibration curves as pictures show what the results say."""

import numpy as np
import pytest

from hiprisk.metrics.smoothing.calibration_curve import calibration_curve
from hiprisk.reporting.plots.calibration import draw_calibration_curve, draw_corrected_calibration
from hiprisk.reporting.plots.style import as_png, new_axes

RNG = np.random.default_rng(4)
RISK = RNG.random(150)
Y = (RNG.random(150) < RISK).astype(float)
MEAN = RNG.uniform(5, 95, 150)
OBSERVED = np.clip(MEAN + RNG.uniform(-1, 1, 150) * 20, 0, 100)


@pytest.mark.parametrize("smoother", ["loess", "lowess", "spline"])
def test_simulated_data_are_named_in_the_title(smoother):
    curve = calibration_curve(Y, RISK, kind="binary", smoother=smoother)
    ax = draw_calibration_curve(curve, provenance="simulated", ax=new_axes())
    assert ax.get_title() == "Calibration (simulated data)"
    assert draw_calibration_curve(curve).get_title() == "Calibration"


def test_the_curve_drawn_is_the_curve_of_the_result():
    curve = calibration_curve(Y, RISK, kind="binary")
    ax = draw_calibration_curve(curve)
    line = ax.get_lines()[1]
    assert tuple(line.get_ydata()) == curve.observed
    assert f"ICI {curve.errors.ici:.3f}" in line.get_label()
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "predicted risk", "observed proportion with the event",
    )  # fmt: skip


def test_the_axes_of_a_score_have_its_unit():
    ax = draw_calibration_curve(calibration_curve(OBSERVED, MEAN, kind="continuous"), unit="points")
    assert ax.get_xlabel() == "predicted value (points)"
    assert as_png(ax).startswith(b"\x89PNG")


def test_a_corrected_curve_stands_beside_the_apparent_one(study):
    ax = draw_corrected_calibration(study.evidence.calibration_corrected, unit="points")
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["ideal", "pointwise 95 % CI", "apparent", "optimism-corrected"]
