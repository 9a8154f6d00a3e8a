"""What acting on a model's risks is worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.errors import InputError
from hiprisk.metrics.inputs import as_binary


def net_benefit(
    y_true: ArrayLike, risk: ArrayLike, *, threshold: float, weights: ArrayLike | None = None
) -> float:
    r"""Net benefit of acting on everybody whose risk reaches a threshold.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk : array-like of float, shape (n_people,)
        In [0, 1].
    threshold : float
        Risk, inside (0, 1), from which one would act.
    weights : array-like of float, optional
        A weight of 2 equals the same person twice.

    Returns
    -------
    float
        Net true positives a person: at most the prevalence, without lower bound.

    Raises
    ------
    InputError
        If lengths differ, a value is missing, or `risk` or `threshold` leaves its range.

    Notes
    -----
    .. math:: \mathrm{NB}(t) = \frac{TP}{n} - \frac{FP}{n} \cdot \frac{t}{1 - t}

    References
    ----------
    .. [1] Vickers, Elkin (2006). Med Decis Making 26(6), 565-574. doi:10.1177/0272989X06295361

    Examples
    --------
    >>> net_benefit([1, 0, 0, 1], [0.8, 0.6, 0.1, 0.2], threshold=0.2)
    0.4375
    """
    y, p, w = as_binary(y_true, risk, weights)
    if not 0.0 < threshold < 1.0:
        raise InputError(f"'threshold' must lie inside (0, 1), got {threshold:g}")
    acted_on = p >= threshold
    true_pos = np.average(acted_on * y, weights=w)
    false_pos = np.average(acted_on * (1.0 - y), weights=w)
    # A false positive costs the odds at which one is indifferent.
    return float(true_pos - false_pos * threshold / (1.0 - threshold))
