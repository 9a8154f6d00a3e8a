"""Linear and logistic regression of a study with intercepts of sites, over its imputations.

The penalty of the fixed effects is the study's, tuned as elsewhere: a ridge goes into the
likelihood of the variances, at a given variance; an elastic net is found at the ratio of variances
of a ridge of the same size, on rows that are made uncorrelated by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.linear_model import ElasticNet

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.features.pooling import pool_estimates
from hiprisk.learning.linear import LinearFit, TermPlan, basis_matrix
from hiprisk.learning.sites.grouping import RandomInterceptFit, group_rows
from hiprisk.learning.sites.linear_mixed import fit_linear_mixed, partly_demeaned
from hiprisk.learning.sites.logistic_mixed import fit_logistic_mixed

Params = Mapping[str, float]


@dataclass(frozen=True)
class StudySites:
    """Which site each row is of, and whether the model has the sites by name.

    Attributes
    ----------
    of_row : ndarray of int, shape (n_rows,)
        Position of the site; -1 for all rows without one, which count as one more site.
    n_named : int
        Sites that the model has by name: the columns of all but the first are its last inputs. 0
        where it knows the mean site alone.
    """

    of_row: Integers
    n_named: int = 0


def fit_with_sites(
    stack: Sequence[Floats],
    y: Floats,
    sites: StudySites,
    *,
    plan: tuple[TermPlan, ...],
    params: Params,
    link: str,
) -> LinearFit:
    """Fit each imputed data set with intercepts of sites, and pool.

    Parameters
    ----------
    stack : sequence of ndarray, each of shape (n_rows, n_inputs)
        One complete data set an imputation.
    y : ndarray, shape (n_rows,)
    sites : StudySites
    plan : tuple of TermPlan
        Of all inputs, those of named sites last.
    params, link
        As for `hiprisk.learning.linear.fit_linear`.

    Returns
    -------
    LinearFit
        Coefficients of the mean site; with named sites the intercept is the first site's, and each
        other site's coefficient its difference from it. A named site without rows (of a resample)
        has the mean intercept. Variances are averaged over imputations; where nothing is penalised
        and no site is named the coefficients' covariance is pooled by Rubin's rules.
    """
    n_columns = max(sites.n_named - 1, 0)
    fixed = plan[: len(plan) - n_columns]
    bases = [basis_matrix(fixed, part) for part in stack]
    fits = _fit_each(bases, y, sites.of_row, params=params, link=link)
    coefficients = np.mean([one.coefficients for one in fits], axis=0)
    covariance = None
    if params["penalty"] == 0.0 and not n_columns:
        covariance = _pooled_covariance(fits, n_rows=len(y))
    mean_intercept = float(coefficients[0])
    if n_columns:
        intercepts = _named_intercepts(fits, sites.n_named)
        coefficients = np.concatenate([coefficients, intercepts[1:] - intercepts[0]])
        coefficients[0] += intercepts[0]
    return LinearFit(
        link, plan, coefficients, covariance,
        site_variance=float(np.mean([one.site_variance for one in fits])),
        mean_intercept=mean_intercept,
        intercept_error=float(np.mean([variance_lacking(one, y, sites.of_row) for one in fits])),
    )  # fmt: skip


def _fit_each(
    bases: Sequence[Floats], y: Floats, sites: Integers, *, params: Params, link: str
) -> list[RandomInterceptFit]:
    if params["penalty"] == 0.0:
        unpenalised = fit_logistic_mixed if link == "logit" else fit_linear_mixed
        return [unpenalised(basis, y, sites) for basis in bases]
    together = np.concatenate(bases)
    center, spread = together.mean(axis=0), together.std(axis=0)
    # As without sites: a column that does not vary here gets no coefficient.
    usable = spread > 1e-12 * np.maximum(1.0, np.abs(center))
    safe = np.where(usable, spread, 1.0)
    one = _penalised_logistic if link == "logit" else _penalised_linear
    found = []
    for basis in bases:
        fit = one((basis - center)[:, usable] / safe[usable], y, sites, params)
        slopes = np.zeros(len(center))
        slopes[usable] = fit.coefficients[1:] / safe[usable]
        whole = np.concatenate([[fit.coefficients[0] - slopes @ center], slopes])
        found.append(replace(fit, coefficients=whole))
    return found


def _penalised_logistic(
    basis: Floats, y: Floats, sites: Integers, params: Params
) -> RandomInterceptFit:
    return fit_logistic_mixed(basis, y, sites, ridge=params["penalty"] * len(y))


def _penalised_linear(
    basis: Floats, y: Floats, sites: Integers, params: Params
) -> RandomInterceptFit:
    """On the standardised outcome, as without sites, and back on its own scale."""
    mean, spread = float(y.mean()), float(y.std())
    if spread == 0.0:
        raise InputError("the outcome does not vary", code="DEGENERATE")
    target = (y - mean) / spread
    fit = fit_linear_mixed(basis, target, sites, ridge=params["penalty"] * len(y))
    if params["l1_share"] > 0.0 and basis.shape[1]:
        fit = _elastic_net(fit, basis, target, sites, params)
    assert fit.residual_variance is not None
    coefficients = spread * fit.coefficients
    coefficients[0] += mean
    return replace(
        fit,
        coefficients=coefficients,
        site_variance=spread**2 * fit.site_variance,
        residual_variance=spread**2 * fit.residual_variance,
        intercepts=spread * fit.intercepts,
    )


def _elastic_net(
    ridge: RandomInterceptFit, basis: Floats, target: Floats, sites: Integers, params: Params
) -> RandomInterceptFit:
    """An elastic net at the variances of a ridge fit."""
    assert ridge.residual_variance is not None
    grouping = group_rows(sites)
    ratio = ridge.site_variance / ridge.residual_variance
    one = partly_demeaned(np.ones(len(target)), grouping, ratio=ratio)
    columns = partly_demeaned(basis, grouping, ratio=ratio)
    outcome = partly_demeaned(target, grouping, ratio=ratio)
    # The intercept is not penalised: its column is taken out of all others first.
    level = one / (one @ one)
    model = ElasticNet(
        alpha=params["penalty"], l1_ratio=params["l1_share"], fit_intercept=False,
        max_iter=10_000, tol=1e-8,
    )  # fmt: skip
    model.fit(columns - np.outer(one, level @ columns), outcome - one * (level @ outcome))
    slopes = np.asarray(model.coef_, dtype=np.float64)
    intercept = float(level @ (outcome - columns @ slopes))
    residual = grouping.sums(target - intercept - basis @ slopes)
    return replace(
        ridge,
        coefficients=np.concatenate([[intercept], slopes]),
        intercepts=ratio / (1.0 + ratio * grouping.sizes) * residual,
    )


def _pooled_covariance(fits: Sequence[RandomInterceptFit], *, n_rows: int) -> Floats:
    if len(fits) == 1:
        return fits[0].covariance
    pooled = pool_estimates(
        np.array([one.coefficients for one in fits]),
        np.array([one.covariance for one in fits]),
        complete_df=n_rows - len(fits[0].coefficients),
    )
    return np.asarray(pooled.total)


def _named_intercepts(fits: Sequence[RandomInterceptFit], n_named: int) -> Floats:
    """Deviation of each named site from the mean intercept, averaged over imputations."""
    found = np.zeros(n_named)
    for fit in fits:
        for site, deviation in zip(fit.sites, fit.intercepts, strict=True):
            if site >= 0:
                found[site] += deviation / len(fits)
    return found


def variance_lacking(fit: RandomInterceptFit, y: Floats, sites: Integers) -> float:
    """What out-of-fold residuals at known sites lack of the scatter at a new site.

    They are about a mean intercept that was fitted to the same sites: their part between sites is
    variance x (1 - sum of squared shares of the rows), and at a new site it is variance x (1 + sum
    of squared weights of the sites in the mean intercept).
    """
    sizes = group_rows(sites).sizes
    if fit.site_variance == 0.0:
        return 0.0
    # A binary outcome's residual variance is that of its log odds at the mean risk.
    within = fit.residual_variance
    if within is None:
        within = 1.0 / max(float(y.mean() * (1.0 - y.mean())), 1e-12)
    weights = 1.0 / (fit.site_variance + within / sizes)
    weights = weights / weights.sum()
    shares = sizes / sizes.sum()
    return float(fit.site_variance * (np.sum(weights**2) + np.sum(shares**2)))
