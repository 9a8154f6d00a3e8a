"""The bins of boosted trees are scikit-learn's, to the bit."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.ensemble._hist_gradient_boosting.binning import _find_binning_thresholds

from hiprisk.learning.scikit_learn.tree_bins import bin_thresholds, fit_with_equal_weights

RNG = np.random.default_rng(2010)
COLUMNS = {
    "all distinct": RNG.normal(size=1_200),
    "ties": RNG.integers(0, 400, size=1_200) / 7.0,
    "copies": np.tile(RNG.normal(size=300), 4),
    "few values": RNG.integers(0, 3, size=1_200).astype(float),
    "255 values": np.arange(1_020) % 255 / 3.0,
    "256 values": np.arange(1_024) % 256 / 3.0,
    "constant": np.ones(40),
    "wide": np.exp(9 * RNG.normal(size=1_200)),
}


@pytest.mark.parametrize("n_imputations", [1, 2, 3, 10, 20])
@pytest.mark.parametrize("name", COLUMNS)
def test_thresholds_are_those_of_scikit_learn(name, n_imputations):
    values, weight = COLUMNS[name], 1.0 / n_imputations
    theirs = _find_binning_thresholds(values, 255, np.full(len(values), weight))
    np.testing.assert_array_equal(bin_thresholds(values, weight, max_bins=255), theirs)


@pytest.mark.parametrize("kind", [HistGradientBoostingClassifier, HistGradientBoostingRegressor])
@pytest.mark.parametrize("missing", [False, True])
def test_an_ensemble_is_fitted_as_its_own_fit_would(kind, missing):
    X = np.column_stack([COLUMNS[name] for name in ("all distinct", "ties", "few values", "wide")])
    y = X[:, 0] + RNG.normal(size=len(X))
    y = (y > 0).astype(float) if kind is HistGradientBoostingClassifier else y
    if missing:
        X = np.where(RNG.uniform(size=X.shape) < 0.1, np.nan, X)
    settings = {"max_iter": 8, "max_features": 0.5, "early_stopping": False, "random_state": 0}
    theirs = kind(**settings).fit(X, y, sample_weight=np.full(len(X), 0.1))
    ours = fit_with_equal_weights(kind(**settings), X, y, weight=0.1)
    assert type(ours) is kind
    assert vars(ours).keys() == vars(theirs).keys()
    np.testing.assert_array_equal(ours._raw_predict(X), theirs._raw_predict(X))


def test_many_rows_are_binned_by_scikit_learn():
    X = np.random.default_rng(1).normal(size=(200_001, 1))
    settings = {"max_iter": 1, "early_stopping": False, "random_state": 0}
    weights = np.full(len(X), 0.5)
    theirs = HistGradientBoostingRegressor(**settings).fit(X, X[:, 0], sample_weight=weights)
    ours = fit_with_equal_weights(HistGradientBoostingRegressor(**settings), X, X[:, 0], weight=0.5)
    np.testing.assert_array_equal(ours.predict(X[:99]), theirs.predict(X[:99]))
