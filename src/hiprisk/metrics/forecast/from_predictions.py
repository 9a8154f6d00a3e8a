"""Forecasts of models that are not ours: a mean with a spread, with residuals, or quantiles."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from hiprisk.errors import InputError
from hiprisk.metrics.forecast.distribution import ResidualForecast, forecast, residual_law
from hiprisk.metrics.inputs import as_continuous

# Fine enough for the CRPS to agree with the closed form of the normal within 1e-5 SD.
N_POINTS = 2001
FARTHEST = 6.0


def normal_forecast(
    mean: ArrayLike, sd: ArrayLike, *, lower: float | None = None, upper: float | None = None
) -> ResidualForecast:
    """Normal distributions, as of a Gaussian process or of Bayesian ridge regression.

    Parameters
    ----------
    mean, sd : array-like of float, shape (n_rows,)
        For instance both of ``predict(X, return_std=True)``; a standard deviation is positive.
    lower, upper : float, optional
        Bounds of the outcome: what lies beyond them is moved there.

    Returns
    -------
    ResidualForecast

    Notes
    -----
    The law runs linearly between 2001 quantiles from -6 to 6 SD.

    Examples
    --------
    >>> from hiprisk.metrics import coverage_95
    >>> coverage_95([20.0, 31.0], normal_forecast([22.0, 30.0], [2.0, 2.0])).value
    1.0
    """
    z = np.linspace(-FARTHEST, FARTHEST, N_POINTS)
    return forecast(mean, sd, probabilities=norm.cdf(z), quantiles=z, lower=lower, upper=upper)


def forecast_from_residuals(
    predicted: ArrayLike,
    residuals: ArrayLike,
    *,
    scale: ArrayLike | None = None,
    lower: float | None = None,
    upper: float | None = None,
) -> ResidualForecast:
    """The same distribution of residuals about every prediction.

    Parameters
    ----------
    predicted : array-like of float, shape (n_rows,)
    residuals : array-like of float, shape (n_residuals,)
        Observed minus predicted of people whom the model was not fitted to (out-of-fold).
    scale : array-like of float, shape (n_rows,), optional
        By how much the residuals of each row are wider; 1 by default.
    lower, upper : float, optional
        Bounds of the outcome.

    Raises
    ------
    InputError
        If there are fewer than two different residuals, or input is refused.

    Examples
    --------
    >>> found = forecast_from_residuals([10.0], [-3.0, -1.0, 0.0, 1.0, 3.0])
    >>> float(found.quantile(0.5)[0])
    10.0
    """
    _, r, _ = as_continuous(np.zeros(len(np.asarray(residuals))), residuals, None,
                            name_of_predicted="residuals")  # fmt: skip
    if len(np.unique(r)) < 2:
        raise InputError("a distribution needs at least two different residuals")
    # Ranks i / (n + 1), as of every percentile here.
    probabilities = np.arange(1, len(r) + 1) / (len(r) + 1)
    center = np.asarray(predicted, dtype=np.float64)
    spread = np.ones_like(center) if scale is None else scale
    return forecast(
        center, spread, probabilities=probabilities, quantiles=np.sort(r), lower=lower, upper=upper
    )


def forecast_from_quantiles(
    quantiles: ArrayLike,
    probabilities: ArrayLike,
    *,
    lower: float | None = None,
    upper: float | None = None,
) -> ResidualForecast:
    """A distribution for each row from its own quantiles, as of quantile regressions.

    Parameters
    ----------
    quantiles : array-like of float, shape (n_rows, n_probabilities)
        Ascending along each row; sort those that cross first.
    probabilities : array-like of float, shape (n_probabilities,)
        Ascending, in [0, 1].
    lower, upper : float, optional
        Bounds of the outcome.

    Notes
    -----
    The distribution runs linearly between the quantiles, with what lies beyond the outermost as
    lumps there: intervals of a level are right only within the outermost probabilities.

    Examples
    --------
    >>> found = forecast_from_quantiles([[4.0, 5.0, 8.0], [1.0, 2.0, 3.0]], [0.1, 0.5, 0.9])
    >>> found.quantile(0.5).tolist()
    [5.0, 2.0]
    """
    each = np.asarray(quantiles, dtype=np.float64)
    if each.ndim != 2 or not each.size:
        raise InputError(f"'quantiles' must be a table with one row each, got shape {each.shape}")
    n = len(each)
    laws = tuple(residual_law(probabilities, row) for row in each)
    return ResidualForecast(
        mean=np.zeros(n),
        scale=np.ones(n),
        laws=laws,
        law_of=np.arange(n),
        lower=-np.inf if lower is None else float(lower),
        upper=np.inf if upper is None else float(upper),
    )
