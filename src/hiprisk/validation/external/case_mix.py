"""How a new cohort's people differ from those a model was developed on.

Of the development cohort a sheet keeps a mean and a covariance, so without the cohort itself its
people are taken to be normal with these; with it, membership is modelled outright. The distance
of two means from samples is never 0, so what chance alone gives is taken off.

References
----------
.. [1] Debray, Vergouwe, Koffijberg, Nieboer, Steyerberg, Moons (2015). J Clin Epidemiol 68(3),
       279-289. doi:10.1016/j.jclinepi.2014.06.018
.. [2] Austin (2009). Stat Med 28(25), 3083-3107. doi:10.1002/sim.3697
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.features.linear_parts import linear_parts
from hiprisk.features.normal_fit import fit_normal
from hiprisk.features.reference_population import reference_population
from hiprisk.learning.folds import grouped_folds
from hiprisk.learning.participants.people import numbered
from hiprisk.learning.unpenalised import fit_logistic
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.intervals.resampled import percentile_intervals
from hiprisk.metrics.registry import find_metric
from hiprisk.seeding import rng_for
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import Sheet
from hiprisk.validation.external.case_mix_results import COHORT_ITSELF, CaseMix, ColumnShift
from hiprisk.validation.external.cohort import ValidationCohort
from hiprisk.validation.external.mean_difference import (
    Moments,
    covariance_of_mean,
    separation,
    standardised_difference_estimate,
)
from hiprisk.wording.labels import column_label, sheet_labels

REFERENCE_SIZE = 10_000
FOLDS = 5
# So many sites say how far sites differ.
MIN_SITES = 5


def has_reference_population(sheet: Sheet) -> bool:
    """Whether a sheet says anything of the development cohort's means and covariance."""
    return sheet.max_imputed_weight > 0.0


@dataclass(frozen=True, slots=True)
class _Side:
    """One cohort's columns as far as they are known.

    `missing` has the columns without a value, of new sites too; `not_given` what was not given.
    """

    moments: Moments
    missing: Floats
    not_given: Floats
    lp_mean: float
    lp_sd: float
    n: int | None


def compare_case_mix(
    sheet: Sheet,
    people: ValidationCohort,
    *,
    development: ValidationCohort | None = None,
    seed: int = 0,
    n_resamples: int = 200,
) -> CaseMix:
    """Compare new people with the development cohort.

    Parameters
    ----------
    sheet : Sheet
    people : ValidationCohort
    development : ValidationCohort, optional
        The development cohort itself; without it the sheet's normal model stands for it.
    seed, n_resamples : int
        For the membership model's folds and interval.

    Raises
    ------
    InputError
        If the sheet knows nothing of its people and they are not given.
    """
    if development is None and not has_reference_population(sheet):
        raise InputError(
            "the sheet has no means and spreads of the development cohort",
            code="NO_CASE_MIX",
            advice="give the cohort with --development FILE",
        )
    # The normal model's spread has all of the missing values' part, so the new side has it too.
    new = _side_of(sheet, people.scored, with_missing_part=development is None)
    if development is None:
        old, basis = _stated_side(sheet), _stated_basis(sheet)
    else:
        old = _side_of(sheet, development.scored, with_missing_part=False)
        basis = COHORT_ITSELF
    known = new.missing < 1.0
    return CaseMix(
        columns=_shifts(sheet, old, new),
        n_development=old.n,
        n_new=int(new.n or 0),
        lp_mean_development=old.lp_mean,
        lp_sd_development=old.lp_sd,
        lp_mean_new=new.lp_mean,
        lp_sd_new=new.lp_sd,
        lp_sd_ratio=new.lp_sd / old.lp_sd if old.lp_sd > 0 else 1.0,
        separation=separation(old.moments.of(known), new.moments.of(known)),
        membership=None
        if development is None
        else membership_c(sheet, development, people, seed=seed, n_resamples=n_resamples),
        basis=basis,
    )


def _side_of(sheet: Sheet, frame: pd.DataFrame, *, with_missing_part: bool) -> _Side:
    """A cohort of whose people everything is at hand."""
    columns = _columns(sheet, frame)
    missing = np.isnan(columns).mean(axis=0)
    known = missing < 1.0
    # Moments from incomplete rows too: complete ones alone are a selection of people.
    fitted = fit_normal(_varying(columns[:, known]))
    width = columns.shape[1]
    mean, covariance = np.zeros(width), np.zeros((width, width))
    mean[known] = fitted.mean
    covariance[np.ix_(known, known)] = fitted.covariance
    evaluator = SheetEvaluator(sheet)
    lp, _ = linear_parts(evaluator, list(columns.T))
    variance = float(np.var(lp))
    if with_missing_part:
        prediction = evaluator.predict(cohort_columns(sheet.variables, frame).columns)
        variance += float(np.mean(prediction.imputation_variance))
    clusters, n_clusters = _clusters(frame)
    return _Side(
        Moments(
            mean=mean,
            covariance=covariance,
            known=np.maximum((~np.isnan(columns)).sum(axis=0), 1).astype(np.float64),
            of_mean=None if clusters is None else covariance_of_mean(columns, mean, clusters),
            n_clusters=n_clusters,
        ),
        missing,
        _not_given(sheet, frame, missing),
        float(np.mean(lp)),
        float(np.sqrt(variance)),
        len(frame),
    )


def _not_given(sheet: Sheet, frame: pd.DataFrame, missing: Floats) -> Floats:
    """Share of rows without a value: a site that the model does not know was given."""
    name = sheet.site_variable
    if name is None or name not in frame.columns:
        return missing
    own = float(frame[name].isna().mean())
    return np.array([own if c.variable == name else m
                     for c, m in zip(sheet.columns, missing, strict=True)])  # fmt: skip


def _clusters(frame: pd.DataFrame) -> tuple[Integers | None, int | None]:
    """What makes rows alike: their sites where there are several, else the person."""
    for column, fewest in (("site", MIN_SITES), ("person_id", 2)):
        if column in frame.columns:
            # Rows without a site are of one unknown site, rows without a person are people of their
            # own.
            labels = numbered(frame, column, shared=column == "site")
            n = len(np.unique(labels))
            if fewest <= n < len(frame):
                return labels, n
    return None, None


def _stated_side(sheet: Sheet) -> _Side:
    """The development cohort as its sheet has it."""
    missing = _stated_missing(sheet)
    n = sheet.missing.n_people
    lp = _normal_lp(sheet)
    return _Side(
        Moments(
            mean=np.array(sheet.missing.mean),
            covariance=np.array(sheet.missing.covariance),
            known=None if n is None else np.maximum(n * (1.0 - missing), 1.0),
        ),
        missing,
        missing,
        float(np.mean(lp)),
        float(np.std(lp)),
        n,
    )


def _stated_basis(sheet: Sheet) -> str:
    n = sheet.missing.n_people
    basis = (
        "the sheet's mean and covariance of the predictors, taken as normal, without the outcome"
    )
    if n is None:
        return f"{basis}; their sample size is not known, so they count as exact"
    return f"{basis}; estimated on {n} people"


def _columns(sheet: Sheet, frame: pd.DataFrame) -> Floats:
    columns = cohort_columns(sheet.variables, frame).columns
    return np.column_stack(SheetEvaluator(sheet).numeric_columns(columns, len(frame)))


def _varying(columns: Floats) -> Floats:
    """Columns with a hair's breadth of noise where they never vary, so that a covariance exists."""
    spread = np.nanstd(columns, axis=0)
    noise = rng_for(0, "constant columns").standard_normal(columns.shape) * 1e-6
    return np.where(spread > 0, columns, columns + noise)


def _normal_lp(sheet: Sheet) -> Floats:
    people = reference_population(sheet, n_people=REFERENCE_SIZE)
    return SheetEvaluator(sheet).linear_predictor(people, REFERENCE_SIZE)


def _stated_missing(sheet: Sheet) -> Floats:
    stated = {v.name: v.training.missing_share if v.training else 0.0 for v in sheet.variables}
    return np.array([stated[column.variable] for column in sheet.columns])


def _shifts(sheet: Sheet, old: _Side, new: _Side) -> tuple[ColumnShift, ...]:
    found, labels = [], sheet_labels(sheet)
    for place, column in enumerate(sheet.columns):
        if new.missing[place] == 1.0:
            continue
        part = float(new.moments.cluster_part()[place])
        then, now = (_moments_at(side, place, part) for side in (old, new))
        found.append(
            ColumnShift(
                column=column.name,
                label=column_label(column.name, labels),
                development_mean=then[0],
                development_sd=then[1],
                new_mean=now[0],
                new_sd=now[1],
                difference=standardised_difference_estimate(then, now),
                development_missing=float(old.not_given[place]),
                new_missing=float(new.not_given[place]),
            )
        )
    return tuple(found)


def _moments_at(side: _Side, place: int, part: float) -> tuple[float, float, float | None]:
    """Mean, standard deviation and number of people, as if each stood alone, of one column."""
    moments = side.moments
    known = None if moments.known is None else 1.0 / (1.0 / float(moments.known[place]) + part)
    sd = float(np.sqrt(moments.covariance[place, place]))
    return float(moments.mean[place]), sd, known


def membership_c(
    sheet: Sheet,
    development: ValidationCohort,
    people: ValidationCohort,
    *,
    seed: int,
    n_resamples: int,
) -> Estimate:
    """C statistic of a logistic model that tells new people from those of the development.

    Predictors (linear, what is missing filled by the sheet's normal model) and the outcome go
    into it; the risk of membership is cross-validated over persons.
    """
    design = np.vstack([_membership_design(sheet, side) for side in (development, people)])
    # A column of one value has no coefficient, and would only repeat the intercept.
    design = design[:, np.ptp(design, axis=0) > 0]
    member = np.r_[np.zeros(development.n), np.ones(people.n)]
    # The two files number their people apart: equal numbers are no equal people.
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
        metrics=[replace(find_metric("binary", "c_statistic"), name="membership_c")],
        groups=groups,
        n_resamples=n_resamples,
        seed=seed,
        name="membership",
    )
    return estimate


def _membership_design(sheet: Sheet, people: ValidationCohort) -> Floats:
    evaluator = SheetEvaluator(sheet)
    columns = cohort_columns(sheet.variables, people.frame).columns
    versions = evaluator.filled(evaluator.numeric_columns(columns, people.n))
    filled = [
        sum(version[place] for version in versions) / len(versions)
        for place in range(len(sheet.columns))
    ]
    return np.column_stack([*filled, people.observed])
