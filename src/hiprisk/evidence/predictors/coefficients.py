"""Coefficients of a model with their standard errors, read off its sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.sheet.answers import NORMAL_95
from hiprisk.sheet.format import LinearModel, OrdinalModel

INTERCEPT = "intercept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One coefficient of a linear predictor.

    Attributes
    ----------
    column : str
        Column of the sheet; ``age_years'`` is the second term of its spline, ``intercept`` has
        no column.
    basis : str
        ``linear``, ``rcs``, or empty of an intercept.
    knots : tuple of float
        Of a spline.
    value : float
    standard_error, low, high : float or None
        With the normal 95 % confidence interval; None where the sheet has no uncertainty.
    """

    column: str
    basis: str
    knots: tuple[float, ...]
    value: float
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    """All coefficients of a model, the intercept of a linear one first.

    Attributes
    ----------
    rows : tuple of Coefficient
        Of an ordinal model without its intercepts.
    covariance : tuple of tuple of float or None
        Of these coefficients, in their order.
    n_refits : int
        Bootstrap models that the covariance comes from; 0 where it is that of the fit.
    """

    rows: tuple[Coefficient, ...]
    covariance: tuple[tuple[float, ...], ...] | None
    n_refits: int

    @property
    def correlation(self) -> tuple[tuple[float, ...], ...] | None:
        """The covariance over the standard errors; 0 beside a coefficient that does not vary."""
        if self.covariance is None:
            return None
        matrix = np.array(self.covariance)
        errors = np.sqrt(np.diag(matrix))
        scale = np.outer(errors, errors)
        return _floats(np.divide(matrix, scale, out=np.eye(len(matrix)), where=scale > 0.0))

    def to_frame(self) -> pd.DataFrame:
        """One row a coefficient: column, basis, knots, coefficient, standard error, interval."""
        names = ["column", "basis", "knots", "coefficient", "standard_error", "low", "high"]
        rows = [
            (one.column, one.basis, " ".join(map(str, one.knots)), one.value,
             one.standard_error, one.low, one.high)
            for one in self.rows
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=names)


def coefficients_of(model: LinearModel | OrdinalModel) -> Coefficients:
    """The coefficients with their covariance: that of the fit, else that of the bootstrap models.

    Parameters
    ----------
    model : LinearModel or OrdinalModel
    """
    first = 0 if isinstance(model, LinearModel) else len(model.intercepts)
    covariance, n_refits = _covariance(model, first)
    errors = None if covariance is None else np.sqrt(np.diag(covariance))
    plain: list[tuple[str, tuple[float, ...], str, float]] = []
    if isinstance(model, LinearModel):
        plain.append(("", (), INTERCEPT, model.intercept))
    plain += [
        (term.basis, term.knots, term.column + "'" * place, value)
        for term in model.terms
        for place, value in enumerate(term.coefficients)
    ]
    return Coefficients(
        rows=tuple(
            _coefficient(*parts, None if errors is None else float(errors[place]))
            for place, parts in enumerate(plain)
        ),
        covariance=None if covariance is None else _floats(covariance),
        n_refits=n_refits,
    )


def _covariance(model: LinearModel | OrdinalModel, first: int) -> tuple[Floats | None, int]:
    """Without an ordinal model's intercepts, and how many bootstrap models it comes from."""
    resampled = None
    if model.refits is not None and len(model.refits) > 1:
        resampled = np.atleast_2d(np.cov(np.array(model.refits), rowvar=False))[first:, first:]
    if model.covariance is None:
        return resampled, 0 if resampled is None else len(model.refits or ())
    own = np.array(model.covariance)[first:, first:]
    same = resampled is not None and np.allclose(own, resampled, rtol=1e-9, atol=0.0)
    return own, len(model.refits or ()) if same else 0


def _coefficient(
    basis: str, knots: tuple[float, ...], column: str, value: float, error: float | None
) -> Coefficient:
    if error is None:
        return Coefficient(column=column, basis=basis, knots=knots, value=value)
    half = NORMAL_95 * error
    return Coefficient(column=column, basis=basis, knots=knots, value=value, standard_error=error,
                       low=value - half, high=value + half)  # fmt: skip


def _floats(matrix: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(value) for value in row) for row in matrix)
