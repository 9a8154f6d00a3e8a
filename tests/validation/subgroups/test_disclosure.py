"""Small cells are hidden, and those that would give them away."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.validation.subgroups.disclosure import suppressed_cells


@pytest.mark.parametrize(
    ("people_of_cells", "expected"),
    [
        ([50, 20, 30], [False, False, False]),
        # A lone small cell would follow by subtraction: the next smallest goes with it.
        ([50, 20, 3], [False, True, True]),
        # Two small cells hide each other only if together they are large enough.
        ([50, 20, 3, 4], [False, True, True, True]),
        ([50, 20, 6, 7], [False, False, True, True]),
        ([50, 3], [True, True]),
    ],
)
def test_small_cells_and_those_that_would_tell_them(people_of_cells, expected):
    counts = np.array(people_of_cells)[:, np.newaxis]
    assert suppressed_cells(counts, 10).tolist() == expected


def test_few_events_hide_a_large_cell():
    counts = np.array([[100, 50, 50], [100, 4, 96], [60, 30, 30], [90, 45, 45]])
    assert suppressed_cells(counts, 10).tolist() == [False, True, True, False]


def test_a_large_cell_hidden_elsewhere_takes_another_with_it():
    counts = np.array([[50], [40], [30]])
    hidden = suppressed_cells(counts, 10, already=np.array([True, False, False]))
    assert hidden.tolist() == [True, False, True]


@given(
    cells=st.lists(st.integers(1, 60), min_size=2, max_size=8),
    smallest=st.integers(2, 15),
)
def test_no_hidden_cell_follows_from_what_is_shown(cells, smallest):
    counts = np.array(cells)[:, np.newaxis]
    hidden = suppressed_cells(counts, smallest)
    assert (counts[~hidden] >= smallest).all()
    if hidden.any() and not hidden.all():
        assert hidden.sum() >= 2
        assert counts[hidden].sum() >= smallest
