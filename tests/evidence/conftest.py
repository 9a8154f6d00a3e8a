"""A finished study in small: least squares on made-up people, with its refits."""

from types import SimpleNamespace

import numpy as np
import pytest

from hiprisk.learning.unpenalised import fit_ols
from hiprisk.metrics.registry import find_metric
from hiprisk.validation.internal.optimism import bootstrap_optimism
from hiprisk.validation.resampling.refits import Refits
from hiprisk.validation.resampling.resamples import Refit, draw_resamples
from reported_study import reported_study
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
        metrics=[find_metric("continuous", "r2")],
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


@pytest.fixture(scope="session")
def finished_binary(finished):
    """The same people with a risk: the outcome is above 45."""
    y = np.where(finished.known, (finished.data.outcome > 45).astype(float), np.nan)
    rows = np.flatnonzero(finished.known)

    def risk(predicted):
        return 1 / (1 + np.exp(-(predicted - 45) / 9))

    refits = Refits(
        risk(finished.refits.predicted), finished.refits.counts, finished.refits.numbers, 0
    )
    outcome = SimpleNamespace(
        kind="binary", label="worse than 45", thresholds=(0.125, 0.5), dichotomise=None
    )
    return SimpleNamespace(
        config=SimpleNamespace(
            outcome=outcome, validation=SimpleNamespace(interval_resamples=40), seed=3
        ),
        data=SimpleNamespace(outcome=y, groups=np.arange(len(y))),
        apparent=risk(finished.apparent),
        out_of_fold=SimpleNamespace(rows=rows, predicted=risk(finished.apparent[rows] - 1.0)),
        refits=refits,
        known=finished.known,
        sheet=SimpleNamespace(distribution=None),
        predicts_nothing=False,
    )


@pytest.fixture(scope="session")
def reported(tmp_path_factory):
    """A small study with every part of the evidence: its evidence and sheet."""
    return reported_study(tmp_path_factory)
