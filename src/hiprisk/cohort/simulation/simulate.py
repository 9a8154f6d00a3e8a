"""Simulated cohorts whose truth is known, for tests, experiments and the demo."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools, Floats, Integers, Texts
from hiprisk.cohort.simulation.presets import (
    DEFAULT_LBP_EFFECT,
    DIRECTIONS,
    INTER_RATER_SEM_DEG,
    INTRA_RATER_SEM_DEG,
    LBP_ROM_SHIFT_DEG,
    PRESETS,
    REPLACEMENT_HAZARD_RATIO,
    SCORE_AFTER_REPLACEMENT,
    Preset,
)
from hiprisk.errors import ConfigError
from hiprisk.seeding import rng_for

SIDES = ("right", "left")
# Correlation between the two hips of one person, beyond what function explains.
SIDE_R = 0.75
BOTH_HIPS_SHARE = 0.25
JOINT_ROM_R2 = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What only a simulation knows, aligned with the rows of the cohort.

    Attributes
    ----------
    conditional_mean : ndarray, shape (n_rows,)
        Expected follow-up function after floor and ceiling, given the true predictors, without
        hip replacement.
    linear_predictor : ndarray, shape (n_rows,)
        The same before floor and ceiling.
    residual_sd : float
    complete : DataFrame
        The cohort before any value went missing and before hip replacement.
    """

    conditional_mean: Floats
    linear_predictor: Floats
    residual_sd: float
    complete: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedCohort:
    """A cohort as a study would see it, and the truth behind it."""

    frame: pd.DataFrame
    truth: Truth

    @property
    def analysable(self) -> Bools:
        """Rows with a known outcome and no hip replacement."""
        known = self.frame["womac_function_followup_0_100"].notna().to_numpy()
        return np.asarray(
            known & (self.frame["hip_replacement_before_followup"] == "no").to_numpy()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedSites:
    """The sites of a simulated cohort.

    Attributes
    ----------
    number : int
        The first has twice as many people as the last.
    sd : float
        Of the points of function at follow-up that a site adds, before floor and ceiling: normal
        between sites.
    """

    number: int = 10
    sd: float = 0.0


TEN_ALIKE = SimulatedSites()


def simulate_cohort(
    preset: str,
    *,
    n: int | None = None,
    seed: int,
    lbp_effect: float = DEFAULT_LBP_EFFECT,
    knee_share: float = 0.0,
    missing: bool = True,
    n_analysable: int | None = None,
    grain: Literal["person", "hip"] = "person",
    sites: SimulatedSites = TEN_ALIKE,
) -> SimulatedCohort:
    """Simulate a cohort.

    Parameters
    ----------
    preset : str
        ``stupar`` or ``primary-care``; `hiprisk.cohort.simulation.presets` lists their parameters.
    n : int, optional
        People with hip osteoarthritis.
    seed : int
    lbp_effect : float
        Points of function at follow-up that low back pain adds, before floor and ceiling.
    knee_share : float
        Share of the cohort with knee osteoarthritis, in whom back pain has no effect.
    missing : bool
        Whether values go missing and people drop out.
    n_analysable : int, optional
        In place of `n`: as many people as it takes until so many have a known outcome and no hip
        replacement.
    grain : str
        ``person``, or ``hip`` for one row an affected hip.
    sites : SimulatedSites, optional

    Raises
    ------
    ConfigError
        If there is no such preset, or a number makes no sense.
    """
    if preset not in PRESETS:
        raise ConfigError(
            f"there is no preset '{preset}'", column="preset", advice=f"known: {', '.join(PRESETS)}"
        )
    if not 0.0 <= knee_share < 1.0:
        raise ConfigError(
            "the proportion with knee osteoarthritis must be in [0, 1)", column="knee_share"
        )
    if sites.number < 1 or not 0.0 <= sites.sd < np.inf:
        raise ConfigError(
            "sites are at least 1, and the standard deviation between them at least 0",
            column="sites",
        )
    parameters = PRESETS[preset]
    n_hip = n if n is not None else parameters.n
    if n_analysable is not None:
        n_hip = 3 * n_analysable + 50
    if n_hip < 1:
        raise ConfigError("at least one person is needed", column="n")
    n_knee = round(n_hip * knee_share / (1.0 - knee_share))
    rng = rng_for(seed, "simulate", preset)
    # A stream of their own: sites that are alike leave everything else as it is.
    effects = sites.sd * rng_for(seed, "simulate", "sites").standard_normal(sites.number)
    people = _People(parameters, n_hip, n_knee, lbp_effect, effects, rng)
    cohort = people.cohort(missing=missing, rng=rng)
    if n_analysable is not None:
        last = int(np.flatnonzero(np.cumsum(cohort.analysable) == n_analysable)[0])
        cohort = _take(cohort, np.arange(last + 1))
    return _one_row_a_hip(cohort) if grain == "hip" else cohort


def clipped_mean(mean: Floats, sd: float, low: float = 0.0, high: float = 100.0) -> Floats:
    """Mean of a normal variable that is clipped to a range."""
    a, b = (low - mean) / sd, (high - mean) / sd
    inside = normal_cdf(b) - normal_cdf(a)
    bent = sd * (_normal_density(a) - _normal_density(b))
    return low * normal_cdf(a) + high * (1.0 - normal_cdf(b)) + mean * inside + bent


_ERFC = np.frompyfunc(math.erfc, 1, 1)


def normal_cdf(z: Floats) -> Floats:
    """Distribution function of a standard normal variable."""
    return np.asarray(0.5 * _ERFC(-z / math.sqrt(2.0)), dtype=np.float64)


def _normal_density(z: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi))


class _People:
    """True values of a cohort's people."""

    def __init__(
        self,
        p: Preset,
        n_hip: int,
        n_knee: int,
        lbp_effect: float,
        site_effects: Floats,
        rng: np.random.Generator,
    ) -> None:
        n = n_hip + n_knee
        self.p, self.n = p, n
        self.knee_joint = np.arange(n) >= n_hip
        order = rng.permutation(n)
        self.knee_joint = self.knee_joint[order]
        self.age = _truncated_normal(p.age_years, p.age_range_years, n, rng)
        self.female = rng.random(n) < p.female_share
        self.bmi = np.clip(rng.normal(*p.bmi_kg_m2, n), 15.0, 60.0)
        self.lbp = rng.random(n) < p.lbp_share
        self.knee_oa = (rng.random(n) < p.knee_oa_share) | self.knee_joint
        self.comorbidity = rng.poisson(p.comorbidity_mean, n).astype(float)
        self.kl = rng.choice(5, n, p=p.kl_shares).astype(float)
        self.z = rng.standard_normal(n)
        self.function = _skewed(self.z, p.function)
        mixed = p.pain_function_r * self.z
        own = math.sqrt(1.0 - p.pain_function_r**2) * rng.standard_normal(n)
        self.pain = _skewed(mixed + own, p.function)
        effect = np.where(self.knee_joint, 0.0, lbp_effect)
        self.linear_predictor = (
            p.intercept
            + p.slope * self.function
            + effect * self.lbp
            + p.comorbidity_effect * self.comorbidity
            + p.knee_oa_effect * self.knee_oa
        )
        self.residual = p.residual_sd * rng.standard_normal(n)
        self.n_sites = len(site_effects)
        self.site = rng.choice(self.n_sites, n, p=_site_shares(self.n_sites))
        self.linear_predictor = self.linear_predictor + site_effects[self.site]

    def cohort(self, *, missing: bool, rng: np.random.Generator) -> SimulatedCohort:
        """The people as a study sees them."""
        complete = pd.DataFrame(
            {**self._who(rng), **self._back(rng), **self._motion(rng), **self._scores(rng)}
        )
        frame = complete.copy()
        self._replace_hips(frame, rng)
        if missing:
            _delete_values(frame, self.p, rng)
        truth = Truth(
            conditional_mean=clipped_mean(self.linear_predictor, self.p.residual_sd),
            linear_predictor=self.linear_predictor,
            residual_sd=self.p.residual_sd,
            complete=complete,
        )
        return SimulatedCohort(frame=frame, truth=truth)

    def _who(self, rng: np.random.Generator) -> dict[str, object]:
        n, p = self.n, self.p
        start = np.datetime64(p.first_day) + rng.integers(0, p.days_of_inclusion, n)
        months = rng.uniform(*p.followup_months, n)
        self.months = months
        end = start + np.round(months * 30.436875).astype(int)
        raters = self.site * 2 + rng.integers(0, 2, n)
        self.rater = raters
        self.both = rng.random(n) < BOTH_HIPS_SHARE
        one = np.where(rng.random(n) < 0.5, *SIDES)
        return {
            "person_id": [f"S{number:06d}" for number in range(1, n + 1)],
            "data_provenance": np.full(n, "simulated", dtype=object),
            "site": [f"site_{number + 1:02d}" for number in self.site],
            "baseline_date": start.astype(str),
            "followup_date": end.astype(str),
            "followup_months": np.round(months, 1),
            "joint": np.where(self.knee_joint, "knee", "hip"),
            "affected_hips": np.where(self.both, "both", one),
            "age_years": np.round(self.age, 1),
            "sex": np.where(self.female, "female", "male"),
            "bmi_kg_m2": np.round(self.bmi, 1),
            "education": rng.choice(["low", "medium", "high"], n, p=[0.40, 0.35, 0.25]),
            "comorbidity_count": self.comorbidity,
            "knee_oa": _yes_no(self.knee_oa),
            "kl_grade": self.kl,
            "depression": _yes_no(rng.random(n) < 0.12),
        }

    def _back(self, rng: np.random.Generator) -> dict[str, object]:
        n = self.n
        intensity = np.clip(np.round(rng.normal(5.0, 2.0, n)), 1.0, 10.0)
        disability = np.clip(rng.normal(25.0, 12.0, n) + 3.0 * (intensity - 5.0), 0.0, 100.0)
        months = np.clip(np.round(rng.lognormal(2.5, 1.2, n)), 1.0, 600.0)
        little = np.clip(rng.normal(3.0, 3.0, n), 0.0, 20.0)
        return {
            "lbp_any": _yes_no(self.lbp),
            "lbp_nrs_0_10": np.where(self.lbp, intensity, 0.0),
            "lbp_duration_months": np.where(self.lbp, months, 0.0),
            "odi_0_100": 2.0 * np.round(np.where(self.lbp, disability, little) / 2.0),
        }

    def _motion(self, rng: np.random.Generator) -> dict[str, object]:
        """Measured motion of both hips: the truth, a shift of the rater, and noise."""
        n, p = self.n, self.p
        r = p.rom_function_r
        # All directions share so much that together they explain a quarter of function.
        between = (6.0 * r * r / JOINT_ROM_R2 - 1.0) / 5.0
        shared_r = math.sqrt(max(between - r * r, 0.0) / (1.0 - r * r))
        shared = rng.standard_normal(n)
        rater_sd = math.sqrt(INTER_RATER_SEM_DEG**2 - INTRA_RATER_SEM_DEG**2)
        columns: dict[str, object] = {}
        for direction, mean, sd in zip(DIRECTIONS, p.rom_mean_deg, p.rom_sd_deg, strict=True):
            person = rng.standard_normal(n)
            shift = LBP_ROM_SHIFT_DEG.get(direction, 0.0) * (self.lbp - p.lbp_share)
            rater = rater_sd * rng.standard_normal(2 * self.n_sites)[self.rater]
            for side in SIDES:
                single = math.sqrt(SIDE_R) * person + math.sqrt(1 - SIDE_R) * rng.standard_normal(n)
                own = shared_r * shared + math.sqrt(1.0 - shared_r**2) * single
                true = mean + sd * (-r * self.z + math.sqrt(1.0 - r * r) * own) + shift
                noise = INTRA_RATER_SEM_DEG * rng.standard_normal(n)
                columns[f"hip_{direction}_{side}_deg"] = _in_range(direction, true + rater + noise)
        columns["rom_device"] = np.full(n, "goniometer", dtype=object)
        columns["rom_position"] = np.full(n, "supine", dtype=object)
        columns["rom_mode"] = np.full(n, "passive", dtype=object)
        columns["rater_id"] = [f"rater_{number + 1:02d}" for number in self.rater]
        return columns

    def _scores(self, rng: np.random.Generator) -> dict[str, object]:
        n = self.n
        followup = np.clip(self.linear_predictor + self.residual, 0.0, 100.0)
        halfway = 0.5 * (self.function + self.linear_predictor)
        interim = halfway + 0.5 * self.residual + 9.0 * rng.standard_normal(n)
        pain = 0.8 * followup + 0.2 * self.pain + 8.0 * rng.standard_normal(n)
        return {
            "womac_function_0_100": np.round(self.function, 1),
            "womac_pain_0_100": np.round(self.pain, 1),
            "womac_function_interim_0_100": np.round(np.clip(interim, 0.0, 100.0), 1),
            "hip_replacement_before_followup": np.full(n, "no", dtype=object),
            "womac_function_followup_0_100": np.round(followup, 1),
            "womac_pain_followup_0_100": np.round(np.clip(pain, 0.0, 100.0), 1),
        }

    def _replace_hips(self, frame: pd.DataFrame, rng: np.random.Generator) -> None:
        """Hip replacement before follow-up; the score afterwards is another outcome."""
        n, p = self.n, self.p
        relative = REPLACEMENT_HAZARD_RATIO ** (self.function - p.function[0])
        hazard = p.replacement_per_year * relative / relative.mean()
        chance = 1.0 - np.exp(-hazard * self.months / 12.0)
        replaced = (rng.random(n) < chance) & ~self.knee_joint
        after = np.clip(rng.normal(*SCORE_AFTER_REPLACEMENT, n), 0.0, 100.0)
        frame.loc[replaced, "hip_replacement_before_followup"] = "yes"
        frame.loc[replaced, "womac_function_followup_0_100"] = np.round(after[replaced], 1)
        frame.loc[replaced, "womac_pain_followup_0_100"] = np.round(after[replaced] * 0.9, 1)


# Share of each variable that goes missing; more often in the old. Hip motion is missing as a whole.
MISSING_SHARES = {
    ("bmi_kg_m2",): 0.05,
    ("education",): 0.03,
    ("comorbidity_count",): 0.03,
    ("kl_grade",): 0.12,
    ("depression",): 0.04,
    ("lbp_nrs_0_10",): 0.05,
    ("lbp_duration_months",): 0.08,
    ("odi_0_100",): 0.08,
    ("womac_function_0_100",): 0.04,
    ("womac_pain_0_100",): 0.04,
    ("womac_function_interim_0_100",): 0.12,
    tuple(f"hip_{d}_{side}_deg" for d in DIRECTIONS for side in SIDES): 0.08,
    tuple(f"hip_{d}_left_deg" for d in DIRECTIONS): 0.04,
}


def _delete_values(frame: pd.DataFrame, p: Preset, rng: np.random.Generator) -> None:
    """Set values missing, depending only on what stays observed."""
    n = len(frame)
    old = (frame["age_years"].to_numpy() - p.age_years[0]) / p.age_years[1]
    for names, share in MISSING_SHARES.items():
        lost = rng.random(n) < _tilted(share, 0.5 * old)
        for name in names:
            frame.loc[lost, name] = np.nan
    seen = frame["womac_function_0_100"].fillna(p.function[0]).to_numpy()
    worse = (seen - p.function[0]) / p.function[1]
    gone = rng.random(n) < _tilted(p.dropout, 0.4 * old + 0.3 * worse)
    for name in ("womac_function_followup_0_100", "womac_pain_followup_0_100"):
        frame.loc[gone, name] = np.nan
    frame.loc[gone & (rng.random(n) < 0.5), "womac_function_interim_0_100"] = np.nan


def _tilted(share: float, tilt: Floats) -> Floats:
    """Chances with a given mean that follow a tilt on the log-odds scale."""
    level = math.log(share / (1.0 - share))
    for _ in range(25):
        chance = 1.0 / (1.0 + np.exp(-(level + tilt)))
        level -= float((chance.mean() - share) / (chance * (1 - chance)).mean())
    return np.asarray(1.0 / (1.0 + np.exp(-(level + tilt))))


def _truncated_normal(
    moments: tuple[float, float], limits: tuple[float, float], n: int, rng: np.random.Generator
) -> Floats:
    values = rng.normal(*moments, n)
    outside = (values < limits[0]) | (values > limits[1])
    while outside.any():
        values[outside] = rng.normal(*moments, int(outside.sum()))
        outside = (values < limits[0]) | (values > limits[1])
    return values


def _skewed(z: Floats, moments: tuple[float, float]) -> Floats:
    """A right-skewed score with a floor at 0, given a standard normal number.

    A shifted lognormal: its skewness follows from where the shift lies.
    """
    mean, sd = moments
    shift = 1.2 * mean
    log_variance = math.log1p((sd / (mean + shift)) ** 2)
    log_mean = math.log(mean + shift) - log_variance / 2.0
    return np.clip(np.exp(log_mean + math.sqrt(log_variance) * z) - shift, 0.0, 100.0)


def _site_shares(n_sites: int) -> Floats:
    shares = np.linspace(2.0, 1.0, n_sites)
    return np.asarray(shares / shares.sum())


def _yes_no(values: Bools) -> Texts:
    return np.where(values, "yes", "no").astype(object)


_HARD_DEG = {
    "flexion": (0.0, 160.0),
    "extension": (-40.0, 50.0),
    "abduction": (-20.0, 90.0),
    "adduction": (-20.0, 60.0),
    "internal_rotation": (-30.0, 80.0),
    "external_rotation": (-30.0, 90.0),
}


def _in_range(direction: str, measured: Floats) -> Floats:
    return np.clip(np.round(measured), *_HARD_DEG[direction])


def _take(cohort: SimulatedCohort, rows: Integers) -> SimulatedCohort:
    truth = cohort.truth
    return SimulatedCohort(
        frame=cohort.frame.iloc[rows].reset_index(drop=True),
        truth=Truth(
            conditional_mean=truth.conditional_mean[rows],
            linear_predictor=truth.linear_predictor[rows],
            residual_sd=truth.residual_sd,
            complete=truth.complete.iloc[rows].reset_index(drop=True),
        ),
    )


def _one_row_a_hip(cohort: SimulatedCohort) -> SimulatedCohort:
    """Repeat people with two affected hips, and keep the motion of the row's own side."""
    affected = cohort.frame["affected_hips"]
    rows = np.concatenate([np.flatnonzero(affected.isin([side, "both"])) for side in SIDES])
    sides = np.repeat(SIDES, [int(affected.isin([side, "both"]).sum()) for side in SIDES])
    order = np.lexsort((sides, rows))
    rows, sides = rows[order], sides[order]
    taken = _take(cohort, rows)

    def own_side(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.copy()
        frame.insert(1, "hip_side", sides)
        for direction in DIRECTIONS:
            right = frame.pop(f"hip_{direction}_right_deg")
            left = frame.pop(f"hip_{direction}_left_deg")
            frame[f"hip_{direction}_deg"] = np.where(sides == "right", right, left)
        return frame

    truth = taken.truth
    return SimulatedCohort(
        frame=own_side(taken.frame),
        truth=Truth(
            conditional_mean=truth.conditional_mean,
            linear_predictor=truth.linear_predictor,
            residual_sd=truth.residual_sd,
            complete=own_side(truth.complete),
        ),
    )
