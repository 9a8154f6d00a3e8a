"""Linear and logistic regression with an elastic-net penalty and restricted cubic splines."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.features.knots import default_knots
from hiprisk.features.pooling import pool_estimates
from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.sheet.basis_functions import spline_basis
from hiprisk.sheet.format import LinearModel, Term

Params = Mapping[str, float]


@dataclass(frozen=True)
class TermPlan:
    """One input's part in the basis: which input, and the knots of its spline if it has one."""

    column: str
    position: int
    knots: tuple[float, ...]

    @property
    def width(self) -> int:
        """Number of functions."""
        return len(self.knots) - 1 if self.knots else 1


@dataclass(frozen=True)
class LinearFit:
    """A fitted linear predictor on the inputs' own scale.

    Attributes
    ----------
    plan : tuple of TermPlan
    coefficients : ndarray, shape (1 + n_functions,)
        Intercept first; averaged over the imputations.
    covariance : ndarray or None
        By Rubin's rules, where nothing was penalised.
    site_variance : float or None
        Between the intercepts of sites; None where sites have none.
    mean_intercept : float or None
        Of the mean site, where `coefficients` begin with that of a named one.
    intercept_error : float
        Variance that out-of-fold residuals at known sites lack of those at a new site.
    """

    link: str
    plan: tuple[TermPlan, ...]
    coefficients: Floats
    covariance: Floats | None
    site_variance: float | None = None
    mean_intercept: float | None = None
    intercept_error: float = 0.0

    def linear_predictor(self, inputs: Floats) -> Floats:
        """Linear predictor of complete rows, shape (n_rows,)."""
        basis = basis_matrix(self.plan, inputs)
        return np.asarray(self.coefficients[0] + basis @ self.coefficients[1:])

    def to_model(self, refits: Floats | None = None) -> LinearModel:
        """The same as a part of the sheet, with the bootstrap's coefficient vectors."""
        covariance = self.covariance
        if covariance is None and refits is not None and len(refits) > 1:
            covariance = np.atleast_2d(np.cov(refits, rowvar=False))
        return LinearModel(
            link="logit" if self.link == "logit" else "identity",
            intercept=float(self.coefficients[0]),
            terms=sheet_terms(self.plan, self.coefficients[1:]),
            covariance=None if covariance is None else tuple(map(_floats, covariance)),
            refits=None if refits is None else tuple(map(_floats, refits)),
        )


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def sheet_terms(plan: Sequence[TermPlan], slopes: Floats) -> tuple[Term, ...]:
    """The terms of a linear predictor as parts of the sheet, slopes in the order of the plan."""
    terms, start = [], 0
    for part in plan:
        values = slopes[start : start + part.width]
        start += part.width
        terms.append(
            Term(
                column=part.column,
                basis="rcs" if part.knots else "linear",
                coefficients=_floats(values),
                knots=part.knots,
            )
        )
    return tuple(terms)


def plan_terms(
    names: Sequence[str], stack: Sequence[Floats], *, splines: Sequence[str], n_knots: int
) -> tuple[TermPlan, ...]:
    """Knots at the default quantiles of the stacked imputations, common to all of them.

    Parameters
    ----------
    names : sequence of str
        Inputs in order.
    stack : sequence of ndarray, each of shape (n_rows, n_inputs)
    splines : sequence of str
        Inputs that may bend.
    n_knots : int
        Fewer than 3 means straight lines.
    """
    plan = []
    for position, name in enumerate(names):
        knots: tuple[float, ...] = ()
        if n_knots >= 3 and name in splines:
            # From all imputations together: coefficients of different knots could not be averaged.
            knots = default_knots(np.concatenate([part[:, position] for part in stack]), n_knots)
        plan.append(TermPlan(column=name, position=position, knots=knots))
    return tuple(plan)


def basis_matrix(plan: Sequence[TermPlan], inputs: Floats) -> Floats:
    """Functions of the inputs, shape (n_rows, n_functions); the inputs where they are the same."""
    if not any(part.knots for part in plan):
        positions = [part.position for part in plan]
        same = positions == list(range(inputs.shape[1]))
        # One copy at most, in place of one a column and another of all.
        return inputs if same else np.take(inputs, positions, axis=1)
    functions: list[Floats] = []
    for part in plan:
        x = inputs[:, part.position]
        functions += spline_basis(x, part.knots) if part.knots else [x]
    return np.column_stack(functions)


def fit_linear(
    stack: Sequence[Floats], y: Floats, *, plan: tuple[TermPlan, ...], params: Params, link: str
) -> LinearFit:
    """Fit each imputed data set and pool.

    Parameters
    ----------
    stack : sequence of ndarray, each of shape (n_rows, n_inputs)
        One complete data set an imputation.
    y : ndarray, shape (n_rows,)
        Outcome; 0 or 1 where the link is ``logit``.
    plan : tuple of TermPlan
    params : mapping
        ``penalty`` (0 for none; on standardised functions, and outcome, per row) and ``l1_share``.
    link : str
        ``identity`` or ``logit``.

    Notes
    -----
    Unpenalised fits are pooled by Rubin's rules with their covariance. Penalised ones average
    their coefficients; their covariance comes from the bootstrap later.
    """
    bases = [basis_matrix(plan, part) for part in stack]
    if params["penalty"] == 0.0:
        return _fit_unpenalised(bases, y, plan=plan, link=link)
    together = np.concatenate(bases)
    center, spread = together.mean(axis=0), together.std(axis=0)
    # A column that does not vary here gets no coefficient rather than a division by zero.
    usable = spread > 1e-12 * np.maximum(1.0, np.abs(center))
    safe = np.where(usable, spread, 1.0)
    fitted = [
        _fit_penalised((basis - center)[:, usable] / safe[usable], y, params=params, link=link)
        for basis in bases
    ]
    # One centre and one scale for all imputations: only so may their coefficients be averaged.
    pooled = np.mean(fitted, axis=0)
    slopes = np.zeros(len(center))
    slopes[usable] = pooled[1:] / safe[usable]
    intercept = pooled[0] - float(slopes @ center)
    return LinearFit(link, plan, np.concatenate([[intercept], slopes]), None)


def _fit_unpenalised(
    bases: Sequence[Floats], y: Floats, *, plan: tuple[TermPlan, ...], link: str
) -> LinearFit:
    fit = fit_logistic if link == "logit" else fit_ols
    fits = [fit(basis, y) for basis in bases]
    if len(fits) == 1:
        coefficients, covariance = fits[0].coefficients, fits[0].covariance
        return LinearFit(link, plan, np.asarray(coefficients), np.asarray(covariance))
    pooled = pool_estimates(
        np.array([one.coefficients for one in fits]),
        np.array([one.covariance for one in fits]),
        complete_df=len(y) - bases[0].shape[1] - 1,
    )
    return LinearFit(link, plan, np.asarray(pooled.estimate), np.asarray(pooled.total))


def _fit_penalised(basis: Floats, y: Floats, *, params: Params, link: str) -> Floats:
    """Intercept and slopes on standardised functions."""
    if basis.shape[1] == 0:
        level = float(y.mean())
        return np.array([level if link == "identity" else np.log(level / (1.0 - level))])
    if link == "logit":
        return _fit_penalised_logistic(basis, y, params=params)
    penalty, l1_share = params["penalty"], params["l1_share"]
    mean, spread = float(y.mean()), float(y.std())
    if spread == 0.0:
        raise InputError("the outcome does not vary", code="DEGENERATE")
    target = (y - mean) / spread
    if l1_share == 0.0:
        # scikit-learn's Ridge penalises the sum of squares, its ElasticNet the mean: one penalty
        # here.
        model = Ridge(alpha=penalty * len(y), fit_intercept=True, solver="cholesky")
    else:
        model = ElasticNet(alpha=penalty, l1_ratio=l1_share, max_iter=10_000, tol=1e-8)
    model.fit(basis, target)
    return np.concatenate([[mean + spread * float(model.intercept_)], spread * model.coef_])


def _fit_penalised_logistic(basis: Floats, y: Floats, *, params: Params) -> Floats:
    if len(np.unique(y)) < 2:
        raise InputError("the outcome has one class only", code="DEGENERATE")
    l1_share = params["l1_share"]
    model = LogisticRegression(
        # The penalty is meant per row, so that a setting means the same on a resample or a fold.
        C=1.0 / (params["penalty"] * len(y)),
        l1_ratio=l1_share,
        solver="newton-cholesky" if l1_share == 0.0 else "saga",
        tol=1e-8 if l1_share == 0.0 else 1e-6,
        max_iter=5_000,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            model.fit(basis, y)
        except ConvergenceWarning:
            raise InputError("logistic regression did not converge", code="DEGENERATE") from None
    return np.concatenate([model.intercept_, model.coef_[0]])
