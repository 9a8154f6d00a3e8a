"""The whole procedure of a study, repeated on a resample of its people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from hiprisk.learning.candidates import (
    DevelopmentData,
    imputed_folds,
    tune,
    with_plan_of,
    with_settings,
)
from hiprisk.learning.linear import basis_matrix, plan_terms
from hiprisk.learning.model_choice import ModelChoice
from hiprisk.learning.ordinal.fit import OrdinalFit
from hiprisk.learning.pipeline import StudyEstimator, imputed_once
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.validation.resampling.resamples import OrdinalRefit, Refit, Resample
from hiprisk.validation.resampling.same_design import SameDesign


@dataclass(frozen=True)
class InnerTuning:
    """Tuning repeated inside each resample."""

    settings: Any
    n_trials: int
    n_folds: int
    loss: str = "mse"


@dataclass(frozen=True)
class StudyProcedure:
    """Imputation, features and fit, and tuning where asked for, on the people of a resample.

    Attributes
    ----------
    estimator : StudyEstimator
        Not fitted; its settings are the chosen ones.
    data : LearningData
        All people.
    tuning : InnerTuning or None
    """

    estimator: StudyEstimator
    data: DevelopmentData
    tuning: InnerTuning | None = None

    @cached_property
    def same_design(self) -> SameDesign | None:
        """What every resample fits, where that is the same columns without a penalty; else None."""
        own, data = self.estimator, self.data
        task, params = own.task, own.params
        fits = own.family in ("linear", "logistic") and task.own is None and task.sites is None
        if not fits or self.tuning is not None or data.sites is not None:
            return None
        # Imputations are drawn, and knots placed, anew in each resample.
        same = task.plan is not None or not task.splines or round(params["spline_knots"]) < 3
        parts = [data.columns] if data.auxiliary is None else [data.columns, data.auxiliary]
        incomplete = any(np.isnan(part).any() for part in parts)
        if params["penalty"] != 0.0 or own.design.n_site_columns or not same or incomplete:
            return None
        inputs = own.design.model_inputs(data.columns)
        plan = task.plan
        if plan is None:
            plan = plan_terms(task.names, [inputs], splines=(), n_knots=0)
        link: Literal["identity", "logit"] = "logit" if task.link == "logit" else "identity"
        return SameDesign(basis_matrix(plan, inputs), data.outcome, link, own.bounds)

    def __call__(self, resample: Resample) -> Refit:
        """Predictions of all people, imputed without their outcome, and the coefficients."""
        drawn = self.data.rows(resample.rows)
        seed = self.estimator.seed + 1 + resample.number
        # A seed of its own: a resample must not repeat another's imputations.
        own = StudyEstimator(**{**self.estimator.get_params(deep=False), "seed": seed})
        if self.tuning is not None:
            folds = imputed_folds(own, drawn, n_folds=self.tuning.n_folds, workers=1)
            tuned = tune(
                own,
                self.tuning.settings,
                outcome=drawn.outcome,
                folds=folds,
                n_trials=self.tuning.n_trials,
                workers=1,
                name=f"inside-{resample.number}",
                by=self.tuning.loss,
            )
            own.params = dict(tuned.params)
        own.fit_numeric(
            drawn.columns,
            drawn.outcome,
            auxiliary=drawn.auxiliary,
            start=drawn.start,
            sites=drawn.sites,
        )
        # Predictions use the study's own noise, as the shipped model does.
        own.seed = self.estimator.seed
        coefficients = getattr(own.fit_, "coefficients", None)
        inputs = imputed_once(own, self.data.columns)
        predicted = own.to_prediction(inputs.linear_predictors(own.fit_))
        if not isinstance(own.fit_, OrdinalFit):
            return Refit(predicted, coefficients)
        predictor = inputs.ordinal_predictor(own.fit_)
        return Refit(predicted, coefficients, OrdinalRefit(own.fit_.intercepts, predictor))


def study_procedure(
    prepared: PreparedStudy, choice: ModelChoice, estimator: StudyEstimator
) -> StudyProcedure:
    """What a study repeats on resamples, with the knots of its fitted estimator."""
    config = prepared.config
    unfitted = with_plan_of(prepared.unfitted(choice.name), estimator)
    inner = None
    if config.validation.tune_inside:
        inner = InnerTuning(
            config.families.named()[choice.name],
            config.validation.trials_inside,
            config.tuning.folds,
            config.tuning.loss,
        )
    return StudyProcedure(with_settings(unfitted, params=choice.params), prepared.data, inner)
