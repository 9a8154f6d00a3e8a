"""Separation by linear programming, on small tables whose answer is seen by eye."""

import pickle

import numpy as np
import pytest

from hiprisk.learning.logistic.separation import (
    SEPARATED,
    SeparationError,
    levels_of_one_class,
    separating_columns,
    what_separates,
)

X = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])


@pytest.mark.parametrize(("y", "expected"), [
    ([0, 0, 0, 1, 1, 1], (0,)),  # complete
    ([1, 1, 0, 0, 0, 0], (0,)),  # complete, the other way round
    ([0, 0, 1, 0, 1, 1], ()),  # they overlap
])  # fmt: skip
def test_one_column_that_separates(y, expected):
    assert separating_columns(X[:, None], np.array(y, dtype=float)) == expected


def test_classes_that_touch_at_one_value_are_separated_in_part():
    x = np.array([1.0, 2.0, 3.0, 3.0, 4.0, 5.0])[:, None]
    assert separating_columns(x, np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])) == (0,)


def test_two_columns_can_separate_together_though_neither_does():
    # The sum is at least 3 in events and at most 2 in others.
    a = np.array([0.0, 2.0, 1.0, 3.0, 0.0, 2.0])
    b = np.array([2.0, 0.0, 0.0, 0.0, 4.0, 2.0])
    y = (a + b > 2.0).astype(float)
    assert separating_columns(a[:, None], y) == ()
    assert separating_columns(b[:, None], y) == ()
    assert separating_columns(np.column_stack([a, b]), y) == (0, 1)


def test_collinear_columns_do_not_separate():
    y = np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    assert separating_columns(np.column_stack([X, 2.0 * X, np.zeros(6)]), y) == ()


def test_a_unit_changes_nothing():
    y = np.array([0.0, 0.0, 1.0, 0.0, 1.0, 1.0])
    assert separating_columns(1e9 * X[:, None], y) == ()
    assert separating_columns(1e-9 * X[:, None], np.sort(y)) == (0,)


def test_a_level_whose_people_are_of_one_class_is_found():
    columns = np.array([[1, 1, 0.5], [1, 0, 0.1], [0, 1, 0.2], [0, 0, 0.9]], dtype=float)
    assert levels_of_one_class(columns, np.array([1.0, 1.0, 0.0, 0.0])).tolist() == [
        True, False, False,
    ]  # fmt: skip


def test_the_error_comes_back_whole_from_a_worker():
    back = pickle.loads(pickle.dumps(SeparationError(columns=(2, 3))))
    assert back.columns == (2, 3)
    assert "join rare levels" in str(back.advice)


def test_what_separates_is_told_by_rows_and_events_whatever_the_scale_of_the_column():
    # A standardised indicator: 3 rows have the level, none of them the event.
    columns = (np.array([1.0, 1.0, 1.0, 0.0, 0.0])[:, None] - 0.6) / 0.49
    told = what_separates(columns, np.array([0.0, 0.0, 0.0, 1.0, 0.0]), ["Sex: male"], (0,))
    assert told == "no finite odds ratio: Sex: male has 3 rows with 0 events"
    hidden = [
        what_separates(columns, y, ["Sex: male"], (0,), smallest_cell=5)
        for y in (np.array([0.0, 0.0, 0.0, 1.0, 0.0]), np.array([1.0, 1.0, 1.0, 1.0, 0.0]))
    ]
    assert hidden == [
        f"no finite odds ratio: Sex: male has fewer than 5 rows, {how} with the event"
        for how in ("none", "all")
    ]


def test_what_cannot_be_named_is_separation_all_the_same():
    assert what_separates(X[:, None], np.array([0.0, 1.0] * 3), ["age"], ()) == SEPARATED
