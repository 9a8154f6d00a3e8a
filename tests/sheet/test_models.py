"""The models of a sheet, without what imputation adds."""

import dataclasses

import numpy as np
import pytest

from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import LinearModel, Term, Tree, TreesModel
from hiprisk.sheet.links import expit
from hiprisk.sheet.models import evaluator_for, inside_for_log_odds
from small_bundle import small_sheet


def predict(sheet, columns):
    return SheetEvaluator(sheet).predict(columns)


def column(*values, text=False):
    if text:
        return np.array([*values, None], dtype=object)[:-1]
    return np.array(values, dtype=float)


def test_trees_equal_a_walk_by_hand():
    tree = Tree(
        feature=(0, -1, -1),
        threshold=(60.0, 0.0, 0.0),
        left=(1, 0, 0),
        right=(2, 0, 0),
        value=(0.0, -3.0, 4.0),
    )
    model = TreesModel(link="identity", baseline=40.0, inputs=("age_years",), trees=(tree, tree))
    sheet = dataclasses.replace(small_sheet(), model=model)
    columns = {"age_years": column(59.0, 60.0, 60.5), "womac_function_0_100": column(1, 1, 1)}
    columns |= {"sex": column("male", "male", "male", text=True)}
    columns |= {"lbp_any": column("no", "no", "no", text=True)}
    # A row goes left where its input is at most the threshold.
    assert predict(sheet, columns).predicted.tolist() == [34.0, 34.0, 48.0]


def test_a_risk_overflows_on_neither_side():
    assert expit(np.array([-1e4, -800.0, 0.0, 800.0])).tolist() == [0.0, 0.0, 0.5, 1.0]
    assert expit(np.array([-1.5]))[0] == pytest.approx(1 / (1 + np.exp(1.5)), rel=1e-15)


def test_linear_predictor_and_refits_by_hand():
    model = LinearModel(
        link="identity", intercept=1.0,
        terms=(Term(column="x", basis="linear", coefficients=(2.0,)),
               Term(column="z", basis="linear", coefficients=(-1.0,))),
        refits=((0.0, 1.0, 1.0), (5.0, 0.0, 2.0)),
    )  # fmt: skip
    columns = {"x": np.array([1.0, 10.0]), "z": np.array([3.0, 0.0])}
    evaluator = evaluator_for(model)
    assert evaluator.linear_predictor(columns, 2).tolist() == [0.0, 21.0]
    assert evaluator.refitted(columns, 2).tolist() == [[4.0, 10.0], [11.0, 5.0]]
    assert evaluator.n_refits == 2


def test_trees_carry_no_refits():
    leaf = Tree(feature=(-1,), threshold=(0.0,), left=(0,), right=(0,), value=(2.5,))
    evaluator = evaluator_for(TreesModel(link="identity", baseline=1.0, inputs=(), trees=(leaf,)))
    assert evaluator.linear_predictor({}, 3).tolist() == [3.5] * 3
    assert (evaluator.n_refits, evaluator.refitted({}, 3).shape) == (0, (0, 3))


def stumps(**settings):
    """Two trees of one split each, whose leaves are no float32 numbers."""
    trees = tuple(
        Tree(feature=(0, -1, -1), threshold=(threshold, 0.0, 0.0), left=(1, 0, 0),
             right=(2, 0, 0), value=(0.0, low, high))
        for threshold, low, high in ((0.0, 0.1, 0.3), (1.0, 0.2, 0.4))
    )  # fmt: skip
    return TreesModel(link="identity", baseline=0.7, inputs=("x",), trees=trees, **settings)


def test_trees_may_be_averaged():
    columns = {"x": np.array([0.0, 0.5, 2.0])}
    found = evaluator_for(stumps(divisor=2.0)).linear_predictor(columns, 3)
    assert found.tolist() == [(0.7 + a + b) / 2.0 for a, b in ((0.1, 0.2), (0.3, 0.2), (0.3, 0.4))]


def test_sums_in_float32_are_rounded_after_every_tree():
    found = evaluator_for(stumps(precision="float32")).linear_predictor({"x": np.full(1, 2.0)}, 1)
    partial = np.float32(0.7) + np.float32(0.3)
    assert found.tolist() == [float(partial + np.float32(0.4))]
    assert found[0] != 0.7 + 0.3 + 0.4
    assert found.dtype == np.float64


def test_a_forest_may_hold_the_risk_itself():
    model = dataclasses.replace(stumps(divisor=4.0), inputs=("age_years",))
    sheet = dataclasses.replace(small_sheet(kind="binary"), model=model)
    columns = {"age_years": column(60.0), "womac_function_0_100": column(40.0)}
    columns |= {
        name: column(level, text=True) for name, level in (("sex", "male"), ("lbp_any", "no"))
    }
    found = predict(sheet, columns)
    assert found.predicted.tolist() == found.lp.tolist() == [(0.7 + 0.3 + 0.4) / 4.0]


def test_a_risk_that_trees_hold_is_recalibrated_on_its_log_odds():
    model = dataclasses.replace(stumps(divisor=4.0), link="logit", recalibration=(0.5, 2.0))
    found = evaluator_for(model).linear_predictor({"x": np.array([2.0])}, 1)
    risk = (0.7 + 0.3 + 0.4) / 4.0
    assert found[0] == pytest.approx(0.5 + 2.0 * np.log(risk / (1.0 - risk)), rel=1e-15)


@pytest.mark.parametrize(("n_trees", "least"), [(1, 0.01), (50, 0.01), (500, 0.001)])
def test_no_risk_is_nearer_to_0_than_half_of_one_trees_share(n_trees, least):
    model = dataclasses.replace(stumps(), trees=stumps().trees[:1] * n_trees)
    found = inside_for_log_odds(model, np.array([0.0, 0.4, 1.0]))
    assert found.tolist() == [least, 0.4, 1.0 - least]
