"""The candidate model types of a study, each with its search space, and how they are tuned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator
from pydantic.dataclasses import dataclass

from hiprisk.config.fields import STRICT, Name, refuse
from hiprisk.config.searching import (
    AtLeastOne,
    AtLeastTwo,
    Knots,
    NotNegative,
    PositiveShare,
    Range,
    SearchedShare,
    Setting,
    SettingRange,
)

BUILT_IN = ("mean", "linear", "logistic", "ordinal", "boosting")
# What a study sets itself: its one seed, and one process a fold.
SET_BY_STUDY = ("random_state",)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LinearSettings:
    """Linear regression with an elastic-net penalty and restricted cubic splines.

    Attributes
    ----------
    penalty : float, Range or tuple of float
        Strength of the penalty; 0 for none. A number, a list to choose from, or a range to search.
    l1_share : float, Range or tuple of float
        Share of the penalty that is absolute (lasso); the rest is squared (ridge).
    spline_knots : float, Range or tuple of float
        Knots of the restricted cubic splines; 0 for straight lines.
    splines : tuple of str
        Predictors that get splines; none if empty.
        Example: ``[age_years]``
    """

    penalty: NotNegative = Range(low=1e-4, high=1.0, log=True)
    l1_share: SearchedShare = (0.0, 0.5)
    spline_knots: Knots = (0.0, 3.0, 4.0)
    splines: tuple[Name, ...] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LogisticSettings(LinearSettings):
    """Logistic regression with an elastic-net penalty and restricted cubic splines."""

    l1_share: SearchedShare = 0.0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class OrdinalSettings:
    """Cumulative link model of a bounded score over its own values, with a ridge penalty.

    Attributes
    ----------
    link : str
        As R's ``rms::orm`` names them (its ``logistic`` is ``logit``).
    penalty : float, Range or tuple of float
        Strength of the squared penalty; 0 for none.
    spline_knots : float, Range or tuple of float
        Knots of the restricted cubic splines; 0 for straight lines.
    splines : tuple of str
        Predictors that get splines; none if empty.
        Example: ``[age_years]``
    """

    link: Literal["logit", "probit", "loglog", "cloglog"] = "logit"
    penalty: NotNegative = Range(low=1e-4, high=1.0, log=True)
    spline_knots: Knots = (0.0, 3.0, 4.0)
    splines: tuple[Name, ...] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class BoostingSettings:
    """Gradient-boosted trees, one ensemble on the stacked imputations.

    Attributes
    ----------
    learning_rate : float, Range or tuple of float
        Share of each tree that is added.
    n_trees : float, Range or tuple of float
        Trees of the ensemble.
    max_leaves : float, Range or tuple of float
        Leaves of a tree.
    min_leaf : float, Range or tuple of float
        People of a leaf, at least, however many imputations are stacked.
    l2 : float, Range or tuple of float
        Squared penalty on the values of the leaves.
    feature_share : float, Range or tuple of float
        Share of the predictors that each split may choose from.
    monotone : bool
        Keep the sign of effects that the dictionary declares.
    """

    learning_rate: PositiveShare = Range(low=0.02, high=0.2, log=True)
    n_trees: AtLeastOne = Range(low=30, high=200)
    max_leaves: AtLeastTwo = (3.0, 5.0, 8.0)
    min_leaf: AtLeastOne = (20.0, 40.0, 80.0)
    l2: NotNegative = Range(low=0.1, high=30.0, log=True)
    feature_share: PositiveShare = (0.2, 0.5, 1.0)
    monotone: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MeanSettings:
    """The baseline that every model must beat."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class EstimatorSettings:
    """A candidate of one's own: an estimator of scikit-learn's interface, named by its class.

    Attributes
    ----------
    estimator : str
        Its class with the package: ``package.Class``. The package is imported, so that a config
        with one runs its code. A regressor for a continuous outcome, a classifier with
        ``predict_proba`` for a binary one.
        Example: ``sklearn.ensemble.RandomForestRegressor``
    fixed : dict of str to value
        Settings that are not searched. `random_state` comes from the study's seed, and `n_jobs`
        is 1.
        Example: ``{n_estimators: 300}``
    search : dict of str to SettingRange or tuple of value
        Settings that tuning searches: a range, or a list to choose from.
        Example: ``{alpha: {low: 0.1, high: 10.0, log: true}}``
    standardise : bool
        Bring each input to mean 0 and standard deviation 1 before each fit, for estimators that
        measure distances or penalise coefficients: neighbours, support vectors, ridge, networks.
    benchmark : bool
        Compare it with the model, and never choose it. An estimator that cannot be written as a
        sheet is always a benchmark.
    """

    estimator: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")]
    fixed: dict[str, Setting] = Field(default_factory=dict)
    search: dict[str, SettingRange | tuple[Setting, ...]] = Field(default_factory=dict)
    standardise: bool = False
    benchmark: bool = False

    @model_validator(mode="after")
    def _each_setting_once(self) -> Self:
        for name in (*self.fixed, *self.search):
            if name in SET_BY_STUDY:
                raise refuse(f"{name} comes from the seed of the study; take it out")
        both = [name for name in self.search if name in self.fixed]
        if both:
            raise refuse(f"{both[0]} is fixed and searched; it can be one of them")
        if "n_jobs" in self.search or self.fixed.get("n_jobs", 1) != 1:
            raise refuse("n_jobs is 1: folds and resamples run beside each other (--workers)")
        if any(values == () for values in self.search.values()):
            raise refuse("a list to choose from has at least one value")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ModelTypeSettings:
    """The candidate model types, each with its search space; one that is not named is not tried.

    Attributes
    ----------
    mean : MeanSettings, optional
        The mean, or the overall risk: what every model must beat.
    linear : LinearSettings, optional
        Of a continuous outcome. Example: ``{penalty: 0, l1_share: 0, spline_knots: 0}``
    logistic : LogisticSettings, optional
        Of a binary outcome. Example: ``{}``
    ordinal : OrdinalSettings, optional
        Of a bounded score. Example: ``{link: logit}``
    boosting : BoostingSettings, optional
        Of either. Example: ``{n_trees: {low: 50, high: 400}}``
    own : dict of str to EstimatorSettings
        A candidate of one's own under a name of one's own, beside the others.
        Example: ``{estimator: sklearn.linear_model.BayesianRidge}``
    """

    NAMED_FREELY: ClassVar[str] = "own"

    mean: MeanSettings | None = MeanSettings()
    linear: LinearSettings | None = None
    logistic: LogisticSettings | None = None
    ordinal: OrdinalSettings | None = None
    boosting: BoostingSettings | None = None
    own: dict[Name, EstimatorSettings] = Field(default_factory=dict)

    def named(self) -> dict[str, Any]:
        """The candidates by name, the baseline first."""
        found = {name: getattr(self, name) for name in BUILT_IN}
        built_in = {name: settings for name, settings in found.items() if settings is not None}
        return {**built_in, **self.own}

    @model_validator(mode="before")
    @classmethod
    def _own_beside_the_others(cls, given: Any) -> Any:
        # In a file they stand among the others; what has a class is a candidate of one's own.
        if not isinstance(given, dict):
            return given
        own = {name: one for name, one in given.items() if _is_own(name, one)}
        others = {name: one for name, one in given.items() if name not in own}
        if "own" in others:
            raise refuse("name a candidate of one's own beside the others, not below own")
        return {**others, "own": own} if own else others

    @model_serializer(mode="wrap")
    def _as_in_a_file(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        plain: dict[str, Any] = dump(self)
        own = plain.pop("own")
        return {**plain, **own}

    @model_validator(mode="after")
    def _one_beside_the_mean(self) -> Self:
        named = self.named()
        if len(named) < 1:
            raise refuse("name at least one model type")
        if all(is_benchmark(settings) for settings in named.values()):
            raise refuse("a benchmark is never chosen; name at least one model type beside it")
        return self


def is_benchmark(settings: object) -> bool:
    """Whether a config keeps a candidate from being chosen."""
    return isinstance(settings, EstimatorSettings) and settings.benchmark


def _is_own(name: object, given: object) -> bool:
    keys = {"estimator", "fixed", "search", "standardise", "benchmark"}
    return name not in BUILT_IN and isinstance(given, Mapping) and not keys.isdisjoint(given)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TuningSettings:
    """Tuning of each model type by cross-validation.

    Attributes
    ----------
    loss : str
        By which settings and model type are chosen, for a continuous outcome: ``mse`` of the means,
        or ``crps`` of the whole predictive distributions. A binary outcome has its log loss.
    trials : int
        Settings that are tried for each model type.
    folds : int
        Of the cross-validation that compares them.
    group_by : str
        What a fold keeps together: a ``person``, or everybody of a ``site``.
    keep : bool
        Keep the trials beside the bundle, in a file that optuna-dashboard opens.
        Example: ``true``
    """

    trials: int = Field(default=30, ge=1, le=10_000)
    folds: int = Field(default=5, ge=2, le=50)
    group_by: Literal["person", "site"] = "person"
    loss: Literal["mse", "crps"] = "mse"
    keep: bool = False
