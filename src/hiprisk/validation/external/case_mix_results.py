"""Case mix of two cohorts as a result, and in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.external.mean_difference import Separation
from hiprisk.wording.quantities import with_ci

# C statistics from which cohorts differ somewhat, and clearly; a shift worth a word.
SOMEWHAT, CLEARLY = 0.6, 0.75
MIN_SHIFT = 0.1
# What a comparison rests on where the cohort is at hand, not the sheet's statement of it.
COHORT_ITSELF = "the development cohort itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShift:
    """One column (a number, or the indicator of a level) in both cohorts.

    Attributes
    ----------
    difference : Estimate
        Standardised difference: of means, over the root of the mean of both variances, with
        Bonett's interval.
    """

    column: str
    label: str
    development_mean: float
    development_sd: float
    new_mean: float
    new_sd: float
    difference: Estimate
    development_missing: float
    new_missing: float

    @property
    def standardised_difference(self) -> float:
        """New minus development, in standard deviations."""
        return self.difference.value

    def to_dict(self) -> dict[str, float | str | None]:
        """Plain values for JSON."""
        return {
            "column": self.column,
            "development_mean": self.development_mean,
            "development_sd": self.development_sd,
            "new_mean": self.new_mean,
            "new_sd": self.new_sd,
            "standardised_difference": self.difference.value,
            "difference_low": self.difference.low,
            "difference_high": self.difference.high,
            "development_missing": self.development_missing,
            "new_missing": self.new_missing,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMix:
    """Case mix of a new cohort beside the development cohort.

    Like is compared with like: on both sides everybody under the model's strategy for hip
    replacement, whether the outcome is known or not; on the new side, who gets a prediction. The
    membership model alone needs the outcome, on both sides.

    Attributes
    ----------
    n_development : int or None
        People whom the development cohort's mean and covariance are from; None where the sheet
        does not say, and then they count as known exactly.
    n_new : int
    lp_mean_development, lp_sd_development : float
        Of the linear predictor, under the sheet's normal model or in the cohort that was given.
    lp_sd_ratio : float
        New over development: below 1 the new people are more alike, and discrimination is harder.
    separation : Separation
        Distance of the two mean vectors as it is and freed of chance, and the C statistic of
        telling the two cohorts apart by predictors, were both normal.
    membership : Estimate or None
        C statistic of a logistic membership model of predictors and outcome, cross-validated,
        where the development cohort was given.
    basis : str
        In words, what the development cohort is known from.
    """

    columns: tuple[ColumnShift, ...]
    n_development: int | None
    n_new: int
    lp_mean_development: float
    lp_sd_development: float
    lp_mean_new: float
    lp_sd_new: float
    lp_sd_ratio: float
    separation: Separation
    membership: Estimate | None
    basis: str

    @property
    def c_statistic(self) -> Estimate | None:
        """How well the cohorts are told apart: by the membership model, else as if normal."""
        return self.separation.c_statistic if self.membership is None else self.membership

    def estimates(self) -> tuple[Estimate, ...]:
        """Every estimate by a name of its own."""
        found = [
            self.separation.distance,
            self.separation.c_statistic,
            self.membership,
            Estimate(name="lp_sd_ratio", value=self.lp_sd_ratio),
            *(
                replace(shift.difference, name=f"standardised_difference_{shift.column}")
                for shift in self.columns
            ),
        ]
        return tuple(one for one in found if one is not None)

    def to_frame(self) -> pd.DataFrame:
        """One row a column."""
        return pd.DataFrame([shift.to_dict() for shift in self.columns])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        apart = self.separation
        return {
            "basis": self.basis,
            "n_development": self.n_development,
            "n_new": self.n_new,
            "columns": [shift.to_dict() for shift in self.columns],
            "lp_mean_development": self.lp_mean_development,
            "lp_sd_development": self.lp_sd_development,
            "lp_mean_new": self.lp_mean_new,
            "lp_sd_new": self.lp_sd_new,
            "lp_sd_ratio": self.lp_sd_ratio,
            "mahalanobis_apparent": apart.apparent,
            "mahalanobis": _plain(apart.distance),
            "normal_membership_c": _plain(apart.c_statistic),
            "membership_c": _plain(self.membership),
        }


def _plain(estimate: Estimate | None) -> dict[str, float | None] | None:
    return None if estimate is None else estimate.to_dict()


def reference_words(people: str | None, said: str) -> tuple[str, ...]:
    """Of an updated model, whose people its cohort is set beside: not those of the update.

    Parameters
    ----------
    people : str or None
        The version of whose development cohort they are; None where it is the model's own.
    said : str
        What is told against them, as the beginning of the sentence.
    """
    if people is None:
        return ()
    return (
        f"{said} told against the development cohort of {people}: an update keeps its ranges, "
        "means and distributions.",
    )


def shift_words(case_mix: CaseMix) -> tuple[str, ...]:
    """Case mix in plain sentences."""
    c = case_mix.c_statistic
    ratio = case_mix.lp_sd_ratio
    alike = "more homogeneous" if ratio < 1 else "more heterogeneous"
    spread = f"SD of their predictions {ratio:.2f} times that in development ({alike})."
    if c is None:
        few = f"Case mix: {case_mix.n_new} people are too few for this number of predictors."
        return few, spread
    moved = sorted(case_mix.columns, key=lambda s: -abs(s.standardised_difference))[:1]
    far = ""
    if moved and _beyond_chance(moved[0].difference):
        far = (
            f"; the largest shift is {moved[0].label} "
            f"({moved[0].standardised_difference:+.2f} standard deviations)"
        )
    return f"Case mix: {_how_alike(c)}; membership C statistic {with_ci(c)}{far}.", spread


def _how_alike(c: Estimate) -> str:
    """A verdict from the C statistic, and from its interval whether chance alone would do."""
    low, high = (c.value if end is None else end for end in (c.low, c.high))
    if c.value < SOMEWHAT or low <= 0.5:
        alike = "similar to the development cohort"
        if high >= CLEARLY:
            return f"{alike}, but inconclusive at this sample size: a clear difference is possible"
        if c.value >= SOMEWHAT:
            # The estimate says different, chance alone would do: neither is known.
            return (
                f"{alike}, but inconclusive at this sample size: a moderate difference is possible"
            )
        return f"{alike}, so this validation assesses reproducibility"
    if c.value < CLEARLY:
        return "somewhat different from the development cohort"
    return (
        "clearly different from the development cohort, so this validation assesses "
        "transportability"
    )


def _beyond_chance(difference: Estimate) -> bool:
    low, high = difference.low, difference.high
    if abs(difference.value) <= MIN_SHIFT:
        return False
    return low is None or high is None or not low <= 0.0 <= high
