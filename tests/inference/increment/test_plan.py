"""What enters nested models: no column that follows from those before it."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from hiprisk.arrays import row_parts
from hiprisk.config import Range
from hiprisk.errors import ConfigError
from hiprisk.inference.increment.comparison import Comparison
from hiprisk.inference.increment.nested_models import independent_functions
from hiprisk.inference.increment.plan import MIN_UNIQUE_SHARE, _spread, plan_nested_models


def _kept(basis, members):
    return independent_functions(basis, members, least_share=MIN_UNIQUE_SHARE)


def test_a_total_beside_its_items_leaves_one_item_out_of_the_fuller_model():
    items = np.random.default_rng(0).normal(size=(200, 3))
    basis = np.column_stack([items.sum(axis=1), items])
    members = [np.array([0]), np.array([0, 1, 2, 3])]
    assert _kept(basis, members) == [0, 1, 2]


def test_items_before_their_total_keep_all_items():
    items = np.random.default_rng(0).normal(size=(200, 3))
    basis = np.column_stack([items.sum(axis=1), items])
    assert _kept(basis, [np.array([1, 2, 3]), np.array([0, 1, 2, 3])]) == [1, 2, 3]


def test_functions_that_say_something_of_their_own_all_stay():
    x = np.random.default_rng(1).normal(size=500)
    basis = np.column_stack([x, x**2, 0.98 * x + 0.2 * np.random.default_rng(2).normal(size=500)])
    assert _kept(basis, [np.array([0, 1, 2])]) == [0, 1, 2]
    assert _kept(basis[:, :1], [np.array([0])]) == [0]


def planned(stack, added=(("back",),), *, knots=0.0, splines=(), kind="continuous", blocks=None):
    """Plan over the inputs age, pain and motion, the first of them the base."""
    linear = SimpleNamespace(spline_knots=knots, splines=splines)
    config = SimpleNamespace(
        families=SimpleNamespace(linear=linear, logistic=None),
        blocks=blocks or {"core": ("age",), "back": ("pain",), "hip": ("motion",)},
        outcome=SimpleNamespace(kind=kind, bounds=(0.0, 100.0)),
    )
    inputs = ("age", "pain", "motion")
    design = SimpleNamespace(inputs=inputs, predictor_of=inputs)
    return plan_nested_models(config, design, stack, added, Comparison())


X = np.random.default_rng(3).normal(50, 10, (2, 100, 3))


def test_each_model_has_the_base_and_its_own_blocks():
    models = planned(X, (("back",), ("hip",), ("back", "hip")))
    assert [own.tolist() for own in models.members] == [[0], [0, 1], [0, 2], [0, 1, 2]]
    assert (models.link, models.bounds) == ("identity", (0.0, 100.0))
    assert planned(X, kind="binary").link == "logit"
    assert planned(X, kind="binary").bounds is None


def test_functions_are_standardised_over_all_imputations_together():
    models = planned(X)
    together = np.concatenate(X)
    assert models.center == pytest.approx(together.mean(axis=0))
    assert models.scale == pytest.approx(together.std(axis=0))


@pytest.mark.parametrize(("knots", "bends"), [
    (0.0, False), (3.0, True), ((0.0, 4.0), True), ((0.0,), False),
    (Range(low=0.0, high=2.0), False), (Range(low=0.0, high=5.0), True),
])  # fmt: skip
def test_a_predictor_bends_where_tuning_might_bend_it(knots, bends):
    models = planned(X, knots=knots, splines=("age",))
    # Three knots are two functions, whatever tuning would choose.
    assert [part.width for part in models.plan] == [2 if bends else 1, 1, 1]
    assert models.members[0].tolist() == ([0, 1] if bends else [0])


def test_a_repeated_predictor_is_left_out_by_name():
    stack = X.copy()
    stack[:, :, 2] = stack[:, :, 0] + stack[:, :, 1]
    models = planned(stack, (("back", "hip"),))
    assert models.combinations == ("motion",)
    assert models.members[1].tolist() == [0, 1]


def test_a_block_that_the_base_has_already_is_refused():
    blocks = {"core": ("age", "pain"), "back": ("pain",)}
    with pytest.raises(ConfigError, match="block 'back' has no predictor that the base lacks"):
        planned(X, blocks=blocks)


def test_spread_part_by_part_is_that_of_all_rows(monkeypatch):
    basis = np.random.default_rng(1).normal(5.0, 3.0, size=(101, 3))
    monkeypatch.setattr("hiprisk.inference.increment.plan.ROWS_AT_ONCE", 50)
    monkeypatch.setattr(
        "hiprisk.inference.increment.plan.row_parts", partial(row_parts, at_once=50)
    )
    assert _spread(basis) == pytest.approx(basis.std(axis=0), rel=1e-12)
