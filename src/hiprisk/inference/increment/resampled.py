"""Nested models evaluated on every resample: one imputation a resample, shared by all models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hiprisk.arrays import Floats, row_parts
from hiprisk.errors import InputError
from hiprisk.features.design import Design
from hiprisk.features.imputation import draw_with_fixed_noise
from hiprisk.inference.increment.error_free_scenarios import (
    ErrorFreeComparison,
    ScenarioValues,
    TrainingSample,
)
from hiprisk.inference.increment.losses import Evaluation, RefitResiduals
from hiprisk.inference.increment.nested_models import (
    NestedFit,
    NestedModels,
    PredictedMoments,
    PredictionData,
    fit_nested_models,
)
from hiprisk.learning.candidates import DevelopmentData, with_settings
from hiprisk.learning.pipeline import (
    MOST_AT_ONCE,
    PART_ROWS,
    StudyEstimator,
    impute_for_fitting,
)
from hiprisk.sheet.conditional_normal import NormalModel
from hiprisk.validation.resampling.resamples import Resample

Method = Literal["bootstrap_then_impute", "impute_then_bootstrap"]


@dataclass(frozen=True)
class ImputedData:
    """One imputed sample: with the outcome for fitting, without it for predicting.

    Attributes
    ----------
    bases : ndarray, shape (n_imputations, n_known, n_functions)
        Completed with the outcome.
    for_prediction : PredictionData or PredictionInParts
        All original people with a known outcome, completed without it.
    """

    bases: Floats
    for_prediction: PredictionData | PredictionInParts


@dataclass(frozen=True)
class Evaluated:
    """Values of all models on one resample.

    Attributes
    ----------
    training, test : ndarray, shape (n_models, n_measures)
        On the people of the resample, and on the original people.
    likelihood_ratios : ndarray, shape (n_models,)
    benefits_training, benefits_test : ndarray, shape (n_models, n_events, n_thresholds)
        Net benefit across thresholds.
    error_free : ScenarioValues or None
        The same without measurement error, where an error is declared.
    left_out : tuple of int
        Functions that this resample cannot estimate.
    """

    training: Floats
    test: Floats
    likelihood_ratios: Floats
    benefits_training: Floats
    benefits_test: Floats
    error_free: ScenarioValues | None = None
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True)
class ModelValues:
    """Values of all models on the people of a resample and on the original people.

    Attributes
    ----------
    training, test : ndarray, shape (n_models, n_measures)
    benefits_training, benefits_test : ndarray, shape (n_models, n_events, n_thresholds)
    """

    training: Floats
    test: Floats
    benefits_training: Floats
    benefits_test: Floats


@dataclass(frozen=True)
class ComparisonProcedure:
    """All that is needed to fit and evaluate the models of a comparison on a resample.

    Attributes
    ----------
    models : NestedModels
    estimator : StudyEstimator
        Imputes; never fitted itself.
    data : LearningData
    evaluation : Evaluation
    error_free : ErrorFreeComparison or None
        Where an error of measurement is declared.
    fixed : Completed or None
        With ``impute_then_bootstrap`` the imputations that all resamples share.
    start : ndarray or None
        Coefficients of the whole cohort, where Newton's method begins.
    """

    models: NestedModels
    estimator: StudyEstimator
    data: DevelopmentData
    evaluation: Evaluation
    error_free: ErrorFreeComparison | None = None
    fixed: ImputedData | None = None
    start: Floats | None = None

    def __call__(self, resample: Resample) -> Evaluated | str:
        """Fit on a resample and evaluate; the reason where the models cannot be fitted to it."""
        try:
            return self._evaluate(resample)
        except InputError as refusal:
            if refusal.code != "DEGENERATE":
                raise
            return refusal.reason

    def _evaluate(self, resample: Resample) -> Evaluated:
        known = ~np.isnan(self.data.outcome)
        counts = resample.counts[known].astype(np.float64)
        weights: Floats | None = None
        if self.fixed is not None:
            completed, weights = self.fixed, counts
            people = np.arange(len(counts))
        else:
            drawn = self.data.rows(resample.rows)
            # A seed of the resample's own: its result does not depend on which process takes it.
            seed = self.estimator.seed + 1 + resample.number
            completed = impute(
                self.models,
                with_settings(self.estimator, seed=seed),
                drawn,
                self.data.columns[known],
                noise=self.estimator.noise(),
            )
            # Rows are numbered among all people, the evaluation among those with a known outcome.
            people = (np.cumsum(known) - 1)[resample.rows[known[resample.rows]]]
        y = self.evaluation.observed[people]
        fit = fit_nested_models(self.models, completed.bases, y, weights=weights, start=self.start)
        values = self._values(fit, completed.for_prediction, counts)
        error_free = None
        if self.error_free is not None:
            error_free = self.error_free(TrainingSample(completed.bases, people, weights, fit))
        return Evaluated(
            values.training,
            values.test,
            fit.likelihood_ratios,
            values.benefits_training,
            values.benefits_test,
            error_free,
            fit.left_out,
        )

    def apparent(self, completed: ImputedData) -> tuple[NestedFit, ModelValues]:
        """The fit to the whole sample, and its apparent values."""
        known = ~np.isnan(self.data.outcome)
        fit = fit_nested_models(
            self.models, completed.bases, self.data.outcome[known], start=self.start
        )
        return fit, self._values(fit, completed.for_prediction, np.ones(int(known.sum())))

    def _values(
        self, fit: NestedFit, for_prediction: PredictionData | PredictionInParts, counts: Floats
    ) -> ModelValues:
        needs = self.evaluation.needs_distribution
        moments = for_prediction.moments(self.models, fit.coefficients)
        predicted = moments.predicted
        variance = moments.variance if needs else np.zeros_like(predicted)
        rows = np.repeat(np.arange(len(counts)), counts.astype(np.intp))
        # The same predictions weighted as drawn and once each: training and test of one refit.
        both = np.stack([counts, np.ones(len(counts))])
        training, test, benefits = [], [], []
        for p, v, members in zip(predicted, variance, self.models.members, strict=True):
            residuals = None
            if needs:
                residuals = RefitResiduals(
                    self.evaluation.observed[rows], p[rows], v[rows], 1 + len(members), v
                )
            losses = self.evaluation.losses(p, residuals)
            training.append(losses.values(both[0]))
            test.append(losses.values(both[1]))
            benefits.append(losses.benefits(both))
        curves = np.array(benefits)
        return ModelValues(np.array(training), np.array(test), curves[:, 0], curves[:, 1])


def impute(
    models: NestedModels,
    estimator: StudyEstimator,
    drawn: DevelopmentData,
    columns: Floats,
    *,
    noise: Floats,
) -> ImputedData:
    """Impute once for all models.

    Parameters
    ----------
    models : NestedModels
    estimator : StudyEstimator
        Its settings and seed hold for the imputation.
    drawn : LearningData
        The training data.
    columns : ndarray, shape (n_known, n_columns)
        Those to predict.
    noise : ndarray, shape (n_draws, n_columns)
        The study's own, with which every prediction imputes.
    """
    model, stack = impute_for_fitting(
        estimator, drawn.columns, drawn.outcome, drawn.auxiliary, drawn.start
    )
    bases = standardised_bases(models, estimator.design, stack)
    return ImputedData(bases, impute_for_prediction(models, estimator, columns, model, noise))


def standardised_bases(models: NestedModels, design: Design, stack: Sequence[Floats]) -> Floats:
    """Functions of completed columns, shape (n_imputations, n_rows, n_functions)."""
    bases = np.empty((len(stack), len(stack[0]), len(models.center)))
    for own, completed in zip(bases, stack, strict=True):
        for rows in row_parts(len(completed), PART_ROWS):
            own[rows] = models.basis(design.model_inputs(completed[rows]))
    return bases


@dataclass(frozen=True, eq=False)
class PredictionInParts:
    """`PredictionData` of many people, whose draws are made part by part when they are asked for.

    Attributes
    ----------
    design : Design
    columns : ndarray, shape (n_rows, n_columns)
        NaN where missing.
    model : NormalModel
    noise : ndarray, shape (n_draws, n_columns)
    """

    design: Design
    columns: Floats
    model: NormalModel
    noise: Floats

    def moments(self, models: NestedModels, coefficients: Floats) -> PredictedMoments:
        """Predictions of every model, and how their linear predictors vary over the draws."""
        found = [
            self._part(models, rows).moments(models, coefficients)
            for rows in row_parts(len(self.columns), PART_ROWS)
        ]
        return PredictedMoments(
            np.concatenate([one.predicted for one in found], axis=1),
            np.concatenate([one.variance for one in found], axis=1),
        )

    def _part(self, models: NestedModels, rows: slice) -> PredictionData:
        return _prediction_data(models, self.design, self.columns[rows], self.model, self.noise)


def impute_for_prediction(
    models: NestedModels,
    estimator: StudyEstimator,
    columns: Floats,
    model: NormalModel,
    noise: Floats,
) -> PredictionData | PredictionInParts:
    """Data as they are at prediction: imputed without the outcome."""
    if len(columns) > MOST_AT_ONCE:
        return PredictionInParts(estimator.design, columns, model, noise)
    return _prediction_data(models, estimator.design, columns, model, noise)


def _prediction_data(
    models: NestedModels, design: Design, columns: Floats, model: NormalModel, noise: Floats
) -> PredictionData:
    lacking = np.isnan(columns).any(axis=1)
    incomplete = np.flatnonzero(lacking)
    basis = np.empty((len(columns), len(models.center)))
    whole = columns[~lacking]
    if len(whole):
        basis[~lacking] = models.basis(design.model_inputs(whole))
    drawn = np.empty((0, len(incomplete), len(models.center)))
    if len(incomplete):
        versions = draw_with_fixed_noise(columns[incomplete], model, noise)
        inputs = design.model_inputs(versions.reshape(-1, versions.shape[2]))
        drawn = models.basis(inputs).reshape(len(noise), len(incomplete), -1)
        basis[incomplete] = drawn.mean(axis=0)
    return PredictionData(basis, incomplete, drawn)
