r"""What a metric would be if outcome and prediction had nothing to do with each other.

The no-information rate of Efron and Tibshirani: the loss averaged over all pairs of one person's
outcome and another's prediction. It tells the .632+ bootstrap how far a model overfits. Metrics of
calibration have none: a prediction without information is miscalibrated in no one direction.

References
----------
.. [1] Efron, Tibshirani (1997). J Am Stat Assoc 92(438), 548-560.
.. [2] Noma et al. (2021). Stat Med 40(26), 5691-5701. doi:10.1002/sim.9148
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.metrics.calibration import logit
from hiprisk.metrics.registry import MetricFunction

Rate = Callable[[Floats, Floats], float]


@dataclass(frozen=True)
class NoInformation:
    """The rate of one metric.

    Attributes
    ----------
    rate : callable
        Observed and predicted of the apparent fit to the rate.
    direction : int
        1 where more of the metric is better, -1 where less is.
    """

    rate: Rate
    direction: int


def _mean_squared(y: Floats, p: Floats) -> float:
    """Mean of (y_i - p_j)^2 over all pairs."""
    return float(np.var(y) + np.var(p) + (y.mean() - p.mean()) ** 2)


def _root_mean_squared(y: Floats, p: Floats) -> float:
    return float(np.sqrt(_mean_squared(y, p)))


def _mean_absolute(y: Floats, p: Floats) -> float:
    """Mean of |y_i - p_j| over all pairs, from sums of the predictions below each outcome."""
    ranked = np.sort(p)
    through = np.concatenate([[0.0], np.cumsum(ranked)])
    below = np.searchsorted(ranked, y)
    n = len(p)
    gaps = y * below - through[below] + (through[n] - through[below]) - y * (n - below)
    return float(gaps.mean() / n)


def _share(y: Floats, p: Floats) -> float:
    """1 - (loss over all pairs) / (variance of the outcome): for R2 and the scaled Brier score."""
    return 1.0 - _mean_squared(y, p) / float(np.var(y))


def _half(y: Floats, p: Floats) -> float:
    del y, p
    return 0.5


def _zero(y: Floats, p: Floats) -> float:
    del y, p
    return 0.0


def _log_share(y: Floats, p: Floats) -> float:
    """Cox and Snell's R2 with the log likelihood averaged over all pairs."""
    lp, events = logit(p), float(y.mean())
    all_pairs = float(np.mean(events * lp - np.logaddexp(0.0, lp)))
    null = events * np.log(events) + (1.0 - events) * np.log(1.0 - events)
    return -float(np.expm1(-2.0 * (all_pairs - null)))


def _scaled_log_share(y: Floats, p: Floats) -> float:
    events = float(y.mean())
    null = events * np.log(events) + (1.0 - events) * np.log(1.0 - events)
    return _log_share(y, p) / -float(np.expm1(2.0 * null))


# Metric functions of this package by name.
NO_INFORMATION: Mapping[str, NoInformation] = {
    "mse": NoInformation(_mean_squared, -1),
    "rmse": NoInformation(_root_mean_squared, -1),
    "mae": NoInformation(_mean_absolute, -1),
    "r2": NoInformation(_share, 1),
    "brier": NoInformation(_mean_squared, -1),
    "scaled_brier": NoInformation(_share, 1),
    "c_statistic": NoInformation(_half, 1),
    "somers_dxy": NoInformation(_zero, 1),
    "discrimination_slope": NoInformation(_zero, 1),
    # Recalibrated without information, a risk becomes the prevalence.
    "nagelkerke_r2": NoInformation(_zero, 1),
    "nagelkerke_r2_as_is": NoInformation(_scaled_log_share, 1),
    "cox_snell_r2_as_is": NoInformation(_log_share, 1),
}


def no_information_of(function: MetricFunction) -> NoInformation | None:
    """What is known of a metric without information; None where it has no such rate."""
    ours = getattr(function, "__module__", "").startswith("hiprisk.metrics.")
    return NO_INFORMATION.get(getattr(function, "__name__", "")) if ours else None


def no_information_rate(
    function: MetricFunction, observed: Floats, predicted: Floats
) -> float | None:
    """The rate of a metric for the predictions of a fit; None where it has none.

    Parameters
    ----------
    function : callable
        The metric.
    observed, predicted : ndarray, shape (n_people,)

    Examples
    --------
    >>> from hiprisk.metrics.scores import mae
    >>> no_information_rate(mae, np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    0.5
    """
    entry = no_information_of(function)
    return None if entry is None else entry.rate(observed, predicted)
