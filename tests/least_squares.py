"""Least squares as a procedure of the bootstrap."""

import numpy as np

from hiprisk.learning.unpenalised import fit_ols
from hiprisk.validation.internal.optimism import bootstrap_optimism
from hiprisk.validation.resampling.resamples import Refit, draw_resamples
from metric_examples import metrics


class LeastSquares:
    """A procedure that is importable, for workers."""

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __call__(self, resample):
        fit = fit_ols(self.x, self.y, weights=resample.counts.astype(float))
        return Refit(fit.coefficients[0] + self.x @ fit.coefficients[1:], fit.coefficients)


def fifty_people():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 3))
    return x, x @ [1.0, 0.5, 0.0] + rng.normal(size=50)


def boot(data, **settings):
    x, y = data
    whole = fit_ols(x, y)
    resamples = draw_resamples(np.arange(50), n_resamples=20, seed=1)
    return bootstrap_optimism(
        LeastSquares(x, y),
        y,
        apparent=whole.coefficients[0] + x @ whole.coefficients[1:],
        metrics=metrics("continuous", "r2", "rmse"),
        resamples=resamples,
        **settings,
    )
