"""Linear predictor and term functions of people some of whose values are missing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.sheet.basis_functions import add_derived
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import LinearModel, TreesModel
from hiprisk.sheet.models import LinearEvaluator
from hiprisk.sheet.ordinal import OrdinalEvaluator


def linear_parts(evaluator: SheetEvaluator, known: list[Floats]) -> tuple[Floats, Floats | None]:
    """Linear predictor and, of a linear model, each term's functions: means over the draws.

    Parameters
    ----------
    evaluator : SheetEvaluator
    known : list of ndarray
        The sheet's columns, NaN where missing.
    """
    sheet = evaluator.sheet
    if not isinstance(sheet.model, LinearModel):
        (lp,) = _mean_over_draws(evaluator, known, lambda filled: [_lp(evaluator, filled)])
        return lp, None
    design = mean_functions(evaluator, known)
    coefficients = np.array([c for term in sheet.model.terms for c in term.coefficients])
    return sheet.model.intercept + design @ coefficients, design


def mean_functions(evaluator: SheetEvaluator, known: list[Floats]) -> Floats:
    """Each term's functions of a model that has terms, means over the draws.

    Returns
    -------
    ndarray, shape (n_people, n_coefficients)
    """
    sheet, model = evaluator.sheet, evaluator.model
    assert isinstance(model, LinearEvaluator | OrdinalEvaluator)
    if isinstance(sheet.model, TreesModel) or not sheet.model.terms:
        return np.empty((len(known[0]), 0))

    def functions(filled: list[Floats]) -> list[Floats]:
        named = dict(zip((column.name for column in sheet.columns), filled, strict=True))
        add_derived(sheet.derived, named)
        return model.functions(named)

    return np.column_stack(_mean_over_draws(evaluator, known, functions))


def _lp(evaluator: SheetEvaluator, filled: list[Floats]) -> Floats:
    return evaluator.linear_predictor(filled, len(filled[0]))


def _mean_over_draws(
    evaluator: SheetEvaluator,
    known: list[Floats],
    function: Callable[[list[Floats]], list[Floats]],
) -> list[Floats]:
    incomplete = np.zeros(len(known[0]), dtype=bool)
    for column in known:
        incomplete |= np.isnan(column)
    whole = function([np.where(incomplete, 0.0, column) for column in known])
    if not incomplete.any():
        return whole
    versions = evaluator.filled([column[incomplete] for column in known])
    parts = [function(version) for version in versions]
    for place, values in enumerate(whole):
        values = whole[place] = np.array(values, dtype=np.float64)
        values[incomplete] = sum(part[place] for part in parts) / len(parts)
    return whole
