"""Width of the 80 % interval by hand."""

import dataclasses

import numpy as np
import pytest

from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.explanation.interval_width import width_80, widths_80
from ordinal_sheet import ordinal_sheet
from small_bundle import small_sheet

NORMAL_90 = 1.2815515655446004


def width(sheet, lp, variance):
    return width_80(SheetEvaluator(sheet), lp, variance)


def test_a_continuous_outcome_has_the_width_of_its_predictive_interval():
    # At 40 the scale is 13, the middle of 10 at 20 and 16 at 60; quantiles at -1.25 and 1.25.
    assert width(small_sheet(), 40.0, 0.0) == pytest.approx(2 * 1.25 * 13.0, rel=1e-12)
    assert width(small_sheet(), 40.0, 27.0) == pytest.approx(2.5 * np.sqrt(169.0 + 27.0), rel=1e-12)


def test_the_end_of_the_scale_cuts_it():
    # At 95 the scale is 16, as beyond every level.
    assert width(small_sheet(), 95.0, 0.0) == pytest.approx(100.0 - (95.0 - 20.0), rel=1e-12)


def test_a_risk_has_the_range_of_the_prediction_itself():
    sheet = small_sheet(kind="binary")
    assert width(sheet, -1.0, 0.0) == 0.0
    ends = [1 / (1 + np.exp(1.0 + side * NORMAL_90 * 0.5)) for side in (1, -1)]
    assert width(sheet, -1.0, 0.25) == pytest.approx(ends[1] - ends[0], rel=1e-12)


def test_a_published_score_without_its_scatter_too():
    bare = dataclasses.replace(small_sheet(), distribution=None)
    assert width(bare, 50.0, 16.0) == pytest.approx(2 * NORMAL_90 * 4.0, rel=1e-12)
    assert width(bare, 100.0, 16.0) == pytest.approx(NORMAL_90 * 4.0, rel=1e-12)


def test_an_ordinal_model_has_the_widths_of_its_own_intervals():
    evaluator = SheetEvaluator(ordinal_sheet())
    known = [np.array([value]) for value in (70.0, np.nan, 1.0, np.nan)]
    found = widths_80(evaluator, known, lp=0.0, variance=0.0)
    lower, upper = evaluator.predict_numeric(known).intervals["80"]
    assert found.now == upper[0] - lower[0]
    each = []
    for version in evaluator.filled(known):
        lower, upper = evaluator.predict_numeric(version).intervals["80"]
        each.append(upper[0] - lower[0])
    assert found.if_known == min(found.now, np.mean(each))


def test_with_nothing_missing_the_widths_are_one():
    evaluator = SheetEvaluator(ordinal_sheet())
    known = [np.array([value]) for value in (70.0, 0.0, 1.0, 45.0)]
    found = widths_80(evaluator, known, lp=0.0, variance=0.0)
    assert found.now == found.if_known > 0.0


def test_an_expected_width_never_counts_as_more_than_todays():
    # Steps between five values: 50 and 55 in the two draws, 25 with their chances averaged.
    known = [np.array([value]) for value in (70.0, 0.0, np.nan, 45.0)]
    found = widths_80(SheetEvaluator(ordinal_sheet()), known, lp=0.0, variance=0.0)
    assert found.now == found.if_known == 25.0
