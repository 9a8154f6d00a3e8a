"""Smallest sizes at which a condition holds, and the precision that a size gives."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.stats import chi2, norm, t

from hiprisk.errors import ConfigError

MAX_PEOPLE = 100_000_000
Z = float(norm.ppf(0.975))


def tidy(n: float) -> float:
    """Without the last digits' noise, which would round a whole number up."""
    return round(n, 9)


def smallest(holds: Callable[[int], bool], least: int) -> int:
    """Smallest number from which on a condition holds, found by doubling and halving."""
    if holds(least):
        return least
    low, high = least, 2 * least
    while not holds(high):
        low, high = high, 2 * high
        if high > MAX_PEOPLE:
            raise ConfigError(
                f"more than {MAX_PEOPLE:,} people would be needed",
                advice="expect more of the model, or ask for less precision",
            )
    while high - low > 1:
        middle = (low + high) // 2
        # Always `holds(high)` and not `holds(low)`; so the last high is the smallest that holds.
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def where_least(function: Callable[[int], float], low: int, high: int) -> int:
    """Whole number at which a function that first falls and then rises is least."""
    while high - low > 2:
        third = (high - low) // 3
        left, right = low + third, high - third
        low, high = (low, right) if function(left) < function(right) else (left, high)
    # Thirds of three or fewer numbers no longer shrink: these are looked at one by one.
    return min(range(low, high + 1), key=function)


def spread_error(freedom: int) -> float:
    """Largest relative error of a standard deviation at the ends of its 95 % interval."""
    low, high = chi2.ppf((0.025, 0.975), freedom)
    return float(math.sqrt(max(high / freedom, freedom / low)) - 1.0)


def mean_error(n: int, p: int, residual_variance: float) -> float:
    """Half-width of the 95 % interval of the mean, in units of the outcome.

    The variance stands under the root, as in the paper.
    """
    return float(t.ppf(0.975, n - p - 1)) * math.sqrt(residual_variance / n)
