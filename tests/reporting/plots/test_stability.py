"""Figures of who is reclassified, and of net benefit, from one bootstrap model to another."""

import numpy as np
import pytest

from hiprisk.reporting.plots.stability import (
    draw_decision_curve_stability,
    draw_decision_stability,
)
from hiprisk.validation.internal.instability import decision_curve_stability, decision_stability

RNG = np.random.default_rng(3)
OBSERVED = (RNG.random(60) < 0.4).astype(float)
OWN = RNG.uniform(0.05, 0.8, 60)
REFITTED = np.clip(OWN + RNG.normal(0, 0.05, (20, 60)), 0.0, 1.0)
THRESHOLDS = (0.2, 0.4)


def test_a_point_for_each_threshold_says_how_many_are_reclassified():
    decisions = tuple(decision_stability(REFITTED, apparent=OWN, threshold=t) for t in THRESHOLDS)
    ax = draw_decision_stability(decisions, unit="risk", provenance="simulated")
    (bars,) = ax.containers
    drawn = bars.lines[0]
    assert drawn.get_xdata() == pytest.approx(THRESHOLDS)
    assert drawn.get_ydata() == pytest.approx([100 * d.share_flipped.value for d in decisions])
    assert "simulated" in ax.get_title().lower()
    assert ax.get_xlabel() == "threshold (risk)"


def test_a_thin_line_for_each_refit_and_a_thick_one_for_the_model():
    curves = decision_curve_stability(REFITTED, OBSERVED, apparent=OWN, thresholds=THRESHOLDS)
    ax = draw_decision_curve_stability(curves)
    model = next(line for line in ax.get_lines() if line.get_label() == "model")
    assert model.get_ydata() == pytest.approx(curves.model)
    assert len([line for line in ax.get_lines() if line.get_linewidth() < 1]) == len(curves.refits)
