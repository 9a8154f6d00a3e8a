"""Metrics of refits that come some after others: those of all of them at once."""

import numpy as np
import pytest

from hiprisk.validation.internal import optimism_values
from hiprisk.validation.internal.optimism_values import values_of_refits
from hiprisk.validation.resampling.refits import Refits
from metric_examples import metrics

N, B = 30, 7


def refits(rows=slice(None)):
    rng = np.random.default_rng(5)
    counts = np.array([np.bincount(rng.integers(0, N, N), minlength=N) for _ in range(B)], float)
    risks = rng.uniform(0.1, 0.9, (B, N))
    risks[2] = 0.5
    numbers = tuple(range(B)[rows])
    return Refits(risks[rows], counts[rows], numbers, n_refused=len(numbers) - 1)


def observed():
    return np.r_[np.random.default_rng(6).integers(0, 2, N - 3).astype(float), [np.nan] * 3]


def test_parts_give_what_all_refits_give(monkeypatch):
    asked = metrics("binary", "c_statistic", "calibration_slope")
    whole = values_of_refits([refits()], observed(), asked)
    monkeypatch.setattr(optimism_values, "UNPACKED", 2 * N)
    parts = values_of_refits([refits(slice(0, 4)), refits(slice(4, B))], observed(), asked)
    for name in ("training", "test", "omitted"):
        for metric in asked:
            one, other = getattr(whole, name)[metric.name], getattr(parts, name)[metric.name]
            assert other == pytest.approx(one, rel=1e-12, nan_ok=True)
    assert parts.share == pytest.approx(whole.share, rel=1e-12)
    assert (parts.n_resamples, parts.n_refused) == (B, 3 + 2)
    assert (
        parts.reasons
        == whole.reasons
        == {"calibration_slope": "a calibration slope needs risks that vary"}
    )


def test_the_omitted_of_all_resamples_have_one_part_each():
    share = values_of_refits([refits()], observed(), metrics("binary", "brier")).share
    known = refits().counts[:, ~np.isnan(observed())]
    assert share.sum() == pytest.approx((known == 0).any(axis=0).sum())


def test_the_slope_is_evaluated_for_what_follows_the_spread():
    found = values_of_refits([refits()], observed(), metrics("binary", "calibration_intercept"))
    assert set(found.training) == {"calibration_intercept", "calibration_slope"}
