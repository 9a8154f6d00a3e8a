"""A fitted estimator in people whom it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.scikit_learn.fitting import kind_of, native_bytes, predictions_of
from hiprisk.metrics.inputs import as_groups, check_same_order
from hiprisk.validation.estimators.development import observed_outcome
from hiprisk.validation.performance.computing import PerformanceSettings, performance_of
from hiprisk.validation.performance.results import Performance
from hiprisk.validation.performance.sample import EvaluationSample


def evaluate_external(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    thresholds: Sequence[float] = (),
    groups: ArrayLike | None = None,
    event: Any = None,
    n_resamples: int = 1000,
    seed: int = 0,
) -> Performance:
    """Performance of a fitted estimator in people whom it was not fitted to.

    Parameters
    ----------
    estimator : object
        Fitted; it is asked for predictions alone.
    X : DataFrame or array, shape (n_rows, n_columns)
    y : array-like, shape (n_rows,)
        Without missing values.
    thresholds : sequence of float
        Threshold probabilities of the decision curve, beside every per cent.
    groups : array-like, shape (n_rows,), optional
        Person of each row, where a person has several.
    event : object, optional
        Label of the event, where classes are not 0 and 1.
    n_resamples, seed : int
        Of persons, for intervals without a formula and the bands of the decision curve.

    Returns
    -------
    Performance
        Every metric with its interval, calibration curves, decision curve, scores in their parts.

    Raises
    ------
    InputError
        If input is refused, or the estimator is not fitted.
    ConfigError
        If it is no such estimator, or the event is not said.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    >>> tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X[:300], y[:300])
    >>> found = evaluate_external(tree, X[300:], y[300:], n_resamples=20)
    >>> found.n, found.metrics[0].name
    (269, 'c_statistic')
    """
    kind = kind_of(estimator)
    if not all(0.0 < one < 1.0 for one in thresholds):
        raise ConfigError("a threshold probability lies inside (0, 1)", column="thresholds")
    check_same_order(X=X, y=y, groups=groups)
    X, y = native_bytes(X), native_bytes(y)
    observed, event = observed_outcome(np.asarray(y), kind=kind, event=event)
    predicted = predictions_of(estimator, X, kind=kind, event=event)
    if len(predicted) != len(observed):
        raise InputError(f"'X' has {len(predicted)} rows, 'y' has {len(observed)}")
    return performance_of(
        EvaluationSample(
            kind=kind,
            observed=observed,
            predicted=predicted,
            groups=as_groups(groups, len(observed), beside="y"),
            thresholds=tuple(thresholds) if kind == "binary" else (),
            outcome="event" if event is None else str(event),
        ),
        PerformanceSettings(n_resamples=n_resamples, seed=seed, stream="external"),
    )
