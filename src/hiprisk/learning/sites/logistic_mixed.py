r"""Logistic regression with random intercepts of site, by Laplace's approximation.

Notes
-----
With :math:`b_j = \sigma u_j`, each site's integral over the standard normal :math:`u_j` is
approximated at its largest term:

.. math:: \ell(\beta, \sigma) = \sum_j \Big[ \sum_{i \in j} \ell_i(x_i \beta + \sigma \hat u_j)
   - \tfrac12 \hat u_j^2 - \tfrac12 \log(1 + \sigma^2 W_j) \Big],
   \quad W_j = \sum_{i \in j} p_i (1 - p_i).

Coefficients and SD are found together, with exact derivatives, as lme4 does (``nAGQ = 1``).

References
----------
.. [1] Bates, Maechler, Bolker, Walker (2015). J Stat Softw 67(1), 1-48. doi:10.18637/jss.v067.i01
.. [2] Breslow, Clayton (1993). J Am Stat Assoc 88(421), 9-25. doi:10.1080/01621459.1993.10594284
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.learning.sites.grouping import (
    Grouping,
    RandomInterceptFit,
    ScaledDesign,
    group_rows,
    scaled_design,
)
from hiprisk.learning.unpenalised import ONE_CLASS, inverse_information, maximise_likelihood
from hiprisk.sheet.links import expit

# Between-site variance of the log odds at which the sites are taken to separate the classes.
LARGEST_VARIANCE = 400.0
FIRST_VARIANCE = 0.25
MAX_STEPS = 50
# A step of a site's intercept is at most so long: far from its mode the curvature says little.
LONGEST_STEP = 3.0
CONVERGED = 1e-12
# Relative to the curvature's own scale: central differences of exact first derivatives.
DIFFERENCE = 1e-4


def fit_logistic_mixed(
    columns: Floats,
    y: Floats,
    sites: Integers,
    *,
    ridge: float = 0.0,
    offset: Floats | None = None,
) -> RandomInterceptFit:
    """Fixed effects, variance between sites and shrunken intercepts of sites.

    Parameters
    ----------
    columns : ndarray, shape (n_rows, n_columns)
        Without the intercept.
    y : ndarray, shape (n_rows,)
        0 or 1.
    sites : ndarray of int, shape (n_rows,)
        Label of each row's site.
    ridge : float
        Half of it times each squared coefficient is taken from the log likelihood.
    offset : ndarray, shape (n_rows,), optional
        Part of the linear predictor whose coefficient is 1.

    Returns
    -------
    RandomInterceptFit
        With one site, or sites of one row each, the variance between sites is 0, and the
        coefficients are those of logistic regression.

    Raises
    ------
    SeparationError
        If the columns separate the classes and there is no penalty.
    InputError
        If the outcome has one class, a column is a combination of others, or the sites separate the
        classes, so that the variance between them has no estimate. A site of one class alone is no
        obstacle: its intercept is shrunken.
    """
    if np.ptp(y) == 0.0:
        raise InputError(ONE_CLASS, code="DEGENERATE")
    design, grouping = scaled_design(columns, ridge=ridge), group_rows(sites)
    fixed = np.zeros(len(y)) if offset is None else offset
    start = _start(design, y, ridge=ridge, plain=offset is None)
    likelihood = _Laplace(design.matrix, y, fixed, grouping, design.ridge)
    coefficients, variance = _maximum(likelihood, start)
    found = likelihood.at(coefficients, variance)
    return RandomInterceptFit(
        coefficients=design.back @ coefficients,
        covariance=design.back @ _covariance(likelihood, coefficients, variance) @ design.back.T,
        site_variance=variance,
        residual_variance=None,
        sites=grouping.labels,
        intercepts=np.sqrt(variance) * found.modes,
        log_likelihood=found.value,
    )


def _start(design: ScaledDesign, y: Floats, *, ridge: float, plain: bool) -> Floats:
    """Coefficients without sites; refused here if the columns alone have no estimate."""
    level = float(y.mean())
    start = np.zeros(design.matrix.shape[1])
    start[0] = np.log(level / (1.0 - level))
    if ridge > 0.0:
        return start
    found = maximise_likelihood(design.matrix, y, np.ones(len(y)))
    inverse_information(found.information)
    return found.coefficients if plain else np.zeros(len(start))


@dataclass(frozen=True)
class _Point:
    """The likelihood at one place.

    Attributes
    ----------
    value : float
        Less the penalty.
    gradient : ndarray, shape (n_coefficients + 1,)
        The last is in the variance between sites.
    modes : ndarray, shape (n_sites,)
        Standardised intercepts of the sites.
    information : ndarray
        Of the coefficients, given the variance and the modes' curvature.
    """

    value: float
    gradient: Floats
    modes: Floats
    information: Floats


@dataclass(frozen=True)
class _Laplace:
    """Penalised marginal log likelihood of coefficients and variance."""

    design: Floats
    y: Floats
    offset: Floats
    grouping: Grouping
    ridge: Floats

    def at(self, coefficients: Floats, variance: float) -> _Point:
        sd, of_row, sums = float(np.sqrt(variance)), self.grouping.of_row, self.grouping.sums
        lp = self.offset + self.design @ coefficients
        modes = self._modes(lp, sd)
        lp = lp + sd * modes[of_row]
        risk = expit(lp)
        weight = risk * (1.0 - risk)
        error = sums(self.y - risk)
        curvature = sums(weight)
        bend = weight * (1.0 - 2.0 * risk)
        spread = 1.0 + variance * curvature
        value = float(self.y @ lp - np.logaddexp(0.0, lp).sum()) - 0.5 * float(
            modes @ modes + np.log(spread).sum() + self.ridge @ coefficients**2
        )
        weighted = sums(weight[:, np.newaxis] * self.design)
        # How the log determinant moves with the linear predictor of a row, its site's mode moving
        # along: d mode / d coefficient = -sd * weighted / spread.
        pull = variance / spread
        bends = sums(bend)
        moved = sums(bend[:, np.newaxis] * self.design) - (pull * bends)[:, np.newaxis] * weighted
        slope = self.design.T @ (self.y - risk) - 0.5 * pull @ moved - self.ridge * coefficients
        mode_slope = (error - sd * curvature * modes) / spread
        in_variance = 0.5 * float(
            np.sum(error**2)
            - np.sum((curvature + 0.5 * sd * bends * (modes + sd * mode_slope)) / spread)
        )
        information = (
            self.design.T @ (weight[:, np.newaxis] * self.design)
            - weighted.T @ (pull[:, np.newaxis] * weighted)
            + np.diag(self.ridge)
        )
        return _Point(value, np.append(slope, in_variance), modes, information)

    def _modes(self, lp: Floats, sd: float) -> Floats:
        """Where each site's integrand is largest, by Newton's method."""
        grouping = self.grouping
        modes = np.zeros(len(grouping.labels))
        if sd == 0.0:
            return modes
        longest = LONGEST_STEP / sd
        for _ in range(MAX_STEPS):
            risk = expit(lp + sd * modes[grouping.of_row])
            slope = sd * grouping.sums(self.y - risk) - modes
            curvature = 1.0 + sd * sd * grouping.sums(risk * (1.0 - risk))
            step = np.clip(slope / curvature, -longest, longest)
            modes = modes + step
            if float(np.abs(step).max()) < CONVERGED * max(1.0, float(np.abs(modes).max())):
                break
        return modes


def _maximum(likelihood: _Laplace, start: Floats) -> tuple[Floats, float]:
    """Coefficients and variance at which the likelihood is largest."""
    at_zero = likelihood.at(start, 0.0)
    # Coefficients of unit information, so that no direction is steeper than others.
    whiten = np.linalg.inv(np.linalg.cholesky(at_zero.information)).T
    says_variance = likelihood.grouping.says_variance
    first = FIRST_VARIANCE if says_variance else 0.0
    last = LARGEST_VARIANCE if says_variance else 0.0

    def cost(place: Floats) -> tuple[float, Floats]:
        point = likelihood.at(start + whiten @ place[:-1], float(place[-1]))
        slope = np.append(whiten.T @ point.gradient[:-1], point.gradient[-1])
        return -point.value, -slope

    found = minimize(
        cost,
        np.append(np.zeros(len(start)), first),
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None)] * len(start) + [(0.0, last)],
        options={"maxiter": 500, "maxfun": 1000, "ftol": 1e-15, "gtol": 1e-7},
    )
    variance = float(found.x[-1])
    if says_variance and variance > 0.9 * LARGEST_VARIANCE:
        raise InputError(
            "the sites separate those with the event from those without: the variance between them "
            "has no estimate",
            code="DEGENERATE",
            advice="join sites, or leave sites out of the model",
        )
    return start + whiten @ found.x[:-1], variance


def _covariance(likelihood: _Laplace, coefficients: Floats, variance: float) -> Floats:
    """Inverse of the curvature in coefficients and variance together, less the variance's part."""
    point = likelihood.at(coefficients, variance)
    conditional = inverse_information(point.information)
    if variance == 0.0:
        return conditional
    place = np.append(coefficients, variance)
    steps = DIFFERENCE * np.append(np.sqrt(np.diag(conditional)), variance)
    rows = []
    for position, step in enumerate(steps):
        ahead, behind = place.copy(), place.copy()
        ahead[position] += step
        behind[position] -= step
        up = likelihood.at(ahead[:-1], ahead[-1]).gradient
        down = likelihood.at(behind[:-1], behind[-1]).gradient
        rows.append((down - up) / (2.0 * step))
    curvature = (np.array(rows) + np.array(rows).T) / 2.0
    if np.linalg.eigvalsh(curvature)[0] <= 0.0:
        return conditional
    return np.asarray(np.linalg.inv(curvature)[:-1, :-1])
