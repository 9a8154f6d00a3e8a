"""The population stability index, what chance alone makes of it, and where custom calls it drift.

References
----------
.. [1] Yurdakul, Naranjo (2020). Journal of Risk Model Validation 14(4), 89-100 (the population
       stability index as a statistic).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import chi2, norm

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate

PSI_SOME, PSI_MUCH = 0.10, 0.25
DIFFERENCE_SOME = 0.25
# Difference in the share of rows that lack a variable.
MISSING_SOME = 0.05
CHANCE_Z = float(norm.ppf(0.975))
MIN_SHARE = 1e-4


def population_stability_index(then: Sequence[float], now: Sequence[float]) -> float:
    """Population stability index of two sets of shares of the same bins.

    Parameters
    ----------
    then, now : sequence of float, length n_bins
        Each adds up to 1; a share below one in ten thousand counts as that.

    Returns
    -------
    float
        0 where nothing moved; by custom, 0.1 is some drift and 0.25 much.

    Examples
    --------
    >>> round(population_stability_index([0.5, 0.5], [0.4, 0.6]), 6)
    0.040547
    """
    # An empty bin would make the index infinite, however few people there are.
    old = np.maximum(np.asarray(then, dtype=np.float64), MIN_SHARE)
    new = np.maximum(np.asarray(now, dtype=np.float64), MIN_SHARE)
    if old.shape != new.shape or old.ndim != 1:
        raise InputError("'then' and 'now' must have the same bins")
    return float(np.sum((new - old) * np.log(new / old)))


def chance_psi(n_bins: int, n_people: float, n_then: float | None = None) -> float:
    """What the index exceeds in one of twenty pairs of cohorts of these sizes without any drift.

    Parameters
    ----------
    n_bins : int
    n_people : float
        Now.
    n_then : float, optional
        People of the development cohort; None where its shares count as known exactly.

    Notes
    -----
    Without drift, the index over (1 / n + 1 / m) follows a chi-squared distribution with one
    degree of freedom fewer than bins, n and m being the people of both sides [1]_.
    """
    if n_bins < 2:
        return 0.0
    both = 1.0 / n_people + (0.0 if n_then is None else 1.0 / n_then)
    return float(chi2.ppf(0.95, n_bins - 1)) * both


def exceeds_limit(difference: Estimate) -> bool:
    """Beyond the customary limit, and beyond chance."""
    low, high = difference.low, difference.high
    beyond = low is None or high is None or not low <= 0.0 <= high
    return beyond and abs(difference.value) > DIFFERENCE_SOME


def missing_moved(then: float, n_then: float | None, now: float, n_now: float) -> bool:
    """Whether the share of missing values differs by more than the limit, and by more than chance.

    Parameters
    ----------
    then, now : float
        Shares.
    n_then : float or None
        Rows then; None where the share counts as known exactly.
    n_now : float
    """
    pooled = then if n_then is None else (then * n_then + now * n_now) / (n_then + n_now)
    both = 1.0 / n_now + (0.0 if n_then is None else 1.0 / n_then)
    by_chance = CHANCE_Z * float(np.sqrt(pooled * (1.0 - pooled) * both))
    return abs(now - then) > max(MISSING_SOME, by_chance)


def drift_verdict(psi: float, chance: float, *, other: bool) -> str:
    """Custom's two limits, but never below what chance alone gives at this size."""
    if psi > max(PSI_MUCH, chance):
        return "much drift"
    return "some drift" if other or psi > max(PSI_SOME, chance) else "steady"


def bin_shares(values: Floats, edges: Floats) -> list[float]:
    """Share of the values in each bin between and beyond the edges."""
    counts = np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)
    return [float(count) / len(values) for count in counts]
