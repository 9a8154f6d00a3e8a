"""Intervals around optimism-corrected metrics, from the spread of the resamples' own optimism.

References
----------
.. [1] Davison, Hinkley (1997). Bootstrap Methods and their Application, section 5.2.
.. [2] Noma et al. (2021). Stat Med 40(26), 5691-5701. doi:10.1002/sim.9148
"""

from __future__ import annotations

import math

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.bootstrap import percentiles
from hiprisk.metrics.entry import Scale
from hiprisk.metrics.intervals.wald import critical_value
from hiprisk.metrics.pooled import back_transform, transform

SLOPE = "calibration_slope"


def optimism_interval(
    apparent: float,
    training: Floats,
    test: Floats,
    *,
    level: float,
    scale: Scale = "identity",
    widened: float = 1.0,
) -> tuple[float, float] | None:
    """Interval for what the fit truly does, around the corrected value.

    Parameters
    ----------
    apparent : float
    training, test : ndarray, shape (n_resamples,)
        Of each refit, on its resample and on the original people.
    level : float
    scale : str
        On which the error of the metric is about normal, with one spread at every level.
    widened : float
        Factor of the spread; see `slope_widening`.

    Returns
    -------
    tuple of float, or None
        None of a single resample.

    Notes
    -----
    In the bootstrap's world the original people are the population, so that training less test is
    how far an apparent value is off. Its standard deviation on the metric's scale, about the
    corrected value. Percentiles of training less test on the metric's own scale were too narrow: a
    refit's apparent value is better than the corrected one, and a C statistic, R² or RMSE varies
    the less the better it is. ``experiments/interval_coverage`` has what both cover.
    """
    if len(training) < 2:
        return None
    corrected = apparent - float(training.mean() - test.mean())
    tried: tuple[Scale, ...] = (scale, "identity")
    for each in tried:
        middle = float(transform(np.array([corrected]), each)[0])
        with np.errstate(invalid="ignore"):
            excess = transform(training, each) - transform(test, each)
        # A C statistic of 1 in one resample has no log odds: then the metric's own scale.
        if math.isfinite(middle) and np.isfinite(excess).all():
            half = critical_value(level) * widened * float(excess.std(ddof=1))
            ends = (back_transform(end, each) for end in (middle - half, middle + half))
            low, high = ends
            return low, high
    return None


def slope_widening(training: Floats, test: Floats) -> float:
    r"""By how much an interval of a calibration slope or intercept is widened.

    Parameters
    ----------
    training, test : ndarray, shape (n_resamples,)
        Calibration slopes of the refits, NaN where one cannot be computed.

    Notes
    -----
    The slope's optimism o goes with one over the variance Q of the linear predictor, and the true
    slope with one over its root. A sample whose Q is too large has a lower true slope and a higher
    corrected one: their errors add up to 1 + 2o of the true slope's. And the refits' Q is that of
    the model times 1 + o, which makes their slopes vary less, by its root. So the spread of the
    test slopes is widened by :math:`(1 + 2o) \sqrt{1 + o}`; not at all where there is no optimism.
    """
    excess = training - test
    usable = excess[np.isfinite(excess)]
    optimism = max(float(usable.mean()), 0.0) if len(usable) else 0.0
    return (1.0 + 2.0 * optimism) * math.sqrt(1.0 + optimism)


def location_shifted_interval(
    training: Floats, test: Floats, *, level: float
) -> tuple[float, float]:
    """Percentiles of the training values, shifted by the optimism (Noma et al., algorithm 1).

    Parameters
    ----------
    training, test : ndarray, shape (n_resamples,)
    level : float

    Notes
    -----
    Values on a resample are once more optimistic than the apparent one, so that the interval lies
    somewhat to the optimistic side.
    """
    optimism = float(training.mean() - test.mean())
    low, high = percentiles(training, level=level)
    return float(low) - optimism, float(high) - optimism
