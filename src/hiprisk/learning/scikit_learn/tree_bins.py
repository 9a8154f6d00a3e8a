"""Bins of boosted trees where every row weighs the same: scikit-learn's, many times faster.

scikit-learn asks for one weighted percentile after another, and sorts and adds up the column for
each of the 254. Here a column is sorted once. The thresholds are the same to the bit, and a test
holds them to scikit-learn's own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from hiprisk.arrays import Floats


def bin_thresholds(values: Floats, weight: float, *, max_bins: int) -> Floats:
    """Upper bounds of the bins of a column without missing values.

    Parameters
    ----------
    values : ndarray, shape (n_rows,)
    weight : float
        Of each row. It matters in the last digit only: cumulative weights are sums of it.
    max_bins : int
        At most as many bins; a column with fewer values has one for each.
    """
    ascending = np.sort(values)
    distinct = ascending[np.r_[True, ascending[1:] != ascending[:-1]]]
    if len(distinct) == 1:
        return np.empty(0)
    if len(distinct) <= max_bins:
        return (distinct[:-1] + distinct[1:]) / 2
    last = len(ascending) - 1
    reached = np.cumsum(np.full(len(ascending), weight))
    wanted = np.linspace(0, 100, num=max_bins + 1)[1:-1] / 100 * reached[-1]
    place = np.minimum(np.searchsorted(reached, wanted), last)
    between = reached[place] - wanted > np.finfo(np.float64).eps
    averaged = (ascending[place] + ascending[np.minimum(place + 1, last)]) / 2
    return np.unique(np.where(between, ascending[place], averaged))


class _EqualWeights:
    """The binning of the training data, as the ensembles of scikit-learn ask for it."""

    def _bin_data(self, X: Floats, sample_weight: Floats, is_training_data: bool) -> Any:  # noqa: FBT001
        mapper: Any = self._bin_mapper  # type: ignore[attr-defined]  # of scikit-learn's class
        if len(X) > mapper.subsample or np.isnan(X).any():
            # scikit-learn then takes the percentiles of a random part, or of what is not missing.
            return super()._bin_data(X, sample_weight, is_training_data)  # type: ignore[misc]
        mapper.is_categorical_ = np.zeros(X.shape[1], dtype=np.uint8)
        mapper.missing_values_bin_idx_ = mapper.n_bins - 1
        mapper.bin_thresholds_ = [
            bin_thresholds(column, sample_weight[0], max_bins=mapper.n_bins - 1) for column in X.T
        ]
        n_bins = [len(thresholds) + 1 for thresholds in mapper.bin_thresholds_]
        mapper.n_bins_non_missing_ = np.array(n_bins, dtype=np.uint32)
        return mapper.transform(X)


class _Regressor(_EqualWeights, HistGradientBoostingRegressor):  # type: ignore[misc]  # no types
    pass


class _Classifier(_EqualWeights, HistGradientBoostingClassifier):  # type: ignore[misc]  # no types
    pass


def fit_with_equal_weights(ensemble: Any, X: Floats, y: Floats, *, weight: float) -> Any:
    """Fit an ensemble to numbers without missing values, each row with the same weight.

    Parameters
    ----------
    ensemble : HistGradientBoostingRegressor or HistGradientBoostingClassifier
        Without early stopping.
    X : ndarray, shape (n_rows, n_inputs)
    y : ndarray, shape (n_rows,)
    weight : float

    Returns
    -------
    HistGradientBoostingRegressor or HistGradientBoostingClassifier
        The same object, fitted as its own `fit` would.
    """
    is_classifier = isinstance(ensemble, HistGradientBoostingClassifier)
    fast = (_Classifier if is_classifier else _Regressor)(**ensemble.get_params(deep=False))
    fast.fit(X, y, sample_weight=np.full(len(X), weight))
    # Only scikit-learn's own class leaves this module: a file of the estimator names no other.
    vars(ensemble).update(vars(fast))
    return ensemble
