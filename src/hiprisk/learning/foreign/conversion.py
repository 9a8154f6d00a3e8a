"""Models of scikit-learn, LightGBM and XGBoost in the form of a sheet's model.

A registry by class: what is not in it is refused, since a subclass may predict in a way of its
own. Every model made is tried against the library's own prediction before it is given away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from hiprisk.learning.foreign.agreement import check_agreement
from hiprisk.learning.foreign.hist_gradient_boosting import hist_gradient_boosting
from hiprisk.learning.foreign.lightgbm_trees import lightgbm
from hiprisk.learning.foreign.linear_models import linear_model, logistic_model
from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.learning.foreign.scaling import Scaling, split_pipeline
from hiprisk.learning.foreign.scikit_learn_trees import decision_tree, forest, gradient_boosting
from hiprisk.learning.foreign.xgboost_trees import xgboost
from hiprisk.sheet.format import LinearModel, TreesModel

SheetModel = LinearModel | TreesModel
Converter = Callable[[Any, Sequence[str], Scaling], SheetModel]


@dataclass(frozen=True, kw_only=True)
class Portable:
    """Classes of one library that a sheet can hold.

    Attributes
    ----------
    classes : tuple of str
    fitted : str
        Attribute that only a fitted model has.
    tolerance : float
        How far sheet and library may differ, as a share of a prediction beyond 1.
    exactness : str
        The same in words.
    """

    classes: tuple[str, ...]
    convert: Converter
    fitted: str
    tolerance: float
    exactness: str


_ADDED_UP = "to rounding (1e-12): the library adds up in an order of its own"
_BITS = "to the last bit of the sum of the trees; a risk to 1e-15"
_FLOAT32 = "a number to the last bit of XGBoost's float32, a risk to 1e-6"

_SCIKIT_LEARN = (
    Portable(
        classes=(
            "ARDRegression",
            "BayesianRidge",
            "ElasticNet",
            "ElasticNetCV",
            "HuberRegressor",
            "Lars",
            "LarsCV",
            "Lasso",
            "LassoCV",
            "LassoLars",
            "LassoLarsCV",
            "LassoLarsIC",
            "LinearRegression",
            "LinearSVR",
            "QuantileRegressor",
            "Ridge",
            "RidgeCV",
            "SGDRegressor",
            "TheilSenRegressor",
        ),
        convert=linear_model,
        fitted="coef_",
        tolerance=1e-9,
        exactness=_ADDED_UP,
    ),
    Portable(
        classes=("LogisticRegression", "LogisticRegressionCV"),
        convert=logistic_model,
        fitted="coef_",
        tolerance=1e-9,
        exactness=_ADDED_UP,
    ),
    Portable(
        classes=(
            "DecisionTreeClassifier",
            "DecisionTreeRegressor",
            "ExtraTreeClassifier",
            "ExtraTreeRegressor",
        ),
        convert=decision_tree,
        fitted="tree_",
        tolerance=1e-12,
        exactness=_BITS,
    ),
    Portable(
        classes=(
            "ExtraTreesClassifier",
            "ExtraTreesRegressor",
            "RandomForestClassifier",
            "RandomForestRegressor",
        ),
        convert=forest,
        fitted="estimators_",
        tolerance=1e-12,
        exactness=_BITS,
    ),
    Portable(
        classes=("GradientBoostingClassifier", "GradientBoostingRegressor"),
        convert=gradient_boosting,
        fitted="estimators_",
        tolerance=1e-12,
        exactness=_BITS,
    ),
    Portable(
        classes=("HistGradientBoostingClassifier", "HistGradientBoostingRegressor"),
        convert=hist_gradient_boosting,
        fitted="_predictors",
        tolerance=1e-12,
        exactness=_BITS,
    ),
)
_LIGHTGBM = (
    Portable(
        classes=("LGBMClassifier", "LGBMRegressor"),
        convert=lightgbm,
        fitted="fitted_",
        tolerance=1e-12,
        exactness=_BITS,
    ),
    Portable(
        classes=("Booster",),
        convert=lightgbm,
        fitted="dump_model",
        tolerance=1e-12,
        exactness=_BITS,
    ),
)
_XGBOOST = (
    Portable(
        classes=("XGBClassifier", "XGBRFClassifier", "XGBRFRegressor", "XGBRegressor"),
        convert=xgboost,
        fitted="_Booster",
        tolerance=1e-6,
        exactness=_FLOAT32,
    ),
    Portable(
        classes=("Booster",),
        convert=xgboost,
        fitted="save_raw",
        tolerance=1e-6,
        exactness=_FLOAT32,
    ),
)
LIBRARIES: Mapping[str, tuple[Portable, ...]] = {
    "sklearn": _SCIKIT_LEARN,
    "lightgbm": _LIGHTGBM,
    "xgboost": _XGBOOST,
}
PACKAGES = {"sklearn": "scikit-learn", "lightgbm": "lightgbm", "xgboost": "xgboost"}


@dataclass(frozen=True, kw_only=True)
class Converted:
    """A model of a library in the form of a sheet's model.

    Attributes
    ----------
    model : LinearModel or TreesModel
    source : str
        Library, its version and the class, for instance ``scikit-learn 1.9.1
        RandomForestRegressor``.
    exactness : str
        How near sheet and library are, in words.
    """

    model: SheetModel
    source: str
    exactness: str


def portable_class(kind: type) -> Portable | None:
    """What is known of a class; None where a sheet cannot hold its models.

    A scikit-learn ``Pipeline`` is none: what it can hold depends on its steps.
    """
    for portable in LIBRARIES.get(_root(kind), ()):
        if kind.__name__ in portable.classes:
            return portable
    return None


def sheet_model_of(estimator: Any, *, inputs: Sequence[str]) -> SheetModel:
    """A fitted model of another library in the form of a sheet's model.

    Parameters
    ----------
    estimator : fitted model
        Of scikit-learn (also behind the scalers of a ``Pipeline``, or found by a search such as
        ``GridSearchCV``), LightGBM or XGBoost.
    inputs : sequence of str
        Names of its inputs, in the order in which it was fitted on them.

    Raises
    ------
    NotPortableError
        If a sheet cannot hold it, or would not say the same.
    """
    return convert(estimator, inputs=inputs).model


def convert(estimator: Any, *, inputs: Sequence[str]) -> Converted:
    """The same, with where the model came from and how exact it is; see `sheet_model_of`."""
    last, scaling = split_pipeline(_found_by_search(estimator))
    portable = _checked(last)
    _check_inputs(estimator, inputs)
    model = portable.convert(last, inputs, scaling)
    check_agreement(estimator, model, inputs, tolerance=portable.tolerance)
    return Converted(model=model, source=_source(type(last)), exactness=portable.exactness)


def _found_by_search(estimator: Any) -> Any:
    """The model that a search of scikit-learn fitted last; any other comes back as it is."""
    kind = type(estimator)
    if _root(kind) == "sklearn" and kind.__name__.endswith("SearchCV"):
        if not hasattr(estimator, "best_estimator_"):
            raise NotPortableError(
                f"{kind.__name__} holds no fitted model", advice="call its fit, with refit=True"
            )
        return estimator.best_estimator_
    return estimator


def _checked(estimator: Any) -> Portable:
    kind = type(estimator)
    portable = portable_class(kind)
    if portable is None:
        known = LIBRARIES.get(_root(kind))
        whose = f"of {PACKAGES[_root(kind)]} " if known else ""
        raise NotPortableError(
            f"{kind.__module__}.{kind.__qualname__} cannot be written as a sheet",
            advice=f"models {whose}that can: {_names(known)}; any other takes part as a benchmark",
        )
    if not hasattr(estimator, portable.fitted):
        raise NotPortableError(f"{kind.__name__} is not fitted", advice="call its fit first")
    classes = getattr(estimator, "classes_", ())
    if len(classes) > 2:
        raise NotPortableError(
            f"{kind.__name__} has {len(classes)} classes, and a sheet tells two",
            advice="fit a binary outcome",
        )
    return portable


def _names(known: Sequence[Portable] | None) -> str:
    every = known or [portable for library in LIBRARIES.values() for portable in library]
    return ", ".join(dict.fromkeys(name for portable in every for name in portable.classes))


def _check_inputs(estimator: Any, inputs: Sequence[str]) -> None:
    n_fitted = _n_inputs(estimator)
    if n_fitted is not None and n_fitted != len(inputs):
        raise NotPortableError(
            f"{type(estimator).__name__} was fitted on {n_fitted} inputs, and {len(inputs)} are "
            "named",
            advice="name every input once, in the order of the fit",
        )


def _n_inputs(estimator: Any) -> int | None:
    for attribute in ("n_features_in_", "num_feature", "num_features"):
        found = getattr(estimator, attribute, None)
        if found is not None:
            return int(found() if callable(found) else found)
    return None


def _source(kind: type) -> str:
    package = PACKAGES[_root(kind)]
    try:
        number = version(package)
    except PackageNotFoundError:
        # XGBoost comes as a package of another name too.
        number = str(getattr(__import__(_root(kind)), "__version__", "of unknown version"))
    return f"{package} {number} {kind.__name__}"


def _root(kind: type) -> str:
    return kind.__module__.partition(".")[0]
