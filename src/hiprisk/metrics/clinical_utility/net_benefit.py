"""What acting on a risk is worth: net benefit at a threshold at which one would act.

References
----------
.. [1] Vickers, Elkin (2006). Med Decis Making 26(6), 565-574. doi:10.1177/0272989X06295361
.. [2] Kerr et al. (2016). J Clin Oncol 34, 2534-2540: standardised net benefit.
.. [3] Vickers et al. (2008). BMC Med Inform Decis Mak 8, 53: interventions avoided, harm.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.inputs import as_binary
from hiprisk.metrics.intervals.frequency_weights import variance_of_mean
from hiprisk.metrics.intervals.wald import wald

THRESHOLDS = tuple(step / 100 for step in range(1, 100))


def net_benefit(
    y_true: ArrayLike, risk: ArrayLike, *, threshold: float, weights: ArrayLike | None = None
) -> float:
    r"""Net benefit of acting on everybody whose risk reaches a threshold.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk : array-like of float, shape (n_people,)
        In [0, 1]; a linear predictor is refused.
    threshold : float
        Risk, inside (0, 1), from which one would act.
    weights : array-like of float, optional
        A weight of 2 equals the same person twice.

    Returns
    -------
    float
        Net true positives per person: at most the prevalence, without lower bound.

    Raises
    ------
    InputError
        If lengths differ, a value is missing, or `risk` or `threshold` leaves its range.

    Notes
    -----
    .. math:: \mathrm{NB}(t) = \frac{TP}{n} - \frac{FP}{n} \cdot \frac{t}{1 - t}

    Examples
    --------
    >>> net_benefit([1, 0, 0, 1], [0.8, 0.6, 0.1, 0.2], threshold=0.2)
    0.4375
    """
    y, p, w = as_binary(y_true, risk, weights)
    return float(np.average(_gains(y, p, check_thresholds([threshold])[0]), weights=w))


def standardised_net_benefit(
    y_true: ArrayLike, risk: ArrayLike, *, threshold: float, weights: ArrayLike | None = None
) -> float:
    """Net benefit as a share of the prevalence, the most that it can be.

    Arguments as for `net_benefit`.

    Raises
    ------
    InputError
        If nobody has the event.
    """
    y, _, w = as_binary(y_true, risk, weights)
    prevalence = float(np.average(y, weights=w))
    if prevalence == 0.0:
        raise InputError("standardised net benefit needs events", code="DEGENERATE")
    return net_benefit(y_true, risk, threshold=threshold, weights=weights) / prevalence


def interventions_avoided(
    y_true: ArrayLike, risk: ArrayLike, *, threshold: float, weights: ArrayLike | None = None
) -> float:
    """Interventions avoided per 100 people, net: as many fewer as acting on all, no event missed.

    (Net benefit of the risk - that of acting on all) / (t / (1 - t)) x 100. Arguments as for
    `net_benefit`.

    Examples
    --------
    Nobody with the event is missed and one of four people is spared.

    >>> interventions_avoided([1, 0, 0, 1], [0.8, 0.6, 0.1, 0.2], threshold=0.2)
    25.0
    """
    y, p, w = as_binary(y_true, risk, weights)
    (t,) = check_thresholds([threshold])
    spared = _gains(y, p, t) - _gains(y, np.ones_like(p), t)
    return float(np.average(spared, weights=w)) / (t / (1.0 - t)) * 100.0


def net_benefit_estimate(
    y_true: ArrayLike,
    risk: ArrayLike,
    *,
    threshold: float,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Net benefit with Wald's interval; arguments as for `net_benefit`.

    Net benefit is the mean of what each person adds (1, minus the odds, or 0), so its variance is
    that of a mean; of rows that go together in `groups`, where these are given.
    """
    y, p, w = as_binary(y_true, risk, weights)
    gains = _gains(y, p, check_thresholds([threshold])[0])
    error = float(np.sqrt(variance_of_mean(gains, w, groups)))
    return wald(
        NET_BENEFIT.at(threshold).name, float(np.average(gains, weights=w)), error, level=level
    )


def _gains(y: Floats, p: Floats, threshold: float) -> Floats:
    """What each person adds to the net benefit."""
    # A false positive costs the odds at which the clinician is indifferent.
    return np.where(p >= threshold, y - (1.0 - y) * threshold / (1.0 - threshold), 0.0)


def check_thresholds(thresholds: Sequence[float]) -> tuple[float, ...]:
    """Thresholds as floats; raise unless each lies inside (0, 1)."""
    grid = tuple(float(t) for t in thresholds)
    off = [t for t in grid if not 0.0 < t < 1.0]
    if off or not grid:
        came = f"got {off[0]:g}" if off else "there is none"
        raise InputError(f"'threshold' must lie inside (0, 1); {came}")
    return grid


def net_benefits(
    y: Floats,
    p: Floats,
    weights: Floats,
    *,
    thresholds: Sequence[float],
    prevalence: float | None = None,
    harm: float = 0.0,
) -> Floats:
    """Net benefit at many thresholds, under many sets of weights at once.

    Parameters
    ----------
    y, p : ndarray, shape (n_people,)
        Already checked.
    weights : ndarray, shape (..., n_people)
        Of a resample, how often each person was drawn.
    thresholds, prevalence, harm
        As for `decision_curve`.

    Returns
    -------
    ndarray, shape (..., n_thresholds)
    """
    order = np.argsort(p, kind="stable")
    # Sorted once, every threshold is one position: all that follows is treated.
    first = np.searchsorted(p[order], np.asarray(thresholds), side="left")
    true_pos = _at_or_above(weights[..., order] * y[order], first)
    false_pos = _at_or_above(weights[..., order] * (1.0 - y[order]), first)
    n = weights.sum(axis=-1, keepdims=True)
    with_event = (weights @ y)[..., np.newaxis]
    if prevalence is None:
        true_pos, false_pos = true_pos / n, false_pos / n
    else:
        # Cases and controls drawn apart: sensitivity and specificity at the stated prevalence.
        true_pos = true_pos / with_event * prevalence
        false_pos = false_pos / (n - with_event) * (1.0 - prevalence)
    odds = np.asarray(thresholds) / (1.0 - np.asarray(thresholds))
    return np.asarray(true_pos - false_pos * odds - harm)


def _at_or_above(values: Floats, first: Integers) -> Floats:
    """Sums from each position on, along the last axis."""
    none = np.zeros((*values.shape[:-1], 1))
    upto = np.concatenate([none, np.cumsum(values, axis=-1)], axis=-1)
    return np.asarray(upto[..., -1:] - upto[..., first])


NET_BENEFIT = Metric(
    name="net_benefit", label="net benefit", kind="binary", function=net_benefit, direction=1,
    bounds=(None, 1.0), optimum=1.0, default=False, moves_with_prevalence=True,
    parameter="threshold", analytic=net_benefit_estimate,
)  # fmt: skip
STANDARDISED = Metric(
    name="standardised_net_benefit", label="standardised net benefit", kind="binary",
    function=standardised_net_benefit, direction=1, bounds=(None, 1.0), optimum=1.0,
    default=False, moves_with_prevalence=True, parameter="threshold",
)  # fmt: skip
AVOIDED = Metric(
    name="interventions_avoided", label="interventions avoided per 100 patients", kind="binary",
    function=interventions_avoided, direction=1, bounds=(None, 100.0), optimum=100.0,
    default=False, moves_with_prevalence=True, parameter="threshold",
)  # fmt: skip
METRICS = (NET_BENEFIT, STANDARDISED, AVOIDED)
