"""What the estimators share: columns of X, the fit, and predictions read off its sheet."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data

from hiprisk.arrays import Floats
from hiprisk.cohort.dictionary import Variable
from hiprisk.errors import ConfigError, InputError
from hiprisk.estimators.columns import (
    FittedColumns,
    GivenColumn,
    check_ranges,
    check_unique_names,
    columns_of_array,
    columns_of_frame,
    describe_columns,
    varying,
)
from hiprisk.estimators.documents import document_of, write_estimator_bundle
from hiprisk.estimators.fitting import TrainingData, fit_study_model
from hiprisk.estimators.outcomes import Outcome, persons
from hiprisk.estimators.settings import checked_dictionary, checked_settings, is_default, seed_of
from hiprisk.metrics.inputs import check_same_order
from hiprisk.sheet.evaluate import Prediction, SheetEvaluator
from hiprisk.sheet.format import Sheet
from hiprisk.spelling import did_you_mean

Column = str | int


class StudyModel(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """What both estimators share: columns, the fit, and predictions read off its sheet."""

    _model_types: tuple[str, ...] = ()

    def _fit(self, X: Any, y: Any, outcome: Outcome, groups: ArrayLike | None) -> Self:
        """Fit on `outcome`, which is `y` checked."""
        settings = checked_settings(
            {**self.get_params(deep=False), "model_types": self._model_types},
            seed=seed_of(self.random_state),
        )
        check_same_order(X=X, y=y, groups=groups)
        given = self._given_columns(X, reset=True)
        check_consistent_length(X, outcome.target)
        dictionary = checked_dictionary(self.dictionary)
        fitted = describe_columns(given, dictionary, by_name=is_default(self.dictionary))
        columns = fitted.read(given)
        check_ranges(fitted, columns)
        frame = pd.DataFrame(dict(columns))
        variables = varying(fitted.variables, frame)
        constant = _constant(fitted, variables)
        result = fit_study_model(
            TrainingData(
                frame=frame,
                variables=variables,
                outcome=outcome.target,
                groups=persons(groups, len(outcome.target)),
                splines=self._splines(fitted, variables),
                signs=self._signs(fitted),
            ),
            settings,
            outcome.described(fitted.variables, dictionary),
        )
        # All at once: a fit that is refused leaves an earlier one whole.
        self.columns_, self.constant_columns_ = fitted, constant
        self.estimator_, self.sheet_ = result.estimator, result.sheet
        self.no_intervals_ = result.no_intervals
        self.outcome_name_, self.direction_ = outcome.name, outcome.direction(dictionary)
        self.evaluator_ = SheetEvaluator(result.sheet)
        return self

    def _given_columns(self, X: Any, *, reset: bool) -> list[GivenColumn]:
        """Columns of X, checked as scikit-learn checks them."""
        stated = _listed(self.categorical)
        if hasattr(X, "to_pandas"):
            # A frame of another library (Arrow, Polars) says its names and texts only so.
            X = X.to_pandas()
        if isinstance(X, pd.DataFrame):
            # Before scikit-learn, whose letter is that of a library behind it.
            check_unique_names(X)
            validate_data(self, X, reset=reset, skip_check_array=True)
            fewest = 2 if reset else 1
            if len(X) < fewest:
                raise InputError(
                    f"found a frame with {len(X)} sample(s) (n_samples = {len(X)}), while at least "
                    f"{fewest} is needed"
                )
            columns = columns_of_frame(X, stated)
        else:
            values = validate_data(
                self,
                X,
                reset=reset,
                dtype=np.float64,
                ensure_all_finite="allow-nan",
                ensure_min_samples=2 if reset else 1,
            )
            columns = columns_of_array(values, stated)
        if reset:
            names = [column.name for column in columns]
            for one in stated:
                place_of(one, names, key="categorical")
        return columns

    def _known(self, X: Any) -> list[Floats]:
        """The sheet's columns of rows that are to be predicted."""
        check_is_fitted(self)
        given = self._given_columns(X, reset=False)
        columns = self.columns_.read(given, unknown=self.unknown_levels)
        check_ranges(self.columns_, columns)
        return self.evaluator_.numeric_columns(columns, len(given[0].cells))

    def _predicted(self, X: Any) -> Prediction:
        known = self._known(X)
        # Of columns without a range: a value so large that the model's own numbers run out.
        with np.errstate(over="ignore", invalid="ignore"):
            found = self.evaluator_.predict_numeric(known)
        broken = np.flatnonzero(~np.isfinite(found.predicted) | ~np.isfinite(found.lp))
        if broken.size:
            raise InputError(
                f"{broken.size} row(s) have values too large for the model, first at position "
                f"{broken[0]}",
                code="OVERFLOW",
                advice="check the units of the columns",
            )
        return found

    def _splines(self, fitted: FittedColumns, variables: Mapping[str, Variable]) -> tuple[str, ...]:
        """Variables that get splines; they are numbers."""
        found = []
        for one in _listed(self.splines):
            variable = fitted.variables[place_of(one, fitted.names, key="splines")]
            if variable.kind != "number":
                raise ConfigError(
                    f"{one!r} is a category, and a spline is of a number", column="splines"
                )
            if variable.name in variables:
                found.append(variable.name)
        return tuple(found)

    def _signs(self, fitted: FittedColumns) -> dict[str, int]:
        """Sign that the effect of each variable must have, where one is stated."""
        stated = self.monotonic_cst
        if stated is None:
            return {}
        if not isinstance(stated, Mapping):
            if len(stated) != len(fitted.names):
                raise ConfigError(
                    f"has {len(stated)} signs for {len(fitted.names)} columns",
                    column="monotonic_cst",
                    advice="give one for each column, or a mapping of some columns to their signs",
                )
            stated = dict(enumerate(stated))
        found = {}
        for one, sign in stated.items():
            place = place_of(one, fitted.names, key="monotonic_cst")
            if sign not in (-1, 0, 1):
                raise ConfigError(f"must be -1, 0 or 1, got {sign!r}", column="monotonic_cst")
            found[fitted.variables[place].name] = int(sign)
        return found

    def predict_interval(self, X: Any, level: float = 0.8) -> Floats:
        """Interval of each row at a level, read off the same distribution as the sheet's.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n_rows, n_features)
        level : float
            Inside (0, 1).

        Returns
        -------
        ndarray, shape (n_rows, 2)
            Lower and upper bounds. Of a regressor they are of the outcome (a prediction interval);
            of a classifier of the risk (percentiles of the bootstrap models).

        Raises
        ------
        InputError
            If the fit has nothing to read them from: see `interval_folds` and `n_resamples`.
        """
        if not isinstance(level, float | np.floating) or not 0.0 < level < 1.0:
            raise ConfigError(f"must lie inside (0, 1), got {level!r}", column="level")
        known = self._known(X)
        bounds = self.evaluator_.interval(known, float(level))
        if bounds is None:
            reason, advice = self._why_no_interval()
            raise InputError(reason, code="NO_INTERVALS", advice=advice)
        return np.column_stack(bounds)

    def _why_no_interval(self) -> tuple[str, str]:
        """Why a fit has no intervals, and what to do."""
        raise NotImplementedError

    def to_sheet(
        self,
        *,
        name: str = "study-model",
        outcome: Mapping[str, Any] | None = None,
        provenance: str = "unknown",
        intended_use: str | None = None,
    ) -> Sheet:
        """The model as a sheet, which predicts the same to the last bit.

        Parameters
        ----------
        name : str
            Of the model: small letters, digits, dots, dashes, underscores.
        outcome : mapping of str to object, optional
            What is predicted, by the keys of ``outcome`` in a study config: ``label``, ``unit``,
            ``horizon_months``, ``higher_is``, ``population``, ``baseline``, ``events``. A
            continuous outcome needs ``higher_is`` (``better`` or ``worse``), unless `y` has the
            name of a variable whose direction the dictionary says. Without the others the sheet
            says that horizon and population were not stated.
        provenance : str
            Of the people whom the model was fitted to: ``real``, ``simulated`` or ``unknown``.
        intended_use : str, optional
            Research and education where it is not stated.

        Returns
        -------
        Sheet
            `Sheet.to_json` writes it; `to_bundle` makes a folder that `hiprisk.load` opens.

        Raises
        ------
        ConfigError
            If the name is not safe, something that is said of the outcome breaks a rule, or
            nobody says whether more of a continuous outcome is better or worse.
        """
        check_is_fitted(self)
        return document_of(
            self.sheet_,
            name=name,
            outcome=outcome,
            provenance=provenance,
            intended_use=intended_use,
            direction=self.direction_,
        )

    def to_bundle(
        self,
        *,
        out: Path | str = "models",
        name: str = "study-model",
        outcome: Mapping[str, Any] | None = None,
        provenance: str = "unknown",
        intended_use: str | None = None,
    ) -> Path:
        """Write the model's sheet as a bundle, for `hiprisk.load` and every command.

        Parameters
        ----------
        out : path-like
            Folder of all models.
        name, outcome, provenance, intended_use
            As in `to_sheet`.

        Returns
        -------
        Path
            ``out/name/version``.
        """
        sheet = self.to_sheet(
            name=name, outcome=outcome, provenance=provenance, intended_use=intended_use
        )
        return write_estimator_bundle(
            sheet,
            out=out,
            estimator=f"hiprisk.estimators.{type(self).__name__}",
            parameters=self.get_params(deep=False),
            columns={self.sheet_.outcome.variable: self.outcome_name_, **self.columns_.by_variable},
        )

    def __sklearn_is_fitted__(self) -> bool:
        """Whether a fit has come to its end."""
        return hasattr(self, "evaluator_")

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn may expect."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.target_tags.required = True
        return tags


def _listed(columns: Sequence[Column] | str | None) -> tuple[Column, ...]:
    """Columns that a parameter names, one of them or many."""
    if columns is None:
        return ()
    return (columns,) if isinstance(columns, str) else tuple(columns)


def place_of(column: Column, names: Sequence[str], *, key: str) -> int:
    """Place of a column that a parameter names; ConfigError where there is none."""
    if isinstance(column, str):
        if column in names:
            return names.index(column)
        raise ConfigError(
            f"there is no column {column!r}",
            column=key,
            advice=did_you_mean(column, names, otherwise="name a column of X"),
        )
    if isinstance(column, int | np.integer) and 0 <= column < len(names):
        return int(column)
    raise ConfigError(
        f"must name columns, or their positions from 0 to {len(names) - 1}, got {column!r}",
        column=key,
    )


def _constant(fitted: FittedColumns, variables: Mapping[str, Variable]) -> tuple[str, ...]:
    """Names of the columns that do not vary, with a warning that the model lacks them."""
    pairs = zip(fitted.names, fitted.variables, strict=True)
    found = tuple(name for name, variable in pairs if variable.name not in variables)
    if len(found) == len(fitted.names):
        raise InputError(
            f"none of {len(found)} column(s) varies: there is nothing to predict from",
            code="CONSTANT",
            advice="give at least one column with two different values",
        )
    if found:
        warnings.warn(
            f"{len(found)} column(s) do not vary and are no part of the model: {', '.join(found)}",
            UserWarning,
            stacklevel=4,
        )
    return found
