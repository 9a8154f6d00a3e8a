"""The first screen: verdict, four tiles that lead somewhere, the calibration plot."""

import dataclasses

import numpy as np
import pytest

from hiprisk.metrics.smoothing.calibration_curve import calibration_curve
from hiprisk.reporting.study.first_screen import first_screen
from hiprisk.sheet.explanation.importance import importance
from hiprisk.wording.quantities import number


@pytest.fixture(scope="module")
def first(study):
    return screen(study)


def screen(study, sections=None, **changed):
    evidence = dataclasses.replace(study.evidence, **changed)
    sections = study.sections if sections is None else sections
    return first_screen(evidence, sections, sheet=study.sheet, config=study.config)


def values(tile):
    return [line.value for line in tile.lines]


def test_the_verdict_is_two_sentences(first, study):
    performance, added = first.verdict
    value = {one.name: one for one in study.evidence.optimism.estimates()}["r2"].value
    assert performance.startswith(f"The model explains {100 * value:.0f} % (95 % CI ")
    assert "of how much WOMAC function differs between people" in performance
    assert "too extreme" in performance
    for one in study.evidence.added.additions:
        if len(one.blocks) == 1:
            assert one.label in added.casefold()


def test_for_whom_what_changes_an_answer_and_whether_to_trust_it(first, study):
    whom, changes, trust = first.facts
    assert whom.value.startswith("People aged 55 or older with symptomatic hip osteoarthritis; ")
    assert "outcome after 36 months, in those who keep their hip until then" in whom.value
    first_named = importance(study.sheet)[0]
    # The outcome is the same score: the predictor says when it was measured.
    assert changes.value.startswith(
        f"{first_named.group.label} at the first visit ({first_named.sd:.1f} points), "
    )
    assert trust.value.startswith("Not for patients: the people are simulated. Validated")
    assert "held out" in trust.value
    alone = screen(study, holdout=None).facts[2].value
    assert "Validated internally only (by 20 bootstrap resamples): not yet tried" in alone


def test_the_truth_of_the_simulation_stands_beside_the_estimate(first, study):
    truth = study.evidence.simulated_truth
    back, _, effect = first.tiles[3].lines
    assert f"; **truth {truth.gains['back']:+.3f}**)" in back.detail
    assert "; **truth +5**)" in effect.detail
    real = screen(study, simulated_truth=None, provenance="real")
    assert "truth" not in repr((real.tiles, real.facts))


def test_four_tiles_have_the_figures_of_the_evidence(first, study):
    how_well, slope, one_person, predictors = first.tiles
    corrected = study.evidence.optimism.corrected()
    assert values(how_well) == [f"R² {number(corrected['r2'], 2)}"]
    assert values(slope) == [f"Calibration slope {number(corrected['calibration_slope'], 2)}"]
    width = {one.name: one for one in study.evidence.out_of_fold.forecast}["width_80"].value
    assert values(one_person) == [f"± {width / 2:.0f} points"]
    gains = [one.gain("r2").estimate.value for one in study.evidence.added.additions[:2]]
    assert values(predictors)[:2] == [f"R² {gain:+z.3f}" for gain in gains]
    assert "Minimum important gain: R² 0.01. WOMAC function: higher is worse." in predictors.note
    effect = study.evidence.association.rows[-1].estimate.value
    assert values(predictors)[2].startswith(f"{effect:+.{study.evidence.association.digits}f} ")


def test_every_tile_leads_to_a_section(first, study):
    assert {tile.anchor for tile in first.tiles} <= set(study.section)


def test_the_picture_is_the_calibration_by_loess_or_else_another(first, study):
    assert first.picture.name == "calibration_loess.png"
    rest = [one for one in study.sections if one.anchor != "calibration"]
    assert screen(study, rest).picture.name == "calibration_spline.png"
    assert "distribution" in first.picture.alt
    assert screen(study, []).picture is None


def test_a_mean_only_model_is_said_plainly(study):
    found = screen(study, family="mean", added=None, association=None)
    assert found.verdict == ("No candidate predicts better than the mean-only model.",)
    assert values(found.tiles[3]) == ["Not compared"]


def test_a_risk_has_the_spread_of_risks_in_place_of_an_interval(study):
    risks = np.linspace(0.05, 0.95, 400)
    events = np.random.default_rng(1).random(400) < risks
    curve = calibration_curve(events, risks, kind="binary", smoother="spline")
    whole = dataclasses.replace(study.evidence.out_of_fold, curves=(curve,))
    [spread] = [
        tile
        for tile in screen(study, kind="binary", out_of_fold=whole).tiles
        if "risks differ" in tile.title
    ]
    low, high = curve.predicted_quantile(0.1), curve.predicted_quantile(0.9)
    assert values(spread) == [f"{100 * low:.0f} % to {100 * high:.0f} %"]
    assert low == pytest.approx(0.14, abs=0.03)


def test_a_single_block_is_named_in_its_tile_and_a_loss_says_that_it_falls(study):
    added = study.evidence.added
    one = added.additions[0]
    gains = tuple(dataclasses.replace(gain, reduction=True) for gain in one.gains)
    alone = dataclasses.replace(added, additions=(dataclasses.replace(one, gains=gains),))
    [line] = screen(study, added=alone, association=None).tiles[3].lines
    assert line.value.startswith("R² reduction ")
    assert line.detail.casefold().startswith(f"{one.label} (")
