"""Model types behind one interface: a search space, a fit, a part of the sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.config import EstimatorSettings, Range, Setting, SettingRange
from hiprisk.errors import ConfigError
from hiprisk.learning.boosting import fit_boosting
from hiprisk.learning.linear import LinearFit, TermPlan, fit_linear, plan_terms
from hiprisk.learning.ordinal.fit import fit_ordinal
from hiprisk.learning.own.estimator import OwnEstimator
from hiprisk.learning.own.fitting import fit_own
from hiprisk.learning.sites.fitting import StudySites, fit_with_sites
from hiprisk.sheet.format import Model
from hiprisk.spelling import did_you_mean

Params = Mapping[str, float]
Dimension = Range | SettingRange | tuple[Setting, ...]


class FittedModel(Protocol):
    """A fitted model of one type."""

    @property
    def link(self) -> str:
        """``identity`` or ``logit``."""

    def linear_predictor(self, inputs: Floats) -> Floats:
        """Linear predictor of complete rows, shape (n_rows,)."""

    def to_model(self, refits: Floats | None = None) -> Model:
        """The same as a part of the sheet."""


@dataclass(frozen=True)
class FitTask:
    """What a model type is given to fit.

    Attributes
    ----------
    names : tuple of str
        Inputs in order.
    monotone : tuple of int
        Expected sign of each input's effect on the outcome; 0 where none is known.
    plan : tuple of TermPlan or None
        Knots to use; None to place them on the data at hand.
    cumulative_link : str
        Of an ordinal model.
    values : tuple of float
        Values of the score that an ordinal model is written down for; empty for those of the data
        at hand.
    sites : StudySites or None
        Of the rows at hand, where sites have intercepts.
    own : OwnEstimator or None
        Of a candidate of one's own.
    """

    names: tuple[str, ...]
    link: str
    monotone: tuple[int, ...] = ()
    splines: tuple[str, ...] = ()
    use_monotone: bool = False
    plan: Any = None
    cumulative_link: str = "logit"
    values: tuple[float, ...] = ()
    sites: StudySites | None = None
    own: OwnEstimator | None = None


Fit = Callable[[Sequence[Floats], Floats, Params, FitTask], FittedModel]


@dataclass(frozen=True)
class ModelType:
    """One model type.

    Attributes
    ----------
    name : str
    kinds : tuple of str
        Kinds of outcome that it fits.
    searched : tuple of str
        Settings that may be tuned, in a fixed order.
    whole : tuple of str
        Those of them that are whole numbers.
    fit : callable
        Stack of complete data sets, outcome, settings and task to a fit.
    """

    name: str
    kinds: tuple[str, ...]
    searched: tuple[str, ...]
    whole: tuple[str, ...]
    fit: Fit

    def space(self, settings: object) -> dict[str, Dimension]:
        """Settings left to be searched."""
        values = ((name, getattr(settings, name)) for name in self.searched)
        return {name: value for name, value in values if isinstance(value, Range | tuple)}

    def fixed(self, settings: object) -> dict[str, float]:
        """Settings that the config fixes."""
        values = ((name, getattr(settings, name)) for name in self.searched)
        return {name: float(v) for name, v in values if not isinstance(v, Range | tuple)}


def _fit_mean(stack: Sequence[Floats], y: Floats, params: Params, task: FitTask) -> FittedModel:
    del params
    level = float(y.mean())
    if task.link == "logit":
        # Half an event on either side keeps the log odds finite.
        n_events = float(y.sum())
        level = float(np.log((n_events + 0.5) / (len(y) - n_events + 0.5)))
        if 0.0 < n_events < len(y):
            level = float(np.log(n_events / (len(y) - n_events)))
    return LinearFit(task.link, (), np.array([level]), None)


def _fit_linear(stack: Sequence[Floats], y: Floats, params: Params, task: FitTask) -> FittedModel:
    plan = _plan(stack, params, task)
    if task.sites is not None:
        return fit_with_sites(stack, y, task.sites, plan=plan, params=params, link=task.link)
    return fit_linear(stack, y, plan=plan, params=params, link=task.link)


def _fit_ordinal(stack: Sequence[Floats], y: Floats, params: Params, task: FitTask) -> FittedModel:
    plan = _plan(stack, params, task)
    return fit_ordinal(
        stack, y, plan=plan, params=params, link=task.cumulative_link, values=task.values
    )


def _plan(stack: Sequence[Floats], params: Params, task: FitTask) -> tuple[TermPlan, ...]:
    if task.plan is not None:
        return tuple(task.plan)
    return plan_terms(
        task.names, stack, splines=task.splines, n_knots=round(params["spline_knots"])
    )


def _fit_boosting(stack: Sequence[Floats], y: Floats, params: Params, task: FitTask) -> FittedModel:
    monotone = task.monotone if task.use_monotone else None
    return fit_boosting(
        stack, y, names=task.names, params=params, link=task.link, monotone=monotone
    )


MODEL_TYPES: Mapping[str, ModelType] = {
    model_type.name: model_type
    for model_type in (
        ModelType("mean", ("continuous", "binary"), (), (), _fit_mean),
        ModelType(
            "linear",
            ("continuous",),
            ("penalty", "l1_share", "spline_knots"),
            ("spline_knots",),
            _fit_linear,
        ),
        ModelType(
            "logistic",
            ("binary",),
            ("penalty", "l1_share", "spline_knots"),
            ("spline_knots",),
            _fit_linear,
        ),
        ModelType(
            "ordinal",
            ("continuous",),
            ("penalty", "spline_knots"),
            ("spline_knots",),
            _fit_ordinal,
        ),
        ModelType(
            "boosting",
            ("continuous", "binary"),
            ("learning_rate", "n_trees", "max_leaves", "min_leaf", "l2", "feature_share"),
            ("n_trees", "max_leaves", "min_leaf"),
            _fit_boosting,
        ),
    )
}


@dataclass(frozen=True)
class OwnModelType:
    """A candidate of one's own: its config says what is searched, its task which class is fitted.

    Attributes
    ----------
    whole : tuple of str
        None: a range of its settings says itself whether it is of whole numbers.
    fit : callable
    """

    whole: tuple[str, ...]
    fit: Fit

    def space(self, settings: object) -> dict[str, Dimension]:
        """Settings left to be searched."""
        assert isinstance(settings, EstimatorSettings)
        return dict(settings.search)

    def fixed(self, settings: object) -> dict[str, Any]:
        """Settings that the config fixes."""
        assert isinstance(settings, EstimatorSettings)
        return dict(settings.fixed)


def _fit_own(stack: Sequence[Floats], y: Floats, params: Params, task: FitTask) -> FittedModel:
    assert task.own is not None
    return fit_own(stack, y, own=task.own, params=params, link=task.link, names=task.names)


_OWN = OwnModelType((), _fit_own)


def model_type_of_task(name: str, task: FitTask) -> ModelType | OwnModelType:
    """The model type that fits a task."""
    return model_type_named(name) if task.own is None else _OWN


def model_type_of_settings(name: str, settings: object) -> ModelType | OwnModelType:
    """The model type that a section of the config is of."""
    return _OWN if isinstance(settings, EstimatorSettings) else model_type_named(name)


def model_type_named(name: str) -> ModelType:
    """The model type of that name; ConfigError if there is none."""
    if name not in MODEL_TYPES:
        raise ConfigError(
            f"'{name}' is not a model type",
            column="families",
            advice=did_you_mean(name, MODEL_TYPES, otherwise=f"known: {', '.join(MODEL_TYPES)}"),
        )
    return MODEL_TYPES[name]
