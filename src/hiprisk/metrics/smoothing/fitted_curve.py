"""A fitted calibration curve, and how it moves when the outcomes of its people do.

Loess and least squares on a spline are matrices that take outcomes to a curve; a logistic spline is
nearly one, about its maximum. So a curve of other outcomes costs a product and no new fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats
from hiprisk.metrics.entry import Smoother
from hiprisk.metrics.smoothing.calibration_curve import PrevalenceMove, checked_input
from hiprisk.metrics.smoothing.loess import Loess, loess
from hiprisk.metrics.smoothing.logistic import has_log_odds, logit
from hiprisk.metrics.smoothing.splines import (
    SplineCurve,
    linear_spline_curve,
    logistic_spline_curve,
)
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.sheet.links import expit

# A person who decides the curve where they stand has no residual to be scaled up from.
LARGEST_LEVERAGE = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class FittedCurve:
    """A calibration curve by loess or splines.

    Attributes
    ----------
    predicted : ndarray, shape (n_people,)
        Of those on the curve.
    on_curve : ndarray of bool, shape (n_rows,)
        Not a risk of 0 or 1 with splines, which are of the log odds.
    weights : ndarray, shape (n_people,)
        What each person counts in an error.
    residuals : ndarray, shape (n_people,)
        Outcome less curve, over one less the leverage, as of HC3.
    response : ndarray, shape (n_people, n_coefficients)
        What a unit more of a person's outcome adds to each coefficient.
    """

    fit: Loess | SplineCurve
    kind: OutcomeKind
    move: PrevalenceMove
    predicted: Floats
    on_curve: Bools
    weights: Floats
    residuals: Floats
    response: Floats

    def moved_by(self, multipliers: Floats, at: Floats) -> Floats:
        """What residuals times multipliers, added to the outcomes, add to the curve.

        Parameters
        ----------
        multipliers : ndarray, shape (n_draws, n_rows)
        at : ndarray, shape (n_places,)

        Returns
        -------
        ndarray, shape (n_draws, n_places)
            On the scale of the fit.
        """
        noise = multipliers[:, self.on_curve] * self.residuals
        return np.asarray(noise @ self.response @ self._basis(at).T)

    def between(self, share: float, at: Floats, moved: Floats) -> Floats:
        """A curve that runs a share of this one's way from the predictions, moved.

        Parameters
        ----------
        share : float
            0 for a calibrated model, 1 for this curve.
        at : ndarray, shape (n_places,)
        moved : ndarray, shape (..., n_places)
            Added on the scale of the fit.
        """
        calibrated = self._calibrated(at)
        curve = calibrated + share * (self.fit.at(self._x(at)) - calibrated) + moved
        return self.move.of(expit(curve) if self._on_log_odds else curve)

    @property
    def _on_log_odds(self) -> bool:
        return self.kind == "binary" and isinstance(self.fit, SplineCurve)

    def _x(self, p: Floats) -> Floats:
        return logit(p) if self._on_log_odds else p

    def _calibrated(self, p: Floats) -> Floats:
        """The curve, in the sample, of a model that is right in the population."""
        if self.move.offset is None:
            return self._x(p)
        own = expit(logit(p) + self.move.offset)
        return self._x(own)

    def _basis(self, p: Floats) -> Floats:
        return _basis(self.fit, self._x(p))


def fitted_curve(
    observed: Floats,
    predicted: Floats,
    *,
    kind: OutcomeKind,
    smoother: Smoother,
    prevalence: float | None = None,
) -> FittedCurve:
    """Fit a curve; arguments as for `calibration_errors`, where everybody counts once."""
    y, p, w = checked_input(kind, smoother, observed, predicted, None)
    on_log_odds = kind == "binary" and smoother == "spline"
    on_curve = has_log_odds(predicted) if on_log_odds else np.ones(len(predicted), dtype=bool)
    x = logit(p) if on_log_odds else p
    fit: Loess | SplineCurve
    if smoother == "loess":
        fit = loess(p, y, w)
        response = fit.response(p)
    else:
        fit = logistic_spline_curve(x, y, w) if on_log_odds else linear_spline_curve(x, y, w)
        design = fit.design(x)
        response = design @ (
            fit.covariance if on_log_odds else np.linalg.pinv(design.T @ design, hermitian=True)
        )
    mean = expit(fit.at(x)) if on_log_odds else fit.at(x)
    own = np.sum(_basis(fit, x) * response, axis=1)
    leverage = np.minimum(own * mean * (1.0 - mean) if on_log_odds else own, LARGEST_LEVERAGE)
    move = PrevalenceMove.to(prevalence, y, w)
    return FittedCurve(
        fit=fit,
        kind=kind,
        move=move,
        predicted=p,
        on_curve=on_curve,
        weights=move.weights,
        residuals=(y - mean) / (1.0 - leverage),
        response=response,
    )


def _basis(fit: Loess | SplineCurve, x: Floats) -> Floats:
    return fit.blend(x) if isinstance(fit, Loess) else fit.design(x)
