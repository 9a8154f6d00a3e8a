"""Decision curves as pictures: treat all, treat none, the model, and differences of models."""

import dataclasses

import numpy as np
import pytest

from hiprisk.metrics.clinical_utility.bands import (
    decision_curve_band,
    decision_curve_difference,
)
from hiprisk.metrics.clinical_utility.curve import decision_curve
from hiprisk.metrics.clinical_utility.optimism import corrected_curve
from hiprisk.reporting.plots.style import as_png, new_axes
from hiprisk.reporting.plots.utility import draw_decision_curve, draw_decision_curve_difference

RNG = np.random.default_rng(4)
RISK = RNG.random(150)
Y = (RNG.random(150) < RISK).astype(float)
GRID = [0.1, 0.3, 0.5]
BAND = decision_curve_band(Y, RISK, thresholds=GRID, n_resamples=30, seed=1, outcome="worse")
DIFFERENCE = decision_curve_difference(Y, RISK, RISK**2, thresholds=GRID, n_resamples=30, seed=1)
DRAWN = {
    "decision": lambda **k: draw_decision_curve(BAND, **k),
    "standardised": lambda **k: draw_decision_curve([BAND, BAND], standardised=True, **k),
    "difference": lambda **k: draw_decision_curve_difference(DIFFERENCE, **k),
}


@pytest.mark.parametrize("name", list(DRAWN))
def test_simulated_data_are_named_in_the_title_and_given_axes_used(name):
    ax = new_axes()
    assert DRAWN[name](ax=ax, provenance="simulated") is ax
    assert ax.get_title().endswith("(simulated data)")
    assert ax.get_xlabel() == "threshold probability"
    assert "simulated" not in DRAWN[name]().get_title()
    assert as_png(ax).startswith(b"\x89PNG")


def test_strategies_have_their_names():
    labels = [line.get_label() for line in draw_decision_curve(BAND).get_lines()]
    assert labels[:2] == ["treat all", "treat none"]


def test_an_optimism_corrected_curve_is_named_so():
    corrected = corrected_curve(decision_curve(Y, RISK, thresholds=GRID), [0.01] * 3)
    labels = [line.get_label() for line in draw_decision_curve(corrected).get_lines()]
    assert "model, optimism-corrected" in labels


def test_the_interval_of_a_difference_is_named():
    legend = draw_decision_curve_difference(DIFFERENCE).get_legend()
    assert any("pointwise 95 % CI" in text.get_text() for text in legend.get_texts())
    assert any(" minus " in text.get_text() for text in legend.get_texts())


def test_declared_thresholds_are_marked_and_the_axis_ends_beyond_them():
    ax = draw_decision_curve(BAND, declared=(0.3,))
    (mark,) = (line for line in ax.get_lines() if line.get_label() == "declared thresholds")
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (0.3, BAND.model[1])
    assert ax.get_xlim() == (0.1, pytest.approx(min(0.5, 2 * BAND.prevalence)))


def test_several_curves_have_one_band():
    ax = draw_decision_curve([BAND, BAND])
    assert len(ax.collections) == 1


def test_the_height_of_a_difference_is_of_what_is_in_reach():
    wild = tuple(9.0 if t > 0.4 else v for t, v in zip(DIFFERENCE.thresholds, DIFFERENCE.high,
                                                       strict=True))  # fmt: skip
    far = dataclasses.replace(DIFFERENCE, high=wild)
    assert draw_decision_curve_difference(far).get_ylim()[1] > 9.0
    assert draw_decision_curve_difference(far, declared=(0.2,)).get_ylim()[1] < 1.0
