"""A finished study in small: least squares on made-up people, with its refits."""

from types import SimpleNamespace

import numpy as np
import pytest

from hiprisk.learning.unpenalised import fit_ols
from hiprisk.metrics import scores
from hiprisk.validation.resampling import Refit, bootstrap_optimism, draw_resamples
from small_bundle import small_sheet


@pytest.fixture(scope="session")
def finished():
    """What the parts of the evidence ask of a study that has its model; one outcome is unknown."""
    rng = np.random.default_rng(5)
    n = 160
    x = rng.normal(size=(n, 4))
    y = 45 + x @ [9.0, 4.0, 0.0, 0.0] + 10 * rng.normal(size=n)
    y[3] = np.nan
    known = ~np.isnan(y)

    def predict(counts):
        fit = fit_ols(x[known], y[known], weights=counts[known])
        return fit.coefficients[0] + x @ fit.coefficients[1:]

    apparent = predict(np.ones(n))
    bootstrap = bootstrap_optimism(
        lambda resample: Refit(predict(resample.counts.astype(float)), None),
        y,
        apparent=apparent,
        metrics={"r2": scores.r2},
        resamples=draw_resamples(np.arange(n), n_resamples=30, seed=1),
    )
    return SimpleNamespace(
        config=SimpleNamespace(outcome=SimpleNamespace(kind="continuous")),
        data=SimpleNamespace(outcome=y),
        apparent=apparent,
        bootstrap=bootstrap,
        refits=bootstrap.refits,
        known=known,
        sheet=small_sheet(),
        predicts_nothing=False,
    )
