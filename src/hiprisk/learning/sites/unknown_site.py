"""What a model with named sites says of a site that it does not know: the mean, less surely.

A prediction imputes what is missing by draws from a normal model of the columns. The columns of
sites stand in it apart from all others, with a mean at which the linear predictor is that of the
mean site, and a covariance by which it varies as sites do: so every reader of a sheet has the
distribution at a new site without knowing of sites.
"""

from __future__ import annotations

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.features.design import Design
from hiprisk.features.imputation import draw_with_fixed_noise
from hiprisk.learning.linear import LinearFit
from hiprisk.learning.model_types import FittedModel
from hiprisk.sheet.conditional_normal import NormalModel


def with_unknown_site(
    model: NormalModel, design: Design, fit: FittedModel | None, *, noise: Floats | None = None
) -> NormalModel:
    """The model of the design's columns, those of named sites standing apart at its end.

    Parameters
    ----------
    model : NormalModel
        Of the columns that are imputed from each other, at least.
    design : Design
    fit : FittedModel or None
        None before anything is fitted: every site is then as likely.
    noise : ndarray, optional
        Numbers with which a prediction draws: of very many columns they have the variance of their
        sums by and large alone, and the covariance makes up for it.
    """
    width, total = design.n_imputed, len(design.columns)
    mean, covariance = _unknown(design.n_site_columns + 1, fit)
    precision = np.zeros((total, total))
    precision[:width, :width] = model.precision[:width, :width]
    precision[width:, width:] = np.linalg.inv(covariance)
    found = NormalModel(np.concatenate([model.mean[:width], mean]), precision)
    if noise is None or not isinstance(fit, LinearFit) or not fit.site_variance:
        return found
    differences = fit.coefficients[-design.n_site_columns :]
    # A factor on the covariance divides the precision.
    precision[width:, width:] /= exact_factor(
        NormalModel(mean, precision[width:, width:]), differences, noise
    )
    return NormalModel(found.mean, precision)


def exact_factor(sites: NormalModel, differences: Floats, noise: Floats) -> float:
    """Factor on the covariance of sites by which draws vary exactly as it says.

    Parameters
    ----------
    sites : NormalModel
        Of the columns of sites alone.
    differences : ndarray, shape (n_columns,)
        Their coefficients.
    noise : ndarray, shape (n_draws, n_columns or more)
        Theirs last. Where it has fewer draws than columns, sums of columns have the variance that
        they are meant to have by and large alone.
    """
    n_columns = len(differences)
    nothing = np.full((1, n_columns), np.nan)
    drawn = draw_with_fixed_noise(nothing, sites, noise[:, -n_columns:])
    spread = float(np.var([part[0] @ differences for part in drawn], ddof=1))
    meant = float(differences @ np.linalg.solve(sites.precision, differences))
    return meant / spread if spread > 0.0 and meant > 0.0 else 1.0


def _unknown(n_sites: int, fit: FittedModel | None) -> tuple[Floats, Floats]:
    """Mean and covariance of the columns of all sites but the first, where the site is unknown."""
    if not isinstance(fit, LinearFit) or fit.site_variance is None or fit.mean_intercept is None:
        return unknown_site_moments(np.zeros(n_sites), mean_site=0.0, variance=0.0)
    return unknown_site_moments(
        np.concatenate([[0.0], fit.coefficients[1 - n_sites :]]),
        mean_site=fit.mean_intercept - float(fit.coefficients[0]),
        variance=fit.site_variance,
    )


def unknown_site_moments(
    differences: Floats, *, mean_site: float, variance: float
) -> tuple[Floats, Floats]:
    """Mean and covariance of the columns of all sites but the first, where the site is unknown.

    Parameters
    ----------
    differences : ndarray, shape (n_sites,)
        Of each site's intercept from the first site's; all 0 where every site is to be as likely.
    mean_site : float
        Difference of the mean site's.
    variance : float
        Between sites.
    """
    n_sites = len(differences)
    share = np.full(n_sites, 1.0 / n_sites)
    covariance = np.diag(share) - np.outer(share, share)
    centered = differences - differences.mean()
    squares = float(centered @ centered)
    if squares == 0.0:
        return share[1:], covariance[1:, 1:]
    # Shrunken intercepts need not have the mean 0, nor do they vary as much as sites do; the mean
    # intercept is known as well as the mean of so many sites.
    share = share + (mean_site - float(differences.mean())) * centered / squares
    scale = variance * (1.0 + 1.0 / n_sites) / (squares / n_sites)
    return share[1:], scale * covariance[1:, 1:]
