"""Intervals of a calibration curve's errors (ICI, E50, E90, Emax, ECI) that cover an error of 0.

A smoothed curve follows the noise of its people, so that its errors are never 0, and those of a
resample follow the noise once more. How the curve moves when the outcomes do is known: the smoother
is a matrix (a logistic spline nearly so). Person by person, residuals times how often a resample
draws the person, less once, are noise as the people's own; smoothed, it is what the curve is off by
through chance alone. It is laid upon curves that run c times as far from the predictions as the
fitted one; c = 0 is a calibrated model.

References
----------
.. [1] Davison, Hinkley (1997). Bootstrap Methods and their Application, sections 4.4 (tests) and
       5.6 (intervals by inverting them).
.. [2] Wu (1986). Ann Stat 14(4), 1261-1295: residuals times random weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.bootstrap import percentiles
from hiprisk.metrics.entry import Metric, Summary
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.smoothing.fitted_curve import FittedCurve, fitted_curve

# So many of the predictions, evenly over their ranks, are followed through the resamples.
MOST_PLACES = 200
# Of the way from the predictions to the curve, at which the lower end is looked for.
HALVINGS = 7
# A sum of weights may fall short of its share by so much.
ROUNDING = 1e-12
QUANTILES: dict[Summary, float] = {"e50": 0.5, "e90": 0.9}


@dataclass(frozen=True, slots=True, eq=False)
class CurveNoise:
    """A fitted curve at some of its people's predictions, and what chance makes of it.

    Attributes
    ----------
    weights : ndarray, shape (n_places,)
        People for whom each place stands.
    """

    curve: FittedCurve
    places: Floats
    weights: Floats

    @classmethod
    def of(cls, observed: Floats, predicted: Floats, metric: Metric) -> CurveNoise:
        """The curve whose error a metric is.

        Raises
        ------
        InputError
            If there is no such curve of these people.
        """
        assert metric.curve is not None
        curve = fitted_curve(
            observed,
            predicted,
            kind="binary" if metric.kind == "binary" else "continuous",
            smoother=metric.curve.smoother,
            prevalence=metric.curve.prevalence,
        )
        order = np.argsort(curve.predicted, kind="stable")
        n_places = min(len(order), MOST_PLACES)
        # The two ends are among them, where the largest error often is.
        chosen = np.round(np.linspace(0, len(order) - 1, n_places)).astype(np.intp)
        weights = np.ones(n_places)
        if not (curve.weights == curve.weights[0]).all():
            nearest = np.searchsorted((chosen[1:] + chosen[:-1]) / 2.0, np.arange(len(order)))
            weights += np.bincount(nearest, curve.weights[order], n_places) - 1.0
        return cls(curve, curve.predicted[order][chosen], weights)

    def drawn(self, counts: Floats) -> Floats:
        """The curve's move by chance, on the scale of its fit, shape (n_resamples, n_places).

        Parameters
        ----------
        counts : ndarray, shape (n_resamples, n_rows)
            How often each row is drawn.
        """
        return self.curve.moved_by(counts - 1.0, self.places)

    def errors(self, summary: Summary, share: float, noise: Floats) -> Floats:
        """An error of curves that run a share of the fitted one's way, with noise upon them.

        Parameters
        ----------
        summary : str
        share : float
            0 for a calibrated model, 1 for the fitted curve.
        noise : ndarray, shape (n_resamples, n_places)
        """
        off = np.abs(self.curve.between(share, self.places, noise) - self.places)
        return _summary(summary, off, self.weights)


def _summary(summary: Summary, off: Floats, weights: Floats) -> Floats:
    """ICI, E50 and their like of each row of distances."""
    if summary == "ici":
        return np.asarray(off @ weights / weights.sum())
    if summary == "eci":
        return np.asarray(100.0 * ((off * off) @ weights) / weights.sum())
    if summary == "emax":
        return np.asarray(off.max(axis=1))
    if (weights == 1.0).all():
        # The same without sorting all of them.
        rank = math.ceil(QUANTILES[summary] * off.shape[1] * (1.0 - ROUNDING)) - 1
        return np.asarray(np.partition(off, rank, axis=1)[:, rank])
    order = np.argsort(off, axis=1)
    upto = np.cumsum(weights[order], axis=1)
    reached = upto >= QUANTILES[summary] * upto[:, -1:] * (1.0 - ROUNDING)
    place = np.take_along_axis(order, np.argmax(reached, axis=1)[:, np.newaxis], axis=1)
    return np.asarray(np.take_along_axis(off, place, axis=1)[:, 0])


def curve_error_interval(
    metric: Metric, value: float, noise: CurveNoise, drawn: Floats, *, level: float = 0.95
) -> Estimate:
    """An error of a curve with its interval.

    Parameters
    ----------
    metric : Metric
    value : float
        The error, over all of its people.
    noise : CurveNoise
    drawn : ndarray, shape (n_resamples, n_places)
        Of `CurveNoise.drawn`.
    level : float

    Notes
    -----
    The lower end inverts a test: among curves between the predictions and the fitted one it is the
    error of the nearest to the predictions that reaches the estimate in (1 - level) / 2 of the
    draws, and 0 where a calibrated model does. So an interval that begins above 0 is evidence of
    miscalibration, at a one-sided error of (1 - level) / 2. The upper end is the percentile of the
    errors of the fitted curve with noise laid upon it once more, less what that noise adds on
    average. ``experiments/curve_errors`` has what the interval covers.
    """
    error = metric.curve
    assert error is not None
    again = noise.errors(error.summary, 1.0, drawn)
    _, most = percentiles(again, level=level)
    high = max(value + float(most) - float(again.mean()), value)
    return Estimate(
        name=metric.name,
        value=value,
        low=value * _lower_share(error.summary, noise, drawn, level=level),
        high=high if error.largest is None else min(high, max(error.largest, value)),
    )


def _lower_share(summary: Summary, noise: CurveNoise, drawn: Floats, *, level: float) -> float:
    """The lower end as a share of the estimate."""
    still = np.zeros((1, drawn.shape[1]))

    def exact(share: float) -> float:
        return float(noise.errors(summary, share, still)[0])

    def excess(share: float) -> float:
        _, most = percentiles(noise.errors(summary, share, drawn), level=level)
        return float(most) - estimate

    estimate = exact(1.0)
    below, above = 0.0, 1.0
    if estimate <= 0.0 or excess(below) >= 0.0:
        return 0.0
    for _ in range(HALVINGS):
        middle = (below + above) / 2.0
        below, above = (middle, above) if excess(middle) < 0.0 else (below, middle)
    return exact(below) / estimate
