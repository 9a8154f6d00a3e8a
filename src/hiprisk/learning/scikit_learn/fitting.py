"""An estimator of scikit-learn's contract, as it is needed on resamples: copied, fitted, asked."""

from __future__ import annotations

import warnings
from typing import Any, Literal

import numpy as np
import pandas as pd
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import ConfigError, InputError
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.seeding import rng_for

LARGEST_SEED = 2**31 - 1
# At this tolerance Newton's method has found the maximum to its last digits.
EXACT_TOLERANCE = 1e-10
ENOUGH_STEPS = 50
Part = Literal["everybody", "resample"]


def kind_of(estimator: Any) -> OutcomeKind:
    """Of what kind an estimator's outcome is: binary of a classifier, continuous of a regressor.

    Raises
    ------
    ConfigError
        If it is none that can be fitted and asked for predictions, or no risk.
    """
    if isinstance(estimator, type):
        raise ConfigError(
            f"'{estimator.__name__}' is a class",
            advice=f"give an estimator of it: {estimator.__name__}()",
        )
    lacking = [name for name in ("fit", "predict") if not hasattr(estimator, name)]
    if lacking:
        raise ConfigError(
            f"a {type(estimator).__name__} has no `{lacking[0]}`; an estimator follows "
            "scikit-learn's contract"
        )
    if _is(is_regressor, estimator):
        return "continuous"
    if hasattr(estimator, "predict_proba"):
        return "binary"
    if _is(is_classifier, estimator) or hasattr(estimator, "decision_function"):
        raise ConfigError(
            f"a {type(estimator).__name__} has no `predict_proba`, and classes are no risks",
            advice="wrap it in scikit-learn's CalibratedClassifierCV",
        )
    return "continuous"


def _is(question: Any, estimator: Any) -> bool:
    try:
        return bool(question(estimator))
    except (AttributeError, TypeError):
        # Without scikit-learn's tags: what methods it has says as much.
        return False


def rows_of(table: Any, rows: Integers) -> Any:
    """Some rows of a data frame, a column or an array, in the form in which it came."""
    return table.iloc[rows] if hasattr(table, "iloc") else table[rows]


def native_bytes(table: Any) -> Any:
    """The same table in the machine's order of bytes: of the other one pandas picks no rows."""
    if isinstance(table, pd.Series):
        dtype = table.dtype
        if isinstance(dtype, np.dtype) and not dtype.isnative:
            return table.astype(dtype.newbyteorder("="))
        return table
    if not isinstance(table, pd.DataFrame) or all(map(_is_native, table.dtypes)):
        return table
    columns = [native_bytes(table.iloc[:, place]) for place in range(table.shape[1])]
    return pd.concat(columns, axis=1)


def _is_native(dtype: Any) -> bool:
    return not isinstance(dtype, np.dtype) or dtype.isnative


def columns_without_penalty(estimator: Any, X: Any) -> Floats | None:
    """Columns to which an estimator fits least squares, or the maximum of a likelihood, as it is.

    Parameters
    ----------
    estimator : object
        Not fitted.
    X : array-like

    Returns
    -------
    ndarray, shape (n_rows, n_columns), or None
        None of another estimator, and of a table that is not of plain finite numbers: what else
        scikit-learn takes, or refuses, it is asked itself.
    """
    if not (_is_least_squares(estimator) or _is_maximum_likelihood(estimator)):
        return None
    dtypes = list(X.dtypes) if hasattr(X, "dtypes") else [X.dtype] if hasattr(X, "dtype") else []
    if not dtypes or any(dtype not in (np.float64, np.int64) for dtype in dtypes):
        return None
    columns = np.asarray(X, dtype=np.float64)
    return columns if columns.ndim == 2 and np.isfinite(columns).all() else None


def _is_least_squares(estimator: Any) -> bool:
    # A subclass may do anything.
    return type(estimator) is LinearRegression and (
        estimator.fit_intercept and not estimator.positive
    )


def _is_maximum_likelihood(estimator: Any) -> bool:
    """Whether a logistic regression has no penalty and goes on to the maximum.

    As it comes scikit-learn stops about 0.001 away from it (`tol=1e-4`).
    """
    if type(estimator) is not LogisticRegression or estimator.solver != "newton-cholesky":
        return False
    told = {**LogisticRegression().get_params(), "C": np.inf, "solver": "newton-cholesky"}
    free = ("tol", "max_iter", "n_jobs", "random_state", "verbose")
    same = all(estimator.get_params()[name] == told[name] for name in told if name not in free)
    return same and estimator.tol <= EXACT_TOLERANCE and estimator.max_iter >= ENOUGH_STEPS


def fit_copy(estimator: Any, X: Any, y: Any, *, seed: int, number: int | None = None) -> Any:
    """A copy of an estimator, fitted.

    Parameters
    ----------
    estimator : object
        It is left as it is.
    X, y : array-like
        Rows to fit to.
    seed : int
    number : int, optional
        Of the resample; without it the fit is that to everybody.

    Raises
    ------
    InputError
        If the estimator refuses the rows; of a resample with the code ``DEGENERATE``.

    Notes
    -----
    A random state that is left open (`random_state=None`, nested ones too) is drawn from the seed
    and the number, so that the same call gives the same result in whatever process it runs.
    """
    copy = _copied(estimator)
    _seed_random_states(copy, seed=seed, number=number)
    if number is None:
        try:
            return copy.fit(X, y)
        except (ValueError, TypeError, ArithmeticError) as problem:
            raise InputError(
                f"the {type(estimator).__name__} could not be fitted to all rows "
                f"({type(problem).__name__}, see above)",
                advice="put what it needs (imputer, encoder, scaler) before it in a pipeline",
            ) from problem
    with warnings.catch_warnings():
        # The fit to everybody has said it already.
        warnings.simplefilter("ignore", ConvergenceWarning)
        try:
            return copy.fit(X, y)
        except (ValueError, TypeError, ArithmeticError) as problem:
            # Its message may hold a cell.
            raise InputError(
                f"{type(problem).__name__} when fitting it", code="DEGENERATE"
            ) from problem


def _copied(estimator: Any) -> Any:
    try:
        return clone(estimator)
    except TypeError as problem:
        raise ConfigError(
            f"a {type(estimator).__name__} cannot be copied: it has no `get_params`",
            advice="derive it from scikit-learn's BaseEstimator",
        ) from problem


def _seed_random_states(estimator: Any, *, seed: int, number: int | None) -> None:
    open_ones = [
        name
        for name, value in sorted(estimator.get_params(deep=True).items())
        if value is None and (name == "random_state" or name.endswith("__random_state"))
    ]
    rng = rng_for(seed, "estimator", "everybody" if number is None else number)
    if open_ones:
        estimator.set_params(**{name: int(rng.integers(LARGEST_SEED)) for name in open_ones})


def predictions_of(fitted: Any, X: Any, *, kind: OutcomeKind, event: Any = None) -> Floats:
    """Predicted values, or risks of the event, of a fitted estimator.

    Parameters
    ----------
    fitted : object
    X : array-like
    kind : str
    event : object
        Label of the event among the classes of a classifier.

    Raises
    ------
    InputError
        If it is not fitted, does not know the event, or predicts what is no number or no risk.
    """
    name = type(fitted).__name__
    try:
        if kind == "binary":
            risks = np.asarray(fitted.predict_proba(X), dtype=np.float64)
            found = risks[:, _column_of(fitted, event, risks)]
        else:
            found = np.asarray(fitted.predict(X), dtype=np.float64)
    except NotFittedError as problem:
        raise InputError(f"the {name} is not fitted", advice="call its `fit` first") from problem
    # A regressor of one target may give it as a column.
    found = found.reshape(-1) if found.ndim == 2 and found.shape[1] == 1 else found
    if found.ndim != 1 or not np.isfinite(found).all():
        raise InputError(
            f"the {name} does not predict one finite number for each row", code="DEGENERATE"
        )
    return found


def _column_of(fitted: Any, event: Any, risks: Floats) -> int:
    classes = list(getattr(fitted, "classes_", (0, 1)))
    if event not in classes or risks.ndim != 2 or risks.shape[1] != len(classes):
        raise InputError(
            "a fit that has not seen the event and its absence gives no risk", code="DEGENERATE"
        )
    return classes.index(event)
