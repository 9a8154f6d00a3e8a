"""Thresholds on the numbers as given, for trees that round or scale them before comparing.

A sheet compares doubles: a value goes left where it is at most the threshold. A library may
scale a value, round it to float32 and ask for less in place of at most. Each of these steps keeps
the order of values, so that there is one last double that goes left; with that as its threshold
the sheet takes the same way for every double.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.learning.foreign.scaling import UNSCALED, Scaling

LARGEST = float(np.finfo(np.float64).max)
_SIGN = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Reading:
    """What a library does to a value before and when it compares it with a threshold.

    Attributes
    ----------
    scaling : Scaling
        Steps of a pipeline before the trees.
    float32 : bool
        Values are rounded to float32.
    strict : bool
        A value goes left where it is less than the threshold, not also where it equals it.
    zero_within : float
        Values of at most this size count as 0.
    """

    scaling: Scaling = UNSCALED
    float32: bool = False
    strict: bool = False
    zero_within: float = 0.0

    def last_left(self, feature: Integers, threshold: Floats) -> Floats:
        """Largest double that goes left of each threshold; finite.

        Parameters
        ----------
        feature : ndarray of int, shape (n_splits,)
            Input that each threshold is compared with.
        threshold : ndarray, shape (n_splits,)
            Infinite where every number goes left (a split between missing and known values).
        """
        if self == Reading():
            return np.clip(threshold, -LARGEST, LARGEST)

        def goes_left(values: Floats) -> Bools:
            read = self.scaling.apply(values, feature)
            if self.float32:
                # Beyond float32 a value becomes infinite, as it does in the library.
                read = read.astype(np.float32)
            if self.zero_within:
                read = np.where(np.abs(read) <= self.zero_within, 0.0, read)
            return np.asarray(read < threshold if self.strict else read <= threshold)

        with np.errstate(over="ignore", invalid="ignore"):
            return _last_true(goes_left, len(threshold))


def _last_true(holds: Callable[[Floats], Bools], n: int) -> Floats:
    """Last double, elementwise, at which a condition holds that holds up to some value."""
    low = np.full(n, _rank(np.array([-LARGEST]))[0])
    high = np.full(n, _rank(np.array([LARGEST]))[0])
    everywhere = holds(_double(high))
    for _ in range(64):
        # The mean, without a sum that would overflow.
        middle = (low >> 1) + (high >> 1) + (low & high & 1)
        left = holds(_double(middle))
        low, high = np.where(left, middle, low), np.where(left, high, middle)
    return np.where(everywhere, LARGEST, _double(low))


def _rank(values: Floats) -> NDArray[np.int64]:
    """Place of each double among all doubles, ascending; both zeros have the same."""
    bits = values.view(np.int64)
    return np.where(bits < 0, _SIGN - bits, bits)


def _double(rank: NDArray[np.int64]) -> Floats:
    return np.where(rank < 0, _SIGN - rank, rank).view(np.float64)
