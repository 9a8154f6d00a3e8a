"""Can a sheet's numbers overflow: how large its predictions could become."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence

import numpy as np

from hiprisk.sheet.basis_functions import SMALLEST_DENOMINATOR, STRAIGHT_BEYOND, spline_basis
from hiprisk.sheet.format import (
    Derived,
    Distribution,
    LinearModel,
    OrdinalModel,
    Sheet,
    Term,
    TreesModel,
)

# No score, risk or linear predictor of a patient comes near; what lies beyond is a mistake or a
# trap, and would be shown as a plain 0 or 100 at the outcome's bounds.
LIMIT = 1e15
# Assumed of a number for which the sheet states no range.
UNSTATED = 1e6
# Standard deviations by which a drawn value may leave its mean.
SPREAD = 40.0


def magnitude_problems(sheet: Sheet) -> Iterable[str]:
    """What of the sheet could overflow, in words; nothing where all is well."""
    sizes = _column_sizes(sheet)
    for name, size in sizes.items():
        if not size <= LIMIT:
            yield f"the values of column '{name}' can overflow"
            return
    for derived in sheet.derived:
        sizes[derived.name] = _derived_size(derived, sizes)
        if not sizes[derived.name] <= LIMIT:
            yield f"the derived column '{derived.name}' can overflow"
            return
    if isinstance(sheet.model, TreesModel):
        yield from _trees_problems(sheet.model)
    else:
        yield from _coefficient_problems(sheet.model, sizes)
    if isinstance(sheet.model, OrdinalModel) and not _is_moderate(sheet.model.values):
        yield "the values of the score can overflow"
    if sheet.distribution is not None and not _spread_size(sheet.distribution) <= LIMIT:
        yield "the distribution of the residuals can overflow"


def _column_sizes(sheet: Sheet) -> dict[str, float]:
    """Largest size of each column, whether its value is given or drawn."""
    hard = {spec.name: spec.hard for spec in sheet.variables}
    sizes = {}
    for position, column in enumerate(sheet.columns):
        bounds = hard[column.variable]
        given = 1.0 if column.level is not None else UNSTATED
        if column.level is None and bounds is not None:
            given = max(map(abs, bounds))
        variance = abs(sheet.missing.covariance[position][position])
        drawn = abs(sheet.missing.mean[position]) + SPREAD * math.sqrt(variance)
        noise = max((abs(draw[position]) for draw in sheet.missing.draws), default=0.0)
        # A standard normal number beyond this is none.
        sizes[column.name] = max(given, drawn) if noise <= SPREAD else math.inf
    return sizes


def _derived_size(derived: Derived, sizes: dict[str, float]) -> float:
    first, second = (
        sizes[operand] if isinstance(operand, str) else abs(operand) for operand in derived.of
    )
    return {
        "minimum": max(first, second),
        "maximum": max(first, second),
        "difference": first + second,
        "ratio": first / SMALLEST_DENOMINATOR,
        "product": first * second,
        "indicator": 1.0,
    }[derived.op]


def _coefficient_problems(
    model: LinearModel | OrdinalModel, sizes: dict[str, float]
) -> Iterable[str]:
    intercepts = (model.intercept,) if isinstance(model, LinearModel) else model.intercepts
    # All intercepts together are an upper bound of any of them.
    functions, columns = [1.0] * len(intercepts), [""] * len(intercepts)
    for term in model.terms:
        functions += _function_sizes(term, sizes[term.column])
        columns += [term.column] * len(term.coefficients)
    own = [*intercepts, *(c for term in model.terms for c in term.coefficients)]
    if not _size(own, functions) <= LIMIT:
        parts = [_size([c], [size]) for c, size in zip(own, functions, strict=True)]
        largest = columns[parts.index(max(parts))]
        yield "the model's coefficients can overflow" + (largest and f" (column '{largest}')")
    if any(not _size(refit, functions) <= LIMIT for refit in model.refits or ()):
        yield "the refitted coefficients can overflow"
    if any(not abs(c) <= LIMIT for row in model.covariance or () for c in row):
        yield "the covariance of the coefficients can overflow"


def _function_sizes(term: Term, size: float) -> list[float]:
    """Largest size of each function of a term's column; see `spline_basis`."""
    if term.basis == "linear":
        return [size]
    knots = term.knots
    reach = size + max(map(abs, knots))
    span, last_step = knots[-1] - knots[0], knots[-1] - knots[-2]
    if not reach <= LIMIT or not span * span >= sys.float_info.min:
        return [math.inf] * (len(knots) - 1)
    # What is lost of the cubes and their two corrections, each at most span over the last step as
    # large, for as long as they are used.
    distance = min(reach, (STRAIGHT_BEYOND + 1.0) * span)
    cubes = distance * distance * distance * (1.0 + 2.0 * span / last_step) / (span * span)
    lost = sys.float_info.epsilon * cubes
    if not lost <= reach:
        # Knots so near to each other that no digit of the result is right.
        return [math.inf] * (len(knots) - 1)
    # Every function ascends: it is largest where the column is.
    largest = spline_basis(np.array([size]), knots)
    return [size, *(abs(float(function[0])) + lost for function in largest[1:])]


def _size(coefficients: Sequence[float], functions: Sequence[float]) -> float:
    return sum(abs(c) * size for c, size in zip(coefficients, functions, strict=True) if c != 0.0)


def _is_moderate(numbers: Sequence[float]) -> bool:
    return all(abs(number) <= LIMIT for number in numbers)


def _trees_problems(model: TreesModel) -> Iterable[str]:
    largest = sum(max(map(abs, tree.value)) for tree in model.trees)
    if not abs(model.baseline) + largest <= LIMIT:
        yield "the trees' values can overflow"


def _spread_size(distribution: Distribution) -> float:
    quantile = max(map(abs, distribution.quantiles))
    return max(quantile, 1.0) * max(distribution.scales)
