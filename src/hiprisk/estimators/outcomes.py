"""The outcome that an estimator is given: checked, as numbers, and described for its sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import assert_all_finite, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from hiprisk.arrays import Floats, Integers
from hiprisk.cohort.dictionary import Variable
from hiprisk.errors import InputError
from hiprisk.estimators.columns import free_name
from hiprisk.estimators.documents import Direction, undescribed_outcome
from hiprisk.estimators.settings import checked_bounds
from hiprisk.metrics.inputs import as_groups
from hiprisk.sheet.document.ordinal import MAX_VALUES
from hiprisk.sheet.format import OutcomeSpec
from hiprisk.values import text_of


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """What is predicted.

    Attributes
    ----------
    name : str
        Of the series that holds it.
    target : ndarray, shape (n_rows,)
        1 where a binary outcome is the event.
    classes : ndarray or None
        Labels of a binary outcome, the event last.
    bounds : tuple of float or None
        Of a continuous outcome.
    """

    name: str
    target: Floats
    classes: NDArray[Any] | None = None
    bounds: tuple[float, float] | None = None

    def described(
        self, predictors: Sequence[Variable], dictionary: Mapping[str, Variable]
    ) -> OutcomeSpec:
        """The outcome as a sheet has it, under a name that no predictor has."""
        known = dictionary.get(self.name)
        levels = () if self.classes is None else tuple(text_of(one) for one in self.classes)
        return undescribed_outcome(
            free_name(self.name, {one.name for one in predictors}),
            label=self.name if known is None else known.label,
            unit=(known.unit or "") if known is not None else "",
            kind="continuous" if self.classes is None else "binary",
            bounds=self.bounds,
            levels=levels,
            higher_is=self.direction(dictionary) or "worse",
        )

    def direction(self, dictionary: Mapping[str, Variable]) -> Direction | None:
        """What more of it is by the dictionary; None where that does not say."""
        known = dictionary.get(self.name)
        if known is None or known.direction is None:
            return None
        return "better" if known.direction == "higher_better" else "worse"


def continuous_outcome(
    estimator: BaseEstimator, y: Any, *, bounds: tuple[float, float] | None
) -> Outcome:
    """A continuous outcome inside its bounds.

    Raises
    ------
    InputError
        If it is missing, infinite or outside of its bounds anywhere.
    """
    target = _numbers(_one_column(estimator, y))
    ends = checked_bounds(bounds)
    if ends is not None:
        outside = np.flatnonzero((target < ends[0]) | (target > ends[1]))
        if outside.size:
            raise InputError(
                f"the outcome must lie in [{ends[0]:g}, {ends[1]:g}]; {outside.size} of "
                f"{len(target)} rows do not, first at position {outside[0]}",
                code="OUTCOME",
                advice="correct the scale, or the parameter bounds",
            )
    return Outcome(name=name_of(y), target=target, bounds=ends)


def check_score(outcome: Outcome) -> None:
    """Raise InputError where an outcome has more values than an ordinal model may have."""
    n_values = len(np.unique(outcome.target))
    if n_values > MAX_VALUES:
        raise InputError(
            f"an ordinal model has an intercept for each value of the score, at most {MAX_VALUES}, "
            f"and the outcome has {n_values}",
            code="OUTCOME",
            advice="round the outcome to the steps of its score, or use model_type='linear'",
        )


def binary_outcome(estimator: BaseEstimator, y: Any) -> Outcome:
    """A binary outcome of any two labels.

    Raises
    ------
    InputError
        If there are not two of them.
    """
    labels = _one_column(estimator, y)
    check_classification_targets(labels)
    classes, target = np.unique(labels, return_inverse=True)
    if len(classes) > 2:
        raise InputError(
            f"Only binary classification is supported. The type of the target is "
            f"{type_of_target(labels)}.",
            code="OUTCOME",
            advice="predict one class against the others, or a score with StudyRegressor",
        )
    if len(classes) < 2:
        raise InputError("the outcome has one class only", code="DEGENERATE")
    return Outcome(name=name_of(y), target=target.astype(np.float64), classes=classes)


def persons(groups: ArrayLike | None, n_rows: int) -> Integers:
    """Number of the person of each row; each row is a person where nobody says."""
    labels = None if groups is None else column_or_1d(groups)
    return as_groups(labels, n_rows, beside="X")


def _one_column(estimator: BaseEstimator, y: Any) -> NDArray[Any]:
    """The outcome as one column without missing values."""
    if y is None:
        raise InputError(
            f"This {type(estimator).__name__} estimator requires y to be passed, but the target y "
            "is None."
        )
    found = np.asarray(column_or_1d(y, warn=True))
    if found.dtype.kind == "O":
        # A column that once had missing values holds numbers or truth values as objects.
        found = pd.Series(found).infer_objects().to_numpy()
    assert_all_finite(found, input_name="y")
    return found


def _numbers(values: NDArray[Any]) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        # NumPy's own message would show the cell.
        raise InputError(
            "the outcome must hold numbers",
            code="OUTCOME",
            advice="a category of two classes is predicted by StudyClassifier",
        ) from None


def name_of(y: Any) -> str:
    """Name of the column that an outcome is; ``outcome`` where it has none."""
    name = getattr(y, "name", None)
    return name if isinstance(name, str) and name.strip() else "outcome"
