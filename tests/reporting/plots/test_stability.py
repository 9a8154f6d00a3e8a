"""Instability across bootstrap models, as pictures."""

import numpy as np
import pytest

from hiprisk.reporting.plots.stability import (
    draw_calibration_stability,
    draw_decision_curve_stability,
    draw_decision_stability,
    draw_mape,
    draw_prediction_stability,
)
from hiprisk.validation.internal.instability import decision_curve_stability, decisions_stability
from hiprisk.validation.internal.instability_results import DecisionCurveStability
from hiprisk.wording.quantities import share_with_interval
from report_words import names_in, words_on

RNG = np.random.default_rng(3)
OBSERVED = (RNG.random(60) < 0.4).astype(float)
OWN = RNG.uniform(0.05, 0.8, 60)
REFITTED = np.clip(OWN + RNG.normal(0, 0.05, (20, 60)), 0.0, 1.0)
THRESHOLDS = (0.2, 0.4)
DRAWN = {
    "predictions": lambda s: draw_prediction_stability(s.predictions, unit="points"),
    "mape": lambda s: draw_mape(s.predictions, unit="points"),
    "calibration": lambda s: draw_calibration_stability(s.calibration, unit="points"),
    "decisions": lambda s: draw_decision_stability(s.decisions, unit="points"),
}


@pytest.mark.parametrize("name", list(DRAWN))
def test_figures_name_bootstrap_models_and_the_unit(study, name):
    ax = DRAWN[name](study.evidence.stability)
    said = " ".join(words_on(ax))
    assert "points" in said
    assert "refit" not in said
    assert names_in(said) == []


def test_the_mape_of_the_title_is_that_of_the_result(study):
    stability = study.evidence.stability
    ax = DRAWN["predictions"](stability)
    assert ax.get_title() == f"Prediction instability: MAPE {stability.predictions.mape:.2g}"


def test_net_benefit_of_bootstrap_models_is_drawn_beside_treat_none():
    curves = DecisionCurveStability(
        thresholds=(0.1, 0.2), model=(0.2, 0.1), low=(0.1, 0.0), high=(0.3, 0.2),
        refits=((0.2, 0.1), (0.25, 0.05)),
    )  # fmt: skip
    ax = draw_decision_curve_stability(curves)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["bootstrap models", "treat none", "model"]


def test_each_participant_is_drawn_at_each_threshold_with_the_share_reclassified():
    decisions = decisions_stability(REFITTED, apparent=OWN, thresholds=THRESHOLDS)
    ax = draw_decision_stability(decisions, unit="risk", provenance="simulated")
    drawn = [line for line in ax.get_lines() if len(line.get_xdata()) == len(OWN)]
    for line, decision in zip(drawn, decisions, strict=True):
        assert tuple(line.get_xdata()) == tuple(OWN)
        assert line.get_ydata() == pytest.approx([100 * each for each in decision.flip_chance])
        assert f"{decision.threshold:g}: " in line.get_label()
        assert share_with_interval(decision.share_flipped) in line.get_label()
    assert "simulated" in ax.get_title().lower()
    assert ax.get_xlabel() == "predicted (risk)"
    bottom, top = ax.get_ylim()
    assert bottom < 0.0
    assert top > 100 * max(max(one.flip_chance) for one in decisions)


def test_a_thin_line_for_each_bootstrap_model_and_a_thick_one_for_the_model():
    curves = decision_curve_stability(REFITTED, OBSERVED, apparent=OWN, thresholds=THRESHOLDS)
    ax = draw_decision_curve_stability(curves)
    model = next(line for line in ax.get_lines() if line.get_label() == "model")
    assert model.get_ydata() == pytest.approx(curves.model)
    assert len([line for line in ax.get_lines() if line.get_linewidth() < 1]) == len(curves.refits)
