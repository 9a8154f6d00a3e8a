"""Scenarios without measurement error, with every measure that a block itself has.

Each resample repeats the reconstruction. A model is evaluated on people without missing values,
imputed with their outcome, and reconstructed under the same assumption: once on those
of the resample, once on the original ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.inference.increment.losses import Evaluation, RefitResiduals
from hiprisk.inference.increment.measurement_error import ErrorScenario
from hiprisk.inference.increment.nested_models import NestedFit, NestedModels, fit_nested_models
from hiprisk.sheet.distribution import PredictiveDistribution


@dataclass(frozen=True)
class ScenarioValues:
    """Values of all models under every scenario.

    Attributes
    ----------
    training, test : ndarray, shape (n_scenarios, n_models, n_measures)
        On the training sample, and on the original sample.
    likelihood_ratios : ndarray, shape (n_scenarios, n_models)
    """

    training: Floats
    test: Floats
    likelihood_ratios: Floats


@dataclass(frozen=True)
class TrainingSample:
    """Training data of one resample, imputed.

    Attributes
    ----------
    bases : ndarray, shape (n_imputations, n_rows, n_functions)
        As measured.
    rows : ndarray of int, shape (n_rows,)
        Which of the people with a known outcome they are.
    weights : ndarray or None
        Replications.
    fit : NestedFit
        To `bases`.
    """

    bases: Floats
    rows: Integers
    weights: Floats | None
    fit: NestedFit


@dataclass(frozen=True)
class ErrorFreeComparison:
    """The scenarios of measurement error, the first without any, and the reference samples.

    Attributes
    ----------
    models : NestedModels
    evaluation : Evaluation
    scenarios : tuple of ErrorScenario
    references : ndarray, shape (n_scenarios, n_references, n_known, n_functions)
        All people with a known outcome as each scenario has them, imputation by imputation.
    """

    models: NestedModels
    evaluation: Evaluation
    scenarios: tuple[ErrorScenario, ...]
    references: Floats

    def apparent(self) -> ScenarioValues:
        """Apparent values of the whole sample; training and test are the same."""
        everybody = np.arange(len(self.evaluation.observed))
        found = [
            self._evaluate(place, bases, TrainingSample(bases, everybody, None, fit), fit)
            for place, bases in enumerate(self.references)
            for fit in [fit_nested_models(self.models, bases, self.evaluation.observed)]
        ]
        return _stacked(found)

    def __call__(self, sample: TrainingSample) -> ScenarioValues:
        """Reconstruct from a resample, fit, and evaluate on it and on the whole sample."""
        y = self.evaluation.observed[sample.rows]
        # The scenario without error is the fit that the comparison has made already.
        first = self._evaluate(0, sample.bases, sample, sample.fit)
        found = [first]
        for place, scenario in enumerate(self.scenarios[1:], start=1):
            own = np.array(
                [scenario.reconstruct(one, y, weights=sample.weights) for one in sample.bases]
            )
            # What is measured without error stays as it is, and so do models of that alone.
            affected = self._affected(scenario)
            part = replace(self.models, members=tuple(self.models.members[one] for one in affected))
            start = sample.fit.coefficients[affected]
            fit = fit_nested_models(part, own, y, weights=sample.weights, start=start)
            evaluated = replace(self, models=part)._evaluate(place, own, sample, fit)
            found.append(_with_replaced(first, affected, evaluated))
        return _stacked(found)

    def _affected(self, scenario: ErrorScenario) -> list[int]:
        """Models that have a predictor measured with error."""
        members = enumerate(self.models.members)
        return [one for one, own in members if np.isin(scenario.positions, own).any()]

    def _evaluate(
        self, place: int, own: Floats, sample: TrainingSample, fit: NestedFit
    ) -> ScenarioValues:
        reference = self.references[place]
        w = np.ones(len(sample.rows)) if sample.weights is None else sample.weights
        trained = self.evaluation.take(np.tile(sample.rows, len(own)))
        w = np.tile(w, len(own))
        training, test = [], []
        on_own, on_reference = self._predicted(fit, own), self._predicted(fit, reference)
        for model, members in enumerate(self.models.members):
            scatter = None
            if self.evaluation.needs_distribution:
                scatter = _scatter(trained, on_own[model], w, len(own) * (1 + len(members)))
            training.append(_values(trained, on_own[model], w, scatter))
            everybody = np.ones(on_reference.shape[1])
            test.append(_values(self._everybody, on_reference[model], everybody, scatter))
        return ScenarioValues(np.array(training), np.array(test), fit.likelihood_ratios)

    @cached_property
    def _everybody(self) -> Evaluation:
        people = np.arange(len(self.evaluation.observed))
        return self.evaluation.take(np.tile(people, self.references.shape[1]))

    def _predicted(self, fit: NestedFit, bases: Floats) -> Floats:
        """Of one imputation after the other, shape (n_models, n_imputations * n_rows)."""
        stacked = bases.reshape(-1, bases.shape[2])
        return self.models.respond(fit.coefficients[:, :1] + fit.coefficients[:, 1:] @ stacked.T)


def _scatter(
    evaluation: Evaluation, predicted: Floats, w: Floats, n_coefficients: int
) -> PredictiveDistribution:
    """Predictive distribution of one model, from the residuals of all its imputations.

    Further imputations of the same people add no information: their coefficients count again too.
    """
    rows = np.repeat(np.arange(len(w)), w.astype(np.intp))
    known = np.zeros(len(rows))
    residuals = RefitResiduals(
        evaluation.observed[rows], predicted[rows], known, n_coefficients, known
    )
    return residuals.distribution(evaluation.outcome)


def _values(
    evaluation: Evaluation, predicted: Floats, w: Floats, scatter: PredictiveDistribution | None
) -> list[float]:
    """Values of one model over all imputations together: nobody has anything missing."""
    if scatter is None:
        return evaluation.losses(predicted, None).values(w)
    return evaluation.losses_under(scatter, predicted, np.zeros(len(predicted))).values(w)


def _with_replaced(
    whole: ScenarioValues, affected: Sequence[int], part: ScenarioValues
) -> ScenarioValues:
    """One scenario's values, with those of some models put in the place of others."""
    training, test = whole.training.copy(), whole.test.copy()
    ratios = whole.likelihood_ratios.copy()
    training[affected], test[affected], ratios[affected] = (
        part.training,
        part.test,
        part.likelihood_ratios,
    )
    return ScenarioValues(training, test, ratios)


def _stacked(found: Sequence[ScenarioValues]) -> ScenarioValues:
    return ScenarioValues(
        np.array([one.training for one in found]),
        np.array([one.test for one in found]),
        np.array([one.likelihood_ratios for one in found]),
    )
