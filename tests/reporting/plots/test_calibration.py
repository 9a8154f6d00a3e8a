"""Calibration curves as pictures show what the results say."""

import numpy as np
import pytest

from hiprisk.metrics import registry as metrics
from hiprisk.metrics.smoothing.calibration_curve import calibration_curve
from hiprisk.reporting.plots.calibration import draw_calibration_curve, draw_corrected_calibration
from hiprisk.reporting.plots.style import as_png, new_axes
from hiprisk.wording.quantities import with_interval

RNG = np.random.default_rng(4)
RISK = RNG.random(150)
Y = (RNG.random(150) < RISK).astype(float)
MEAN = RNG.uniform(5, 95, 150)
OBSERVED = np.clip(MEAN + RNG.uniform(-1, 1, 150) * 20, 0, 100)


@pytest.mark.parametrize("smoother", ["loess", "lowess", "spline"])
def test_simulated_data_are_named_in_the_title(smoother):
    curve = calibration_curve(Y, RISK, kind="binary", smoother=smoother)
    ax = draw_calibration_curve(curve, provenance="simulated", ax=new_axes())
    assert ax.get_title().replace("\n", " ") == "Calibration (simulated data)"
    assert draw_calibration_curve(curve).get_title().replace("\n", " ") == "Calibration"


def test_the_curve_drawn_is_the_curve_of_the_result():
    curve = calibration_curve(Y, RISK, kind="binary")
    ax = draw_calibration_curve(curve)
    line = next(line for line in ax.get_lines() if "ICI" in str(line.get_label()))
    assert tuple(line.get_ydata()) == curve.observed
    assert f"ICI {curve.errors.ici:.3f}" in line.get_label()
    means = ax.containers[0].lines[0]
    assert list(means.get_xdata()) == [one.predicted for one in curve.grouped]
    assert list(means.get_ydata()) == [one.observed for one in curve.grouped]
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
    assert labels == ["ideal", "pointwise 95 % CI", "apparent (lowess)", "optimism-corrected"]


def test_events_are_named_beside_their_bars_not_over_them():
    ax = draw_calibration_curve(calibration_curve(Y, RISK, kind="binary"))
    (strip,) = ax.child_axes
    assert [text.get_text() for text in strip.texts] == ["event", "no event"]
    assert all(text.get_position()[0] < 0.0 and text.get_ha() == "right" for text in strip.texts)
    assert strip.get_ylabel() == ""


def test_slope_and_discrimination_are_written_in_the_plot():
    estimates = metrics.estimates("binary", Y, RISK)
    ax = draw_calibration_curve(calibration_curve(Y, RISK, kind="binary"), estimates=estimates)
    said = ax.texts[0].get_text().replace("\N{MINUS SIGN}", "-").split("\n")
    found = {one.name: one for one in estimates}
    assert said[0] == f"slope {with_interval(found['calibration_slope'])}"
    assert said[-1] == f"C statistic {with_interval(found['c_statistic'])}"


def test_nothing_is_drawn_beyond_the_bounds_of_a_score():
    curve = calibration_curve(OBSERVED, MEAN, kind="continuous")
    ax = draw_calibration_curve(curve, bounds=(0.0, 100.0))
    assert ax.get_xlim() == ax.get_ylim()
    assert ax.get_xlim()[0] >= 0.0
    narrow = draw_calibration_curve(curve, bounds=(30.0, 60.0))
    assert narrow.get_ylim() == (30.0, 60.0)


def test_the_predictions_are_counted_beneath():
    curve = calibration_curve(Y, RISK, kind="binary")
    (strip,) = draw_calibration_curve(curve).child_axes
    heights = [bar.get_height() for bar in strip.patches]
    without = [n - e for n, e in zip(curve.bin_counts, curve.bin_events, strict=True)]
    assert heights == [*curve.bin_events, *(-n for n in without)]
