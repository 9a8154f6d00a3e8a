"""What simulated cohorts are made of: two presets, each a set of numbers with their origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

DIRECTIONS = (
    "flexion",
    "extension",
    "abduction",
    "adduction",
    "internal_rotation",
    "external_rotation",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """The truth of a simulated cohort.

    All numbers are modelling choices, guided by what cohorts of such people have published; none
    is evidence. Scores run from 0 to 100 and higher is worse.

    Attributes
    ----------
    n : int
        People with hip osteoarthritis, where no other number is asked for.
    age_years, bmi_kg_m2 : tuple of float
        Mean and standard deviation before truncation.
    age_range_years : tuple of float
    lbp_share, female_share, knee_oa_share : float
    kl_shares : tuple of float
        Shares of Kellgren-Lawrence grades 0 to 4.
    comorbidity_mean : float
        Mean of a Poisson number.
    function : tuple of float
        Mean and standard deviation of the baseline function score.
    pain_function_r : float
        Correlation of baseline pain and function.
    slope : float
        Points at follow-up for a point at baseline.
    residual_sd : float
        Spread of the follow-up score about its mean, before floor and ceiling.
    comorbidity_effect, knee_oa_effect : float
        Points a condition, points with knee osteoarthritis.
    rom_function_r : float
        Correlation of each direction of hip motion with baseline function, sign reversed.
    rom_mean_deg, rom_sd_deg : tuple of float
        True motion of an affected hip, in the order of `DIRECTIONS`.
    replacement_per_year : float
        Mean yearly rate of hip replacement; 1.07 times as high a point of function.
    dropout : float
        Share lost to follow-up.
    """

    n: int
    first_day: str
    days_of_inclusion: int
    followup_months: tuple[float, float]
    age_years: tuple[float, float]
    age_range_years: tuple[float, float]
    bmi_kg_m2: tuple[float, float]
    female_share: float
    lbp_share: float
    knee_oa_share: float
    kl_shares: tuple[float, ...]
    comorbidity_mean: float
    function: tuple[float, float]
    pain_function_r: float
    slope: float
    residual_sd: float
    comorbidity_effect: float
    knee_oa_effect: float
    rom_function_r: float
    rom_mean_deg: tuple[float, ...]
    rom_sd_deg: tuple[float, ...]
    replacement_per_year: float
    dropout: float

    @property
    def intercept(self) -> float:
        """Chosen so that, at the default effect, the mean score is the same at both visits."""
        pulled = (
            DEFAULT_LBP_EFFECT * self.lbp_share
            + self.comorbidity_effect * self.comorbidity_mean
            + self.knee_oa_effect * self.knee_oa_share
        )
        return self.function[0] * (1.0 - self.slope) - pulled


DEFAULT_LBP_EFFECT = 5.0
# Degrees that back pain takes off internal rotation and extension.
LBP_ROM_SHIFT_DEG = {"internal_rotation": -2.0, "extension": -4.0}
INTRA_RATER_SEM_DEG = 4.0
INTER_RATER_SEM_DEG = 7.0
REPLACEMENT_HAZARD_RATIO = 1.07
SCORE_AFTER_REPLACEMENT = (15.0, 12.0)

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "stupar": Preset(
            n=983,
            first_day="1996-01-01",
            days_of_inclusion=3 * 365,
            followup_months=(30.0, 42.0),
            age_years=(68.0, 8.0),
            age_range_years=(55.0, 90.0),
            bmi_kg_m2=(28.0, 5.0),
            female_share=0.65,
            lbp_share=0.58,
            knee_oa_share=0.40,
            kl_shares=(0.10, 0.20, 0.30, 0.25, 0.15),
            comorbidity_mean=1.5,
            function=(40.0, 19.0),
            pain_function_r=0.80,
            slope=0.60,
            residual_sd=16.6,
            comorbidity_effect=2.5,
            knee_oa_effect=5.0,
            rom_function_r=0.40,
            rom_mean_deg=(105.0, 9.0, 29.0, 18.0, 19.0, 26.0),
            rom_sd_deg=(16.0, 9.0, 10.0, 7.0, 11.0, 10.0),
            replacement_per_year=0.08,
            dropout=0.20,
        ),
        "primary-care": Preset(
            n=600,
            first_day="2002-10-01",
            days_of_inclusion=3 * 365,
            followup_months=(57.0, 63.0),
            age_years=(56.0, 5.0),
            age_range_years=(45.0, 65.0),
            bmi_kg_m2=(26.0, 4.0),
            female_share=0.80,
            lbp_share=0.50,
            knee_oa_share=0.50,
            kl_shares=(0.50, 0.31, 0.13, 0.05, 0.01),
            comorbidity_mean=0.8,
            function=(25.0, 18.0),
            pain_function_r=0.80,
            slope=0.60,
            residual_sd=15.0,
            comorbidity_effect=2.5,
            knee_oa_effect=5.0,
            rom_function_r=0.35,
            rom_mean_deg=(115.0, 15.0, 36.0, 22.0, 27.0, 30.0),
            rom_sd_deg=(12.0, 7.0, 10.0, 7.0, 9.0, 9.0),
            replacement_per_year=0.02,
            dropout=0.14,
        ),
    }
)
