"""What a study may say of a block: in words, from the interval of its gain."""

from __future__ import annotations

import math
from typing import Literal

from hiprisk.errors import InputError

Verdict = Literal["adds", "adds nothing worth having", "cannot tell at this n"]


def verdict(low: float, high: float, *, smallest_gain: float) -> Verdict:
    """Judge a gain by its interval against the smallest gain worth having.

    Parameters
    ----------
    low, high : float
        Ends of the interval of the gain, oriented so that a positive gain is a better model (for a
        measure of which less is better, the reduction).
    smallest_gain : float
        The smallest gain worth having, declared before anything was fitted; positive.

    Returns
    -------
    str
        ``adds`` where even the low end is worth having, ``adds nothing worth having`` where not
        even the high end is, ``cannot tell at this n`` otherwise. A gain that is exactly the
        smallest one is worth having.

    Raises
    ------
    InputError
        If an end is not a number, the ends do not ascend, or the smallest gain is not positive.

    Examples
    --------
    >>> verdict(0.012, 0.031, smallest_gain=0.01)
    'adds'
    >>> verdict(-0.004, 0.006, smallest_gain=0.01)
    'adds nothing worth having'
    >>> verdict(0.004, 0.018, smallest_gain=0.01)
    'cannot tell at this n'
    """
    if math.isnan(low) or math.isnan(high) or low > high:
        raise InputError(f"the ends of an interval must ascend, got {low:g} and {high:g}")
    if not smallest_gain > 0:
        raise InputError(f"the smallest gain worth having must be positive, got {smallest_gain:g}")
    if low >= smallest_gain:
        return "adds"
    if high < smallest_gain:
        return "adds nothing worth having"
    return "cannot tell at this n"
