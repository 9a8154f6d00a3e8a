"""Multiple imputation by chained equations, for those who ask for it when fitting."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_iterative_imputer  # noqa: F401  # opens the next import
from sklearn.impute import IterativeImputer

Floats = NDArray[np.float64]


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
    Columns are standardised first. The regressions shrink all coefficients by one parameter, so
    that on columns of different units the shrinkage, and the draws, would depend on the units.

    References
    ----------
    .. [1] van Buuren, Groothuis-Oudshoorn (2011). J Stat Softw 45(3). doi:10.18637/jss.v045.i03
    """
    imputer = IterativeImputer(
        sample_posterior=True, max_iter=n_rounds, random_state=int(rng.integers(2**31))
    )
    center, spread = np.nanmean(data, axis=0), np.nanstd(data, axis=0)
    spread = np.where(spread > 0.0, spread, 1.0)
    with warnings.catch_warnings():
        # Draws from a posterior never settle, which the convergence check takes amiss.
        warnings.simplefilter("ignore", ConvergenceWarning)
        drawn = center + spread * np.asarray(imputer.fit_transform((data - center) / spread))
    return np.where(np.isnan(data), drawn, data)
