"""Which of many things are true of each row, as one text a row."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Integers, Texts

BITS_AT_A_TIME = 60


@dataclass(frozen=True, slots=True)
class RowPatterns:
    """Names of what is true of each row, separated by semicolons; empty where nothing is.

    Attributes
    ----------
    texts : list of str
        Of each pattern that occurs, made once however many rows share it.
    of_row : ndarray of int, shape (n_rows,)
        Which of them each row has.
    """

    texts: list[str]
    of_row: Integers

    def spread(self) -> Texts:
        """The text of each row."""
        # The added None keeps NumPy from reading texts as anything but objects.
        return np.asarray(np.array([*self.texts, None], dtype=object)[self.of_row])


def row_patterns(names: Sequence[str], masks: Sequence[Bools], *, n_rows: int) -> RowPatterns:
    """What is true of each row.

    Parameters
    ----------
    names : sequence of str
    masks : sequence of ndarray of bool, each of shape (n_rows,)
    n_rows : int
    """
    if n_rows == 1:
        true = [name for name, mask in zip(names, masks, strict=True) if mask[0]]
        return RowPatterns([";".join(true)], np.zeros(1, dtype=np.intp))
    first, pattern = distinct_patterns(masks, n_rows=n_rows)
    held = np.array([mask[first] for mask in masks], dtype=bool).reshape(len(masks), len(first))
    texts = [";".join(itertools.compress(names, row)) for row in held.T.tolist()]
    return RowPatterns(texts, pattern)


def distinct_patterns(masks: Sequence[Bools], *, n_rows: int) -> tuple[Integers, Integers]:
    """Rows that are alike in all masks.

    Returns
    -------
    tuple of ndarray of int
        The first row of each pattern that occurs; and which of them each row has.
    """
    pattern, first = np.zeros(n_rows, dtype=np.intp), np.zeros(min(n_rows, 1), dtype=np.intp)
    for start in range(0, len(masks), BITS_AT_A_TIME):
        bits = np.zeros(n_rows, dtype=np.int64)
        for place, mask in enumerate(masks[start : start + BITS_AT_A_TIME]):
            bits |= mask.astype(np.int64) << place
        if start:
            _, own = np.unique(bits, return_inverse=True)
            bits = pattern * (int(own.max(initial=0)) + 1) + own
        _, first, pattern = np.unique(bits, return_index=True, return_inverse=True)
    return first, pattern
