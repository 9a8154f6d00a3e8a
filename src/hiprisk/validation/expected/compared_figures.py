"""Expected beside observed, and both beside development: case mix told apart from miscalibration.

References
----------
.. [1] Zou, Donner (2008). Stat Med 27(10), 1693-1702. doi:10.1002/sim.3095 (interval of a
       difference from the intervals of both).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.expected.results import ExpectedPerformance


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedFigure:
    """One figure: expected in development, expected here, observed here.

    Attributes
    ----------
    name : str
        That of an event ends in the event's.
    expected : Estimate
    development : float or None
        Expected of everybody at the first visit of the development cohort by the same sheet; None
        where not available.
    observed : Estimate or None
        Of the people of whom `expected` is.
    first_visit : Estimate or None
        Expected of everybody at the first visit here: as of development, so that case mix is
        told from people who were selected alike.
    """

    name: str
    expected: Estimate
    development: float | None = None
    observed: Estimate | None = None
    first_visit: Estimate | None = None

    @property
    def by_case_mix(self) -> float | None:
        """Expected of the first visit here less that of development: what who people are does."""
        if self.development is None or self.first_visit is None:
            return None
        return self.first_visit.value - self.development

    @property
    def difference(self) -> Estimate | None:
        """Observed less expected, with an interval where both have one."""
        if self.observed is None:
            return None
        return difference_of_estimates(self.observed, self.expected, name=self.name)

    @property
    def beyond_chance(self) -> bool | None:
        """Whether observed and expected differ by more than chance; None where not known."""
        found = self.difference
        if found is None or found.low is None or found.high is None:
            return None
        return not found.low <= 0.0 <= found.high

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        found = self.difference
        return {
            "expected": self.expected.to_dict(),
            "expected_at_first_visit": self.first_visit.value if self.first_visit else None,
            "expected_in_development": self.development,
            "difference_by_case_mix": self.by_case_mix,
            "observed": None if self.observed is None else self.observed.to_dict(),
            "observed_minus_expected": None if found is None else found.to_dict(),
            "beyond_chance": self.beyond_chance,
        }


def compared_figures(
    expected: ExpectedPerformance,
    *,
    development: Mapping[str, float] | None = None,
    observed: Mapping[str, Estimate] | None = None,
    first_visit: ExpectedPerformance | None = None,
) -> tuple[ComparedFigure, ...]:
    """Every expected figure beside what it is compared with.

    Parameters
    ----------
    expected : ExpectedPerformance
    development, observed : mapping of str, optional
        By the names of `ExpectedPerformance.named`.
    first_visit : ExpectedPerformance, optional
        Of everybody at the first visit, where `expected` is of some of them.
    """
    everybody = dict((first_visit or expected).named())
    return tuple(
        ComparedFigure(
            name=name,
            expected=one,
            development=None if development is None else development.get(name),
            observed=None if observed is None else observed.get(name),
            first_visit=everybody.get(name),
        )
        for name, one in expected.named()
    )


def difference_of_estimates(one: Estimate, other: Estimate, *, name: str) -> Estimate:
    """Difference of two independent estimates, its interval from both intervals [1]_."""
    value = one.value - other.value
    if None in (one.low, one.high):
        return Estimate(name=name, value=value)
    # Of an expected figure that counts as exact, the observed one's interval is moved.
    other_low = other.value if other.low is None else other.low
    other_high = other.value if other.high is None else other.high
    assert one.low is not None
    assert one.high is not None
    return Estimate(
        name=name,
        value=value,
        low=value - float(np.hypot(one.value - one.low, other_high - other.value)),
        high=value + float(np.hypot(one.high - one.value, other.value - other_low)),
    )
