"""Array types that every numerical module shares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Integers: TypeAlias = NDArray[np.intp]
# How often people were drawn: half of the memory of `Integers`.
Counts: TypeAlias = NDArray[np.int32]
Texts: TypeAlias = NDArray[np.object_]

# Rows whose sums of products are taken at once. Of more people the weighted and centred copies
# would take several times the memory of the data.
ROWS_AT_ONCE = 65_536


def row_parts(n_rows: int, at_once: int = ROWS_AT_ONCE) -> Iterator[slice]:
    """Slices that follow each other: one where there are few rows, which then keep every bit."""
    for start in range(0, n_rows, at_once):
        yield slice(start, min(start + at_once, n_rows))
