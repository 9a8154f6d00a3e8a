"""Two estimators, or one with other columns, compared out of the same folds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.errors import InputError
from hiprisk.parallel import StageProgress
from hiprisk.validation.estimators.development import development
from hiprisk.validation.estimators.judged import stages
from hiprisk.validation.estimators.predictions import compare_predictions
from hiprisk.validation.internal.cross_validation import FoldSettings, out_of_fold_predictions
from hiprisk.validation.performance.paired import PairedComparison


def compare_estimators(
    first: Any,
    second: Any,
    X: Any,
    y: ArrayLike,
    *,
    X_second: Any = None,
    names: tuple[str, str] | None = None,
    folds: int = 10,
    n_resamples: int = 1000,
    seed: int = 0,
    groups: ArrayLike | None = None,
    event: Any = None,
    level: float = 0.95,
    workers: int = 1,
    progress: StageProgress | None = None,
) -> PairedComparison:
    """Two estimators on the same people and folds: differences with paired intervals.

    Parameters
    ----------
    first, second : object
        Estimators as for `bootstrap_optimism`; of the same kind.
    X : DataFrame or array, shape (n_rows, n_columns)
    y : array-like, shape (n_rows,)
    X_second : DataFrame or array, optional
        Columns of the second where they are others: what a block of predictors adds.
    names : tuple of str, optional
        By default the names of the classes.
    folds, n_resamples, seed : int
        Of one cross-validation; of persons, for the intervals.
    groups, event, level, workers
        As for `bootstrap_optimism`.
    progress : callable, optional
        Told the name, and how many of how many fits are done.

    Returns
    -------
    PairedComparison
        Out of fold: second minus first.

    Raises
    ------
    InputError
        If input is refused.

    Notes
    -----
    The intervals tell how the difference varies with the people evaluated, the fits held fixed:
    they are somewhat too narrow for the difference of two procedures.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import LinearRegression
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> less, model = X[["age", "sex", "bp"]], LinearRegression()
    >>> found = compare_estimators(model, model, less, y, X_second=X, names=("less", "all"))
    >>> found.differences[0].metric, found.differences[0].better
    ('r2', 'second')
    """
    called = names or (type(first).__name__, type(second).__name__)
    one = development(first, X, y, groups=groups, event=event, seed=seed)
    other = development(
        second, X if X_second is None else X_second, y, groups=groups, event=event, seed=seed
    )
    if one.kind != other.kind:
        raise InputError(f"the first is of a {one.kind} outcome, the second of a {other.kind} one")
    one.check_folds(folds, 1)
    folding = FoldSettings(folds=folds, repeats=1, seed=seed)
    told = stages(progress)
    predicted = [
        out_of_fold_predictions(
            people, groups=people.groups, folding=folding, workers=workers, progress=told(name)
        )[0]
        for people, name in zip((one, other), called, strict=True)
    ]
    return compare_predictions(
        one.observed, np.asarray(predicted[0]), np.asarray(predicted[1]), kind=one.kind,
        names=called, groups=one.groups, n_resamples=n_resamples, seed=seed, level=level,
    )  # fmt: skip
