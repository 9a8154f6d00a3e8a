"""Nested unpenalised models on one common basis, fitted together.

All models of a comparison use columns of the same basis. Linear ones are solved from sub-blocks of
one matrix of sums of products; logistic ones by Newton's method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hiprisk.arrays import Floats, Integers, row_parts
from hiprisk.errors import InputError
from hiprisk.learning.linear import TermPlan, basis_matrix
from hiprisk.learning.logistic.separation import SeparationError
from hiprisk.learning.unpenalised import ONE_CLASS, maximise_likelihood
from hiprisk.sheet.links import expit

# Smallest share of a column's variance that its predecessors may leave unexplained.
MIN_PIVOT = 1e-10


@dataclass(frozen=True)
class NestedModels:
    """Which functions of a basis belong to which model.

    Attributes
    ----------
    plan : tuple of TermPlan
        Inputs and the knots of their splines, common to all models and resamples.
    members : tuple of ndarray of int
        Positions of each model's functions, the base model first.
    link : str
        ``identity`` or ``logit``.
    bounds : tuple of float or None
        A prediction is brought inside them.
    center, scale : ndarray, shape (n_functions,)
        Functions are standardised by these before they are fitted.
    combinations : tuple of str
        Predictors of which something was left out, being a combination of what stands before.
    """

    plan: tuple[TermPlan, ...]
    members: tuple[Integers, ...]
    link: str
    bounds: tuple[float, float] | None
    center: Floats
    scale: Floats
    combinations: tuple[str, ...] = ()

    def basis(self, inputs: Floats) -> Floats:
        """Standardised functions of complete inputs, shape (n_rows, n_functions)."""
        return np.asarray((basis_matrix(self.plan, inputs) - self.center) / self.scale)

    def respond(self, linear_predictor: Floats) -> Floats:
        """Prediction at a linear predictor."""
        if self.link == "logit":
            return np.asarray(expit(linear_predictor))
        if self.bounds is None:
            return linear_predictor
        return np.clip(linear_predictor, *self.bounds)


@dataclass(frozen=True)
class NestedFit:
    """All nested models, fitted.

    Attributes
    ----------
    coefficients : ndarray, shape (n_models, 1 + n_functions)
        Intercept first, on standardised functions, zero where a function is not in the model;
        averaged over the imputations.
    likelihood_ratios : ndarray, shape (n_models,)
        Likelihood-ratio statistic of each model against the intercept alone, averaged likewise.
    left_out : tuple of int
        Functions whose coefficient is 0 because these rows cannot estimate it: it is constant in
        them, or a combination of the functions before it.
    """

    coefficients: Floats
    likelihood_ratios: Floats
    left_out: tuple[int, ...] = ()


def fit_nested_models(
    models: NestedModels,
    bases: Floats,
    y: Floats,
    *,
    weights: Floats | None = None,
    start: Floats | None = None,
) -> NestedFit:
    """Fit every model to every imputation and average.

    Parameters
    ----------
    models : NestedModels
    bases : ndarray, shape (n_imputations, n_rows, n_functions)
        Standardised functions.
    y : ndarray, shape (n_rows,)
        Outcome; 0 or 1 where the link is ``logit``.
    weights : ndarray, optional
        Replications: a weight of 2 equals the same person twice.
    start : ndarray, shape (n_models, 1 + n_functions), optional
        Coefficients at which Newton's method begins.

    Raises
    ------
    InputError
        With code ``DEGENERATE``, if the rows are too few for the coefficients, the outcome does not
        vary or the columns separate the classes.

    Notes
    -----
    A resample can lack a level. Its column is then constant (or, where the reference level is
    lacking, a combination of others), and rounding would give it a coefficient. Its coefficient is
    0, as R's `lm` leaves it out: the level is predicted as the reference level. The same columns
    are left out in every imputation.
    """
    w = np.ones(len(y)) if weights is None else weights
    members = [int(place) for place in np.unique(np.concatenate(models.members))]
    constant = _constant_functions(bases, w, members)
    try:
        return _fit_without(models, bases, y, w, start=start, left_out=constant)
    except SeparationError:
        raise
    except InputError:
        kept = independent_functions(
            bases.reshape(-1, bases.shape[2]),
            models.members,
            weights=np.tile(w, len(bases)),
            least_share=MIN_PIVOT,
        )
        gone = tuple(sorted({*constant, *(set(members) - set(kept))}))
        if gone == constant:
            raise
        # More coefficients than rows: a perfect fit of what is left is no fit at all.
        if len(kept) + 1 >= int((w > 0).sum()):
            raise
        return _fit_without(models, bases, y, w, start=start, left_out=gone)


def _fit_without(
    models: NestedModels,
    bases: Floats,
    y: Floats,
    w: Floats,
    *,
    start: Floats | None,
    left_out: tuple[int, ...],
) -> NestedFit:
    if left_out:
        own = tuple(part[~np.isin(part, left_out)] for part in models.members)
        models = replace(models, members=own)
    if models.link == "identity":
        return replace(_fit_linear(models, bases, y, w), left_out=left_out)
    fits = [_fit_logistic(models, basis, y, w, start) for basis in bases]
    return NestedFit(
        np.mean([one.coefficients for one in fits], axis=0),
        np.mean([one.likelihood_ratios for one in fits], axis=0),
        left_out,
    )


def _constant_functions(bases: Floats, w: Floats, members: Sequence[int]) -> tuple[int, ...]:
    """Functions that do not vary in some imputation of the rows with a weight."""
    low = np.full((len(bases), bases.shape[2]), np.inf)
    high = -low
    for rows in row_parts(len(w)):
        drawn = bases[:, rows][:, w[rows] > 0]
        if drawn.shape[1]:
            low = np.minimum(low, drawn.min(axis=1))
            high = np.maximum(high, drawn.max(axis=1))
    constant = np.any(high <= low, axis=0)
    return tuple(place for place in members if constant[place])


def independent_functions(
    basis: Floats,
    members: Sequence[Integers],
    *,
    least_share: float,
    weights: Floats | None = None,
) -> list[int]:
    """Functions that are no combination of those before them, the base model's coming first.

    A total beside its items adds nothing to them; which of them is left out changes no prediction.

    Parameters
    ----------
    basis : ndarray, shape (n_rows, n_functions)
    members : sequence of ndarray of int
        Functions of each model.
    least_share : float
        Share of a function's variance that the functions before it must leave.
    weights : ndarray, shape (n_rows,), optional
    """
    w = np.ones(len(basis)) if weights is None else weights
    spread, correlation = _spread_and_correlation(basis, w)
    kept: list[int] = []
    for place in dict.fromkeys(int(place) for own in members for place in own):
        with_kept = correlation[kept, place]
        share = with_kept @ np.linalg.solve(correlation[np.ix_(kept, kept)], with_kept)
        if spread[place] > 0.0 and correlation[place, place] - share > least_share:
            kept.append(place)
    return kept


def _spread_and_correlation(basis: Floats, w: Floats) -> tuple[Floats, Floats]:
    parts = [(basis[rows], w[rows, np.newaxis]) for rows in row_parts(len(w))]
    total = w.sum()
    center = sum((part * own).sum(axis=0) for part, own in parts) / total
    spread = np.sqrt(sum(((part - center) ** 2 * own).sum(axis=0) for part, own in parts) / total)
    divisor = np.where(spread > 0.0, spread, 1.0)
    correlation = np.zeros((len(center), len(center)))
    for part, own in parts:
        standard = (part - center) / divisor
        correlation += (standard * own).T @ standard
    return spread, correlation / total


def _fit_linear(models: NestedModels, bases: Floats, y: Floats, w: Floats) -> NestedFit:
    """All models from sub-blocks of one matrix of sums of products an imputation."""
    n = float(w.sum())
    mean = float(w @ y) / n
    deviation = y - mean
    total = float(w @ deviation**2)
    if total <= 0.0:
        raise InputError("the outcome does not vary", code="DEGENERATE")
    width = bases.shape[2]
    sums, right = np.zeros((len(bases), width)), np.zeros((len(bases), width))
    products = np.zeros((len(bases), width, width))
    for rows in row_parts(len(y)):
        part = bases[:, rows]
        weighted = (part * w[rows, np.newaxis]).transpose(0, 2, 1)
        sums += weighted.sum(axis=2)
        products += weighted @ part
        right += weighted @ deviation[rows]
    centers = sums / n
    # About the means, so that no intercept is needed until the end.
    products -= n * centers[:, :, np.newaxis] * centers[:, np.newaxis, :]
    coefficients = np.zeros((len(models.members), 1 + bases.shape[2]))
    ratios = np.zeros(len(models.members))
    for number, members in enumerate(models.members):
        if not len(members):
            coefficients[number, 0] = mean
            continue
        block = products[:, members[:, np.newaxis], members]
        solved = solve_positive(block, right[:, members])
        left = total - np.sum(solved * right[:, members], axis=1)
        # A perfect fit has no residual; its logarithm is kept finite.
        ratios[number] = float(np.mean(n * np.log(total / np.maximum(left, 1e-12 * total))))
        coefficients[number, members + 1] = solved.mean(axis=0)
        coefficients[number, 0] = mean - np.sum(solved * centers[:, members], axis=1).mean()
    return NestedFit(coefficients, ratios)


def _fit_logistic(
    models: NestedModels, basis: Floats, y: Floats, w: Floats, start: Floats | None
) -> NestedFit:
    rows = w > 0
    design = np.column_stack([np.ones(int(rows.sum())), basis[rows]])
    y, w = y[rows], w[rows]
    share = float(np.average(y, weights=w))
    if share in (0.0, 1.0):
        raise InputError(ONE_CLASS, code="DEGENERATE")
    level = np.log(share / (1.0 - share))
    null = float(w.sum()) * (share * np.log(share) + (1.0 - share) * np.log1p(-share))
    coefficients = np.zeros((len(models.members), design.shape[1]))
    ratios = np.zeros(len(models.members))
    for number, members in enumerate(models.members):
        used = np.concatenate([[0], members + 1])
        first = np.concatenate([[level], np.zeros(len(members))])
        begin = first if start is None else start[number, used]
        found = maximise_likelihood(design[:, used], y, w, start=begin)
        coefficients[number, used] = found.coefficients
        ratios[number] = 2.0 * (found.log_likelihood - null)
    return NestedFit(coefficients, ratios)


def solve_positive(matrix: Floats, right: Floats) -> Floats:
    """Solve with positive definite matrices, refusing one that is nearly singular.

    Parameters
    ----------
    matrix : ndarray, shape (..., n, n)
    right : ndarray, shape (..., n)

    Raises
    ------
    InputError
        With code ``DEGENERATE``.
    """
    variances = np.einsum("...ii->...i", matrix)
    if (variances <= 0.0).any():
        raise InputError("a column does not vary", code="DEGENERATE")
    # Scaled to a correlation matrix, so that one limit on the pivots serves every unit.
    scale = 1.0 / np.sqrt(variances)
    scaled = matrix * scale[..., :, np.newaxis] * scale[..., np.newaxis, :]
    try:
        root = np.linalg.cholesky(scaled)
    except np.linalg.LinAlgError:
        raise InputError("a column is a combination of others", code="DEGENERATE") from None
    if float(np.einsum("...ii->...i", root).min()) ** 2 < MIN_PIVOT:
        raise InputError("a column is a combination of others", code="DEGENERATE")
    solved = np.linalg.solve(scaled, (right * scale)[..., np.newaxis])[..., 0]
    return np.asarray(solved * scale)


@dataclass(frozen=True)
class PredictedMoments:
    """Of all models; both have shape (n_models, n_rows).

    Attributes
    ----------
    predicted : ndarray
    variance : ndarray
        Of the linear predictor over the draws of what is missing.
    """

    predicted: Floats
    variance: Floats


@dataclass(frozen=True)
class PredictionData:
    """Data as they are at prediction: missing values drawn without the outcome.

    Attributes
    ----------
    basis : ndarray, shape (n_rows, n_functions)
        For people with something missing the mean over the draws.
    incomplete : ndarray of int
        Positions of people with something missing.
    drawn : ndarray, shape (n_draws, n_incomplete, n_functions)
    """

    basis: Floats
    incomplete: Integers
    drawn: Floats

    def moments(self, models: NestedModels, coefficients: Floats) -> PredictedMoments:
        """Predictions of every model, and how their linear predictors vary over the draws."""
        return PredictedMoments(
            self.predictions(models, coefficients), self.imputation_variance(coefficients)
        )

    def predictions(self, models: NestedModels, coefficients: Floats) -> Floats:
        """Predictions of every model, shape (n_models, n_rows)."""
        intercept, slopes = coefficients[:, :1], coefficients[:, 1:]
        predicted = models.respond(intercept + slopes @ self.basis.T)
        if models.link == "logit" and len(self.incomplete):
            # The mean of risks, not the risk at the mean.
            lp = self.drawn @ slopes.T + intercept[:, 0]
            predicted[:, self.incomplete] = models.respond(lp).mean(axis=0).T
        return predicted

    def imputation_variance(self, coefficients: Floats) -> Floats:
        """Variance of the linear predictor over the draws, shape (n_models, n_rows)."""
        variance = np.zeros((len(coefficients), len(self.basis)))
        if len(self.incomplete):
            lp = self.drawn @ coefficients[:, 1:].T
            variance[:, self.incomplete] = lp.var(axis=0, ddof=1).T
        return variance
