"""Linear predictors and trees, evaluated column by column so that batch size changes no bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.sheet.basis_functions import term_functions
from hiprisk.sheet.format import LinearModel, Model, OrdinalModel, TreesModel
from hiprisk.sheet.ordinal import OrdinalEvaluator
from hiprisk.sheet.tree_leaves import TreeEnsemble

# A risk that trees hold is brought inside by at most so much before its log odds are taken.
MOST_HELD = 0.01


class Evaluator(Protocol):
    """What `evaluate` needs of a model, whatever its form."""

    @property
    def n_refits(self) -> int:
        """Number of bootstrap refits that the sheet carries."""

    def linear_predictor(self, columns: Mapping[str, Floats], n_rows: int) -> Floats:
        """Linear predictor of each row (of an ordinal model its mean), shape (n_rows,)."""

    def refitted(self, columns: Mapping[str, Floats], n_rows: int) -> Floats:
        """Linear predictor under each refit, shape (n_refits, n_rows)."""


class LinearEvaluator:
    """Sum of an intercept and of each term's functions times their coefficients."""

    def __init__(self, model: LinearModel) -> None:
        self._model = model
        refits = model.refits or ()
        self._refits: Floats = np.array(refits, dtype=np.float64)

    @property
    def n_refits(self) -> int:
        """Number of bootstrap refits that the sheet carries."""
        return len(self._refits)

    def functions(self, columns: Mapping[str, Floats]) -> list[Floats]:
        """Each term's functions of its column, in the order of the coefficients."""
        return term_functions(self._model.terms, columns)

    def linear_predictor(self, columns: Mapping[str, Floats], n_rows: int) -> Floats:
        """Linear predictor of each row, shape (n_rows,)."""
        return self.over_draws(columns, (n_rows,))

    def over_draws(self, columns: Mapping[str, Floats], shape: tuple[int, ...]) -> Floats:
        """Linear predictor of each draw and row; a column that no draw changes has one row."""
        # Term by term: a matrix product may add in another order for another number of rows.
        total: Floats = np.full((1,) * len(shape), self._model.intercept)
        coefficients = (c for term in self._model.terms for c in term.coefficients)
        for function, coefficient in zip(self.functions(columns), coefficients, strict=True):
            if total.shape == shape:
                total += coefficient * function
            else:
                total = total + coefficient * function
        return total if total.shape == shape else np.broadcast_to(total, shape).copy()

    def refitted(self, columns: Mapping[str, Floats], n_rows: int) -> Floats:
        """Linear predictor under each refit, shape (n_refits, n_rows)."""
        total = np.repeat(self._refits[:, :1], n_rows, axis=1)
        for j, function in enumerate(self.functions(columns)):
            total += self._refits[:, j + 1, np.newaxis] * function
        return total


class TreesEvaluator:
    """A baseline plus the leaf value of every tree."""

    def __init__(self, model: TreesModel) -> None:
        self._model = model
        precision = np.dtype(model.precision or "float64")
        self._trees = TreeEnsemble(model.trees, model.baseline, precision)

    @property
    def n_refits(self) -> int:
        """Trees carry no refits."""
        return 0

    def linear_predictor(self, columns: Mapping[str, Floats], n_rows: int) -> Floats:
        """Linear predictor of each row, shape (n_rows,)."""
        total = self.held(columns, n_rows)
        if self._model.recalibration is None:
            return total
        intercept, slope = self._model.recalibration
        risk = inside_for_log_odds(self._model, total)
        return np.asarray(intercept + slope * np.log(risk / (1.0 - risk)))

    def held(self, columns: Mapping[str, Floats], n_rows: int) -> Floats:
        """What the trees say before any recalibration, shape (n_rows,)."""
        inputs = np.empty((len(self._model.inputs), n_rows))
        for position, name in enumerate(self._model.inputs):
            inputs[position] = columns[name]
        total = self._trees.sums(inputs)
        if self._model.divisor is not None:
            total /= self._model.divisor
        return total.astype(np.float64, copy=False)

    def refitted(self, columns: Mapping[str, Floats], n_rows: int) -> Floats:
        """No refits: an empty array of shape (0, n_rows)."""
        return np.empty((0, n_rows))


def inside_for_log_odds(model: TreesModel, risk: Floats) -> Floats:
    """Risks that trees hold, brought to where they have log odds that count.

    Of n trees none can tell a risk nearer to 0 or 1 than half of one tree's share; 0.01 is taken
    where there are few.
    """
    least = min(MOST_HELD, 0.5 / max(len(model.trees), 1))
    return np.clip(risk, least, 1.0 - least)


def evaluator_for(model: Model) -> Evaluator:
    """The evaluator of a model's form."""
    if isinstance(model, OrdinalModel):
        return OrdinalEvaluator(model)
    if isinstance(model, LinearModel):
        return LinearEvaluator(model)
    return TreesEvaluator(model)
