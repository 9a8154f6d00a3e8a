"""Whether columns separate events from non-events, by linear programming.

A logistic regression has a finite maximum-likelihood estimate exactly where no combination of its
columns, an intercept included, is at least 0 in every event and at most 0 in every non-event (and
not 0 throughout). That is a linear programme, so it is decided and not guessed from the steps of a
fit.

References
----------
.. [1] Albert, Anderson (1984). Biometrika 71(1), 1-10. doi:10.1093/biomet/71.1.1
.. [2] Konis (2007). Linear programming algorithms for detecting separated data in binary logistic
       regression models. DPhil thesis, University of Oxford.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hiprisk.arrays import Bools, Floats
from hiprisk.errors import InputError

SEPARATED = "the predictors separate the two classes, so that a coefficient has no finite estimate"
# What a solver may leave of nothing, in units of a standardised column.
TOLERANCE = 1e-7


class SeparationError(InputError):
    """A logistic regression without a finite estimate: some combination tells the classes apart.

    Attributes
    ----------
    columns : tuple of int
        Columns of that combination, the intercept not counted.
    """

    default_code = "DEGENERATE"

    def __init__(self, reason: str = SEPARATED, *, columns: tuple[int, ...] = ()) -> None:
        super().__init__(
            reason,
            advice="join rare levels, leave out a predictor, or fit with a penalty",
        )
        self.columns = columns


def separating_columns(columns: Floats, y: Floats) -> tuple[int, ...]:
    """Columns of a combination that separates the classes; empty where none does.

    Parameters
    ----------
    columns : ndarray, shape (n_rows, n_columns)
        Without the intercept.
    y : ndarray, shape (n_rows,)
        0 or 1; a row between them belongs to both classes.

    Notes
    -----
    With s = 1 in events and -1 in non-events: maximise the sum of s x'b where every s x'b is at
    least 0 and every coefficient between -1 and 1. The maximum is 0 exactly where nothing separates
    the classes, completely or in part (quasi-complete separation).
    """
    # SciPy's optimisers cost a tenth of a second of import, and most fits never need them.
    from scipy.optimize import linprog

    spread = np.where(np.ptp(columns, axis=0) > 0.0, columns.std(axis=0), 1.0)
    design = np.column_stack([np.ones(len(y)), (columns - columns.mean(axis=0)) / spread])
    signed = np.concatenate([design[y > 0.0], -design[y < 1.0]])
    found = linprog(
        -signed.sum(axis=0),
        A_ub=-signed,
        b_ub=np.zeros(len(signed)),
        bounds=(-1.0, 1.0),
        method="highs",
    )
    if not found.success or -found.fun <= TOLERANCE * len(signed):
        return ()
    apart = np.abs(found.x[1:]) > TOLERANCE
    return tuple(int(place) for place in np.flatnonzero(apart))


def what_separates(
    columns: Floats,
    y: Floats,
    labels: Sequence[str],
    apart: Sequence[int],
    *,
    smallest_cell: int = 1,
) -> str:
    """What has no finite estimate: levels with their rows and events, or columns together.

    Parameters
    ----------
    columns : ndarray, shape (n_rows, n_columns)
    y : ndarray, shape (n_rows,)
    labels : sequence of str, length n_columns
        What a person reads for a column.
    apart : sequence of int
        `SeparationError.columns`.
    smallest_cell : int
        Counts below are not shown.
    """
    one_class = levels_of_one_class(columns, y)
    sides = [
        _one_class_side(columns[:, place], y, label, smallest_cell)
        for place, label in enumerate(labels)
        if one_class[place]
    ]
    if sides:
        return f"no finite odds ratio: {'; '.join(sides)}"
    together = dict.fromkeys(labels[place] for place in apart)
    if not together:
        return SEPARATED
    return f"{' and '.join(together)} separate those with the event from those without"


def levels_of_one_class(columns: Floats, y: Floats) -> Bools:
    """Which columns have two values, all rows of one of which are in one class."""
    found = np.zeros(columns.shape[1], dtype=bool)
    for place, column in enumerate(columns.T):
        if len(np.unique(column)) == 2:
            has = column == column.max()
            found[place] = np.ptp(y[has]) == 0.0 or np.ptp(y[~has]) == 0.0
    return found


def _one_class_side(column: Floats, y: Floats, label: str, smallest_cell: int) -> str:
    """The side of a level on which all, or none, have the event."""
    inside = column == column.max()
    rows, whose = (inside, label) if np.ptp(y[inside]) == 0.0 else (~inside, f"not {label}")
    n, events = int(rows.sum()), int(y[rows].sum())
    if n < smallest_cell:
        all_or_none = "all" if events else "none"
        return f"{whose} has fewer than {smallest_cell} rows, {all_or_none} with the event"
    counted = f"{n} row{'' if n == 1 else 's'} with {events} event{'' if events == 1 else 's'}"
    return f"{whose} has {counted}"
