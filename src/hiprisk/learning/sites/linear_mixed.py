r"""Linear regression with random intercepts of site, by restricted maximum likelihood.

Notes
-----
With :math:`\lambda = \sigma_b^2 / \sigma^2` the covariance of a site's n outcomes is
:math:`\sigma^2 (I + \lambda 11')`, whose inverse needs sums over sites alone. The likelihood is
profiled in everything but :math:`\lambda`.

References
----------
.. [1] Bates, Maechler, Bolker, Walker (2015). J Stat Softw 67(1), 1-48. doi:10.18637/jss.v067.i01
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import minimize_scalar

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.learning.sites.grouping import (
    Grouping,
    RandomInterceptFit,
    ScaledDesign,
    group_rows,
    scaled_design,
)
from hiprisk.learning.unpenalised import COMBINATION, inverse_information

# Intraclass correlation beyond which sites leave nothing to their people.
LARGEST_CORRELATION = 1.0 - 1e-8


def fit_linear_mixed(
    columns: Floats, y: Floats, sites: Integers, *, ridge: float = 0.0
) -> RandomInterceptFit:
    """Fixed effects, variances and shrunken intercepts of sites.

    Parameters
    ----------
    columns : ndarray, shape (n_rows, n_columns)
        Without the intercept.
    y : ndarray, shape (n_rows,)
    sites : ndarray of int, shape (n_rows,)
        Label of each row's site.
    ridge : float
        Penalty of each squared coefficient in units of the residual variance. The likelihood of the
        variances is then integrated over the normal prior that it stands for, with the effective
        number of coefficients in place of their number: restricted maximum likelihood where there
        is no penalty.

    Returns
    -------
    RandomInterceptFit
        With one site, or sites of one row each, the variance between sites cannot be told: it is
        0, and the coefficients are those of least squares.

    Raises
    ------
    InputError
        If a column is a combination of others and there is no penalty, or no row is left over.
    """
    design, grouping = scaled_design(columns, ridge=ridge), group_rows(sites)
    profile = _Profile.of(design, y, grouping)
    if profile.df <= 0:
        raise InputError(COMBINATION, code="DEGENERATE")
    best = profile.at(_variance_ratio(profile))
    variance = best.squares / profile.df
    residual = grouping.sums(y - design.matrix @ best.coefficients)
    shrunken = best.ratio / (1.0 + best.ratio * grouping.sizes)
    return RandomInterceptFit(
        coefficients=design.back @ best.coefficients,
        covariance=variance * design.back @ inverse_information(best.information) @ design.back.T,
        site_variance=float(best.ratio * variance),
        residual_variance=float(variance),
        sites=grouping.labels,
        intercepts=shrunken * residual,
        log_likelihood=-0.5 * (best.deviance + profile.df * (np.log(2.0 * np.pi) + 1.0)),
    )


def partly_demeaned(values: Floats, grouping: Grouping, *, ratio: float) -> Floats:
    """Values with so much of their site's mean taken out that rows are uncorrelated.

    Least squares of outcomes on columns that were both treated so, the column of ones among them,
    is generalised least squares at the ratio of the variances.
    """
    share = 1.0 - 1.0 / np.sqrt(1.0 + ratio * grouping.sizes)
    means = grouping.sums(values)
    sizes = grouping.sizes if values.ndim == 1 else grouping.sizes[:, np.newaxis]
    share = share if values.ndim == 1 else share[:, np.newaxis]
    return np.asarray(values - (share * means / sizes)[grouping.of_row])


@dataclass(frozen=True)
class _Solution:
    """Everything that is best at one ratio of the variances."""

    ratio: float
    coefficients: Floats
    information: Floats
    squares: float
    deviance: float


@dataclass(frozen=True)
class _Profile:
    """Restricted deviance as a function of the ratio alone (less its constant)."""

    design: ScaledDesign
    y: Floats
    grouping: Grouping
    product: Floats
    moment: Floats
    site_sums: Floats
    site_totals: Floats

    @classmethod
    def of(cls, design: ScaledDesign, y: Floats, grouping: Grouping) -> _Profile:
        matrix = design.matrix
        return cls(
            design, y, grouping,
            product=matrix.T @ matrix + np.diag(design.ridge), moment=matrix.T @ y,
            site_sums=grouping.sums(matrix), site_totals=grouping.sums(y),
        )  # fmt: skip

    @cached_property
    def df(self) -> float:
        """Rows less coefficients; penalised ones count as far as the data move them."""
        n_rows, width = self.design.matrix.shape
        if not self.design.ridge.any():
            return float(n_rows - width)
        inverse = inverse_information(self.product)
        return float(n_rows - width + np.diag(inverse) @ self.design.ridge)

    def at(self, ratio: float) -> _Solution:
        grown = 1.0 + ratio * self.grouping.sizes
        weight = ratio / grown
        sums = self.site_sums
        information = self.product - sums.T @ (weight[:, np.newaxis] * sums)
        moment = self.moment - sums.T @ (weight * self.site_totals)
        try:
            coefficients = np.asarray(np.linalg.solve(information, moment), dtype=np.float64)
        except np.linalg.LinAlgError:
            raise InputError(COMBINATION, code="DEGENERATE") from None
        residual = self.y - self.design.matrix @ coefficients
        of_site = self.site_totals - sums @ coefficients
        squares = float(
            residual @ residual - weight @ of_site**2 + self.design.ridge @ coefficients**2
        )
        log_determinant = float(np.linalg.slogdet(information)[1] + np.log(grown).sum())
        # The standardised columns' information stands for that of the columns themselves.
        log_determinant -= 2.0 * float(np.linalg.slogdet(self.design.back)[1])
        floor = 1e-300
        deviance = self.df * np.log(max(squares, floor) / self.df) + log_determinant
        return _Solution(ratio, coefficients, information, squares, float(deviance))


def _variance_ratio(profile: _Profile) -> float:
    """Between-site over residual variance; 0 where no other is better."""
    inverse_information(profile.at(0.0).information)
    if not profile.grouping.says_variance:
        return 0.0

    def deviance(correlation: float) -> float:
        return profile.at(correlation / (1.0 - correlation)).deviance

    # The correlation of two people of a site: its range is bounded, that of the ratio is not.
    found = minimize_scalar(
        deviance, bounds=(0.0, LARGEST_CORRELATION), method="bounded", options={"xatol": 1e-11}
    )
    if not found.fun < deviance(0.0):
        return 0.0
    return float(found.x / (1.0 - found.x))
