"""Gradient-boosted trees."""

import numpy as np
import pytest

from fitted_studies import SETTINGS
from hiprisk.errors import InputError
from hiprisk.learning.boosting import fit_boosting
from hiprisk.learning.model_types import MODEL_TYPES, FitTask


def test_monotone_boosting_never_falls():
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 100, size=(400, 1))
    y = x[:, 0] * 0.2 + rng.normal(size=400) * 15
    task = FitTask(names=("a",), link="identity", monotone=(1,), use_monotone=True)
    fit = MODEL_TYPES["boosting"].fit([x], y, SETTINGS["boosting"] | {"feature_share": 1.0}, task)
    grid = fit.linear_predictor(np.linspace(0, 100, 200)[:, None])
    assert (np.diff(grid) >= 0).all()


@pytest.mark.parametrize("link", ["identity", "logit"])
def test_the_sheets_trees_predict_as_the_ensemble_does(link):
    rng = np.random.default_rng(4)
    x = rng.normal(size=(300, 3))
    y = x[:, 0] + rng.normal(size=300)
    y = (y > 0).astype(float) if link == "logit" else y
    fit = fit_boosting([x], y, names=("a", "b", "c"), params=SETTINGS["boosting"], link=link)
    model = fit.to_model()
    total = np.full(len(x), model.baseline)
    for tree in model.trees:
        for row, values in enumerate(x):
            node = 0
            while tree.feature[node] >= 0:
                right = values[tree.feature[node]] > tree.threshold[node]
                node = tree.right[node] if right else tree.left[node]
            total[row] += tree.value[node]
    np.testing.assert_allclose(total, fit.linear_predictor(x), rtol=1e-12, atol=1e-12)


def test_copies_of_an_imputation_change_nothing():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(200, 2))
    y = x[:, 0] + rng.normal(size=200)
    params = SETTINGS["boosting"] | {"feature_share": 1.0}
    one, two = (
        fit_boosting(stack, y, names=("a", "b"), params=params, link="identity")
        for stack in ([x], [x, x])
    )
    np.testing.assert_allclose(one.linear_predictor(x), two.linear_predictor(x), rtol=1e-6)


def test_an_outcome_that_does_not_vary_is_refused():
    with pytest.raises(InputError, match="the outcome does not vary"):
        fit_boosting([np.ones((9, 1))], np.ones(9), names=("a",), params={}, link="identity")
