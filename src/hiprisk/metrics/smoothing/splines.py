"""Restricted cubic splines of the prediction: a smooth curve of few coefficients, with its band.

References
----------
.. [1] Harrell (2015). Regression Modeling Strategies, 2nd ed., section 2.4.
.. [2] Austin, Steyerberg (2019). Stat Med 38, 4051-4065. doi:10.1002/sim.8281
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.intervals.frequency_weights import quantiles, sandwich
from hiprisk.metrics.smoothing.logistic import fit_logistic_columns
from hiprisk.sheet.basis_functions import spline_basis
from hiprisk.sheet.links import expit

# Harrell (2015), table 2.3: where the knots lie, as quantiles. A spline of two knots is a line.
KNOT_QUANTILES = {
    3: (0.10, 0.50, 0.90),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.50, 0.725, 0.95),
}
STRAIGHT_LINE = 2


@dataclass(frozen=True, slots=True, eq=False)
class SplineCurve:
    """A fitted spline of one column.

    Attributes
    ----------
    freedom : float
        Residual degrees of freedom; infinite for a logistic fit.
    """

    knots: tuple[float, ...]
    center: Floats
    spread: Floats
    coefficients: Floats
    covariance: Floats
    freedom: float

    def at(self, x: Floats) -> Floats:
        """Fitted values (log odds for a logistic fit), shape of `x`."""
        return np.asarray(self.design(x) @ self.coefficients)

    def standard_error(self, x: Floats) -> Floats:
        """Standard error of the fitted values, shape of `x`."""
        design = self.design(x)
        squared = np.sum(design @ self.covariance * design, axis=1)
        return np.asarray(np.sqrt(np.maximum(squared, 0.0)))

    def design(self, x: Floats) -> Floats:
        """Columns of the fit, an intercept first, shape (len(x), n_coefficients)."""
        columns = (_basis(x, self.knots)[:, : len(self.center)] - self.center) / self.spread
        return np.column_stack([np.ones(len(x)), columns])


def curve_knots(x: Floats, w: Floats, n_knots: int) -> tuple[float, ...]:
    """Knots at Harrell's quantiles; none (a straight line) where predictions take few values."""
    if n_knots == STRAIGHT_LINE:
        return ()
    if n_knots not in KNOT_QUANTILES:
        raise InputError(f"a calibration spline has 3 to 5 knots, got {n_knots}")
    if len(np.unique(x[w > 0])) < n_knots:
        return ()
    knots = tuple(float(knot) for knot in np.unique(quantiles(x, KNOT_QUANTILES[n_knots], w)))
    return knots if len(knots) >= 3 else ()


def linear_spline_curve(
    x: Floats, y: Floats, w: Floats, *, n_knots: int = 5, groups: Integers | None = None
) -> SplineCurve:
    """Least squares of y on a spline of x; weights are replications.

    With `groups` the covariance is robust to rows of a person that go together.
    """
    prepared = _prepared(x, w, n_knots)
    design = prepared.design
    inverse = np.linalg.pinv((design * w[:, np.newaxis]).T @ design, rcond=1e-13, hermitian=True)
    coefficients = inverse @ (design.T @ (w * y))
    # One step of refinement wins back the digits that the normal equations lose.
    coefficients += inverse @ (design.T @ (w * (y - design @ coefficients)))
    freedom = float(w.sum()) - design.shape[1]
    squares = float(np.sum(w * (y - design @ coefficients) ** 2))
    # As many coefficients as people leave nothing to estimate the scatter from.
    covariance = inverse * (squares / freedom) if freedom > 0 else np.full_like(inverse, np.inf)
    if groups is not None:
        scores = design * (y - design @ coefficients)[:, np.newaxis]
        covariance = sandwich(scores, np.asarray(inverse), w, groups)
    return _curve(prepared, coefficients, covariance=np.asarray(covariance), freedom=freedom)


def logistic_spline_curve(
    lp: Floats, y: Floats, w: Floats, *, n_knots: int = 5, groups: Integers | None = None
) -> SplineCurve:
    """Logistic regression of y on a spline of the log odds; weights are replications.

    With `groups` the covariance is robust to rows of a person that go together.

    Raises
    ------
    InputError
        If the spline separates those with the event from those without.
    """
    prepared = _prepared(lp, w, n_knots)
    design = prepared.design
    share = float(np.average(y, weights=w))
    if share in (0.0, 1.0):
        raise InputError("a calibration curve needs events and non-events", code="DEGENERATE")
    start = np.zeros(design.shape[1])
    start[0] = np.log(share / (1.0 - share))
    fit = fit_logistic_columns(
        design,
        y,
        w,
        start=start,
        refusal="a spline of the risks separates those with the event from those without: no curve",
    )
    covariance = fit.covariance
    if groups is not None:
        scores = design * (y - expit(design @ fit.coefficients))[:, np.newaxis]
        covariance = sandwich(scores, covariance, w, groups)
    return _curve(prepared, fit.coefficients, covariance=covariance, freedom=np.inf)


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    knots: tuple[float, ...]
    center: Floats
    spread: Floats
    design: Floats


def _basis(x: Floats, knots: tuple[float, ...]) -> Floats:
    return np.column_stack(spline_basis(x, knots) if knots else [x])


def _prepared(x: Floats, w: Floats, n_knots: int) -> _Prepared:
    """Knots, and the design in columns of mean 0 and spread 1, which Newton's method likes."""
    used = w > 0
    knots = curve_knots(x, w, n_knots)
    columns = _basis(x, knots)
    if float(np.ptp(x[used])) <= 1e-12 * max(1.0, float(np.abs(x[used]).max())):
        columns = columns[:, :0]
    center = np.average(columns, axis=0, weights=w)
    spread = np.sqrt(np.average((columns - center) ** 2, axis=0, weights=w))
    scaled = (columns - center) / spread
    return _Prepared(knots, center, spread, np.column_stack([np.ones(len(x)), scaled]))


def _curve(
    prepared: _Prepared, coefficients: Floats, *, covariance: Floats, freedom: float
) -> SplineCurve:
    return SplineCurve(
        knots=prepared.knots,
        center=prepared.center,
        spread=prepared.spread,
        coefficients=coefficients,
        covariance=covariance,
        freedom=freedom,
    )
