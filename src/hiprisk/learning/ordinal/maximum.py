"""Maximum (penalised) likelihood of a cumulative link model by Newton's method.

References
----------
.. [1] McCullagh (1980). J R Stat Soc B 42(2), 109-142: the models; their likelihood is concave
       where the density is log-concave, as it is for every link here.
.. [2] Liu, Shepherd, Li, Harrell (2017). Stat Med 36(27), 4316-4335. doi:10.1002/sim.7433: a score
       over all of its distinct values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.learning.logistic.separation import SeparationError, separating_columns
from hiprisk.learning.ordinal.likelihood import (
    Information,
    OrdinalData,
    derivatives,
    log_likelihood,
    ordinal_data,
)
from hiprisk.learning.ordinal.links import LINKS, Link
from hiprisk.learning.unpenalised import (
    CONVERGED,
    DOUBTFUL_STEPS,
    MAX_HALVINGS,
    MAX_STEPS,
    ROUNDING,
    inverse_information,
)

ONE_VALUE = "the outcome has one value only"
SEPARATED = "the predictors separate values of the outcome, so that a coefficient has no estimate"


@dataclass(frozen=True, eq=False)
class OrdinalMaximum:
    """Where the likelihood is largest.

    Attributes
    ----------
    values : ndarray, shape (k,)
        Distinct values of the outcome, ascending.
    intercepts : ndarray, shape (k - 1,)
        Descending: P(Y >= values[j + 1]) = F(intercepts[j] + X b).
    coefficients : ndarray, shape (n_columns,)
    log_likelihood : float
        Without the penalty.
    information : Information
        Of the columns as (columns - center) / spread, penalised.
    center, spread : ndarray, shape (n_columns,)
    """

    values: Floats
    intercepts: Floats
    coefficients: Floats
    log_likelihood: float
    information: Information
    center: Floats
    spread: Floats

    def covariance(self) -> Floats:
        """Covariance of the intercepts and then the coefficients; of k^2 numbers."""
        return rescaled_covariance(_covariance(self.information), self.center, self.spread)


def fit_cumulative(
    columns: Floats, y: Floats, *, link: str = "logit", penalty: float = 0.0
) -> OrdinalMaximum:
    """Cumulative link model over the distinct values of an outcome.

    Parameters
    ----------
    columns : ndarray, shape (n_rows, n_columns)
    y : ndarray, shape (n_rows,)
    link : str
        ``logit``, ``probit``, ``loglog`` or ``cloglog``.
    penalty : float
        Of half the sum of squared coefficients of the columns as given, in units of one row's
        log-likelihood; intercepts are free.

    Raises
    ------
    SeparationError
        If no finite estimate exists, as a linear programme says.
    InputError
        If the outcome has one value, a column is a combination of others, or nothing is found.
    """
    values, level = np.unique(y, return_inverse=True)
    if len(values) < 2:
        raise InputError(ONE_VALUE, code="DEGENERATE")
    center = columns.mean(axis=0)
    spread = columns.std(axis=0)
    spread = np.where(spread > 0.0, spread, 1.0)
    data = ordinal_data((columns - center) / spread, level)
    # On standardised columns, a penalty of the columns as given is one of coefficients / spread.
    weight = penalty * len(y) / spread**2
    found = _maximise(data, LINKS[link], weight)
    coefficients = found.coefficients / spread
    return OrdinalMaximum(
        values=values,
        intercepts=found.intercepts - float(center @ coefficients),
        coefficients=coefficients,
        log_likelihood=found.log_likelihood,
        information=found.information,
        center=center,
        spread=spread,
    )


def rescaled_covariance(covariance: Floats, center: Floats, spread: Floats) -> Floats:
    """Covariance for columns as given, from that for (columns - center) / spread."""
    n_intercepts = len(covariance) - len(center)
    back = np.eye(len(covariance))
    back[n_intercepts:, n_intercepts:] /= spread[:, np.newaxis]
    back[:n_intercepts, n_intercepts:] = -center / spread
    return np.asarray(back @ covariance @ back.T)


@dataclass(frozen=True, eq=False)
class _Point:
    """A point of the parameters, and what the likelihood says there."""

    intercepts: Floats
    coefficients: Floats
    score_intercepts: Floats
    score_coefficients: Floats
    information: Information
    penalised: float
    log_likelihood: float


def _maximise(data: OrdinalData, link: Link, weight: Floats) -> _Point:
    # The exact solution where there are no columns: what has been seen of each value.
    intercepts = link.quantile(1.0 - data.starts[1:] / len(data.level))
    start = _point(data, link, weight, intercepts, np.zeros(data.columns.shape[1]))
    if data.columns.shape[1]:
        # A singular matrix where no coefficient has moved yet is one of the columns.
        inverse_information(_schur(start.information))
    found = _newton(data, link, weight, start)
    if found is None:
        _check_separation(data, weight)
        raise InputError(
            f"the ordinal regression did not converge in {MAX_STEPS} steps",
            code="DEGENERATE",
            advice="fit with a penalty, or leave out a predictor that nearly follows from others",
        )
    return found


def _newton(data: OrdinalData, link: Link, weight: Floats, start: _Point) -> _Point | None:
    """The maximum, or None where the steps find none."""
    here = start
    for number in range(MAX_STEPS):
        try:
            ahead = here.information.solve(here.score_intercepts, here.score_coefficients)
        except np.linalg.LinAlgError:
            return None
        size = max(float(np.abs(part).max(initial=0.0)) for part in ahead)
        largest = max(float(np.abs(here.coefficients).max(initial=1.0)), 1.0)
        if not np.isfinite(size):
            return None
        moved = _halved(data, link, weight, here, ahead)
        if size < CONVERGED * largest:
            return here if moved is None else moved
        if moved is None:
            return None
        if number == DOUBTFUL_STEPS:
            _check_separation(data, weight)
        here = moved
    return None


def _halved(
    data: OrdinalData, link: Link, weight: Floats, here: _Point, ahead: tuple[Floats, Floats]
) -> _Point | None:
    """The point after the step, or after as small a part of it as gains."""
    part = 1.0
    for _ in range(MAX_HALVINGS):
        intercepts = here.intercepts + part * ahead[0]
        coefficients = here.coefficients + part * ahead[1]
        reached = _penalised(data, link, weight, intercepts, coefficients)
        if reached >= here.penalised - ROUNDING * abs(here.penalised):
            return _point(data, link, weight, intercepts, coefficients)
        part /= 2.0
    return None


def _penalised(
    data: OrdinalData, link: Link, weight: Floats, intercepts: Floats, coefficients: Floats
) -> float:
    likelihood = log_likelihood(data, link, intercepts, data.columns @ coefficients)
    return likelihood - 0.5 * float(np.sum(weight * coefficients**2))


def _point(
    data: OrdinalData, link: Link, weight: Floats, intercepts: Floats, coefficients: Floats
) -> _Point:
    """Penalised score and information at a point."""
    own = derivatives(data, link, intercepts, data.columns @ coefficients)
    plain = own.information
    penalty = 0.5 * float(np.sum(weight * coefficients**2))
    return _Point(
        intercepts=intercepts,
        coefficients=coefficients,
        score_intercepts=own.intercepts,
        score_coefficients=own.coefficients - weight * coefficients,
        information=Information(plain.band, plain.border, plain.corner + np.diag(weight)),
        penalised=own.log_likelihood - penalty,
        log_likelihood=own.log_likelihood,
    )


def _schur(information: Information) -> Floats:
    """Information on the coefficients with the intercepts eliminated."""
    _, border = information.eliminated(np.zeros((information.band.shape[1], 0)))
    return np.asarray(information.corner - information.border.T @ border)


def _covariance(information: Information) -> Floats:
    """Inverse information of intercepts and coefficients."""
    n_intercepts = information.band.shape[1]
    own, border = information.eliminated(np.eye(n_intercepts))
    slopes = np.zeros((0, 0))
    if border.shape[1]:
        slopes = inverse_information(information.corner - information.border.T @ border)
    mixed = -border @ slopes
    return np.block([[own - mixed @ border.T, mixed], [mixed.T, slopes]])


def _check_separation(data: OrdinalData, weight: Floats) -> None:
    """Separation of the values above any one from those below it, by the rule of two classes.

    A row says that its value lies above its own intercept and below the next one: two rows of a
    logistic regression with an indicator for each intercept. One has a finite estimate exactly
    where the other has.
    """
    if (weight > 0.0).all():
        return
    n_intercepts = data.n_levels - 1
    above, below = data.level > 0, data.level < n_intercepts
    upper = np.column_stack([np.eye(n_intercepts)[data.level[above] - 1], data.columns[above]])
    lower = np.column_stack([np.eye(n_intercepts)[data.level[below]], data.columns[below]])
    event = np.concatenate([np.ones(len(upper)), np.zeros(len(lower))])
    apart = separating_columns(np.concatenate([upper, lower]), event)
    if apart:
        columns = tuple(place - n_intercepts for place in apart if place >= n_intercepts)
        raise SeparationError(SEPARATED, columns=columns)
