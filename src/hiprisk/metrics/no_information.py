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

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.metrics.smoothing.logistic import logit, with_log_odds


def mean_squared(y: Floats, p: Floats) -> float:
    """Mean of (y_i - p_j)^2 over all pairs."""
    # The mean over all pairs in closed form: n squared of them are not looked at.
    return float(np.var(y) + np.var(p) + (y.mean() - p.mean()) ** 2)


def root_mean_squared(y: Floats, p: Floats) -> float:
    """Square root of `mean_squared`."""
    return float(np.sqrt(mean_squared(y, p)))


def mean_absolute(y: Floats, p: Floats) -> float:
    """Mean of |y_i - p_j| over all pairs, from sums of the predictions below each outcome."""
    ranked = np.sort(p)
    through = np.concatenate([[0.0], np.cumsum(ranked)])
    below = np.searchsorted(ranked, y)
    n = len(p)
    gaps = y * below - through[below] + (through[n] - through[below]) - y * (n - below)
    return float(gaps.mean() / n)


def explained_share(y: Floats, p: Floats) -> float:
    """1 - (loss over all pairs) / (variance of the outcome): for R2 and the scaled Brier score."""
    return 1.0 - mean_squared(y, p) / float(np.var(y))


def one_half(y: Floats, p: Floats) -> float:
    """C of risks that have nothing to do with the outcome."""
    del y, p
    return 0.5


def zero(y: Floats, p: Floats) -> float:
    """Of a metric that such risks bring to nothing."""
    del y, p
    return 0.0


def log_share(y: Floats, p: Floats) -> float:
    """Cox and Snell's R2 with the log likelihood averaged over all pairs."""
    # Averaged over everybody's outcome, only the share of events is left of y.
    y, p, _ = with_log_odds(y, p, np.ones(len(y)))
    lp, events = logit(p), float(y.mean())
    all_pairs = float(np.mean(events * lp - np.logaddexp(0.0, lp)))
    null = events * np.log(events) + (1.0 - events) * np.log(1.0 - events)
    return -float(np.expm1(-2.0 * (all_pairs - null)))


def scaled_log_share(y: Floats, p: Floats) -> float:
    """Nagelkerke's R2 likewise."""
    y, p, _ = with_log_odds(y, p, np.ones(len(y)))
    events = float(y.mean())
    null = events * np.log(events) + (1.0 - events) * np.log(1.0 - events)
    return log_share(y, p) / -float(np.expm1(2.0 * null))
