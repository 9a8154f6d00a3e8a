"""A continuous outcome, as a regressor of scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from numpy.typing import ArrayLike
from sklearn.base import RegressorMixin

from hiprisk.arrays import Floats
from hiprisk.estimators.outcomes import check_score, continuous_outcome
from hiprisk.estimators.study_model import Column, StudyModel


class StudyRegressor(RegressorMixin, StudyModel):  # type: ignore[misc]  # scikit-learn has no types
    """A continuous outcome: linear, boosting or ordinal, fitted as a study fits it.

    Missing values are imputed, with the outcome when fitting and without it when predicting;
    texts, categories and truth values of a frame are levels of categories; predictions and
    intervals are those of the sheet.

    Parameters
    ----------
    model_type : str
        ``linear``, ``boosting``, or ``ordinal``: a cumulative link model of a bounded score over
        its own values, whose intervals come from the chances of these values.
    penalty : float
        Of linear and ordinal models: strength on standardised functions, per row; 0 for none.
    l1_share : float
        Of the linear model: share of the penalty that is absolute (lasso); the rest is squared
        (ridge).
    splines : sequence of str or int, optional
        Columns that get restricted cubic splines, by name or position.
    spline_knots : int
        Knots of the splines; 0 for straight lines.
    link : str
        Of the ordinal model: ``logit``, ``probit``, ``loglog`` or ``cloglog``.
    learning_rate, n_trees, max_leaves, min_leaf, l2, feature_share
        Of boosting: share of each tree that is added, trees, leaves of a tree, rows of a leaf at
        least, squared penalty on leaves, share of the inputs that a split may choose from.
    monotonic_cst : mapping or sequence, optional
        Of boosting: -1, 0 or 1 for a column by name or position, or for all columns in order.
    categorical : sequence of str or int, optional
        Columns of numbers that are codes of categories.
    bounds : tuple of float, optional
        Lowest and highest value of the outcome; predictions and intervals stay inside. An ordinal
        model needs them.
    imputation : str
        ``normal`` (one multivariate normal model) or ``chained``, when fitting.
    n_imputations : int
        Imputed data sets behind the fit.
    n_draws : int
        Draws with which a prediction imputes missing values.
    max_imputed_weight : float
        Of the sheet: a row whose missing variables weigh more gets no answer when it is scored.
        `predict` answers every row.
    interval_folds : int
        Folds of the out-of-fold residuals behind prediction intervals; 0 saves their fits.
    n_resamples : int
        Bootstrap models in the sheet (stability, effective sample size); 0 for none.
    unknown_levels : str
        A level that nobody had when fitting is an ``error`` or ``missing`` when predicting.
    dictionary : str, path, Dictionary or None
        Where columns of a known name take label, unit, levels and hard range from: the
        ``packaged`` dictionary, a YAML file; None to take every column as it is. A column most of
        whose values are no levels, or no numbers, of the packaged variable of its name is one of
        its own, with a `HipRiskWarning`; by a dictionary that you give it is refused.
    random_state : int, RandomState or None
        Of imputations, folds and resamples.

    Attributes
    ----------
    estimator_ : StudyEstimator
        The fit.
    sheet_ : Sheet
        The same as a document; `to_sheet` names it.
    columns_ : FittedColumns
        Variable of the sheet for each column.
    constant_columns_ : tuple of str
        Columns that did not vary and are no part of the model.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> X = rng.normal(size=(200, 2))
    >>> y = 3.0 * X[:, 0] + rng.normal(size=200)
    >>> model = StudyRegressor(penalty=0.0).fit(X, y)
    >>> predicted = model.predict([[1.0, np.nan]])
    >>> lower, upper = model.predict_interval([[1.0, np.nan]], level=0.8)[0]
    >>> bool(lower < predicted[0] < upper)
    True
    """

    _model_types = ("linear", "boosting", "ordinal")

    def __init__(
        self,
        model_type: str = "linear",
        *,
        penalty: float = 0.01,
        l1_share: float = 0.0,
        splines: Sequence[Column] | None = None,
        spline_knots: int = 4,
        link: str = "logit",
        learning_rate: float = 0.1,
        n_trees: int = 100,
        max_leaves: int = 5,
        min_leaf: int = 20,
        l2: float = 1.0,
        feature_share: float = 1.0,
        monotonic_cst: Mapping[Column, int] | Sequence[int] | None = None,
        categorical: Sequence[Column] | None = None,
        bounds: tuple[float, float] | None = None,
        imputation: str = "normal",
        n_imputations: int = 10,
        n_draws: int = 20,
        max_imputed_weight: float = 0.9,
        interval_folds: int = 5,
        n_resamples: int = 0,
        unknown_levels: str = "error",
        dictionary: Any = "packaged",
        random_state: Any = 0,
    ) -> None:
        self.model_type = model_type
        self.penalty = penalty
        self.l1_share = l1_share
        self.splines = splines
        self.spline_knots = spline_knots
        self.link = link
        self.learning_rate = learning_rate
        self.n_trees = n_trees
        self.max_leaves = max_leaves
        self.min_leaf = min_leaf
        self.l2 = l2
        self.feature_share = feature_share
        self.monotonic_cst = monotonic_cst
        self.categorical = categorical
        self.bounds = bounds
        self.imputation = imputation
        self.n_imputations = n_imputations
        self.n_draws = n_draws
        self.max_imputed_weight = max_imputed_weight
        self.interval_folds = interval_folds
        self.n_resamples = n_resamples
        self.unknown_levels = unknown_levels
        self.dictionary = dictionary
        self.random_state = random_state

    def fit(self, X: Any, y: Any, *, groups: ArrayLike | None = None) -> Self:
        """Fit the model.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n_rows, n_features)
            NaN or None where missing.
        y : array-like of float, shape (n_rows,)
        groups : array-like, shape (n_rows,), optional
            Person of each row, where a person has several; folds and resamples keep them together.

        Raises
        ------
        ConfigError
            If a parameter breaks a rule.
        InputError
            If the data cannot be used; a message names columns and positions, never a value.
        """
        outcome = continuous_outcome(self, y, bounds=self.bounds)
        if self.model_type == "ordinal":
            check_score(outcome)
        return self._fit(X, y, outcome, groups)

    def predict(self, X: Any) -> Floats:
        """Expected outcome of each row, shape (n_rows,)."""
        return self._predicted(X).predicted

    def _why_no_interval(self) -> tuple[str, str]:
        if self.no_intervals_ is not None:
            return self.no_intervals_, "use a larger penalty or fewer columns"
        return "there are no out-of-fold residuals", "set interval_folds to 5 and fit again"
