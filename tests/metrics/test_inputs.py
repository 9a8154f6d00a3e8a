"""What every metric checks of its arguments."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.inputs import (
    as_binary,
    as_continuous,
    as_forecast_outcome,
    check_both_classes,
)


def test_lists_become_arrays_and_everybody_counts_once():
    y, p, w = as_continuous([1, 2], (3, 4), None)
    assert (y.tolist(), p.tolist(), w.tolist()) == ([1.0, 2.0], [3.0, 4.0], [1.0, 1.0])
    assert y.dtype == np.float64


def test_answers_as_truth_values_are_taken():
    y, _, _ = as_binary([True, False], [0.0, 1.0], None)
    assert y.tolist() == [1.0, 0.0]


@pytest.mark.parametrize(("call", "message"), [
    (lambda: as_continuous([[1.0], [2.0]], [1.0, 2.0], None), r"got shape \(2, 1\)"),
    (lambda: as_continuous([1.0, np.inf, np.nan], [1.0] * 3, None),
     "'observed' has 2 missing or infinite entries, first at position 1"),
    (lambda: as_continuous([1.0, 2.0], [1.0, 2.0], [1.0]),
     "'weights' has 1 entries, 'observed' has 2"),
    (lambda: as_continuous([1.0, 2.0], [1.0, 2.0], [0.0, 0.0]), "one must be positive"),
    (lambda: as_binary([0, 1, 3, 5], [0.1] * 4, None),
     "2 of 4 are not, first at position 2: got 3"),
    (lambda: as_binary([0, 1], [0.5, -0.1], None), "1 of 2 do not, first at position 1: got -0.1"),
    (lambda: as_forecast_outcome([1.0, 2.0], 3, None),
     "there are 3 forecasts, 'observed' has 2 entries"),
])  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_place(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_a_class_whose_people_count_nothing_is_absent():
    y = np.array([1.0, 1.0, 0.0])
    check_both_classes(y, np.ones(3))
    with pytest.raises(InputError, match="needs events and non-events") as refused:
        check_both_classes(y, np.array([1.0, 1.0, 0.0]))
    assert refused.value.code == "DEGENERATE"
