"""An estimator with the people it is fitted to: read, checked, and repeated on resamples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.scikit_learn.fitting import (
    columns_without_penalty,
    fit_copy,
    kind_of,
    native_bytes,
    predictions_of,
    rows_of,
)
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.inputs import as_groups, check_same_order
from hiprisk.metrics.registry import find_metric, metrics_for
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.validation.resampling.resamples import Refit, Resample
from hiprisk.validation.resampling.same_design import SameDesign


@dataclass(frozen=True, eq=False)
class Development:
    """An estimator and the rows that it is developed on.

    Attributes
    ----------
    estimator : object
        Not fitted, or fitted: it is copied for every fit.
    X : DataFrame or ndarray
    y : ndarray
        As it came: labels of the classes, or numbers.
    observed : ndarray of float, shape (n_rows,)
        1 where the event happened, or the numbers.
    groups : ndarray of int, shape (n_rows,)
        Person of each row.
    kind : str
    event : object
        Its label; None of a continuous outcome.
    seed : int
    """

    estimator: Any
    X: Any
    y: Any
    observed: Floats
    groups: Integers
    kind: OutcomeKind
    event: Any
    seed: int

    @cached_property
    def apparent(self) -> Floats:
        """Predictions of everybody by the fit to everybody."""
        fitted = fit_copy(self.estimator, self.X, self.y, seed=self.seed)
        return self._predictions(fitted)

    @cached_property
    def same_design(self) -> SameDesign | None:
        """What scikit-learn's unpenalised models fit to every resample; None of other ones."""
        columns = columns_without_penalty(self.estimator, self.X)
        link: Literal["identity", "logit"] = "logit" if self.kind == "binary" else "identity"
        return None if columns is None else SameDesign(columns, self.observed, link)

    def __call__(self, resample: Resample) -> Refit:
        """Predictions of everybody by a fit to a resample: a `Procedure`."""
        drawn = self.observed[resample.rows]
        if self.kind == "binary" and drawn.min() == drawn.max():
            raise InputError("only one class was drawn", code="DEGENERATE")
        fitted = fit_copy(
            self.estimator,
            rows_of(self.X, resample.rows),
            rows_of(self.y, resample.rows),
            seed=self.seed,
            number=resample.number,
        )
        return Refit(self._predictions(fitted))

    def _predictions(self, fitted: Any) -> Floats:
        return predictions_of(fitted, self.X, kind=self.kind, event=self.event)

    def check_folds(self, folds: int, repeats: int) -> None:
        """Raise unless there are as many persons as folds, and two of these."""
        if folds < 2 or repeats < 1:
            raise ConfigError("cross-validation needs two folds and one repeat, at least")
        n_persons = len(np.unique(self.groups))
        if n_persons < folds:
            raise InputError(
                f"{n_persons} persons cannot be divided into {folds} folds", advice="lower `folds`"
            )

    def metrics(self, names: Sequence[str] | None) -> tuple[Metric, ...]:
        """Metrics by name; by default those that every evaluation reports and that do not smooth.

        Raises
        ------
        ConfigError
            If there is no such metric of the outcome's kind.
        """
        if names is None:
            return metrics_for(self.kind)
        return tuple(find_metric(self.kind, name) for name in names)


def development(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    event: Any = None,
    seed: int = 0,
) -> Development:
    """An estimator and its people, checked.

    Parameters
    ----------
    estimator, X, y, groups, event, seed
        As for `hiprisk.validation.bootstrap_optimism`.

    Raises
    ------
    ConfigError
        If it is no estimator of numbers or risks, or the event is not said.
    InputError
        If rows do not match, an outcome is missing, or there is one class only.
    """
    kind = kind_of(estimator)
    check_same_order(X=X, y=y, groups=groups)
    X, y = native_bytes(X), native_bytes(y)
    n = _n_rows(X)
    labels = np.asarray(y)
    if labels.ndim != 1 or len(labels) != n:
        raise InputError(f"'X' has {n} rows, 'y' has the shape {labels.shape}")
    observed, event = observed_outcome(labels, kind=kind, event=event)
    return Development(
        estimator=estimator,
        X=X if hasattr(X, "iloc") or hasattr(X, "shape") else np.asarray(X),
        y=y if hasattr(y, "iloc") else labels,
        observed=observed,
        groups=as_groups(groups, n, beside="y"),
        kind=kind,
        event=event,
        seed=seed,
    )


def _n_rows(X: Any) -> int:
    shape = np.shape(X)
    if len(shape) != 2 or not shape[0] or not shape[1]:
        raise InputError(f"'X' must be a table with rows and columns, got shape {shape}")
    return int(shape[0])


def observed_outcome(labels: Any, *, kind: OutcomeKind, event: Any) -> tuple[Floats, Any]:
    """The outcome as numbers, and the label of the event where there is one.

    Parameters
    ----------
    labels : ndarray, shape (n_rows,)
    kind : str
    event : object
        None where 1 or True is the event.
    """
    missing = np.flatnonzero(pd.isna(labels))
    if missing.size:
        raise InputError(
            f"'y' has {missing.size} missing entries, first at position {missing[0]}",
            advice="leave out rows whose outcome is not known",
        )
    if kind == "continuous":
        numbers = _numbers(labels)
        if len(numbers) and numbers.min() == numbers.max():
            raise InputError("'y' has one value only", code="DEGENERATE")
        return numbers, None
    classes = list(dict.fromkeys(labels.tolist()))
    if len(classes) != 2:
        raise InputError(
            f"'y' has {len(classes)} classes, and two are needed: the event and its absence",
            code="DEGENERATE",
        )
    if event is None and set(classes) != {0, 1}:
        raise ConfigError(
            "the classes are not 0 and 1, and it is not said which is the event",
            column="event",
            advice="name its label: event=...",
        )
    label = True if event is None else event
    if label not in classes:
        raise ConfigError("no row has the label that is called the event", column="event")
    # The label as the estimator sees it: 1, 1.0 and True are equal, and one of them is there.
    return (labels == label).astype(np.float64), classes[classes.index(label)]


def _numbers(labels: Any) -> Floats:
    try:
        numbers = labels.astype(np.float64)
    except (TypeError, ValueError) as problem:
        raise InputError("'y' must be numbers: the estimator is a regressor") from problem
    off = np.flatnonzero(~np.isfinite(numbers))
    if off.size:
        raise InputError(f"'y' has {off.size} infinite entries, first at position {off[0]}")
    return np.asarray(numbers)
