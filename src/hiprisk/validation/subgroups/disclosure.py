"""Small cells: what must not be shown, and what else must then not be shown either.

A cell with fewer than k people could point at one of them. Where only one cell of a table is left
out, it follows by subtraction from the total; so more are left out until those left out together
are k or more, and two or more.

References
----------
.. [1] Hundepool et al. (2012). Statistical Disclosure Control. Wiley. doi:10.1002/9781118348239
"""

from __future__ import annotations

import numpy as np

from hiprisk.arrays import Bools, Integers


def suppressed_cells(counts: Integers, smallest: int, *, already: Bools | None = None) -> Bools:
    """Which cells of a table that adds up to a known total must be left out.

    Parameters
    ----------
    counts : ndarray of int, shape (n_cells, n_kinds)
        What each cell holds: people, or people, events and non-events.
    smallest : int
        Least count of every kind that may be shown.
    already : ndarray of bool, shape (n_cells,), optional
        Cells that are left out for another reason.

    Returns
    -------
    ndarray of bool, shape (n_cells,)

    Examples
    --------
    >>> suppressed_cells(np.array([[50], [20], [3]]), 10).tolist()
    [False, True, True]
    """
    left_out: Bools = np.asarray((counts < smallest).any(axis=1))
    if already is not None:
        left_out = left_out | already
    while left_out.any() and not left_out.all() and _follows(counts[left_out], smallest):
        shown = np.flatnonzero(~left_out)
        # The smallest that is still shown costs the reader least.
        left_out[shown[np.argmin(counts[shown, 0])]] = True
    return left_out


def _follows(left_out: Integers, smallest: int) -> bool:
    """Whether subtraction from the total tells a cell, or a sum that is too small itself."""
    return len(left_out) < 2 or bool((left_out.sum(axis=0) < smallest).any())
