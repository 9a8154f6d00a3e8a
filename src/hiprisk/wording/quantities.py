"""Numbers and estimates as a reader likes them."""

from __future__ import annotations

from hiprisk.evidence.document import Evidence
from hiprisk.metrics.estimate import Estimate

NONE = "-"


def number(value: float | None, digits: int = 3) -> str:
    """A number with so many digits after the point; a dash where there is none."""
    return NONE if value is None else f"{value:z.{digits}f}"


def percent(share: float | None, digits: int = 1) -> str:
    """A share in per cent."""
    return NONE if share is None else f"{100.0 * share:.{digits}f} %"


def share_with_interval(estimate: Estimate, digits: int = 1) -> str:
    """A share in per cent with its interval, in one cell."""
    if estimate.low is None or estimate.high is None:
        return percent(estimate.value, digits)
    low, high = 100.0 * estimate.low, 100.0 * estimate.high
    return f"{percent(estimate.value, digits)} ({low:z.{digits}f} to {high:z.{digits}f})"


def interval(low: float | None, high: float | None, digits: int = 3) -> str:
    """Low to high; a dash where an end is missing."""
    if low is None or high is None:
        return NONE
    return f"{low:z.{digits}f} to {high:z.{digits}f}"


def with_interval(estimate: Estimate, digits: int = 3) -> str:
    """Value and interval in one cell."""
    if estimate.low is None or estimate.high is None:
        return number(estimate.value, digits)
    return f"{number(estimate.value, digits)} ({interval(estimate.low, estimate.high, digits)})"


def rows_or_people(evidence: Evidence) -> str:
    """What a count of rows counts: people only where each has one."""
    return "people" if evidence.n_people == evidence.n_analysed else "rows"


def counted(n: int | None, of: int | None = None) -> str:
    """A count, with its share where the whole is given; suppressed counts say so."""
    if n is None:
        return "too few to show"
    return f"{n}" if not of else f"{n} ({100.0 * n / of:.1f} %)"
