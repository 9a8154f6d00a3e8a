"""Linear predictors of people some of whose values are missing: means over the sheet's draws."""

import dataclasses

import numpy as np
import pytest

from hiprisk.features.linear_parts import linear_parts
from hiprisk.sheet.evaluate import SheetEvaluator
from small_bundle import small_sheet
from tree_sheet import tree_sheet

NAN = np.nan
# age, man, back pain, function
KNOWN = [np.array([63.0, 70.0]), np.array([1.0, 0.0]), np.array([1.0, 0.0]), np.array([50.0, 20.0])]


def parts(sheet, known=KNOWN):
    return linear_parts(SheetEvaluator(sheet), known)


def test_whole_rows_equal_a_hand_count():
    lp, design = parts(small_sheet())
    # 10 + 0.1 age + 0.6 function + 5 with back pain + 2 for a woman
    assert lp == pytest.approx([10 + 6.3 + 30 + 5, 10 + 7 + 12 + 2], rel=1e-12)
    assert design.tolist() == [[63.0, 50.0, 1.0, 0.0], [70.0, 20.0, 0.0, 1.0]]


def test_a_missing_value_counts_with_the_mean_over_the_draws():
    known = [KNOWN[0], KNOWN[1], np.array([NAN, 0.0]), KNOWN[3]]
    sheet = small_sheet()
    evaluator = SheetEvaluator(sheet)
    lp, design = linear_parts(evaluator, known)
    versions = [filled[2][0] for filled in evaluator.filled([column[:1] for column in known])]
    assert design[0, 2] == pytest.approx(np.mean(versions), rel=1e-12)
    assert lp[0] == pytest.approx(10 + 6.3 + 30 + 5 * np.mean(versions), rel=1e-12)
    # Nobody else is touched.
    assert lp[1] == parts(sheet)[0][1]


def test_trees_have_no_functions_and_average_their_predictions():
    lp, design = parts(tree_sheet())
    assert design is None
    evaluator = SheetEvaluator(tree_sheet())
    assert lp.tolist() == evaluator.linear_predictor(KNOWN, 2).tolist()
    known = [KNOWN[0], KNOWN[1], np.array([NAN, 0.0]), KNOWN[3]]
    drawn = [evaluator.linear_predictor(filled, 1)[0]
             for filled in evaluator.filled([column[:1] for column in known])]  # fmt: skip
    assert parts(tree_sheet(), known)[0][0] == pytest.approx(np.mean(drawn), rel=1e-12)


def test_a_model_of_the_mean_alone():
    sheet = small_sheet()
    bare = dataclasses.replace(sheet.model, terms=(), refits=None)
    lp, design = parts(dataclasses.replace(sheet, model=bare))
    assert lp.tolist() == [10.0, 10.0]
    assert design.shape == (2, 0)
