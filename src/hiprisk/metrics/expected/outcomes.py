"""Expected metrics of predictions of a continuous outcome: integrals over its distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.metrics.forecast.scores import ends


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedErrors:
    """Metrics of predictions as a distribution of the outcome has them.

    Attributes
    ----------
    mean_outcome : float
    mse, rmse, mae : float
    r2 : float or None
        Share of the expected sum of squares about the mean of these people; None where the outcome
        cannot vary.
    """

    mean_outcome: float
    mse: float
    mae: float
    r2: float | None

    @property
    def rmse(self) -> float:
        """Root of the expected squared error."""
        return float(np.sqrt(self.mse))


def expected_errors(predicted: Floats, outcome: Forecast) -> ExpectedErrors:
    r"""Errors to be expected of predictions.

    Parameters
    ----------
    predicted : ndarray, shape (n_people,)
    outcome : Forecast
        By which outcomes come about.

    Notes
    -----
    R2 is one less the ratio of two expectations: of the squared error, and of the squared distance
    from the mean of these people, :math:`\sum_i \mathrm{Var}_i (1 - 1/n) + \sum_i (\mu_i -
    \bar\mu)^2`.
    """
    center, n = outcome.expectation(), len(predicted)
    mse = float(np.mean(outcome.squared_difference(predicted)))
    total = float(np.mean(outcome.variance())) * (1.0 - 1.0 / n) + float(np.var(center))
    return ExpectedErrors(
        mean_outcome=float(np.mean(center)),
        mse=mse,
        mae=float(np.mean(outcome.absolute_difference(predicted))),
        r2=1.0 - mse / total if total > 0.0 else None,
    )


def expected_coverage(forecast: Forecast, level: float, outcome: Forecast) -> float:
    """Share of outcomes to be expected inside the prediction intervals of a forecast.

    Parameters
    ----------
    forecast : Forecast
        Its intervals.
    level : float
    outcome : Forecast
        By which outcomes come about.
    """
    low, high = ends(forecast, level)
    return float(np.mean(outcome.cdf(high) - outcome.below(low)))
