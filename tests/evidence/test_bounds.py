"""Shares of people at the bounds, forecast too, in the evidence of a study."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hiprisk.evidence.out_of_fold import out_of_fold_performance, out_of_fold_sample
from hiprisk.learning.candidates import OutOfFold


@pytest.fixture(scope="module")
def study(finished):
    rows = np.flatnonzero(finished.known)
    return SimpleNamespace(
        config=SimpleNamespace(
            outcome=SimpleNamespace(kind="continuous", thresholds=(), label="function"),
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
