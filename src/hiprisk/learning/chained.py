"""Multiple imputation by chained equations, for those who ask for it when fitting."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from hiprisk.arrays import Bools, Floats, Integers

# Added to the diagonal of the cross-products, as a share of it: columns that say the same twice.
RIDGE = 1e-5


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
    Each round's regression is drawn once for all rows, residual variance and coefficients from
    their posterior under a flat prior (Rubin 1987, example 5.1), as the method says. scikit-learn's
    IterativeImputer on its BayesianRidge shrinks the coefficients and gives each row its own draw
    of them; that biased an association by a tenth. The draws are those of its sampler from the same
    seeds. Columns are standardised, and those with the fewest missing values come first.

    The cross-products of all rows are kept: of a column that was drawn anew only its own row of
    them is, and those of the rows that lack it are taken off where it is regressed on the others.

    References
    ----------
    .. [1] van Buuren, Groothuis-Oudshoorn (2011). J Stat Softw 45(3). doi:10.18637/jss.v045.i03
    .. [2] Rubin (1987). Multiple Imputation for Nonresponse in Surveys, example 5.1.
    """
    missing = np.isnan(data)
    n_missing = missing.sum(axis=0)
    order = [column for column in np.argsort(n_missing, kind="stable") if n_missing[column]]
    if not order:
        return data.copy()
    center, spread = np.nanmean(data, axis=0), np.nanstd(data, axis=0)
    spread = np.where(spread > 0.0, spread, 1.0)
    chain = _Chain(np.where(missing, 0.0, (data - center) / spread), rng)
    lacking = {column: np.flatnonzero(missing[:, column]) for column in order}
    for _ in range(n_rounds):
        for column in order:
            chain.draw(column, lacking[column])
    return np.where(missing, center + spread * chain.filled, data)


class _Chain:
    """Completed rows with the cross-products of their columns, the first of which is a constant."""

    def __init__(self, filled: Floats, rng: np.random.Generator) -> None:
        self._rng = rng
        # As a seed of its own: the uniform numbers are asked for in blocks of another length.
        self._uniform = np.random.RandomState(int(rng.integers(2**31)))
        # Columns below one another: each regression reads and writes whole columns.
        self._rows = np.vstack([np.ones(len(filled)), filled.T])
        self._products = self._rows @ self._rows.T

    @property
    def filled(self) -> Floats:
        """The completed rows, shape (n_rows, n_columns)."""
        return self._rows[1:].T

    def draw(self, column: int, lacking: Integers) -> None:
        """Draw a column's missing values from its regression on all other columns."""
        own = column + 1
        others = np.ones(len(self._rows), dtype=bool)
        others[own] = False
        incomplete = self._rows[:, lacking]
        coefficients, sigma = self._drawn_regression(own, others, lacking, incomplete)
        mean = coefficients @ incomplete[others]
        noise = ndtri(self._uniform.uniform(size=len(lacking)))
        self._rows[own, lacking] = mean + sigma * noise
        self._products[own] = self._products[:, own] = self._rows @ self._rows[own]

    def _drawn_regression(
        self, own: int, others: Bools, lacking: Integers, incomplete: Floats
    ) -> tuple[Floats, float]:
        """Coefficients and residual standard deviation from their posterior."""
        known = self._products - incomplete @ incomplete.T
        products = known[others][:, others]
        sizes = np.diag(products)
        # A column that does not vary has none, and no coefficient either.
        products += RIDGE * np.diag(np.where(sizes > 0.0, sizes, 1.0))
        estimate = np.zeros(len(others))
        estimate[others] = np.linalg.solve(products, known[others, own])
        # From the rows: the products would lose the digits of a column that others determine.
        residual = self._rows[own] - estimate @ self._rows
        residual[lacking] = 0.0
        free = max(len(residual) - len(lacking) - len(products), 1)
        sigma = float(np.sqrt(residual @ residual / self._rng.chisquare(free)))
        # The inverse's factor without inverting: solve with the upper factor of the products.
        upper = np.linalg.cholesky(products).T
        noise = self._rng.standard_normal(len(products))
        return estimate[others] + sigma * np.linalg.solve(upper, noise), sigma
