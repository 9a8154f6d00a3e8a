"""A sheet that is given the sites of an update by name, as a variable with shrunken intercepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.config.sites import SITE
from hiprisk.learning.sites.unknown_site import exact_factor, unknown_site_moments
from hiprisk.seeding import rng_for
from hiprisk.sheet.conditional_normal import NormalModel
from hiprisk.sheet.format import (
    Column,
    LinearModel,
    MissingModel,
    Sheet,
    SiteEffects,
    Term,
    TrainingSummary,
    VariableSpec,
)
from hiprisk.validation.updating.by_site import SiteIntercepts


def with_named_sites(
    sheet: Sheet, names: Sequence[str], sites: SiteIntercepts, *, seed: int
) -> Sheet:
    """The sheet with its sites by name; its intercept becomes that of the first.

    Parameters
    ----------
    sheet : Sheet
        Of a linear model, recalibrated to the mean site.
    names : sequence of str
        In the order of the sites' numbers.
    sites : SiteIntercepts
    seed : int
        Of the numbers with which an unknown site is drawn.
    """
    model = sheet.model
    assert isinstance(model, LinearModel)
    first, *others = map(float, sites.deviations)
    columns = tuple(Column(name=f"{SITE}={name}", variable=SITE, level=name) for name in names[1:])
    terms = tuple(
        Term(column=column.name, basis="linear", coefficients=(other - first,))
        for column, other in zip(columns, others, strict=True)
    )
    spec = VariableSpec(
        name=SITE, label="site or provider", unit="", kind="category", levels=tuple(names)
    )
    visit = sheet.first_visit
    if visit is not None:
        # Of which of these sites the development cohort was is not known: of none.
        nobody = TrainingSummary(missing_share=1.0, n_known=0)
        visit = replace(
            visit,
            variables=(*visit.variables, nobody),
            means=(*visit.means, None),
            sds=(*visit.sds, None),
        )
    return replace(
        sheet,
        variables=(*sheet.variables, spec),
        columns=(*sheet.columns, *columns),
        missing=_missing(sheet.missing, sites, seed=seed),
        # Refits are found anew, with intercepts of sites of their own.
        model=replace(
            model,
            intercept=model.intercept + first,
            terms=(*model.terms, *terms),
            refits=None,
            covariance=None,
        ),
        sites=SiteEffects(variance=sites.variance, n_sites=len(names), variable=SITE),
        first_visit=visit,
    )


def named_coefficients(coefficients: Floats, sites: SiteIntercepts) -> Floats:
    """Coefficients of the mean site (intercept first) with those of named sites at their end."""
    first = float(sites.deviations[0])
    new = np.concatenate([coefficients, sites.deviations[1:] - first])
    new[0] += first
    return new


def _missing(missing: MissingModel, sites: SiteIntercepts, *, seed: int) -> MissingModel:
    differences = sites.deviations - sites.deviations[0]
    mean, own = unknown_site_moments(
        differences, mean_site=-float(sites.deviations[0]), variance=sites.variance
    )
    draws = _with_more_draws(np.array(missing.draws), len(mean), seed)
    own = own * exact_factor(NormalModel.from_covariance(mean, own), differences[1:], draws)
    width, n_columns = len(missing.mean), len(mean)
    covariance = np.zeros((width + n_columns, width + n_columns))
    covariance[:width, :width] = missing.covariance
    covariance[width:, width:] = own
    return replace(
        missing,
        mean=(*missing.mean, *map(float, mean)),
        covariance=tuple(tuple(map(float, row)) for row in covariance),
        draws=tuple(tuple(map(float, row)) for row in draws),
    )


def _with_more_draws(draws: Floats, n_more: int, seed: int) -> Floats:
    """Standard normal columns beside the others, uncorrelated with them if possible."""
    n_draws = len(draws)
    more = rng_for(seed, "update", "site-draws").standard_normal((n_draws, n_more))
    there = np.column_stack([np.ones(n_draws), draws])
    if there.shape[1] + n_more <= n_draws:
        whole = np.linalg.qr(np.column_stack([there, more]))[0]
        more = whole[:, there.shape[1] :]
    more = more - more.mean(axis=0)
    return np.column_stack([draws, more / more.std(axis=0, ddof=1)])
