"""What each predictor of a linear predictor adds, value by value or level by level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.sheet.basis_functions import OPERATIONS, term_functions
from hiprisk.sheet.format import Derived, LinearModel, OrdinalModel, Sheet, Term, VariableSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictor:
    """One predictor of the linear predictor: a number, a derived number, or a category.

    Attributes
    ----------
    name, label, unit : str
        Variable, or derived column.
    low, high : float
        Of a number: the range in which it is shown, of the development cohort where that is known.
    integer : bool
    levels : tuple of str
        Of a category; empty for a number.
    effects : tuple of float
        Of each level, on the scale of the linear predictor.
    terms : tuple of Term
        Of a number.
    """

    name: str
    label: str
    unit: str = ""
    low: float = 0.0
    high: float = 1.0
    integer: bool = False
    levels: tuple[str, ...] = ()
    effects: tuple[float, ...] = ()
    terms: tuple[Term, ...] = ()

    def effect(self, values: Sequence[float] | Floats) -> Floats:
        """What values of a number add to the linear predictor."""
        x = np.asarray(values, dtype=np.float64)
        functions = term_functions(self.terms, {self.name: x})
        coefficients = [c for term in self.terms for c in term.coefficients]
        total = np.zeros(len(x))
        for function, coefficient in zip(functions, coefficients, strict=True):
            total += coefficient * function
        return total


def predictors_of(sheet: Sheet) -> tuple[Predictor, ...]:
    """Predictors of a sheet's linear predictor, in the order of its terms.

    Raises
    ------
    InputError
        If the model has no linear predictor (decision trees).
    """
    model = sheet.model
    if not isinstance(model, LinearModel | OrdinalModel):
        raise InputError(
            "decision trees have no linear predictor, so no nomogram and no points",
            code="NO_LINEAR_PREDICTOR",
            advice="use the model itself: hiprisk predict, or its calculator page",
        )  # fmt: skip
    columns = {column.name: column for column in sheet.columns}
    found: dict[str, list[Term]] = {}
    for term in model.terms:
        column = columns.get(term.column)
        found.setdefault(column.variable if column else term.column, []).append(term)
    derived = {one.name: one for one in sheet.derived}
    return tuple(
        _derived(sheet, derived[name], terms)
        if name in derived
        else _variable(sheet, sheet.variable(name), terms)
        for name, terms in found.items()
    )


def _variable(sheet: Sheet, spec: VariableSpec, terms: Sequence[Term]) -> Predictor:
    if spec.kind == "category":
        level_of = {c.name: c.level for c in sheet.columns if c.variable == spec.name}
        effects = {level_of[term.column]: term.coefficients[0] for term in terms}
        return Predictor(
            name=spec.name, label=spec.label, levels=spec.levels,
            effects=tuple(effects.get(level, 0.0) for level in spec.levels),
        )  # fmt: skip
    low, high = _range(sheet, spec.name)
    return Predictor(
        name=spec.name, label=spec.label, unit=spec.unit, low=low, high=high,
        integer=spec.integer, terms=tuple(terms),
    )  # fmt: skip


def _derived(sheet: Sheet, one: Derived, terms: Sequence[Term]) -> Predictor:
    label = one.label or one.name.replace("_", " ")
    if one.op == "indicator":
        effect = sum(term.coefficients[0] for term in terms)
        return Predictor(name=one.name, label=label, levels=("no", "yes"), effects=(0.0, effect))
    low, high = _range(sheet, one.name)
    return Predictor(
        name=one.name, label=label, unit=one.unit, low=low, high=high, terms=tuple(terms)
    )


def _range(sheet: Sheet, name: str) -> tuple[float, float]:
    """Range in which a column is shown: percentiles 1 to 99, else the usual one."""
    derived = {one.name: one for one in sheet.derived}
    if name in derived:
        one = derived[name]
        ends = [
            _range(sheet, operand) if isinstance(operand, str) else (operand, operand)
            for operand in one.of
        ]
        corners = [float(OPERATIONS[one.op](np.array(a), np.array(b))) for a, b in product(*ends)]
        return min(corners), max(corners)
    column = next(one for one in sheet.columns if one.name == name)
    spec = sheet.variable(column.variable)
    if column.level is not None:
        return 0.0, 1.0
    known = spec.training
    if known is not None and known.low is not None and known.high is not None:
        return known.low, known.high
    return spec.soft or spec.hard or _about_the_mean(sheet, name)


def _about_the_mean(sheet: Sheet, name: str) -> tuple[float, float]:
    place = [column.name for column in sheet.columns].index(name)
    mean, sd = sheet.missing.mean[place], sheet.missing.covariance[place][place] ** 0.5
    return mean - 2.0 * sd, mean + 2.0 * sd


def round_values(low: float, high: float, n: int = 8, *, whole: bool = False) -> tuple[float, ...]:
    """Round numbers inside a range, about so many: steps of 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> round_values(41.3, 86.0, 5)
    (50.0, 60.0, 70.0, 80.0)
    """
    if not high > low:
        return (low,)
    raw = (high - low) / n
    power = 10.0 ** np.floor(np.log10(raw))
    step = float(next(s for s in (1.0, 2.0, 5.0, 10.0) if s * power >= raw - 1e-12) * power)
    step = max(step, 1.0) if whole else step
    first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
    values = tuple(round(i * step, 10) + 0.0 for i in range(first, last + 1))
    return values if len(values) > 1 else (low, high)
