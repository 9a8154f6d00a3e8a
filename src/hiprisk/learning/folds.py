"""Cross-validation folds that never split a person, imputed once and used by every trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.features.normal_fit import NormalFit
from hiprisk.learning.pipeline import (
    ImputedInputs,
    InputsInParts,
    StudyEstimator,
    impute_for_fitting,
    imputed_inputs,
)


@dataclass(frozen=True)
class ImputedFold:
    """One fold whose missing values are imputed, so that trials only fit.

    Attributes
    ----------
    training : list of ndarray
        Inputs of the training rows, one array an imputation, imputed with the outcome.
    y_training : ndarray
    test : ImputedInputs or InputsInParts
        Of the people left out, imputed without the outcome.
    rows : ndarray of int
        Positions of the people left out.
    sites : ndarray of int or None
        Of the training rows, where sites have intercepts.
    """

    training: list[Floats]
    y_training: Floats
    test: ImputedInputs | InputsInParts
    rows: Integers
    sites: Integers | None = None


def grouped_folds(
    groups: Integers, *, n_folds: int, rng: np.random.Generator
) -> tuple[Integers, ...]:
    """Positions of the rows left out in each fold; no group is split.

    Parameters
    ----------
    groups : ndarray of int, shape (n_rows,)
    n_folds : int
    rng : numpy.random.Generator

    Raises
    ------
    InputError
        If there are fewer groups than folds.
    """
    labels = np.unique(groups)
    if len(labels) < n_folds:
        raise InputError(
            f"{len(labels)} group(s) cannot be divided into {n_folds} folds",
            code="FOLDS",
            advice="lower tuning.folds, or group by person",
        )
    fold_of = np.empty(len(labels), dtype=np.intp)
    # Dealt out like cards: folds differ by one group at most.
    fold_of[rng.permutation(len(labels))] = np.arange(len(labels)) % n_folds
    fold_of_row = fold_of[np.searchsorted(labels, groups)]
    return tuple(np.flatnonzero(fold_of_row == fold) for fold in range(n_folds))


def impute_fold(
    estimator: StudyEstimator,
    columns: Floats,
    y: Floats,
    auxiliary: Floats | None,
    left_out: Integers,
    start: NormalFit | None,
    sites: Integers | None = None,
    groups: Integers | None = None,
) -> ImputedFold:
    """Fit the imputation on the training rows of a fold and impute both parts.

    People without an outcome inform the imputation of every fold but are never left out.
    """
    inside = np.ones(len(y), dtype=bool)
    inside[left_out] = False
    test_rows = left_out[~np.isnan(y[left_out])]
    part = None if auxiliary is None else auxiliary[inside]
    # An estimator of the fold's own: the imputation learned here must not reach another fold.
    own = StudyEstimator(**estimator.get_params(deep=False))
    persons = None if groups is None else groups[inside]
    own.imputation_, stack = impute_for_fitting(
        own, columns[inside], y[inside], part, start, persons
    )
    return ImputedFold(
        training=[own.design.model_inputs(completed) for completed in stack],
        y_training=y[inside][~np.isnan(y[inside])],
        test=imputed_inputs(own, columns[test_rows]),
        rows=test_rows,
        sites=None if sites is None else sites[inside][~np.isnan(y[inside])],
    )


def fitted_on_fold(
    estimator: StudyEstimator, params: dict[str, float], fold: ImputedFold
) -> StudyEstimator:
    """Fit at given settings on the training rows of an imputed fold."""
    own = StudyEstimator(**{**estimator.get_params(deep=False), "params": params})
    return own.fit_inputs(fold.training, fold.y_training, fold.sites)


def fold_predictors(
    estimator: StudyEstimator, params: dict[str, float], fold: ImputedFold
) -> Floats:
    """Fit on an imputed fold; linear predictors of those left out, shape (n_draws, n_test)."""
    return fold.test.linear_predictors(fitted_on_fold(estimator, params, fold).fit_)


def loss(y: Sequence[float] | Floats, predicted: Floats, *, kind: str) -> float:
    """Mean squared error, or mean log loss of a risk."""
    return float(np.mean(losses(y, predicted, kind=kind)))


def losses(y: Sequence[float] | Floats, predicted: Floats, *, kind: str) -> Floats:
    """The same of each person, shape (n_rows,)."""
    observed = np.asarray(y)
    if kind == "continuous":
        return np.asarray((observed - predicted) ** 2)
    risk = np.clip(predicted, 1e-12, 1 - 1e-12)
    return np.asarray(-(observed * np.log(risk) + (1 - observed) * np.log1p(-risk)))
