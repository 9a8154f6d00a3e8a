"""One text a row of what is true of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.sheet.patterns import row_patterns


@given(st.integers(1, 30), st.integers(0, 130), st.integers(0, 2**32 - 1))
def test_every_text_equals_a_loop_by_hand(n_rows, n_masks, seed):
    masks = list(np.random.default_rng(seed).random((n_masks, n_rows)) < 0.1)
    names = [f"n{number}" for number in range(n_masks)]
    expected = [
        ";".join(name for name, mask in zip(names, masks, strict=True) if mask[row])
        for row in range(n_rows)
    ]
    assert row_patterns(names, masks, n_rows=n_rows).spread().tolist() == expected


@pytest.mark.parametrize("masks", [[], [np.zeros(0, dtype=bool)]])
def test_no_rows_have_no_texts(masks):
    names = ["a"] * len(masks)
    assert row_patterns(names, masks, n_rows=0).spread().tolist() == []
