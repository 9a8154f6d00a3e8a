"""Separation told by level, rows and events."""

from types import SimpleNamespace

import numpy as np

from hiprisk.inference.association.separated import separation_refusal
from hiprisk.learning.logistic.separation import SeparationError

PLAN = SimpleNamespace(
    dictionary={}, design=SimpleNamespace(labels=lambda _: {"sex": "Sex", "age": "Age"})
)


def told(columns, y, names, *apart):
    return separation_refusal(
        np.array(columns, dtype=float),
        np.array(y, dtype=float),
        names,
        SeparationError(columns=apart),
        plan=PLAN,
        model="adjusted",
        group="hip",
    )


def test_the_side_of_one_class_is_counted_whichever_it_is():
    one = told([[1], [1], [0], [0]], [1, 1, 0, 1], ["sex=male"], 0)
    assert one.reason.startswith("no finite odds ratio: Sex: male has 2 rows with 2 events")
    other = told([[1], [1], [1], [0]], [1, 0, 1, 0], ["sex=male"], 0)
    assert "not Sex: male has 1 row with 0 events (model 'adjusted', group 'hip')" in other.reason


def test_columns_that_separate_only_together_are_named_together():
    found = told([[1, 5], [2, 4], [3, 1]], [0, 1, 1], ["age", "bmi"], 0, 1)
    assert found.reason.startswith("Age and bmi separate those with the event from those without")
