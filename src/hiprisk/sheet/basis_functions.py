"""Columns computed from columns: the closed set of expressions and the spline basis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.sheet.format import Derived, Term

# A denominator nearer to zero than this gives the ratio of this size: never a division by zero.
SMALLEST_DENOMINATOR = 1e-6


def _ratio(top: Floats, bottom: Floats) -> Floats:
    sign = np.where(bottom < 0.0, -1.0, 1.0)
    safe = np.where(np.abs(bottom) < SMALLEST_DENOMINATOR, sign * SMALLEST_DENOMINATOR, bottom)
    return top / safe


OPERATIONS: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "minimum": np.minimum,
    "maximum": np.maximum,
    "difference": np.subtract,
    "ratio": _ratio,
    "product": np.multiply,
    "indicator": lambda value, bound: (value >= bound).astype(np.float64),
}


def add_derived(derived: Sequence[Derived], columns: MutableMapping[str, Floats]) -> None:
    """Compute derived columns in order and add them to the columns they are made of."""
    for item in derived:
        first, second = (
            columns[operand] if isinstance(operand, str) else np.array(operand)
            for operand in item.of
        )
        columns[item.name] = np.asarray(OPERATIONS[item.op](first, second), dtype=np.float64)


def term_functions(terms: Sequence[Term], columns: Mapping[str, Floats]) -> list[Floats]:
    """Each term's functions of its column, in the order of the coefficients."""
    found: list[Floats] = []
    for term in terms:
        x = columns[term.column]
        found += [x] if term.basis == "linear" else spline_basis(x, term.knots)
    return found


def spline_basis(x: Floats, knots: Sequence[float]) -> list[Floats]:
    """Harrell's restricted cubic spline functions of a column, the column itself first.

    Parameters
    ----------
    x : ndarray, shape (n_rows,)
    knots : sequence of float
        At least three, ascending.

    Returns
    -------
    list of ndarray
        One fewer than knots, each of shape (n_rows,); scaled by the squared range of the knots,
        so that every function has the unit of `x`.

    References
    ----------
    .. [1] Harrell (2015). Regression Modeling Strategies, 2nd ed., section 2.4.5.
    """
    last, before_last = knots[-1], knots[-2]
    scale = (last - knots[0]) ** 2
    from_last = _cube(x - last)
    from_before = _cube(x - before_last)
    functions = [x]
    for knot in knots[:-2]:
        pull_before = (last - knot) / (last - before_last)
        pull_last = (before_last - knot) / (last - before_last)
        # The two last cubes cancel the third and second power beyond the last knot: linear there.
        bent = _cube(x - knot) - pull_before * from_before + pull_last * from_last
        functions.append(bent / scale)
    return functions


def _cube(difference: Floats) -> Floats:
    positive = np.maximum(difference, 0.0)
    return positive * positive * positive
