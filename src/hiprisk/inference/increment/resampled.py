"""Nested models judged on every resample: one imputation a resample, shared by all models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.features.imputation import draw_with_fixed_noise
from hiprisk.inference.increment.error_free_scenarios import (
    LearnedFrom,
    WhatIfContest,
    WhatIfValues,
)
from hiprisk.inference.increment.losses import Ruler, Spread
from hiprisk.inference.increment.nested_models import Nest, NestFit, SeenPeople, fit_nest
from hiprisk.learning.candidates import LearningData, with_settings
from hiprisk.learning.pipeline import StudyEstimator, impute_for_fitting
from hiprisk.sheet.conditional_normal import NormalModel
from hiprisk.validation.resampling.resamples import Resample

Method = Literal["bootstrap_then_impute", "impute_then_bootstrap"]


@dataclass(frozen=True)
class Completed:
    """People with what is missing filled in: once to learn from them, once to predict them.

    Attributes
    ----------
    bases : ndarray, shape (n_imputations, n_known, n_functions)
        Completed with the outcome.
    seen : SeenPeople
        All original people with a known outcome, completed without it.
    """

    bases: Floats
    seen: SeenPeople


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
    what_if : WhatIfValues or None
        The same without measurement error, where an error is declared.
    """

    training: Floats
    test: Floats
    likelihood_ratios: Floats
    benefits_training: Floats
    benefits_test: Floats
    what_if: WhatIfValues | None = None


@dataclass(frozen=True)
class Values:
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
class Contest:
    """All that is needed to fit and judge the models of a comparison on a resample.

    Attributes
    ----------
    nest : Nest
    estimator : StudyEstimator
        Imputes; never fitted itself.
    data : LearningData
    ruler : Ruler
    what_ifs : WhatIfContest or None
        Where an error of measurement is declared.
    fixed : Completed or None
        With ``impute_then_bootstrap`` the imputations that all resamples share.
    start : ndarray or None
        Coefficients of the whole cohort, where Newton's method begins.
    """

    nest: Nest
    estimator: StudyEstimator
    data: LearningData
    ruler: Ruler
    what_ifs: WhatIfContest | None = None
    fixed: Completed | None = None
    start: Floats | None = None

    def __call__(self, resample: Resample) -> Evaluated | None:
        """Fit on a resample and judge; None where the models cannot be fitted to it."""
        try:
            return self._evaluate(resample)
        except InputError as refusal:
            if refusal.code != "DEGENERATE":
                raise
            return None

    def _evaluate(self, resample: Resample) -> Evaluated:
        known = ~np.isnan(self.data.outcome)
        counts = resample.counts[known].astype(np.float64)
        weights: Floats | None = None
        if self.fixed is not None:
            completed, weights = self.fixed, counts
            people = np.arange(len(counts))
        else:
            drawn = self.data.rows(resample.rows)
            seed = self.estimator.seed + 1 + resample.number
            completed = complete(
                self.nest,
                with_settings(self.estimator, seed=seed),
                drawn,
                self.data.columns[known],
                noise=self.estimator.noise(),
            )
            people = (np.cumsum(known) - 1)[resample.rows[known[resample.rows]]]
        y = self.ruler.observed[people]
        fit = fit_nest(self.nest, completed.bases, y, weights=weights, start=self.start)
        values = self._values(fit, completed.seen, counts)
        what_if = None
        if self.what_ifs is not None:
            what_if = self.what_ifs(LearnedFrom(completed.bases, people, weights, fit))
        return Evaluated(
            values.training,
            values.test,
            fit.likelihood_ratios,
            values.benefits_training,
            values.benefits_test,
            what_if,
        )

    def apparent(self, completed: Completed) -> tuple[NestFit, Values]:
        """The fit to everybody, and its values on them."""
        known = ~np.isnan(self.data.outcome)
        fit = fit_nest(self.nest, completed.bases, self.data.outcome[known], start=self.start)
        return fit, self._values(fit, completed.seen, np.ones(int(known.sum())))

    def _values(self, fit: NestFit, seen: SeenPeople, counts: Floats) -> Values:
        predicted = seen.predictions(self.nest, fit.coefficients)
        needs = self.ruler.needs_distribution
        variance = seen.imputation_variance(fit.coefficients) if needs else np.zeros_like(predicted)
        rows = np.repeat(np.arange(len(counts)), counts.astype(np.intp))
        both = np.stack([counts, np.ones(len(counts))])
        training, test, benefits = [], [], []
        for p, v, members in zip(predicted, variance, self.nest.members, strict=True):
            spread = None
            if needs:
                spread = Spread(self.ruler.observed[rows], p[rows], v[rows], 1 + len(members), v)
            losses = self.ruler.losses(p, spread)
            training.append(losses.values(both[0]))
            test.append(losses.values(both[1]))
            benefits.append(losses.benefits(both))
        curves = np.array(benefits)
        return Values(np.array(training), np.array(test), curves[:, 0], curves[:, 1])


def complete(
    nest: Nest, estimator: StudyEstimator, drawn: LearningData, columns: Floats, *, noise: Floats
) -> Completed:
    """Impute once for all models.

    Parameters
    ----------
    nest : Nest
    estimator : StudyEstimator
        Its settings and seed hold for the imputation.
    drawn : LearningData
        The people to learn from.
    columns : ndarray, shape (n_known, n_columns)
        The people to predict.
    noise : ndarray, shape (n_draws, n_columns)
        The study's own, with which every prediction fills what is missing.
    """
    model, stack = impute_for_fitting(
        estimator, drawn.columns, drawn.outcome, drawn.auxiliary, drawn.start
    )
    bases = np.array([nest.basis(estimator.design.model_inputs(part)) for part in stack])
    return Completed(bases, see(nest, estimator, columns, model, noise))


def see(
    nest: Nest, estimator: StudyEstimator, columns: Floats, model: NormalModel, noise: Floats
) -> SeenPeople:
    """People as a prediction sees them."""
    lacking = np.isnan(columns).any(axis=1)
    incomplete = np.flatnonzero(lacking)
    basis = np.empty((len(columns), len(nest.center)))
    whole = columns[~lacking]
    if len(whole):
        basis[~lacking] = nest.basis(estimator.design.model_inputs(whole))
    drawn = np.empty((0, len(incomplete), len(nest.center)))
    if len(incomplete):
        versions = draw_with_fixed_noise(columns[incomplete], model, noise)
        inputs = estimator.design.model_inputs(np.concatenate(versions))
        drawn = nest.basis(inputs).reshape(len(noise), len(incomplete), -1)
        basis[incomplete] = drawn.mean(axis=0)
    return SeenPeople(basis, incomplete, drawn)
