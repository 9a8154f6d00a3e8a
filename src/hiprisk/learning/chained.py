"""Multiple imputation by chained equations, for those who ask for it when fitting."""

from __future__ import annotations

import warnings
from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_iterative_imputer  # noqa: F401  # opens the next import
from sklearn.impute import IterativeImputer

from hiprisk.arrays import Floats

# Added to the diagonal of the cross-products, as a share of it: columns that say the same twice.
RIDGE = 1e-5


class DrawnRegression(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # untyped package
    """Linear regression whose coefficients and residual variance are drawn, not estimated.

    Parameters
    ----------
    rng : numpy.random.Generator
        Shared by all clones, so that every regression of a round draws anew.

    References
    ----------
    .. [1] Rubin (1987). Multiple Imputation for Nonresponse in Surveys, example 5.1.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def __sklearn_clone__(self) -> Self:
        """A blank regression on the same stream of random numbers."""
        return type(self)(self.rng)

    def fit(self, X: Floats, y: Floats) -> Self:
        """Draw residual variance and coefficients from their posterior under a flat prior."""
        design = np.column_stack([np.ones(len(X)), X])
        products = design.T @ design
        products += RIDGE * np.diag(np.diag(products))
        estimate = np.linalg.solve(products, design.T @ y)
        residual = y - design @ estimate
        free = max(len(X) - design.shape[1], 1)
        self.sigma_ = float(np.sqrt(residual @ residual / self.rng.chisquare(free)))
        # The inverse's factor without inverting: solve with the upper factor of the products.
        upper = np.linalg.cholesky(products).T
        noise = self.rng.standard_normal(len(estimate))
        self.coef_ = estimate + self.sigma_ * np.linalg.solve(upper, noise)
        return self

    def predict(self, X: Floats, *, return_std: bool = False) -> Floats | tuple[Floats, Floats]:
        """Mean, and the drawn standard deviation of the residuals where it is asked for."""
        mean = self.coef_[0] + X @ self.coef_[1:]
        return (mean, np.full(len(X), self.sigma_)) if return_std else mean


def draw_chained(data: Floats, *, rng: np.random.Generator, n_rounds: int = 10) -> Floats:
    """One draw of what is missing by Bayesian linear regressions in turn.

    Parameters
    ----------
    data : ndarray, shape (n_rows, n_columns)
        NaN where missing.
    rng : numpy.random.Generator
    n_rounds : int
        Rounds over the columns.

    Returns
    -------
    ndarray, shape (n_rows, n_columns)

    Notes
    -----
    scikit-learn's own regression for this, BayesianRidge, shrinks the coefficients and gives each
    row its own draw of them; that biased an association by a tenth. Here each round's regression
    is drawn once for all rows, from a flat prior, as the method says. Columns are standardised.

    References
    ----------
    .. [1] van Buuren, Groothuis-Oudshoorn (2011). J Stat Softw 45(3). doi:10.18637/jss.v045.i03
    """
    imputer = IterativeImputer(
        DrawnRegression(rng),
        sample_posterior=True,
        skip_complete=True,
        max_iter=n_rounds,
        random_state=int(rng.integers(2**31)),
    )
    center, spread = np.nanmean(data, axis=0), np.nanstd(data, axis=0)
    spread = np.where(spread > 0.0, spread, 1.0)
    with warnings.catch_warnings():
        # Draws from a posterior never settle, which the convergence check takes amiss.
        warnings.simplefilter("ignore", ConvergenceWarning)
        drawn = center + spread * np.asarray(imputer.fit_transform((data - center) / spread))
    return np.where(np.isnan(data), drawn, data)
