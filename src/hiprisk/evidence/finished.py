"""A study that has its model: what the evidence is computed from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.config import StudyConfig
from hiprisk.learning.candidates import DevelopmentData, OutOfFold, with_settings
from hiprisk.learning.folds import ImputedFold
from hiprisk.learning.linear import LinearFit
from hiprisk.learning.model_choice import ModelChoice
from hiprisk.learning.ordinal.fit import OrdinalFit
from hiprisk.learning.pipeline import StudyEstimator, imputed_once
from hiprisk.learning.preparation import PreparedStudy
from hiprisk.metrics.forecast.distribution import forecast_from_sheet
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.sheet.format import Sheet
from hiprisk.validation.internal.optimism_table import BootstrapResult
from hiprisk.validation.resampling.procedure import StudyProcedure
from hiprisk.validation.resampling.refits import Refits

# Model types whose sheet carries the coefficients of the bootstrap models.
_HAVE_REFITS = ("linear", "logistic", "ordinal")


def has_refits(estimator: StudyEstimator) -> bool:
    """Whether the sheet of a fitted model carries the coefficients of the bootstrap models."""
    is_own_linear = estimator.task.own is not None and isinstance(estimator.fit_, LinearFit)
    return estimator.family in _HAVE_REFITS or is_own_linear


@dataclass(frozen=True, kw_only=True)
class FinishedStudy:
    """A prepared study with its model, its bootstrap and its sheet.

    Attributes
    ----------
    prepared : PreparedStudy
    chosen : ModelChoice
    estimator : StudyEstimator
        Fitted.
    procedure : StudyProcedure
        What the bootstrap repeats, with the knots of the fitted model.
    apparent : ndarray, shape (n_people,)
        Predictions of the development cohort by the model itself.
    out_of_fold : OutOfFold
    bootstrap : BootstrapResult
    sheet : Sheet
    folds : sequence of ImputedFold
        On which the candidates were tuned.
    """

    prepared: PreparedStudy
    chosen: ModelChoice
    estimator: StudyEstimator
    procedure: StudyProcedure
    apparent: Floats
    out_of_fold: OutOfFold
    bootstrap: BootstrapResult
    sheet: Sheet
    folds: Sequence[ImputedFold] = ()

    @property
    def config(self) -> StudyConfig:
        """The config of the study."""
        return self.prepared.config

    @property
    def data(self) -> DevelopmentData:
        """The development cohort as numbers."""
        return self.prepared.data

    def refit_procedure(self) -> StudyProcedure:
        """The procedure with knots placed again on each set of people that it is fitted to."""
        estimator = self.procedure.estimator
        task = replace(estimator.task, plan=None)
        return replace(self.procedure, estimator=with_settings(estimator, task=task))

    @property
    def known(self) -> Bools:
        """Whose outcome is known."""
        return ~np.isnan(self.data.outcome)

    @property
    def refits(self) -> Refits:
        """Predictions of the development cohort by the bootstrap models.

        Raises
        ------
        RefitsRefusedError
            If the model could not be fitted on too many of the resamples.
        """
        if self.bootstrap.refused is not None:
            raise self.bootstrap.refused
        assert self.bootstrap.refits is not None
        return self.bootstrap.refits

    @property
    def predicts_nothing(self) -> bool:
        """Whether the chosen model type predicts the mean for everybody."""
        return self.chosen.name == "mean"

    def sheet_variables(self) -> tuple[str, ...]:
        """Variables that the model asks for."""
        return tuple(spec.name for spec in self.sheet.variables)


def model_forecast(study: FinishedStudy, rows: Integers) -> Forecast:
    """Predictive distributions of some people by the model that was fitted to all.

    What missing values add is left out, here and of the refits: they differ by the fit alone.
    """
    if study.sheet.distribution is not None:
        return _about(study, study.apparent[rows])
    fit = study.estimator.fit_
    assert isinstance(fit, OrdinalFit)
    inputs = imputed_once(study.estimator, study.data.columns)
    return _ordinal(study, fit, inputs.ordinal_predictor(fit)[rows])


def refit_forecasts(study: FinishedStudy, rows: Integers) -> Iterator[Forecast]:
    """The same by each bootstrap refit, in their order.

    Of a residual distribution the scatter is the sheet's; an ordinal refit brings its own.
    """
    if study.sheet.distribution is not None:
        yield from (_about(study, predicted[rows]) for predicted in study.refits.predicted)
        return
    fit, refits = study.estimator.fit_, study.refits.ordinal
    assert isinstance(fit, OrdinalFit)
    assert refits is not None
    for refit in refits:
        own = replace(fit, intercepts=refit.intercepts)
        yield _ordinal(study, own, refit.predictor[rows])


def _about(study: FinishedStudy, mean: Floats) -> Forecast:
    assert study.sheet.distribution is not None
    return forecast_from_sheet(study.sheet.distribution, study.sheet.outcome, mean=mean)


def _ordinal(study: FinishedStudy, fit: OrdinalFit, predictor: Floats) -> Forecast:
    assert study.estimator.bounds is not None
    lower, upper = study.estimator.bounds
    return fit.forecast(fit.at_least(predictor), lower=lower, upper=upper)
