"""What is expected of a cohort beside development and what was observed, as one result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.expected.compared_figures import ComparedFigure, compared_figures
from hiprisk.validation.expected.results import ExpectedPerformance
from hiprisk.validation.expected.sentences import expected_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedComparison:
    """What is expected of a cohort, beside development and, where known, what was observed.

    Attributes
    ----------
    expected : ExpectedPerformance
    figures : tuple of ComparedFigure
    first_visit : ExpectedPerformance or None
        Of everybody at the first visit, where `expected` is of some of them.
    """

    expected: ExpectedPerformance
    figures: tuple[ComparedFigure, ...]
    first_visit: ExpectedPerformance | None = None

    @classmethod
    def of(
        cls,
        expected: ExpectedPerformance,
        *,
        development: Mapping[str, float] | None = None,
        observed: Mapping[str, Estimate] | None = None,
        first_visit: ExpectedPerformance | None = None,
    ) -> ExpectedComparison:
        """Arguments as for `compared_figures`."""
        figures = compared_figures(
            expected, development=development, observed=observed, first_visit=first_visit
        )
        return cls(expected=expected, figures=figures, first_visit=first_visit)

    @property
    def has_development(self) -> bool:
        """Whether anything is known of what was expected in development."""
        return any(one.development is not None for one in self.figures)

    @property
    def has_observed(self) -> bool:
        """Whether any outcome was observed."""
        return any(one.observed is not None for one in self.figures)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is expected, what case mix does, and what is beyond it."""
        return tuple(expected_in_words(self.expected, self.figures, self.first_visit))

    def to_frame(self) -> pd.DataFrame:
        """One row a figure."""
        rows = []
        for one in self.figures:
            found = one.difference
            rows.append(
                {
                    "metric": one.name,
                    "expected_at_first_visit": one.first_visit.value if one.first_visit else None,
                    "expected_in_development": one.development,
                    **_ends("expected", one.expected),
                    "difference_by_case_mix": one.by_case_mix,
                    **_ends("observed", one.observed),
                    **_ends("observed_minus_expected", found),
                    "beyond_chance": one.beyond_chance,
                }
            )
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            **self.expected.to_dict(),
            "n_first_visit": (self.first_visit or self.expected).n,
            "compared": {one.name: one.to_dict() for one in self.figures},
            "sentences": list(self.sentences),
        }


def _ends(name: str, estimate: Estimate | None) -> dict[str, float | None]:
    if estimate is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
