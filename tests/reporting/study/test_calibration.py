"""Calibration and prediction intervals of out-of-fold predictions."""

import dataclasses

from hiprisk.reporting.study.calibration import calibration_section


def test_confidence_and_prediction_intervals_have_different_names(study):
    section = study.section["out_of_fold"]
    assert section.tables[0].head == ("metric", "value", "95 % CI")
    metrics = [row[0] for row in section.tables[1].rows]
    assert "coverage of the 95 % prediction interval" in metrics


def test_one_smoother_is_in_the_body_and_the_other_in_the_appendix(study):
    body = [one.name for one in study.section["calibration"].pictures]
    assert body == ["calibration_loess.png"]
    appendix = {one.name for one in study.section["out_of_fold"].pictures}
    assert {"calibration_spline.png", "calibration_corrected.png"} <= appendix


def test_without_any_curve_there_is_no_section(study):
    no_curve = dataclasses.replace(study.evidence.out_of_fold, curves=())
    evidence = dataclasses.replace(study.evidence, out_of_fold=no_curve, calibration_corrected=None)
    assert calibration_section(evidence) is None
