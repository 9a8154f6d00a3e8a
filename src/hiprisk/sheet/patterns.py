"""Which of many things are true of each row, as one text a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hiprisk.arrays import Bools, Texts

BITS_AT_A_TIME = 60


def texts_by_pattern(names: Sequence[str], masks: Sequence[Bools], *, n_rows: int) -> Texts:
    """Names of what is true of each row, separated by semicolons; empty where nothing is.

    The text of each pattern that occurs is made once, however many rows share it.

    Parameters
    ----------
    names : sequence of str
    masks : sequence of ndarray of bool, each of shape (n_rows,)
    n_rows : int
    """
    if n_rows == 1:
        true = [name for name, mask in zip(names, masks, strict=True) if mask[0]]
        return np.array([";".join(true), None], dtype=object)[:1]
    pattern = np.zeros(n_rows, dtype=np.int64)
    first = np.zeros(1, dtype=np.intp)
    for start in range(0, len(masks), BITS_AT_A_TIME):
        bits = np.zeros(n_rows, dtype=np.int64)
        for place, mask in enumerate(masks[start : start + BITS_AT_A_TIME]):
            bits += mask.astype(np.int64) << place
        _, own = np.unique(bits, return_inverse=True)
        together = pattern * (int(own.max(initial=0)) + 1) + own
        _, first, pattern = np.unique(together, return_index=True, return_inverse=True)
    texts = np.empty(len(first), dtype=object)
    if n_rows:
        for number, row in enumerate(first):
            true = [name for name, mask in zip(names, masks, strict=True) if mask[row]]
            texts[number] = ";".join(true)
    return np.asarray(texts[pattern], dtype=object)
