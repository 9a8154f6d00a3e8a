"""Recalibration of an ordinal model: all intercepts moved together, and one slope for X b.

What is estimated stays two numbers, however many values the score has: P(Y >= v) becomes
F(intercept of v + shift + slope x X b). The shape of the distribution is the parent's.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.features.linear_parts import mean_functions
from hiprisk.learning.ordinal.likelihood import FAR, row_derivatives
from hiprisk.learning.ordinal.links import LINKS, Link
from hiprisk.learning.unpenalised import MAX_HALVINGS, MAX_STEPS, ROUNDING
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import OrdinalModel, Sheet
from hiprisk.validation.external.cohort import ValidationCohort

CONVERGED = 1e-9
# On the scale of X b; further from the middle intercept stands only what a resample lacked.
UNREACHED = 50.0


@dataclass(frozen=True, eq=False)
class OrdinalScale:
    """An ordinal model about new people.

    Attributes
    ----------
    link : str
    values : ndarray, shape (k,)
    vector : ndarray
        Intercepts, then coefficients.
    functions : ndarray, shape (n_people, n_coefficients)
        Each term's functions, the mean over the draws of what is missing.
    """

    link: str
    values: Floats
    vector: Floats
    functions: Floats

    @property
    def intercepts(self) -> Floats:
        """Of every value but the lowest."""
        return self.vector[: len(self.values) - 1]

    @property
    def lp(self) -> Floats:
        """X b of each person."""
        return np.asarray(self.functions @ self.vector[len(self.values) - 1 :])

    def take(self, rows: Integers) -> OrdinalScale:
        """Some of the people."""
        return dataclasses.replace(self, functions=self.functions[rows])

    def with_vector(self, vector: Floats) -> OrdinalScale:
        """A refit of the same model."""
        return dataclasses.replace(self, vector=vector)


@dataclass(frozen=True)
class OrdinalLine:
    """Shift of the intercepts and slope of X b, with the log-likelihood there."""

    intercept: float
    slope: float
    log_likelihood: float


def ordinal_scale(sheet: Sheet, people: ValidationCohort) -> OrdinalScale | None:
    """A sheet's model about new people; None where it is no ordinal one."""
    model = sheet.model
    if not isinstance(model, OrdinalModel):
        return None
    evaluator = SheetEvaluator(sheet)
    given = cohort_columns(sheet.variables, people.frame)
    known = evaluator.numeric_columns(given.columns, given.n_rows)
    slopes = [c for term in model.terms for c in term.coefficients]
    vector = np.array([*model.intercepts, *slopes])
    return OrdinalScale(
        model.link, np.array(model.values), vector, mean_functions(evaluator, known)
    )


def fit_line(
    scale: OrdinalScale, observed: Floats, weights: Floats | None, *, n_free: int
) -> OrdinalLine:
    """Shift, and slope, of largest likelihood.

    Parameters
    ----------
    scale : OrdinalScale
    observed : ndarray, shape (n_people,)
        A score that the model gives no chance counts as the nearest that it does.
    weights : ndarray, optional
        Replications.
    n_free : int
        0 for the model as it is, 1 for the shift alone, 2 for both.

    Raises
    ------
    InputError
        If no maximum is found.
    """
    link, w = LINKS[scale.link], np.ones(len(observed)) if weights is None else weights
    level, intercepts = _levels(scale, observed)
    upper = np.where(level > 0, np.concatenate([[FAR], intercepts])[level], FAR)
    lower = np.where(level < len(intercepts), np.concatenate([intercepts, [-FAR]])[level], -FAR)
    design = np.column_stack([np.ones(len(level)), scale.lp])
    ends = _Ends(link, design, upper, lower, w)
    at = np.array([0.0, 1.0])
    for _ in range(MAX_STEPS):
        step = ends.step(at, n_free)
        reached = ends.log_likelihood(at)
        if float(np.abs(step).max(initial=0.0)) < CONVERGED:
            return OrdinalLine(float(at[0]), float(at[1]), reached)
        for _ in range(MAX_HALVINGS):
            if ends.log_likelihood(at + step) >= reached - ROUNDING * abs(reached):
                break
            step = step / 2.0
        at = at + step
    raise InputError("the recalibration of the ordinal model did not converge", code="DEGENERATE")


@dataclass(frozen=True, eq=False)
class _Ends:
    """Where F is taken for each person's score, but for what is estimated."""

    link: Link
    design: Floats
    upper: Floats
    lower: Floats
    weights: Floats

    def _at(self, line: Floats) -> tuple[Floats, Floats]:
        moved = self.design @ line
        # What stands for infinity stays there.
        return (
            np.where(self.upper < FAR, self.upper + moved, FAR),
            np.where(self.lower > -FAR, self.lower + moved, -FAR),
        )

    def log_likelihood(self, line: Floats) -> float:
        chance = self.link.between(*self._at(line))
        return float(np.sum(self.weights * np.log(np.maximum(chance, 1e-300))))

    def step(self, line: Floats, n_free: int) -> Floats:
        """Newton's step in the first of shift and slope."""
        row = row_derivatives(self.link, *self._at(line))
        free = self.design[:, :n_free]
        curved = self.weights * (row.both_upper + 2.0 * row.mixed + row.both_lower)
        score = free.T @ (self.weights * (row.at_upper - row.at_lower))
        step = np.zeros(2)
        try:
            step[:n_free] = np.linalg.solve(free.T @ (free * curved[:, np.newaxis]), score)
        except np.linalg.LinAlgError as singular:
            raise InputError(
                "the ordinal model predicts the same of all of these people", code="DEGENERATE"
            ) from singular
        return step


def _levels(scale: OrdinalScale, observed: Floats) -> tuple[Integers, Floats]:
    """Each score's place among the values that have a chance, and the intercepts of these."""
    intercepts = scale.intercepts
    middle = float(np.median(intercepts))
    ends = np.concatenate([[np.inf], intercepts, [-np.inf]])
    # A resample that lacked a value gave it the intercept of its neighbour, or one far out.
    ends = np.where(ends > middle + UNREACHED, np.inf, ends)
    ends = np.where(ends < middle - UNREACHED, -np.inf, ends)
    has_chance = ends[:-1] > ends[1:]
    values = scale.values[has_chance]
    between = (values[1:] + values[:-1]) / 2.0
    return np.searchsorted(between, observed, side="left"), ends[:-1][has_chance][1:]


def updated_model(model: OrdinalModel, intercept: float, slope: float) -> OrdinalModel:
    """The model with its intercepts moved and its terms stretched, without refits."""
    return dataclasses.replace(
        model,
        intercepts=tuple(one + intercept for one in model.intercepts),
        terms=tuple(
            dataclasses.replace(term, coefficients=tuple(slope * c for c in term.coefficients))
            for term in model.terms
        ),
        covariance=None,
        refits=None,
    )


def updated_vector(scale: OrdinalScale, line: OrdinalLine) -> Floats:
    """Intercepts and coefficients of a refit after its own recalibration."""
    moved = scale.vector.copy()
    n_intercepts = len(scale.values) - 1
    moved[:n_intercepts] += line.intercept
    moved[n_intercepts:] *= line.slope
    return moved
