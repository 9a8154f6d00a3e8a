"""Columns computed from columns: the closed set of expressions and the spline basis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.sheet.format import Derived, Term

# A denominator nearer to zero than this gives the ratio of this size: never a division by zero.
SMALLEST_DENOMINATOR = 1e-6
# Ranges of a spline's knots above the last one: to there the cubes keep ten digits, beyond it they
# would lose them with the square of the distance. The calculator page has the same number.
STRAIGHT_BEYOND = 1000.0


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

    Notes
    -----
    Beyond the last knot each function is a straight line, which the cubes' differences give only
    as long as they keep their digits: more than `STRAIGHT_BEYOND` ranges of the knots above the
    last one, the line itself is evaluated.

    References
    ----------
    .. [1] Harrell (2015). Regression Modeling Strategies, 2nd ed., section 2.4.5.
    """
    last, before_last = knots[-1], knots[-2]
    scale = (last - knots[0]) ** 2
    far = x > last + STRAIGHT_BEYOND * (last - knots[0])
    is_any_far = bool(np.any(far))
    # Of what lies far the cubes are not used, and could overflow.
    near = np.where(far, last, x) if is_any_far else x
    from_last = _cube(near - last)
    from_before = _cube(near - before_last)
    functions = [x]
    for knot in knots[:-2]:
        pull_before = (last - knot) / (last - before_last)
        pull_last = (before_last - knot) / (last - before_last)
        # The two last cubes cancel the third and second power beyond the last knot: linear there.
        bent = _cube(near - knot) - pull_before * from_before + pull_last * from_last
        function = bent / scale
        if is_any_far:
            slope = (last - knot) * (before_last - knot) / scale
            line = slope * (3.0 * (x - last) + (last - knot) + (last - before_last))
            function = np.where(far, line, function)
        functions.append(function)
    return functions


def _cube(difference: Floats) -> Floats:
    positive = np.maximum(difference, 0.0)
    return positive * positive * positive
