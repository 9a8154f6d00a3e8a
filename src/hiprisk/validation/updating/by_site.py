"""Recalibration by site: each site's intercept, shrunken to that of all by as much as it is noise.

Empirical Bayes with the variance between sites estimated by restricted maximum likelihood (a
continuous outcome) or Laplace's approximation (a binary one). The slope, where it is updated, is
common to the sites: few sites have the people to tell one of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import ConfigError
from hiprisk.learning.sites.fitting import variance_lacking
from hiprisk.learning.sites.grouping import RandomInterceptFit
from hiprisk.learning.sites.linear_mixed import fit_linear_mixed
from hiprisk.learning.sites.logistic_mixed import fit_logistic_mixed
from hiprisk.metrics.calibration import intercept_beside
from hiprisk.sheet.format import LinearModel, OrdinalModel, Sheet
from hiprisk.validation.subgroups.disclosure import suppressed_cells

# As of subgroups: a cell of fewer people, or people with or without the event, is not shown.
SMALLEST_CELL = 10


@dataclass(frozen=True)
class SiteIntercepts:
    """Intercepts of sites about that of the mean site.

    Attributes
    ----------
    variance : float
    deviations : ndarray, shape (n_sites,)
        By the sites' numbers, shrunken; 0 of a site without people.
    lacking : float
        Variance that out-of-fold residuals lack of those at a new site.
    """

    variance: float
    deviations: Floats
    lacking: float


@dataclass(frozen=True)
class LineBySite:
    """A recalibration of the whole, and its sites."""

    intercept: float
    slope: float
    sites: SiteIntercepts


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRecalibration:
    """One site's recalibration.

    Attributes
    ----------
    site : str
    n_people : int or None
        None, as are the values, where so few may not be shown.
    own : float or None
        Intercept of the site alone, at the slope of all; None where its outcome has one class.
    shrunken : float or None
        The site's own drawn to that of the whole.
    """

    site: str
    n_people: int | None
    own: float | None
    shrunken: float | None


def check_by_site(sheet: Sheet, method: str, *, name_sites: bool) -> None:
    """Raise ConfigError where a model cannot be recalibrated by site as asked."""
    if method not in ("intercept", "recalibrate"):
        raise ConfigError(
            "--by-site goes with --method intercept or recalibrate", column="--by-site",
            advice="every coefficient by site would need a study of its own: train with "
            "sites: random",
        )  # fmt: skip
    if sheet.site_variable is not None:
        raise ConfigError(
            "the model has its sites by name already", column="--by-site",
            advice="train it again with the new sites, or leave out --by-site",
        )  # fmt: skip
    if isinstance(sheet.model, OrdinalModel):
        raise ConfigError("an ordinal model is not recalibrated by site", column="--by-site",
                          advice="leave out --by-site")  # fmt: skip
    if name_sites and not isinstance(sheet.model, LinearModel):
        raise ConfigError(
            "only a linear or logistic model can have its sites by name", column="--name-sites",
            advice="leave out --name-sites: the sheet then has the variance between sites",
        )  # fmt: skip


def recalibrated_by_site(
    kind: str, observed: Floats, lp: Floats, sites: Integers, *, n_sites: int, with_slope: bool
) -> LineBySite:
    """Intercept and slope of the whole, with a random intercept of site.

    Parameters
    ----------
    kind : str
        ``continuous`` or ``binary``.
    observed, lp : ndarray, shape (n_rows,)
    sites : ndarray of int, shape (n_rows,)
        Number of each row's site, -1 where unknown.
    n_sites : int
    with_slope : bool
        Whether the slope is updated too, or stays 1.
    """
    fit = _fit(kind, observed, lp, sites, with_slope=with_slope)
    deviations = np.zeros(n_sites)
    for site, deviation in zip(fit.sites, fit.intercepts, strict=True):
        if site >= 0:
            deviations[site] = deviation
    return LineBySite(
        intercept=float(fit.coefficients[0]),
        slope=float(fit.coefficients[1]) if with_slope else 1.0,
        sites=SiteIntercepts(fit.site_variance, deviations, variance_lacking(fit, observed, sites)),
    )


def _fit(
    kind: str, observed: Floats, lp: Floats, sites: Integers, *, with_slope: bool
) -> RandomInterceptFit:
    columns = lp[:, np.newaxis] if with_slope else np.empty((len(lp), 0))
    if kind == "binary":
        return fit_logistic_mixed(columns, observed, sites, offset=None if with_slope else lp)
    return fit_linear_mixed(columns, observed if with_slope else observed - lp, sites)


def averaged(fits: Sequence[SiteIntercepts]) -> SiteIntercepts:
    """The mean of several imputations' intercepts and variances."""
    return SiteIntercepts(
        float(np.mean([fit.variance for fit in fits])),
        np.mean([fit.deviations for fit in fits], axis=0),
        float(np.mean([fit.lacking for fit in fits])),
    )


def site_table(
    kind: str, observed: Floats, lp: Floats, sites: Integers, line: LineBySite, names: Sequence[str]
) -> tuple[SiteRecalibration, ...]:
    """Each site's own and shrunken intercept; of small sites nothing is told."""
    rows_of = [np.flatnonzero(sites == number) for number in range(len(names))]
    counts = [[len(rows)] for rows in rows_of]
    if kind == "binary":
        events = [int(observed[rows].sum()) for rows in rows_of]
        counts = [[len(r), e, len(r) - e] for r, e in zip(rows_of, events, strict=True)]
    hidden = suppressed_cells(np.array(counts, dtype=np.intp), SMALLEST_CELL)
    table = []
    for number, (name, rows) in enumerate(zip(names, rows_of, strict=True)):
        if hidden[number]:
            table.append(SiteRecalibration(site=name, n_people=None, own=None, shrunken=None))
            continue
        shrunken = line.intercept + float(line.sites.deviations[number])
        own = _own_intercept(kind, observed[rows], line.slope * lp[rows])
        table.append(SiteRecalibration(site=name, n_people=len(rows), own=own, shrunken=shrunken))
    return tuple(table)


def _own_intercept(kind: str, observed: Floats, lp: Floats) -> float | None:
    if kind == "continuous":
        return float(np.mean(observed - lp))
    if np.ptp(observed) == 0.0:
        return None
    return intercept_beside(observed, lp, np.ones(len(lp)))
