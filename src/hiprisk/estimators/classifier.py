"""A binary outcome, as a classifier of scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin

from hiprisk.arrays import Floats
from hiprisk.estimators.outcomes import binary_outcome
from hiprisk.estimators.study_model import Column, StudyModel

_TINY = float(np.finfo(np.float64).tiny)
_NEARLY_ONE = 1.0 - float(np.finfo(np.float64).epsneg)


class StudyClassifier(ClassifierMixin, StudyModel):  # type: ignore[misc]  # scikit-learn has no types
    """A binary outcome: logistic regression or boosting, fitted as a study fits it.

    Missing values, texts and categories are handled as by `StudyRegressor`; the second of
    `classes_` is the event whose risk is predicted.

    Parameters
    ----------
    model_type : str
        ``logistic`` or ``boosting``.
    n_resamples : int
        Bootstrap models, of which the intervals of a risk are percentiles; 0 for none. Boosting
        has none.
    penalty, l1_share, splines, spline_knots
        Of the logistic model, as of the linear one of `StudyRegressor`.
    learning_rate, n_trees, max_leaves, min_leaf, l2, feature_share, monotonic_cst
        Of boosting, as of `StudyRegressor`.
    categorical, imputation, n_imputations, n_draws, max_imputed_weight
        As of `StudyRegressor`.
    unknown_levels, dictionary, random_state
        As of `StudyRegressor`.

    Attributes
    ----------
    classes_ : ndarray, shape (2,)
        Labels of the classes, the event last.
    estimator_, sheet_, columns_, constant_columns_, n_features_in_, feature_names_in_
        As of `StudyRegressor`.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> X = rng.normal(size=(300, 2))
    >>> y = np.where(X[:, 0] + rng.logistic(size=300) > 0, "worse", "better")
    >>> model = StudyClassifier().fit(X, y)
    >>> model.classes_.tolist()
    ['better', 'worse']
    >>> bool(model.predict_proba([[2.0, 0.0]])[0, 1] > 0.5)
    True
    """

    _model_types = ("logistic", "boosting")

    def __init__(
        self,
        model_type: str = "logistic",
        *,
        penalty: float = 0.01,
        l1_share: float = 0.0,
        splines: Sequence[Column] | None = None,
        spline_knots: int = 4,
        learning_rate: float = 0.1,
        n_trees: int = 100,
        max_leaves: int = 5,
        min_leaf: int = 20,
        l2: float = 1.0,
        feature_share: float = 1.0,
        monotonic_cst: Mapping[Column, int] | Sequence[int] | None = None,
        categorical: Sequence[Column] | None = None,
        imputation: str = "normal",
        n_imputations: int = 10,
        n_draws: int = 20,
        max_imputed_weight: float = 0.9,
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
        self.learning_rate = learning_rate
        self.n_trees = n_trees
        self.max_leaves = max_leaves
        self.min_leaf = min_leaf
        self.l2 = l2
        self.feature_share = feature_share
        self.monotonic_cst = monotonic_cst
        self.categorical = categorical
        self.imputation = imputation
        self.n_imputations = n_imputations
        self.n_draws = n_draws
        self.max_imputed_weight = max_imputed_weight
        self.n_resamples = n_resamples
        self.unknown_levels = unknown_levels
        self.dictionary = dictionary
        self.random_state = random_state

    def fit(self, X: Any, y: Any, *, groups: ArrayLike | None = None) -> Self:
        """Fit the model; see `StudyRegressor.fit`.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n_rows, n_features)
        y : array-like, shape (n_rows,)
            Two labels of any type.
        groups : array-like, shape (n_rows,), optional
        """
        outcome = binary_outcome(self, y)
        self._fit(X, y, outcome, groups)
        self.classes_ = np.asarray(outcome.classes)
        return self

    def predict_proba(self, X: Any) -> Floats:
        """Probability of each of `classes_`, shape (n_rows, 2)."""
        risk = self._predicted(X).predicted
        return np.column_stack([1.0 - risk, risk])

    def predict(self, X: Any) -> NDArray[Any]:
        """The class of the larger probability, shape (n_rows,)."""
        risk = self._predicted(X).predicted
        return np.asarray(self.classes_[(risk > 0.5).astype(int)])

    def decision_function(self, X: Any) -> Floats:
        """Log odds of the predicted risk, shape (n_rows,)."""
        found = self._predicted(X)
        risk = np.clip(found.predicted, _TINY, _NEARLY_ONE)
        odds = np.log(risk) - np.log1p(-risk)
        # The linear predictor is the same number without rounding, where nothing was imputed.
        return np.where(found.imputed.any(axis=1), odds, found.lp)

    def _why_no_interval(self) -> tuple[str, str]:
        if self.no_intervals_ is not None:
            return self.no_intervals_, "use a larger penalty or fewer columns"
        if self.n_resamples:
            return "boosting has no bootstrap models", "use model_type='logistic'"
        return "there are no bootstrap models", "set n_resamples to 200 and fit again"

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn may expect."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags
