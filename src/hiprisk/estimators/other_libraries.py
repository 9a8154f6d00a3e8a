"""A fitted model of another library, with the data behind it, as a sheet and a bundle."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from hiprisk.arrays import Floats, Integers
from hiprisk.cohort.dictionary import Variable
from hiprisk.config import ImputationSettings
from hiprisk.errors import ConfigError, InputError
from hiprisk.estimators.columns import (
    check_ranges,
    columns_of_array,
    columns_of_frame,
    describe_columns,
    varying,
)
from hiprisk.estimators.documents import document_of, write_estimator_bundle
from hiprisk.estimators.fitting import simple_design
from hiprisk.estimators.outcomes import (
    Outcome,
    binary_outcome,
    continuous_outcome,
    name_of,
    persons,
)
from hiprisk.estimators.settings import checked_dictionary, is_default, seed_of
from hiprisk.features.design import Design
from hiprisk.learning.candidates import OutOfFold
from hiprisk.learning.folds import grouped_folds
from hiprisk.learning.foreign.conversion import Converted, convert
from hiprisk.learning.foreign.converted_fit import ConvertedFit
from hiprisk.learning.model_types import FitTask
from hiprisk.learning.pipeline import StudyEstimator, impute_for_fitting
from hiprisk.learning.scikit_learn.fitting import native_bytes
from hiprisk.learning.sheets.export import fitted_sheet
from hiprisk.learning.sheets.scatter import Scatter, out_of_fold_scatter
from hiprisk.metrics.inputs import check_same_order
from hiprisk.seeding import rng_for
from hiprisk.sheet.format import Sheet

ORIGIN = (
    "Model of {source}, fitted outside of hiprisk: this document has no evidence of how well it "
    "predicts. It says what the library itself predicts of complete rows ({exactness}); missing "
    "values are imputed before."
)
NO_SCATTER = "No intervals: the model was not fitted again in folds."
# Truth values are 0 and 1 to a library.
TRUTH = ("no", "yes")


def to_sheet(
    estimator: Any,
    X: pd.DataFrame | ArrayLike,
    y: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    folds: int = 5,
    bounds: tuple[float, float] | None = None,
    name: str = "model",
    outcome: Mapping[str, Any] | None = None,
    provenance: str = "unknown",
    intended_use: str | None = None,
    dictionary: Any = "packaged",
    random_state: int = 0,
) -> Sheet:
    """A fitted model of scikit-learn, LightGBM or XGBoost as a sheet.

    The sheet predicts complete rows as the library does; which models, and how exactly, is in
    docs/reference/portable-models.md. The data add what the model itself lacks: an imputation model
    of missing values, what the development cohort held, the share of information of each variable,
    and, of a continuous outcome, how it scatters about out-of-fold predictions.

    Parameters
    ----------
    estimator : fitted model
        Also a scikit-learn ``Pipeline`` of scalers and a model, or a search such as
        ``GridSearchCV``, which is then repeated in each fold.
    X : DataFrame or array-like, shape (n_rows, n_features)
        The rows that it was fitted to, its inputs in their order: numbers and truth values, NaN
        where missing.
    y : array-like, shape (n_rows,)
        Their outcome; of a classifier its labels.
    groups : array-like, shape (n_rows,), optional
        Person of each row: nobody is in two folds.
    folds : int
        Folds in which a copy of the model is fitted again, for the intervals of a continuous
        outcome; 0 for no intervals, as with a ``Booster``, which cannot be copied.
    bounds : tuple of float, optional
        Of a continuous outcome.
    name, outcome, provenance, intended_use
        As of `StudyRegressor.to_sheet`.
    dictionary
        As of `StudyRegressor`.
    random_state : int
        Of the folds and of the draws that impute.

    Returns
    -------
    Sheet
        `Sheet.to_json` writes it; `to_bundle` makes a folder that `hiprisk.load` opens.

    Raises
    ------
    ConfigError
        With the code ``NOT_PORTABLE`` where a sheet cannot hold the model.
    InputError
        If a column is no number or does not vary, or the outcome is not the model's.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.ensemble import RandomForestRegressor
    >>> rng = np.random.default_rng(1)
    >>> X = rng.normal(size=(200, 3))
    >>> y = 10 * X[:, 0] + rng.normal(size=200)
    >>> forest = RandomForestRegressor(20, random_state=0).fit(X, y)
    >>> sheet = to_sheet(forest, X, y, outcome={"higher_is": "better"})
    >>> sheet.family
    'RandomForestRegressor'
    """
    check_same_order(X=X, y=y, groups=groups)
    columns = _checked_columns(X, dictionary)
    converted = convert(estimator, inputs=columns.design.inputs)
    data = _with_outcome(columns, converted, estimator, y, bounds=bounds, groups=groups)
    seed = seed_of(random_state)
    scatter = _scatter(estimator, data, folds=folds, seed=seed)
    sheet = fitted_sheet(
        _study_estimator(data, converted, np.arange(len(columns.frame)), seed=seed),
        columns.frame,
        dictionary=columns.variables,
        outcome=data.outcome.described(tuple(columns.variables.values()), columns.dictionary),
        distribution=scatter.distribution,
        residual_sd=scatter.residual_sd,
        refits=None,
        max_imputed_weight=ImputationSettings().max_imputed_weight,
    )
    found = document_of(
        sheet,
        name=name,
        outcome=outcome,
        provenance=provenance,
        intended_use=intended_use,
        direction=data.outcome.direction(columns.dictionary),
    )
    notes = [ORIGIN.format(source=converted.source, exactness=converted.exactness)]
    if data.outcome.classes is None and scatter.distribution is None:
        notes.append(NO_SCATTER)
    return dataclasses.replace(found, notes=tuple(notes))


def to_bundle(
    estimator: Any,
    X: pd.DataFrame | ArrayLike,
    y: ArrayLike,
    *,
    out: Path | str = "models",
    **settings: Any,
) -> Path:
    """The same as a bundle, for `hiprisk.load` and every command.

    Parameters
    ----------
    estimator, X, y, settings
        As of `to_sheet`.
    out : path-like
        Folder of all models.

    Returns
    -------
    Path
        ``out/name/version``.
    """
    sheet = to_sheet(estimator, X, y, **settings)
    # All of them vary, and the sheet has them in their order.
    names = map(str, X.columns) if isinstance(X, pd.DataFrame) else ()
    columns = dict(zip((spec.name for spec in sheet.variables), names, strict=False))
    kind = type(estimator)
    parameters = estimator.get_params(deep=False) if hasattr(estimator, "get_params") else {}
    return write_estimator_bundle(
        sheet,
        out=out,
        estimator=f"{kind.__module__}.{kind.__qualname__}",
        parameters=parameters,
        columns={sheet.outcome.variable: name_of(y), **columns},
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Columns:
    """Columns of X, as they were given and as a study has them."""

    given: Any
    frame: pd.DataFrame
    variables: Mapping[str, Variable]
    dictionary: Mapping[str, Variable]
    design: Design

    def rows_given(self, rows: Integers) -> Any:
        """Some rows as the library is given them."""
        return self.given.iloc[rows] if isinstance(self.given, pd.DataFrame) else self.given[rows]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Data:
    """The columns with the outcome."""

    columns: _Columns
    numeric: Floats
    labels: NDArray[Any]
    outcome: Outcome
    groups: Integers


def _checked_columns(X: Any, dictionary: Any) -> _Columns:
    """Columns of numbers, all of which vary."""
    given = native_bytes(X) if isinstance(X, pd.DataFrame) else _checked_array(X)
    columns = (
        columns_of_frame(given) if isinstance(given, pd.DataFrame) else columns_of_array(given)
    )
    for column in columns:
        if column.is_category and column.levels != TRUTH:
            raise InputError(
                f"'{column.name}' is no number, and the model was fitted to numbers",
                code="NOT_A_NUMBER",
                column=column.name,
                advice="give X as the model was given it; code categories as 0/1 columns",
            )
    known = checked_dictionary(dictionary)
    fitted = describe_columns(columns, known, by_name=is_default(dictionary))
    read = fitted.read(columns)
    check_ranges(fitted, read)
    frame = pd.DataFrame(dict(read))
    variables = varying(fitted.variables, frame)
    for label, one in zip(fitted.names, fitted.variables, strict=True):
        if one.name not in variables:
            raise InputError(
                f"'{label}' does not vary: nothing could be imputed from it or for it",
                code="CONSTANT",
                column=label,
                advice="leave it out and fit the model again",
            )
    return _Columns(
        given=given,
        frame=frame,
        variables=variables,
        dictionary=known,
        design=simple_design(variables, frame),
    )


def _checked_array(X: Any) -> Floats:
    try:
        found = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.ndim != 2 or not len(found):
        raise InputError("X must be a data frame, or an array of numbers with rows and columns")
    return found


def _with_outcome(
    columns: _Columns, converted: Converted, estimator: Any, y: Any, *, bounds: Any, groups: Any
) -> _Data:
    n_rows = len(columns.frame)
    outcome = _outcome(converted, estimator, y, bounds)
    if len(outcome.target) != n_rows:
        raise InputError(f"y has {len(outcome.target)} values, and X has {n_rows} rows")
    return _Data(
        columns=columns,
        numeric=columns.design.numeric(columns.frame),
        labels=np.asarray(y).ravel(),
        outcome=outcome,
        groups=persons(groups, n_rows),
    )


def _outcome(converted: Converted, estimator: Any, y: Any, bounds: Any) -> Outcome:
    classes = getattr(estimator, "classes_", None)
    if classes is None and converted.model.link == "identity":
        return continuous_outcome(estimator, y, bounds=bounds)
    if bounds is not None:
        raise ConfigError("a binary outcome has no bounds", column="bounds")
    found = binary_outcome(estimator, y)
    assert found.classes is not None
    # A booster of its own has no classes; it was fitted to 0 and 1.
    expected = [0, 1] if classes is None else classes
    if not np.array_equal(found.classes, np.asarray(expected)):
        raise InputError(
            "the labels of y are not those that the model was fitted to",
            code="OUTCOME",
            advice="give the outcome that the model was fitted to",
        )
    return found


def _study_estimator(
    data: _Data, converted: Converted, rows: Integers, *, seed: int
) -> StudyEstimator:
    """The converted model behind an imputation model of some of the rows."""
    design = data.columns.design
    link = "identity" if data.outcome.classes is None else "logit"
    estimator = StudyEstimator(
        design=design,
        family=converted.source.split()[-1],
        params={},
        task=FitTask(names=design.inputs, link=link),
        n_imputations=1,
        n_draws=ImputationSettings().draws_at_prediction,
        bounds=data.outcome.bounds,
        seed=seed,
    )
    target = data.outcome.target[rows]
    estimator.imputation_, _ = impute_for_fitting(
        estimator, data.numeric[rows], target, None, None, data.groups[rows]
    )
    estimator.n_described_ = estimator.n_fitted_ = len(rows)
    estimator.fit_ = ConvertedFit(link, converted.model)
    return estimator


def _scatter(estimator: Any, data: _Data, *, folds: int, seed: int) -> Scatter:
    """Scatter of a continuous outcome about predictions of copies fitted without the fold."""
    if folds == 0 or data.outcome.classes is not None or not hasattr(estimator, "get_params"):
        return Scatter()
    if folds < 2:
        raise ConfigError(f"must be 0 (none) or at least 2, got {folds}", column="folds")
    n, inputs = len(data.numeric), data.columns.design.inputs
    predicted, variance, number = np.empty(n), np.zeros(n), np.empty(n, dtype=np.intp)
    parts = grouped_folds(data.groups, n_folds=folds, rng=rng_for(seed, "to-sheet", "folds"))
    for place, left_out in enumerate(parts):
        learn = np.setdiff1d(np.arange(n), left_out)
        copy = clone(estimator).fit(data.columns.rows_given(learn), data.labels[learn])
        own = _study_estimator(data, convert(copy, inputs=inputs), learn, seed=seed)
        drawn = own.linear_predictors(data.numeric[left_out])
        predicted[left_out] = own.to_prediction(drawn)
        if len(drawn) > 1:
            variance[left_out] = drawn.var(axis=0, ddof=1)
        number[left_out] = place
    out_of_fold = OutOfFold(np.arange(n), predicted, variance, number)
    return out_of_fold_scatter(data.outcome.target, out_of_fold)
