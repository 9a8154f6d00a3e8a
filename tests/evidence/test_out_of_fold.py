"""Forecasts of people not seen: center and scatter both come from others."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hiprisk.evidence.out_of_fold import out_of_fold_performance, out_of_fold_sample
from hiprisk.learning.candidates import OutOfFold
from hiprisk.learning.residual_distribution import residual_distribution
from hiprisk.metrics.forecast.distribution import forecast_from_sheet
from hiprisk.metrics.forecast.scores import coverage, crps
from hiprisk.sheet.format import OutcomeSpec

OUTCOME = OutcomeSpec(
    variable="y", label="y", unit="points", kind="continuous", estimand="", horizon_months=12.0,
    higher_is="worse", lower=0.0, upper=100.0,
)  # fmt: skip


def drawn(seed, n=60, folds=5):
    rng = np.random.default_rng(seed)
    predicted = rng.uniform(20, 80, n)
    observed = np.clip(predicted + rng.standard_normal(n) * 12.0, 0.0, 100.0)
    fold = rng.permutation(np.arange(n) % folds)
    return observed, OutOfFold(np.arange(n), predicted, np.zeros(n), fold)


def test_coverage_of_others_varies_as_coverage_in_new_people_does():
    sets = [drawn(seed) for seed in range(80)]
    shares = [coverage(y, part.forecasts(y, bounds=(0.0, 100.0)), level=0.9) for y, part in sets]
    circular = [
        coverage(
            y,
            forecast_from_sheet(
                residual_distribution(y, part.predicted, part.imputation_variance),
                OUTCOME,
                mean=part.predicted,
            ),
            level=0.9,
        )
        for y, part in sets
    ]
    # What may not be done: all 80 sets cover the same, as if nothing were left to chance.
    assert np.std(circular) == pytest.approx(0.0, abs=0.008)
    assert 0.015 < np.std(shares) < 0.05
    assert np.mean(shares) == pytest.approx(0.9, abs=0.02)


def test_each_fold_is_judged_by_the_scatter_of_the_other_folds():
    observed, out_of_fold = drawn(1)
    forecast = out_of_fold.forecasts(observed, bounds=(0.0, 100.0))
    own = out_of_fold.fold == 2
    others = residual_distribution(
        observed[~own], out_of_fold.predicted[~own], out_of_fold.imputation_variance[~own]
    )
    alone = forecast_from_sheet(others, OUTCOME, mean=out_of_fold.predicted[own])
    part = forecast.take(own)
    assert part.scale == pytest.approx(alone.scale)
    assert part.cdf(50.0) == pytest.approx(alone.cdf(50.0))
    assert part.quantile(0.1) == pytest.approx(alone.quantile(0.1))
    assert part.expectation() == pytest.approx(alone.expectation())
    assert crps(observed[own], part) == pytest.approx(crps(observed[own], alone))


def test_an_outlier_does_not_widen_its_own_interval():
    observed, out_of_fold = drawn(3)
    observed[0] = 100.0
    out_of_fold.predicted[0] = 20.0
    forecast = out_of_fold.forecasts(observed, bounds=(0.0, 100.0))
    assert forecast.quantile(0.99)[0] < 80.0


@pytest.fixture(scope="module")
def study(finished):
    rows = np.flatnonzero(finished.known)
    return SimpleNamespace(
        config=SimpleNamespace(
            outcome=SimpleNamespace(
                kind="continuous", bounds=(0.0, 100.0), thresholds=(), label="function",
                dichotomise=None,
            ),
            seed=1,
            validation=SimpleNamespace(interval_resamples=20),
        ),
        data=SimpleNamespace(outcome=finished.data.outcome, groups=np.arange(len(finished.known))),
        out_of_fold=OutOfFold(
            rows, finished.apparent[rows], np.zeros(len(rows)), *_folds(len(rows))
        ),
        sheet=finished.sheet,
        prepared=SimpleNamespace(
            selection=SimpleNamespace(
                development=SimpleNamespace(
                    frame=pd.DataFrame({"womac_function_0_100": np.full(len(finished.known), 40.0)})
                )
            )
        ),
        predicts_nothing=False,
    )  # fmt: skip


def _folds(n):
    """Where out-of-fold predictions say of which fold they are."""
    return (np.arange(n) % 5,) if "fold" in OutOfFold.__dataclass_fields__ else ()


def test_the_forecast_share_is_the_mean_chance_of_the_bound(study):
    sample = out_of_fold_sample(study)
    found = {one.name: one for one in out_of_fold_performance(study, sample).forecast}
    forecast = sample.forecast
    for name, chance in (("floor", forecast.at_lower()), ("ceiling", forecast.at_upper())):
        share = found[f"{name}_share_forecast"]
        assert share.value == pytest.approx(chance.mean(), abs=1e-12)
        assert 0.0 <= share.low <= share.value <= share.high <= 1.0
