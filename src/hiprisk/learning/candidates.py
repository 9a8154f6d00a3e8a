"""The candidates of a study: each model type tuned on the same imputed folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.cohort.dictionary import Variable
from hiprisk.config import EstimatorSettings, StudyConfig
from hiprisk.config.sites import SITE
from hiprisk.features.design import Design, auxiliary_columns
from hiprisk.features.normal_fit import NormalFit, fit_normal
from hiprisk.learning.folds import (
    ImputedFold,
    fitted_on_fold,
    fold_predictors,
    grouped_folds,
    impute_fold,
    loss,
)
from hiprisk.learning.model_types import FitTask, model_type_of_settings
from hiprisk.learning.ordinal.fit import OrdinalFit
from hiprisk.learning.own.estimator import own_estimator
from hiprisk.learning.participants.people import Participants
from hiprisk.learning.pipeline import StudyEstimator
from hiprisk.learning.residual_distribution import forecast_from_other_folds
from hiprisk.learning.sites.levels import site_numbers
from hiprisk.learning.tuning.search import Tuned, search
from hiprisk.learning.tuning.server import SearchServer
from hiprisk.metrics.forecast.discrete import DiscreteForecast, joined_discrete
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.parallel import Progress, one_thread, run_parallel
from hiprisk.seeding import rng_for

SLOW_MODEL_TYPES = ("boosting",)


@dataclass(frozen=True)
class DevelopmentData:
    """The development cohort as numbers.

    Attributes
    ----------
    columns : ndarray, shape (n_people, n_columns)
    outcome : ndarray, shape (n_people,)
        NaN where unknown.
    auxiliary : ndarray or None
        Further columns that inform the imputation.
    start : NormalFit
        Parameters of the imputation model on all people, where every other fit starts.
    groups : ndarray of int
        Person of each row.
    fold_groups : ndarray of int
        What is never split between folds: the person, or the site.
    sites : ndarray of int or None
        Site of each row, -1 where unknown; None where sites have no intercepts.
    """

    columns: Floats
    outcome: Floats
    auxiliary: Floats | None
    start: NormalFit
    groups: Integers
    fold_groups: Integers
    sites: Integers | None = None

    def rows(self, rows: Integers) -> DevelopmentData:
        """Rows of a resample, repeated as drawn; copies of a person stay one group."""
        return DevelopmentData(
            columns=self.columns[rows],
            outcome=self.outcome[rows],
            auxiliary=None if self.auxiliary is None else self.auxiliary[rows],
            start=self.start,
            groups=self.groups[rows],
            fold_groups=self.fold_groups[rows],
            sites=None if self.sites is None else self.sites[rows],
        )


def development_data(
    people: Participants, design: Design, config: StudyConfig, dictionary: Mapping[str, Variable]
) -> DevelopmentData:
    """The development cohort as numbers."""
    columns = design.numeric(people.frame)
    auxiliary = None
    if config.imputation.auxiliary:
        auxiliary = auxiliary_columns(config.imputation.auxiliary, dictionary, people.frame)
    start = imputation_start(columns[:, : design.n_imputed], people.outcome, auxiliary)
    by_site = config.tuning.group_by == SITE
    # What has no use for sites (compare) takes a cohort without them; train has refused it before.
    has_effects = config.sites != "none" and SITE in people.frame.columns
    return DevelopmentData(
        columns=columns,
        outcome=people.outcome,
        auxiliary=auxiliary,
        start=start,
        groups=people.groups,
        fold_groups=people.sites if by_site else people.groups,
        sites=site_numbers(people.frame) if has_effects else None,
    )


def imputation_start(
    columns: Floats, outcome: Floats, auxiliary: Floats | None = None
) -> NormalFit:
    """Parameters of the imputation model on all people, where every other fit starts."""
    parts = [columns, outcome] + ([] if auxiliary is None else [auxiliary])
    with one_thread():
        # Loose: it only gives the fits of folds and resamples a good place to begin.
        return fit_normal(np.column_stack(parts), tolerance=1e-6)


def unfitted_estimator(
    config: StudyConfig,
    design: Design,
    dictionary: Mapping[str, Variable],
    *,
    family: str,
    in_resamples: bool,
) -> StudyEstimator:
    """An unfitted estimator of a model type."""
    outcome, imputation = config.outcome, config.imputation
    settings = config.families.named()[family]
    worse = 1 if outcome.higher_is == "worse" or outcome.kind == "binary" else -1
    signs = tuple(
        worse * dictionary[name].monotone if name in dictionary else 0
        for name in design.predictor_of
    )
    task = FitTask(
        names=design.inputs,
        link="logit" if outcome.kind == "binary" else "identity",
        monotone=signs,
        splines=tuple(getattr(settings, "splines", ())),
        use_monotone=bool(getattr(settings, "monotone", False)),
        cumulative_link=str(getattr(settings, "link", "logit")),
        own=own_estimator(settings, family) if isinstance(settings, EstimatorSettings) else None,
    )
    return StudyEstimator(
        design=design,
        family=family,
        params={},
        task=task,
        n_imputations=(
            imputation.imputations_in_resamples if in_resamples else imputation.imputations
        ),
        method=imputation.method,
        proper=not in_resamples,
        n_draws=imputation.draws_at_prediction,
        bounds=outcome.bounds if outcome.kind == "continuous" else None,
        seed=config.seed,
    )


def imputed_folds(
    estimator: StudyEstimator, data: DevelopmentData, *, n_folds: int, workers: int
) -> list[ImputedFold]:
    """Folds with missing values imputed, the same for every model type and trial."""
    left_out = grouped_folds(
        data.fold_groups, n_folds=n_folds, rng=rng_for(estimator.seed, "folds")
    )
    return run_parallel(partial(_impute, estimator, data), left_out, workers=workers)


def _impute(estimator: StudyEstimator, data: DevelopmentData, left_out: Integers) -> ImputedFold:
    return impute_fold(
        estimator,
        data.columns,
        data.outcome,
        data.auxiliary,
        left_out,
        data.start,
        data.sites,
        data.groups,
    )


def _fold_loss(
    estimator: StudyEstimator, params: dict[str, float], outcome: Floats, fold: ImputedFold
) -> tuple[float, int]:
    drawn = fold_predictors(estimator, params, fold)
    kind = "binary" if estimator.task.link == "logit" else "continuous"
    value = loss(outcome[fold.rows], estimator.to_prediction(drawn), kind=kind)
    return value, len(fold.rows)


def cross_validated_loss(
    estimator: StudyEstimator,
    params: dict[str, float],
    *,
    outcome: Floats,
    folds: Sequence[ImputedFold],
    workers: int,
    by: str = "mse",
) -> float:
    """Mean out-of-fold loss over people.

    Parameters
    ----------
    by : str
        ``mse`` (of a binary outcome the log loss), or ``crps`` of the predictive distributions.
    """
    if by == "crps":
        found = out_of_fold_predictions(estimator, params, folds, workers=workers)
        observed = outcome[found.rows]
        return float(np.mean(found.forecasts(observed, bounds=estimator.bounds).crps(observed)))
    one = partial(_fold_loss, estimator, params, outcome)
    workers = _useful(workers, estimator)
    parts = run_parallel(one, list(folds), workers=workers, repeated=True)
    # Folds of unequal size: every person counts the same, not every fold.
    return sum(value * n for value, n in parts) / sum(n for _, n in parts)


def _useful(workers: int, estimator: StudyEstimator) -> int:
    # A linear fit takes less time than sending a fold to another process.
    is_slow = estimator.family in SLOW_MODEL_TYPES or estimator.task.own is not None
    return workers if is_slow else 1


def tune(
    estimator: StudyEstimator,
    settings: Any,
    *,
    outcome: Floats,
    folds: Sequence[ImputedFold],
    n_trials: int,
    workers: int,
    name: str,
    storage: Path | SearchServer | None = None,
    fingerprint: str = "",
    on_trial: Progress | None = None,
    by: str = "mse",
) -> Tuned:
    """Tune the settings of a model type on imputed folds, by a loss of `cross_validated_loss`."""
    model_type = model_type_of_settings(estimator.family, settings)
    objective = partial(_objective, estimator, outcome, folds, workers, by)
    return search(
        objective,
        space=model_type.space(settings),
        fixed=model_type.fixed(settings),
        whole=model_type.whole,
        n_trials=n_trials,
        seed=estimator.seed,
        name=name,
        storage=storage,
        fingerprint=fingerprint,
        on_trial=on_trial,
    )


def _objective(
    estimator: StudyEstimator,
    outcome: Floats,
    folds: Sequence[ImputedFold],
    workers: int,
    by: str,
    params: dict[str, float],
) -> float:
    return cross_validated_loss(
        estimator, params, outcome=outcome, folds=folds, workers=workers, by=by
    )


@dataclass(frozen=True)
class OutOfFold:
    """Out-of-fold predictions: each person by a model fitted without that person's fold.

    Attributes
    ----------
    rows : ndarray of int
        Positions among all people; those without an outcome are absent.
    predicted, imputation_variance : ndarray, shape (n_rows,)
    fold : ndarray of int, shape (n_rows,)
        In which fold each person was left out.
    own : DiscreteForecast or None
        Predictive distributions of a model type that has its own, without the outcome's bounds.
    """

    rows: Integers
    predicted: Floats
    imputation_variance: Floats
    fold: Integers
    own: DiscreteForecast | None = None

    def forecasts(self, observed: Floats, *, bounds: tuple[float, float] | None) -> Forecast:
        """Predictive distributions: the model type's own, or by the residuals of other folds.

        Parameters
        ----------
        observed : ndarray, shape (n_rows,)
            Outcomes of these people.
        bounds : tuple of float or None
            Of the outcome.
        """
        if self.own is not None:
            lower, upper = (-np.inf, np.inf) if bounds is None else bounds
            return replace(self.own, lower=lower, upper=upper)
        return forecast_from_other_folds(
            observed, self.predicted, self.imputation_variance, self.fold, bounds=bounds
        )


@dataclass(frozen=True)
class _FoldResult:
    """What one fold's fit says of those left out."""

    predicted: Floats
    variance: Floats
    own: DiscreteForecast | None


def out_of_fold_predictions(
    estimator: StudyEstimator,
    params: dict[str, float],
    folds: Sequence[ImputedFold],
    *,
    workers: int = 1,
) -> OutOfFold:
    """Out-of-fold predictions at given settings."""
    one = partial(_fold_result, estimator, params)
    with one_thread():
        workers = _useful(workers, estimator)
        parts = run_parallel(one, list(folds), workers=workers, repeated=True)
    rows = np.concatenate([fold.rows for fold in folds])
    predicted = np.concatenate([part.predicted for part in parts])
    variance = np.concatenate([part.variance for part in parts])
    fold = np.repeat(np.arange(len(folds)), [len(part.rows) for part in folds])
    # In the order of the people, so that whoever reads it needs no folds.
    order = np.argsort(rows)
    return OutOfFold(
        rows[order],
        predicted[order],
        variance[order],
        fold[order],
        _joined_own([part.own for part in parts], rows),
    )


def _fold_result(
    estimator: StudyEstimator, params: dict[str, float], fold: ImputedFold
) -> _FoldResult:
    own = fitted_on_fold(estimator, params, fold)
    drawn = fold.test.linear_predictors(own.fit_)
    law = None
    if isinstance(own.fit_, OrdinalFit):
        law = own.fit_.forecast(fold.test.at_least(own.fit_), lower=-np.inf, upper=np.inf)
    return _FoldResult(
        own.to_prediction(drawn),
        drawn.var(axis=0, ddof=1) if len(drawn) > 1 else np.zeros(drawn.shape[1]),
        law,
    )


def _joined_own(
    parts: Sequence[DiscreteForecast | None], rows: Integers
) -> DiscreteForecast | None:
    """The folds' own distributions in the order of the people."""
    own = [part for part in parts if part is not None]
    if len(own) < len(parts):
        return None
    place = np.empty(len(rows), dtype=np.intp)
    place[np.argsort(rows)] = np.arange(len(rows))
    return joined_discrete(own, np.split(place, np.cumsum([len(part) for part in own])[:-1]))


def with_settings(estimator: StudyEstimator, **changes: Any) -> StudyEstimator:
    """The same estimator, not fitted, with some settings changed."""
    return StudyEstimator(**{**estimator.get_params(deep=False), **changes})


def with_plan_of(estimator: StudyEstimator, fitted: StudyEstimator) -> StudyEstimator:
    """The same estimator with the knots of a fitted one, and with the values of its score."""
    plan = getattr(fitted.fit_, "plan", None)
    values = tuple(map(float, getattr(fitted.fit_, "values", ())))
    return with_settings(estimator, task=replace(estimator.task, plan=plan, values=values))
