"""Expected metrics of a risk: averages over the outcomes that given probabilities make likely.

Each takes the predicted risks and the probabilities by which outcomes come about; these are the
risks themselves where the model is right.

References
----------
.. [1] van Klaveren, Gönen, Steyerberg, Vergouwe (2016). Stat Med 35(23), 4136-4152.
       doi:10.1002/sim.6997
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.metrics.clinical_utility.net_benefit import check_thresholds
from hiprisk.metrics.inputs import as_risks


def model_based_concordance(risk: ArrayLike, probability: ArrayLike | None = None) -> float:
    r"""C statistic to be expected: van Klaveren's model-based concordance.

    Parameters
    ----------
    risk : array-like of float, shape (n_people,)
        Predicted risks, by which people are ordered.
    probability : array-like of float, shape (n_people,), optional
        By which outcomes come about; the risks themselves if unset.

    Raises
    ------
    InputError
        If lengths differ, a value leaves [0, 1], or no pair of people can differ in outcome.

    Notes
    -----
    Over ordered pairs of different people, with ties of the risk counted as half,
    :math:`\sum_{i \ne j} q_i (1 - q_j) I(p_i > p_j) / \sum_{i \ne j} q_i (1 - q_j)` [1]_.

    Examples
    --------
    >>> round(model_based_concordance([0.2, 0.4, 0.6]), 6)
    0.763158
    """
    p, q = as_risks(risk, probability)
    levels, place = np.unique(p, return_inverse=True)
    events = np.bincount(place, weights=q, minlength=len(levels))
    others = np.bincount(place, weights=1.0 - q, minlength=len(levels))
    below = np.cumsum(others) - others
    # A person is no pair: what each makes with himself, a tie, is taken off again.
    alone = float(np.sum(q * (1.0 - q)))
    pairs = float(events.sum() * others.sum()) - alone
    if not pairs > 0.0:
        raise InputError("no two people can differ in outcome", code="DEGENERATE")
    return (float(np.sum(events * (below + 0.5 * others))) - 0.5 * alone) / pairs


def expected_brier(risk: ArrayLike, probability: ArrayLike | None = None) -> float:
    """Brier score to be expected; arguments as for `model_based_concordance`.

    Examples
    --------
    >>> expected_brier([0.5, 0.5], [0.5, 1.0])
    0.25
    """
    p, q = as_risks(risk, probability)
    return float(np.mean(q * (1.0 - q) + (p - q) ** 2))


def expected_net_benefits(
    risk: ArrayLike, thresholds: Sequence[float], probability: ArrayLike | None = None
) -> Floats:
    """Net benefit to be expected at each threshold probability, shape (n_thresholds,).

    Parameters
    ----------
    risk, probability
        As for `model_based_concordance`.
    thresholds : sequence of float
        Inside (0, 1).

    Examples
    --------
    >>> expected_net_benefits([0.2, 0.6], [0.5])
    array([0.1])
    """
    p, q = as_risks(risk, probability)
    at = check_thresholds(thresholds)
    gains = [(p >= t) * (q - (1.0 - q) * t / (1.0 - t)) for t in at]
    return np.array([float(np.mean(gain)) for gain in gains])
