"""The candidate model types of a study, each with its search space, and how they are tuned."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from hiprisk.config.fields import STRICT, Name, refuse
from hiprisk.config.searching import (
    AtLeastOne,
    AtLeastTwo,
    Knots,
    NotNegative,
    Positive,
    PositiveShare,
    Range,
    SearchedShare,
)


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
        Rows of a leaf, at least.
    l2 : float, Range or tuple of float
        Squared penalty on the values of the leaves.
    feature_share : float, Range or tuple of float
        Share of the predictors that each split may choose from.
    monotone : bool
        Keep the sign of effects that the dictionary declares.
    """

    learning_rate: Positive = Range(low=0.02, high=0.2, log=True)
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
    """

    mean: MeanSettings | None = MeanSettings()
    linear: LinearSettings | None = None
    logistic: LogisticSettings | None = None
    ordinal: OrdinalSettings | None = None
    boosting: BoostingSettings | None = None

    def named(self) -> dict[str, Any]:
        """The candidates by name, the baseline first."""
        names = ("mean", "linear", "logistic", "ordinal", "boosting")
        found = {name: getattr(self, name) for name in names}
        return {name: settings for name, settings in found.items() if settings is not None}

    @model_validator(mode="after")
    def _one_beside_the_mean(self) -> Self:
        if len(self.named()) < 1:
            raise refuse("name at least one model type")
        return self


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
