"""Permutation importance of the predictors."""

import json
from pathlib import Path

import numpy as np
import pytest

from hiprisk.evidence.predictors import importance
from hiprisk.evidence.predictors.importance import permutation_importance
from rms_sheet import effects, sheet_of_effects
from small_bundle import small_sheet

ORACLE = json.loads((Path(__file__).parents[2] / "oracles" / "importance.json").read_text())
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
    whole = found()
    assert (whole.metric, whole.n, whole.n_permutations) == ("r2", N, 10)
    assert whole.value == pytest.approx(1.0)
    assert whole.predictors[0].variables == ("womac_function_0_100",)
    assert all(one.low <= one.drop <= one.high for one in whole.predictors)


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


class Orders:
    """Permutations that scikit-learn drew, one after the other."""

    def __init__(self):
        self.left = [np.array(order) for order in ORACLE["orders"]]

    def permutation(self, n):
        assert n == len(self.left[0])
        return self.left.pop(0)


@pytest.mark.parametrize(("kind", "model", "outcome"), [
    ("continuous", "linear", "score"), ("binary", "logistic", "risk"),
])  # fmt: skip
def test_the_falls_are_those_of_scikit_learn(kind, model, outcome, monkeypatch):
    # The same regression as a pipeline, with the same permutations.
    monkeypatch.setattr(importance, "rng_for", lambda *_: Orders())
    monkeypatch.setattr(importance, "N_PERMUTATIONS", len(ORACLE["orders"]))
    people = effects()["people"]
    columns = {name: np.array(people[name]) for name in ("age", "bmi")}
    columns["site"] = np.array(people["site"], dtype=object)
    observed = np.array(people[outcome], dtype=float)
    whole = permutation_importance(sheet_of_effects(kind), columns, observed, kind=kind, seed=1)
    assert whole.value == pytest.approx(ORACLE[model]["value"], rel=1e-9)
    for one in whole.predictors:
        drops = ORACLE[model]["drops"][one.variables[0]]
        expected = (np.mean(drops), min(drops), max(drops))
        assert (one.drop, one.low, one.high) == pytest.approx(expected, abs=1e-9)
