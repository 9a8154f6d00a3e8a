"""How a new cohort's people differ from those a model was developed on.

Of the development cohort a sheet keeps a mean and a covariance, so without the cohort itself its
people are taken to be normal with these; with it, membership is modelled outright.

References
----------
.. [1] Debray, Vergouwe, Koffijberg, Nieboer, Steyerberg, Moons (2015). J Clin Epidemiol 68(3),
       279-289. doi:10.1016/j.jclinepi.2014.06.018
.. [2] Austin (2009). Stat Med 28(25), 3083-3107. doi:10.1002/sim.3697
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from hiprisk.errors import InputError
from hiprisk.features.imputation import fit_normal
from hiprisk.features.normal_people import normal_people
from hiprisk.learning.export import sheet_columns
from hiprisk.learning.folds import grouped_folds
from hiprisk.learning.unpenalised import fit_logistic
from hiprisk.metrics.discrimination import c_statistic
from hiprisk.metrics.estimate import Estimate
from hiprisk.seeding import rng_for
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import Sheet
from hiprisk.validation.intervals import percentile_intervals
from hiprisk.validation.newpeople import NewPeople

Floats = NDArray[np.float64]

NORMAL_PEOPLE = 10_000
FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShift:
    """One column (a number, or the indicator of a level) in both cohorts.

    Attributes
    ----------
    standardised_difference : float
        Difference of means over the root of the mean of both variances.
    """

    column: str
    development_mean: float
    development_sd: float
    new_mean: float
    new_sd: float
    standardised_difference: float
    development_missing: float
    new_missing: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMix:
    """Case mix of a new cohort beside the development cohort.

    Attributes
    ----------
    lp_mean_development, lp_sd_development : float
        Of the linear predictor, under the sheet's normal model or in the cohort that was given.
    lp_sd_ratio : float
        New over development: below 1 the new people are more alike, and discrimination is harder.
    mahalanobis : float
        Distance of the two mean vectors in the pooled covariance.
    normal_membership_c : float
        C statistic of telling the two cohorts apart by predictors, were both normal with the
        pooled covariance: the normal distribution's value at the distance over root two.
    membership : Estimate or None
        C statistic of a logistic membership model of predictors and outcome, cross-validated,
        where the development cohort was given.
    basis : str
        In words, what the development cohort is known from.
    """

    columns: tuple[ColumnShift, ...]
    lp_mean_development: float
    lp_sd_development: float
    lp_mean_new: float
    lp_sd_new: float
    lp_sd_ratio: float
    mahalanobis: float
    normal_membership_c: float
    membership: Estimate | None
    basis: str

    def to_frame(self) -> pd.DataFrame:
        """One row a column."""
        return pd.DataFrame([_as_dict(shift) for shift in self.columns])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "basis": self.basis,
            "columns": [_as_dict(shift) for shift in self.columns],
            "lp_mean_development": self.lp_mean_development,
            "lp_sd_development": self.lp_sd_development,
            "lp_mean_new": self.lp_mean_new,
            "lp_sd_new": self.lp_sd_new,
            "lp_sd_ratio": self.lp_sd_ratio,
            "mahalanobis": self.mahalanobis,
            "normal_membership_c": self.normal_membership_c,
            "membership_c": None if self.membership is None else self.membership.to_dict(),
        }


def _as_dict(shift: ColumnShift) -> dict[str, Any]:
    return {name: getattr(shift, name) for name in ColumnShift.__slots__}


def standardised_difference(mean_1: float, sd_1: float, mean_2: float, sd_2: float) -> float:
    """Difference of two means, second minus first, over the root of the mean variance.

    Examples
    --------
    >>> standardised_difference(50.0, 10.0, 55.0, 10.0)
    0.5
    """
    spread = float(np.sqrt((sd_1 * sd_1 + sd_2 * sd_2) / 2.0))
    return 0.0 if spread == 0.0 else (mean_2 - mean_1) / spread


def knows_its_people(sheet: Sheet) -> bool:
    """Whether a sheet says anything of the development cohort's means and covariance."""
    return sheet.max_imputed_weight > 0.0


def compare_case_mix(
    sheet: Sheet,
    people: NewPeople,
    *,
    development: NewPeople | None = None,
    seed: int = 0,
    n_resamples: int = 200,
) -> CaseMix:
    """Compare new people with the development cohort.

    Parameters
    ----------
    sheet : Sheet
    people : NewPeople
    development : NewPeople, optional
        The development cohort itself; without it the sheet's normal model stands for it.
    seed, n_resamples : int
        For the membership model's folds and interval.

    Raises
    ------
    InputError
        If the sheet knows nothing of its people and they are not given.
    """
    if development is None and not knows_its_people(sheet):
        raise InputError(
            "the sheet has no means and spreads of the development cohort",
            code="NO_CASE_MIX",
            advice="give the cohort with --development FILE",
        )
    new = _columns(sheet, people.frame)
    if development is None:
        mean, covariance = np.array(sheet.missing.mean), np.array(sheet.missing.covariance)
        lp = _normal_lp(sheet)
        missing = _stated_missing(sheet)
        basis = "the sheet's mean and covariance of the predictors, taken as normal; the outcome "
        basis += "is not among them"
    else:
        old = _columns(sheet, development.frame)
        fit = fit_normal(_varying(old))
        mean, covariance = fit.mean, fit.covariance
        lp = development.lp
        missing = np.isnan(old).mean(axis=0)
        basis = "the development cohort itself"
    known = ~np.isnan(new).all(axis=0)
    fitted = fit_normal(_varying(new[:, known]))
    distance = _mahalanobis(mean[known], covariance[np.ix_(known, known)], fitted)
    lp_sd, new_sd = float(np.std(lp)), float(np.std(people.lp))
    return CaseMix(
        columns=_shifts(sheet, mean, covariance, missing, new),
        lp_mean_development=float(np.mean(lp)),
        lp_sd_development=lp_sd,
        lp_mean_new=float(np.mean(people.lp)),
        lp_sd_new=new_sd,
        lp_sd_ratio=new_sd / lp_sd if lp_sd > 0 else 1.0,
        mahalanobis=distance,
        normal_membership_c=float(norm.cdf(distance / np.sqrt(2.0))),
        membership=None
        if development is None
        else membership_c(sheet, development, people, seed=seed, n_resamples=n_resamples),
        basis=basis,
    )


def _columns(sheet: Sheet, frame: pd.DataFrame) -> Floats:
    columns = sheet_columns(sheet.variables, frame)
    return np.column_stack(SheetEvaluator(sheet).numeric_columns(columns, len(frame)))


def _varying(columns: Floats) -> Floats:
    """Columns with a hair's breadth of noise where they never vary, so that a covariance exists."""
    spread = np.nanstd(columns, axis=0)
    noise = rng_for(0, "constant columns").standard_normal(columns.shape) * 1e-6
    return np.where(spread > 0, columns, columns + noise)


def _normal_lp(sheet: Sheet) -> Floats:
    people = normal_people(sheet, n_people=NORMAL_PEOPLE)
    return SheetEvaluator(sheet).linear_predictor(people, NORMAL_PEOPLE)


def _stated_missing(sheet: Sheet) -> Floats:
    stated = {v.name: v.training.missing_share if v.training else 0.0 for v in sheet.variables}
    return np.array([stated[column.variable] for column in sheet.columns])


def _mahalanobis(mean: Floats, covariance: Floats, new: Any) -> float:
    difference = new.mean - mean
    pooled = (covariance + new.covariance) / 2.0
    return float(np.sqrt(difference @ np.linalg.pinv(pooled, hermitian=True) @ difference))


def _shifts(
    sheet: Sheet, mean: Floats, covariance: Floats, missing: Floats, new: Floats
) -> tuple[ColumnShift, ...]:
    found = []
    for place, column in enumerate(sheet.columns):
        known = new[~np.isnan(new[:, place]), place]
        if not len(known):
            continue
        sd = float(np.sqrt(covariance[place, place]))
        new_mean, new_sd = float(known.mean()), float(known.std())
        found.append(
            ColumnShift(
                column=column.name,
                development_mean=float(mean[place]),
                development_sd=sd,
                new_mean=new_mean,
                new_sd=new_sd,
                standardised_difference=standardised_difference(
                    float(mean[place]), sd, new_mean, new_sd
                ),
                development_missing=float(missing[place]),
                new_missing=1.0 - len(known) / len(new),
            )
        )
    return tuple(found)


def membership_c(
    sheet: Sheet, development: NewPeople, people: NewPeople, *, seed: int, n_resamples: int
) -> Estimate:
    """C statistic of a logistic model that tells new people from those of the development.

    Predictors (linear, what is missing filled by the sheet's normal model) and the outcome go
    into it; the risk of membership is cross-validated over persons.
    """
    design = np.vstack([_membership_design(sheet, side) for side in (development, people)])
    design = design[:, np.ptp(design, axis=0) > 0]
    member = np.r_[np.zeros(development.n), np.ones(people.n)]
    groups = np.r_[development.groups, people.groups + development.groups.max() + 1]
    folds = grouped_folds(groups, n_folds=FOLDS, rng=rng_for(seed, "membership"))
    risk = np.empty(len(member))
    for left_out in folds:
        learn = np.setdiff1d(np.arange(len(member)), left_out)
        fit = fit_logistic(design[learn], member[learn])
        lp = fit.coefficients[0] + design[left_out] @ fit.coefficients[1:]
        risk[left_out] = 1.0 / (1.0 + np.exp(-np.clip(lp, -500, 500)))
    (estimate,) = percentile_intervals(
        member,
        risk,
        metrics={"membership_c": c_statistic},
        groups=groups,
        n_resamples=n_resamples,
        seed=seed,
        name="membership",
    )
    return estimate


def _membership_design(sheet: Sheet, people: NewPeople) -> Floats:
    evaluator = SheetEvaluator(sheet)
    columns = sheet_columns(sheet.variables, people.frame)
    versions = evaluator.filled(evaluator.numeric_columns(columns, people.n))
    filled = [
        sum(version[place] for version in versions) / len(versions)
        for place in range(len(sheet.columns))
    ]
    return np.column_stack([*filled, people.observed])


def shift_words(case_mix: CaseMix) -> tuple[str, ...]:
    """Case mix in plain sentences."""
    c = case_mix.normal_membership_c
    if case_mix.membership is not None:
        c = case_mix.membership.value
    if c < 0.6:
        first = (
            "the new people are much like those the model was developed on, so this shows "
            "whether the model can be reproduced"
        )
    elif c < 0.75:
        first = "the new people differ somewhat from those the model was developed on"
    else:
        first = (
            "the new people differ clearly from those the model was developed on, so this "
            "shows whether the model carries over to others"
        )
    ratio = case_mix.lp_sd_ratio
    alike = "more alike" if ratio < 1 else "more varied"
    moved = sorted(case_mix.columns, key=lambda s: -abs(s.standardised_difference))[:1]
    far = ""
    if moved and abs(moved[0].standardised_difference) > 0.1:
        far = (
            f"; the largest shift is {moved[0].column} "
            f"({moved[0].standardised_difference:+.2f} standard deviations)"
        )
    return (
        f"Case mix: {first} (membership C {c:.2f}{far}).",
        f"Their predictions spread {ratio:.2f} times as widely ({alike}).",
    )
