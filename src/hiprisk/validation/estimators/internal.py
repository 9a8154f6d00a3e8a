"""Internal validation of any estimator: optimism, cross-validation, sites, stability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics.inputs import as_labels, check_level, check_same_order
from hiprisk.parallel import Progress
from hiprisk.validation.estimators.development import Development, development
from hiprisk.validation.internal import cross_validation as crossing
from hiprisk.validation.internal import internal_external as leaving_sites
from hiprisk.validation.internal.all_metrics import beside_a_bootstrap, table_of_all_metrics
from hiprisk.validation.internal.cross_validation import CrossValidation, FoldSettings
from hiprisk.validation.internal.instability import study_stability
from hiprisk.validation.internal.instability_results import Stability
from hiprisk.validation.internal.internal_external_results import InternalExternal
from hiprisk.validation.internal.optimism import table_of_values
from hiprisk.validation.internal.optimism_table import OptimismTable
from hiprisk.validation.internal.optimism_values import values_of_refits
from hiprisk.validation.resampling.refits import Refits, refit_all, refit_in_parts
from hiprisk.validation.resampling.resamples import DrawnResamples, draw_resamples


def bootstrap_optimism(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    n_resamples: int = 200,
    seed: int = 0,
    groups: ArrayLike | None = None,
    event: Any = None,
    metrics: Sequence[str] | None = None,
    level: float = 0.95,
    workers: int = 1,
    progress: Progress | None = None,
) -> OptimismTable:
    """Performance of an estimator corrected for optimism by the bootstrap (Harrell; Efron).

    A copy of the estimator is fitted to each resample of persons and evaluated on the resample and
    on everybody; the mean difference is taken off the apparent value.

    Parameters
    ----------
    estimator : object
        With scikit-learn's `fit`, `predict` (a regressor) or `predict_proba` (a classifier of two
        classes), `get_params`. It may be a pipeline, and impute by itself; it is left as it is.
    X : DataFrame or array, shape (n_rows, n_columns)
    y : array-like, shape (n_rows,)
        Without missing values.
    n_resamples, seed : int
    groups : array-like, shape (n_rows,), optional
        Person of each row, where a person has several: persons are drawn.
    event : object, optional
        Label of the event, where classes are not 0 and 1.
    metrics : sequence of str, optional
        Names; by default what a study reports, with rms' further indexes and the ICI.
    level : float
        Of the intervals.
    workers : int
        Processes; the result does not depend on them.
    progress : callable, optional
        Told how many of how many resamples are done.

    Returns
    -------
    OptimismTable
        A resample on which the estimator cannot be fitted is left out and counted (`n_refused`).

    Raises
    ------
    InputError
        If input is refused, or more than a tenth of the resamples cannot be fitted.
    ConfigError
        If it is no such estimator, or the event is not said.

    Notes
    -----
    All that the outcome decides belongs into the estimator: selection of columns, scaling and
    imputation go into its pipeline. A search such as GridSearchCV is repeated in each resample, but
    its inner folds hold copies of the same person on both sides and choose too flexible a model:
    `cross_validate` has no copies.

    Resamples of `LinearRegression()`, and of `LogisticRegression(C=inf, solver="newton-cholesky",
    tol=1e-10)`, are fitted together: 200 of 1,000 rows and 15 columns take some tens of
    milliseconds, and of a million rows only some are held at a time.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import LinearRegression
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> table = bootstrap_optimism(LinearRegression(), X, y, n_resamples=50, metrics=["r2"])
    >>> round(table.rows[0].apparent, 3), table.rows[0].corrected < 0.51
    (0.518, True)
    """
    check_level(level)
    people = development(estimator, X, y, groups=groups, event=event, seed=seed)
    chosen = people.metrics(metrics)
    beside = () if metrics is not None else beside_a_bootstrap(people.kind)
    apparent = people.apparent
    resamples = _resamples(people, n_resamples)
    refits = refit_in_parts(people, resamples, workers=workers, progress=progress)
    values = values_of_refits(refits, people.observed, [*chosen, *beside])
    if metrics is not None:
        return table_of_values(values, apparent=apparent, metrics=chosen, level=level)
    return table_of_all_metrics(
        values, apparent=apparent, metrics=chosen, kind=people.kind, level=level
    )


def refits_of(
    people: Development, *, n_resamples: int, workers: int = 1, progress: Progress | None = None
) -> Refits:
    """Copies of an estimator fitted to resamples of its persons.

    Parameters
    ----------
    people : Development
    n_resamples, workers, progress
        As for `bootstrap_optimism`.
    """
    resamples = _resamples(people, n_resamples)
    return refit_all(people, resamples, workers=workers, progress=progress)


def _resamples(people: Development, n_resamples: int) -> DrawnResamples:
    if n_resamples < 2:
        raise ConfigError(f"a bootstrap needs two resamples, got {n_resamples}")
    return draw_resamples(people.groups, n_resamples=n_resamples, seed=people.seed)


def cross_validate(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    folds: int = 10,
    repeats: int = 10,
    seed: int = 0,
    groups: ArrayLike | None = None,
    event: Any = None,
    metrics: Sequence[str] | None = None,
    level: float = 0.95,
    workers: int = 1,
    progress: Progress | None = None,
) -> CrossValidation:
    """Repeated cross-validation of an estimator that never splits a person.

    Parameters
    ----------
    folds, repeats : int
    estimator, X, y, seed, groups, event, metrics, level, workers, progress
        As for `bootstrap_optimism`.

    Returns
    -------
    CrossValidation
        Each metric of all people's out-of-fold predictions together, mean over the repeats.

    Raises
    ------
    InputError
        If input is refused, there are fewer persons than folds, or a fold cannot be fitted.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import LinearRegression
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> found = cross_validate(LinearRegression(), X, y, repeats=1, metrics=["rmse"])
    >>> list(found.to_frame()["metric"])
    ['rmse']
    """
    check_level(level)
    people = development(estimator, X, y, groups=groups, event=event, seed=seed)
    people.check_folds(folds, repeats)
    return crossing.cross_validate(
        people,
        people.observed,
        groups=people.groups,
        metrics=people.metrics(metrics),
        folding=FoldSettings(folds=folds, repeats=repeats, seed=seed),
        workers=workers,
        progress=progress,
        level=level,
    )


def internal_external(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    sites: ArrayLike,
    *,
    seed: int = 0,
    groups: ArrayLike | None = None,
    event: Any = None,
    metrics: Sequence[str] | None = None,
    level: float = 0.95,
    workers: int = 1,
    progress: Progress | None = None,
) -> InternalExternal:
    """Fitted without a site, evaluated in it, pooled over the sites.

    Parameters
    ----------
    sites : array-like, shape (n_rows,)
        Name of each row's site, or study, or year.
    estimator, X, y, seed, groups, event, metrics, level, workers, progress
        As for `bootstrap_optimism`.

    Returns
    -------
    InternalExternal
        Sites with fewer than 20 people, or fewer than 10 with and without the event, are not
        evaluated by themselves, and said.

    Raises
    ------
    InputError
        If input is refused, or fewer than two sites are large enough.
    """
    check_level(level)
    check_same_order(X=X, y=y, sites=sites)
    people = development(estimator, X, y, groups=groups, event=event, seed=seed)
    labels = np.asarray(sites)
    if labels.shape != people.observed.shape:
        raise InputError(f"'sites' has the shape {labels.shape}, 'y' has {len(people.observed)}")
    names, numbers = np.unique(
        as_labels(labels, len(labels), beside="y", name="sites"), return_inverse=True
    )
    return leaving_sites.internal_external(
        people,
        people.observed,
        sites=numbers,
        labels=[str(one) for one in names],
        groups=people.groups,
        metrics=people.metrics(metrics),
        workers=workers,
        progress=progress,
        level=level,
    )


def stability(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    thresholds: Sequence[float] = (),
    n_resamples: int = 200,
    seed: int = 0,
    groups: ArrayLike | None = None,
    event: Any = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Stability:
    """Instability of an estimator's predictions across bootstrap models (Riley and Collins).

    Parameters
    ----------
    thresholds : sequence of float
        Risks, or values, from which one would act: who is reclassified there.
    estimator, X, y, n_resamples, seed, groups, event, workers, progress
        As for `bootstrap_optimism`.

    Returns
    -------
    Stability
        Of predictions (MAPE of each row and its mean), calibration, decisions and net benefit;
        intervals are the central 95 % of the bootstrap models.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import LinearRegression
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> found = stability(LinearRegression(), X, y, n_resamples=50)
    >>> 5 < found.predictions.mape < 12
    True
    """
    people = development(estimator, X, y, groups=groups, event=event, seed=seed)
    apparent = people.apparent
    refits = refits_of(people, n_resamples=n_resamples, workers=workers, progress=progress)
    return study_stability(
        refits, people.observed, apparent=apparent, kind=people.kind,
        thresholds=thresholds,
    )  # fmt: skip
