"""A study's fit of one model type on data at hand: estimator, scatter, bootstrap models, sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats, Integers
from hiprisk.cohort.dictionary import Variable
from hiprisk.errors import InputError
from hiprisk.estimators.settings import ModelSettings
from hiprisk.features.design import Design, columns_of
from hiprisk.learning.candidates import (
    DevelopmentData,
    imputation_start,
    imputed_folds,
    out_of_fold_predictions,
    with_plan_of,
    with_settings,
)
from hiprisk.learning.model_types import FitTask
from hiprisk.learning.pipeline import StudyEstimator
from hiprisk.learning.sheets.export import fitted_sheet
from hiprisk.learning.sheets.scatter import Scatter, out_of_fold_scatter
from hiprisk.parallel import one_thread
from hiprisk.sheet.format import OutcomeSpec, Sheet
from hiprisk.validation.resampling.procedure import StudyProcedure
from hiprisk.validation.resampling.refits import RefitsRefusedError, refit_all
from hiprisk.validation.resampling.resamples import draw_resamples


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """What a model is fitted to.

    Attributes
    ----------
    frame : DataFrame
        Variables of the model.
    variables : mapping of str to Variable
        Those of them that vary, in the order of the columns.
    outcome : ndarray, shape (n_rows,)
    groups : ndarray of int, shape (n_rows,)
        Person of each row.
    splines : tuple of str
        Variables that get splines.
    signs : mapping of str to int
        Sign that the effect of a variable must have, for boosting.
    """

    frame: pd.DataFrame
    variables: Mapping[str, Variable]
    outcome: Floats
    groups: Integers
    splines: tuple[str, ...] = ()
    signs: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedStudyModel:
    """A fitted estimator with its sheet.

    Attributes
    ----------
    estimator : StudyEstimator
    sheet : Sheet
    no_intervals : str or None
        Why folds or bootstrap models could not be fitted; None where they could, or were not
        asked for.
    """

    estimator: StudyEstimator
    sheet: Sheet
    no_intervals: str | None = None


def fit_study_model(
    training: TrainingData, settings: ModelSettings, outcome: OutcomeSpec
) -> FittedStudyModel:
    """Fit one model type as a study fits the one that it has chosen.

    Raises
    ------
    InputError
        If the model cannot be fitted to these data.
    """
    design = simple_design(training.variables, training.frame)
    columns = design.numeric(training.frame)
    data = DevelopmentData(
        columns=columns,
        outcome=training.outcome,
        auxiliary=None,
        start=imputation_start(columns, training.outcome),
        groups=training.groups,
        fold_groups=training.groups,
    )
    estimator = _unfitted(design, settings, training, kind=outcome.kind)
    with one_thread():
        _fit(estimator, data)
        scatter, no_scatter = _scatter(estimator, data, settings)
        refits, no_refits = _refits(estimator, data, settings)
        sheet = fitted_sheet(
            estimator,
            training.frame,
            dictionary=training.variables,
            outcome=outcome,
            distribution=scatter.distribution,
            residual_sd=scatter.residual_sd,
            refits=refits,
            max_imputed_weight=settings.imputation.max_imputed_weight,
        )
    return FittedStudyModel(estimator=estimator, sheet=sheet, no_intervals=no_scatter or no_refits)


def _fit(estimator: StudyEstimator, data: DevelopmentData) -> None:
    try:
        estimator.fit_numeric(data.columns, data.outcome, start=data.start, groups=data.groups)
    except InputError as refusal:
        if refusal.code != "ALL_MISSING":
            raise
        # A resample of the rows, of which the imputation draws its parameters, may have none.
        n_known = (~np.isnan(data.columns)).sum(axis=0)
        rarest = estimator.design.columns[int(n_known.argmin())].variable
        raise InputError(
            f"is known in {n_known.min()} of {len(data.columns)} rows: too few to "
            "impute the others",
            code="ALL_MISSING",
            column=rarest,
            advice="leave it out",
        ) from None


def simple_design(variables: Mapping[str, Variable], frame: pd.DataFrame) -> Design:
    """The design of variables without derived features: every column is an input."""
    columns = tuple(
        column for name, one in variables.items() for column in columns_of(one, frame[name])
    )
    return Design(
        variables=tuple(variables),
        columns=columns,
        derived=(),
        inputs=tuple(column.name for column in columns),
        predictor_of=tuple(column.variable for column in columns),
    )


def _unfitted(
    design: Design, settings: ModelSettings, training: TrainingData, *, kind: str
) -> StudyEstimator:
    imputation = settings.imputation
    return StudyEstimator(
        design=design,
        family=settings.family,
        params=settings.params,
        task=FitTask(
            names=design.inputs,
            link="logit" if kind == "binary" else "identity",
            monotone=tuple(training.signs.get(name, 0) for name in design.predictor_of),
            splines=training.splines,
            use_monotone=any(training.signs.values()),
            cumulative_link=settings.link,
        ),
        n_imputations=imputation.imputations,
        method=imputation.method,
        n_draws=imputation.draws_at_prediction,
        bounds=settings.bounds,
        seed=settings.seed,
    )


def _in_resamples(estimator: StudyEstimator, settings: ModelSettings) -> StudyEstimator:
    """The same, not fitted, as a study fits it in folds and resamples."""
    n_imputations = settings.imputation.imputations_in_resamples
    return with_settings(estimator, n_imputations=n_imputations, proper=False)


def _scatter(
    estimator: StudyEstimator, data: DevelopmentData, settings: ModelSettings
) -> tuple[Scatter, str | None]:
    """Scatter about out-of-fold predictions, or why there is none."""
    n_folds = min(settings.folds, len(np.unique(data.groups)))
    if not n_folds:
        return Scatter(), None
    unfitted = _in_resamples(estimator, settings)
    try:
        folds = imputed_folds(unfitted, data, n_folds=n_folds, workers=1)
        found = out_of_fold_predictions(unfitted, dict(settings.params), folds)
    except InputError as refusal:
        if refusal.code != "DEGENERATE":
            raise
        # Without one fold's people there may be nothing to fit; the model itself stands.
        return Scatter(), f"the model could not be fitted in every fold: {refusal.reason}"
    return out_of_fold_scatter(data.outcome, found), None


def _refits(
    estimator: StudyEstimator, data: DevelopmentData, settings: ModelSettings
) -> tuple[Floats | None, str | None]:
    """Coefficients of the bootstrap models, or why there are none."""
    # Trees have no coefficients to keep.
    if not settings.n_resamples or not hasattr(estimator.fit_, "coefficients"):
        return None, None
    procedure = StudyProcedure(with_plan_of(_in_resamples(estimator, settings), estimator), data)
    resamples = draw_resamples(data.groups, n_resamples=settings.n_resamples, seed=settings.seed)
    try:
        return refit_all(procedure, resamples).coefficients, None
    except RefitsRefusedError as refusal:
        return None, refusal.reason
