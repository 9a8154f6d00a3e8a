"""Permutation importance of the predictors."""

import numpy as np
import pytest

from hiprisk.evidence.predictors.importance import permutation_importance
from small_bundle import small_sheet

RNG = np.random.default_rng(3)
N = 60
COLUMNS = {
    "age_years": RNG.uniform(50.0, 80.0, N),
    "sex": np.full(N, "female", dtype=object),
    "lbp_any": np.resize(np.array(["no", "yes"], dtype=object), N),
    "womac_function_0_100": RNG.uniform(10.0, 70.0, N),
}
OBSERVED = (
    10.0 + 0.1 * COLUMNS["age_years"] + 0.6 * COLUMNS["womac_function_0_100"]
    + 5.0 * (COLUMNS["lbp_any"] == "yes") + 2.0
)  # fmt: skip


def found():
    return permutation_importance(small_sheet(), COLUMNS, OBSERVED, kind="continuous", seed=1)


def test_a_perfect_prediction_falls_by_what_each_predictor_carries():
    importance = found()
    assert (importance.metric, importance.n, importance.n_permutations) == ("r2", N, 10)
    assert importance.value == pytest.approx(1.0)
    assert importance.predictors[0].variables == ("womac_function_0_100",)
    assert all(one.low <= one.drop <= one.high for one in importance.predictors)


def test_a_predictor_that_everybody_has_alike_has_none():
    sex = next(one for one in found().predictors if one.variables == ("sex",))
    assert (sex.drop, sex.low, sex.high) == (0.0, 0.0, 0.0)


def test_the_fall_of_r2_by_hand():
    # Back pain adds 5: a permutation misses those whose value it changes by 5 points.
    back_pain = next(one for one in found().predictors if one.variables == ("lbp_any",))
    assert back_pain.low > 0.0
    n_changed = back_pain.low * ((OBSERVED - OBSERVED.mean()) ** 2).sum() / 25.0
    assert n_changed == pytest.approx(round(n_changed))


def test_the_same_seed_gives_the_same_importance():
    assert found() == found()
