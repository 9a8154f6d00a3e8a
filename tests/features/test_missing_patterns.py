"""Rows by what they lack: order, blocks, padding."""

import numpy as np
import pytest

from hiprisk.features import missing_patterns
from hiprisk.features.missing_patterns import MissingPatterns


def mask(n_rows, n_columns, share, seed=0):
    return np.random.default_rng(seed).random((n_rows, n_columns)) < share


def lacking_of_rows(patterns, n_columns):
    """What each row lacks, read back from the batches of all blocks."""
    found = {int(row): set() for row in patterns.order}
    for part in patterns.blocks(patterns.pattern):
        rows = patterns.order[part]
        for batch in patterns.batches(patterns.pattern[part]):
            for row, pattern in zip(rows[batch.first : batch.last], batch.pattern, strict=True):
                found[int(row)] = {int(c) for c in batch.lacking[pattern] if c < n_columns}
    return found


# More columns than a whole number has bits; many patterns of as many columns, which stand alone.
@pytest.mark.parametrize(
    ("n_rows", "n_columns", "share"), [(50, 5, 0.3), (40, 130, 0.1), (900, 20, 0.2), (6, 3, 0.0)]
)
def test_every_row_is_in_the_batch_of_what_it_lacks(monkeypatch, n_rows, n_columns, share):
    monkeypatch.setattr(missing_patterns, "LARGEST_BLOCK", 2000)
    missing = mask(n_rows, n_columns, share)
    patterns = MissingPatterns.of(missing)
    assert sorted(patterns.order) == list(range(n_rows))
    assert (patterns.missing[patterns.pattern] == missing[patterns.order]).all()
    assert (np.diff(patterns.n_missing) >= 0).all()
    found = lacking_of_rows(patterns, n_columns)
    assert found == {row: set(np.flatnonzero(missing[row])) for row in range(n_rows)}


def test_padding_columns_differ_and_lie_behind_the_data():
    patterns = MissingPatterns.of(np.array([[True, True, True, False], [True, True, True, True]]))
    (batch,) = patterns.batches(patterns.pattern)
    assert batch.lacking.tolist() == [[0, 1, 2, 4], [0, 1, 2, 3]]
    assert patterns.n_padding == 1


@pytest.mark.parametrize("many", [0, 1000])
def test_products_a_row_and_a_pattern_are_the_same(monkeypatch, many):
    missing = mask(60, 4, 0.5)
    patterns = MissingPatterns.of(missing)
    rng = np.random.default_rng(1)
    monkeypatch.setattr(missing_patterns, "MANY_ROWS", many)
    for batch in patterns.batches(patterns.pattern):
        n_patterns, width = batch.lacking.shape
        matrices = rng.normal(size=(n_patterns, width, width))
        vectors = rng.normal(size=(len(batch.pattern), width))
        expected = [matrices[p] @ v for p, v in zip(batch.pattern, vectors, strict=True)]
        np.testing.assert_allclose(batch.product(matrices, vectors), expected, rtol=1e-12)
