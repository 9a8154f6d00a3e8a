"""Tests of blocks and their coefficients, from unpenalised refits to every imputation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from hiprisk.arrays import Floats
from hiprisk.features.pooling import (
    PooledTest,
    likelihood_ratio_test,
    pool_estimates,
    pooled_chi_squared_test,
    pooled_likelihood_ratio_test,
    pooled_wald_test,
)
from hiprisk.inference.increment.nested_models import NestedModels
from hiprisk.learning.unpenalised import FittedCoefficients, fit_logistic, fit_ols
from hiprisk.metrics.estimate import Estimate


@dataclass(frozen=True)
class UnpenalisedFits:
    """Every nested model, fitted without penalty to every imputation.

    Attributes
    ----------
    models : NestedModels
    bases : ndarray, shape (n_imputations, n_rows, n_functions)
        Standardised functions.
    y : ndarray
    fits : tuple of tuple of FittedCoefficients
        By model, then by imputation.
    """

    models: NestedModels
    bases: Floats
    y: Floats
    fits: tuple[tuple[FittedCoefficients, ...], ...]

    def likelihood_ratio(self, smaller: int, larger: int, imputation: int) -> float:
        """Likelihood-ratio statistic between two models in one imputation."""
        pair = (self.fits[smaller][imputation], self.fits[larger][imputation])
        return 2.0 * (pair[1].log_likelihood - pair[0].log_likelihood)

    def log_likelihood_at_mean(self, model: int) -> Floats:
        """Log-likelihood of each imputation at the parameters averaged over all of them."""
        fits = self.fits[model]
        mean = np.mean([fit.coefficients for fit in fits], axis=0)
        members = self.models.members[model]
        n = len(self.y)
        # A linear model's residual variance is a parameter too; its maximum-likelihood value is
        # read off the maximised log-likelihood.
        variance = float(
            np.mean([np.exp(-2.0 * fit.log_likelihood / n - 1.0) / (2.0 * np.pi) for fit in fits])
        )
        found = []
        for basis in self.bases:
            lp = mean[0] + _own_scale(self.models, basis)[:, members] @ mean[1:]
            if self.models.link == "logit":
                found.append(float(np.sum(self.y * lp - np.logaddexp(0.0, lp))))
            else:
                squares = float(np.sum((self.y - lp) ** 2))
                found.append(-0.5 * (n * np.log(2.0 * np.pi * variance) + squares / variance))
        return np.array(found)


def fit_unpenalised(models: NestedModels, bases: Floats, y: Floats) -> UnpenalisedFits:
    """Fit all models; `bases` are standardised and go back to their own scale here."""
    fit = fit_logistic if models.link == "logit" else fit_ols
    by_imputation = []
    for basis in bases:
        own = _own_scale(models, basis)
        by_imputation.append([fit(own[:, members], y) for members in models.members])
    return UnpenalisedFits(models, bases, y, tuple(zip(*by_imputation, strict=True)))


def _own_scale(models: NestedModels, basis: Floats) -> Floats:
    # Made when it is needed: kept beside the standardised ones it would double their memory.
    return np.asarray(basis * models.scale + models.center)


def tests_of(unpenalised: UnpenalisedFits, model: int) -> tuple[PooledTest, ...]:
    """Tests that what a model has beyond the base has no effect.

    One likelihood-ratio test where nothing is missing; else pooled: D1 (Wald), D2 and D3
    (likelihood-ratio), the first to be preferred. None where there is no coefficient to test.
    """
    base, members = unpenalised.models.members[0], unpenalised.models.members[model]
    tested = np.flatnonzero(~np.isin(members, base)) + 1
    if not len(tested):
        return ()
    n_imputations = len(unpenalised.bases)
    ratios = [unpenalised.likelihood_ratio(0, model, number) for number in range(n_imputations)]
    if n_imputations == 1:
        return (likelihood_ratio_test(ratios[0], df=len(tested)),)
    fits = unpenalised.fits[model]
    at_mean = 2.0 * (
        unpenalised.log_likelihood_at_mean(model) - unpenalised.log_likelihood_at_mean(0)
    )
    return (
        pooled_wald_test(
            [fit.coefficients[tested] for fit in fits],
            [fit.covariance[np.ix_(tested, tested)] for fit in fits],
            complete_df=len(unpenalised.y) - len(members) - 1,
        ),
        pooled_chi_squared_test(ratios, df=len(tested)),
        pooled_likelihood_ratio_test(ratios, at_mean, df=len(tested)),
    )


def coefficients_of(unpenalised: UnpenalisedFits, model: int) -> tuple[Estimate, ...]:
    """Coefficients that a model has beyond the base, with 95 % intervals."""
    members, fits = unpenalised.models.members[model], unpenalised.fits[model]
    complete_df = len(unpenalised.y) - len(members) - 1
    if len(fits) == 1:
        estimate, se = fits[0].coefficients, np.sqrt(np.diag(fits[0].covariance))
        linear = unpenalised.models.link == "identity"
        reach = np.full(len(se), stdtrit(complete_df, 0.975) if linear else ndtri(0.975))
    else:
        pooled = pool_estimates(
            [fit.coefficients for fit in fits],
            [fit.covariance for fit in fits],
            complete_df=complete_df,
        )
        estimate, se, reach = pooled.estimate, pooled.se, stdtrit(pooled.df, 0.975)
    names = function_names(unpenalised.models)
    return tuple(
        Estimate(
            name=names[member],
            value=float(estimate[place]),
            low=float(estimate[place] - reach[place] * se[place]),
            high=float(estimate[place] + reach[place] * se[place]),
        )
        for place, member in enumerate(members, start=1)
        if member not in unpenalised.models.members[0]
    )


def function_names(models: NestedModels) -> list[str]:
    """Names of the functions of a basis; the bends of a spline carry primes, as in rms."""
    return [part.column + "'" * number for part in models.plan for number in range(part.width)]
