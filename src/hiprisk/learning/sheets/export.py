"""A fitted estimator written down as a sheet, refused unless both say the same of every row."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.cohort.dictionary import Variable
from hiprisk.config import EventSettings, OutcomeSettings, StudyConfig
from hiprisk.config.sites import SITE
from hiprisk.errors import InputError
from hiprisk.features.design import Design
from hiprisk.learning.event_codes import with_levels
from hiprisk.learning.ordinal.fit import OrdinalFit
from hiprisk.learning.own.estimator import package_versions
from hiprisk.learning.pipeline import StudyEstimator, imputed_once
from hiprisk.learning.sites.levels import site_levels
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import (
    Distribution,
    Event,
    MeasurementError,
    MissingModel,
    OutcomeSpec,
    Sheet,
    SiteEffects,
    TrainingSummary,
    VariableSpec,
)
from hiprisk.wording.quantities import setting_text

TOLERANCE = 1e-9
ROWS_FOR_WEIGHTS = 300


def write_sheet(
    estimator: StudyEstimator,
    frame: pd.DataFrame,
    *,
    config: StudyConfig,
    dictionary: Mapping[str, Variable],
    provenance: str,
    distribution: Distribution | None,
    residual_sd: float | None,
    refits: Floats | None,
) -> Sheet:
    """Write a fitted estimator down, and check that the sheet predicts as it does.

    Parameters
    ----------
    estimator : StudyEstimator
        Fitted.
    frame : DataFrame
        The people it was fitted on, missing values included.
    config : StudyConfig
    dictionary : mapping of str to Variable
    provenance : str
        ``simulated``, ``real`` or ``unknown``.
    distribution : Distribution or None
        For a continuous outcome.
    residual_sd : float or None
    refits : ndarray or None
        Coefficient vectors of the bootstrap, intercept first, shape (n_refits, n_coefficients).

    Raises
    ------
    InputError
        If sheet and estimator differ by more than 1e-9 on any row.
    """
    sheet = fitted_sheet(
        estimator,
        frame,
        dictionary=dictionary,
        outcome=outcome_spec(
            with_levels(config.outcome, dictionary),
            estimator.design,
            measurement=outcome_measurement(config.outcome, dictionary),
        ),
        distribution=distribution,
        residual_sd=residual_sd,
        refits=refits,
        max_imputed_weight=config.imputation.max_imputed_weight,
    )
    return dataclasses.replace(
        sheet,
        name=config.name,
        title=config.title,
        provenance=provenance,  # type: ignore[arg-type]  # one of the cohort's literals
        intended_use=config.intended_use,
    )


def fitted_sheet(
    estimator: StudyEstimator,
    frame: pd.DataFrame,
    *,
    dictionary: Mapping[str, Variable],
    outcome: OutcomeSpec,
    distribution: Distribution | None,
    residual_sd: float | None,
    refits: Floats | None,
    max_imputed_weight: float,
) -> Sheet:
    """The same of an estimator without a study's config: a sheet that has no name or title yet.

    Parameters are those of `write_sheet`, with what is predicted in the sheet's words.
    """
    sheet = Sheet(
        name="",
        title="",
        family=estimator.family,
        provenance="real",
        intended_use="",
        outcome=outcome,
        variables=variable_specs(estimator.design, frame, dictionary),
        columns=estimator.design.columns,
        missing=missing_model(estimator),
        derived=estimator.design.derived,
        model=estimator.fit_.to_model(refits),
        distribution=distribution,
        residual_sd=residual_sd,
        max_imputed_weight=max_imputed_weight,
        n_people=estimator.n_fitted_,
        sites=site_effects(estimator, frame),
        notes=_notes(estimator),
    )
    check_agreement(sheet, estimator, frame)
    return with_weights(sheet, frame)


def _notes(estimator: StudyEstimator) -> tuple[str, ...]:
    """Which class of which library an own candidate is of, with its settings."""
    own = estimator.task.own
    if own is None:
        return ()
    ((package, version),) = package_versions([own.path]).items()
    said = ", ".join(f"{name} {setting_text(value)}" for name, value in estimator.params.items())
    scaled = ", inputs standardised" if own.standardise else ""
    return (
        f"Fitted by {own.path} ({package} {version}){f' with {said}' if said else ''}{scaled}.",
    )


def site_effects(estimator: StudyEstimator, frame: pd.DataFrame) -> SiteEffects | None:
    """How sites differ, where the model has intercepts of sites."""
    variance = getattr(estimator.fit_, "site_variance", None)
    if variance is None:
        return None
    named = estimator.design.n_site_columns > 0
    return SiteEffects(
        variance=variance, n_sites=len(site_levels(frame)), variable=SITE if named else None
    )


def check_agreement(sheet: Sheet, estimator: StudyEstimator, frame: pd.DataFrame) -> float:
    """Largest difference between sheet and estimator over the rows; InputError above 1e-9."""
    given = cohort_columns(sheet.variables, frame)
    evaluator = SheetEvaluator(sheet)
    written = evaluator.predict(given.columns).predicted
    fitted = estimator.predict(frame)
    scale = np.maximum(1.0, np.abs(fitted))
    difference = np.abs(written - fitted) / scale
    if isinstance(estimator.fit_, OrdinalFit):
        # Two distributions may share a mean.
        known = evaluator.numeric_columns(given.columns, given.n_rows)
        difference = np.maximum(difference, _law_difference(evaluator, known, estimator, frame))
    worst = int(np.argmax(difference))
    if not difference[worst] <= TOLERANCE:
        raise InputError(
            f"sheet and estimator differ by {difference[worst]:.3g} (at most {TOLERANCE} allowed)",
            code="EXPORT",
            row=worst + 1,
            advice="report this: the model was not written",
        )
    return float(difference[worst])


def _law_difference(
    evaluator: SheetEvaluator, known: list[Floats], estimator: StudyEstimator, frame: pd.DataFrame
) -> Floats:
    """Largest difference of an ordinal model's chances in each row."""
    assert isinstance(estimator.fit_, OrdinalFit)
    inputs = imputed_once(estimator, estimator.design.numeric(frame))
    written = evaluator.cumulative(known)
    assert written is not None
    fitted = 1.0 - inputs.at_least(estimator.fit_)
    return np.asarray(np.abs(written[:, :-1] - fitted).max(axis=1))


def missing_model(estimator: StudyEstimator) -> MissingModel:
    """The estimator's imputation model and noise as a part of the sheet."""
    covariance = np.linalg.inv(estimator.imputation_.precision)
    covariance = (covariance + covariance.T) / 2.0
    return MissingModel(
        mean=tuple(map(float, estimator.imputation_.mean)),
        covariance=tuple(tuple(map(float, row)) for row in covariance),
        draws=tuple(tuple(map(float, row)) for row in estimator.noise()),
        n_people=estimator.n_described_,
    )


def variable_specs(
    design: Design, frame: pd.DataFrame, dictionary: Mapping[str, Variable]
) -> tuple[VariableSpec, ...]:
    """What a user may give, with what the development cohort held."""
    return tuple(_spec(dictionary[name], frame[name]) for name in design.variables)


def _spec(variable: Variable, values: pd.Series) -> VariableSpec:
    is_number = variable.kind == "number"
    levels = () if is_number else variable.levels or tuple(sorted(set(values.dropna())))
    return VariableSpec(
        name=variable.name,
        label=variable.label,
        unit=variable.unit or "",
        kind="number" if is_number else "category",
        hard=variable.hard,
        soft=variable.soft,
        levels=tuple(levels),
        integer=variable.integer,
        training=_summary(values, levels, is_number=is_number),
        measurement=variable.measurement_error,
    )


def variable_summary(spec: VariableSpec, values: pd.Series) -> TrainingSummary:
    """What people held of one of a sheet's variables."""
    return _summary(values, spec.levels, is_number=spec.kind == "number")


def _summary(values: pd.Series, levels: Sequence[str], *, is_number: bool) -> TrainingSummary:
    if is_number:
        return number_summary(values.to_numpy(dtype=np.float64))
    return _category_summary(values, levels)


def number_summary(values: Floats) -> TrainingSummary:
    """What people held of one number, NaN where missing."""
    known = values[~np.isnan(values)]
    low, q25, median, q75, high = (
        float(q) for q in np.quantile(known, (0.01, 0.25, 0.5, 0.75, 0.99))
    )
    return TrainingSummary(
        low=low,
        high=high,
        median=median,
        iqr=q75 - q25,
        missing_share=float(np.isnan(values).mean()),
        n_known=len(known),
        **_histogram(known),
    )


def _histogram(known: Floats) -> dict[str, tuple[float, ...]]:
    """Edges at the distinct tenths of known values, and the share of values up to each."""
    edges = np.unique(np.quantile(known, np.arange(1, 10) / 10.0, method="inverted_cdf"))
    counts = np.bincount(np.searchsorted(edges, known), minlength=len(edges) + 1)
    return {
        "edges": tuple(map(float, edges)),
        "shares": tuple(float(count) / len(known) for count in counts),
    }


def _category_summary(values: pd.Series, levels: Sequence[str]) -> TrainingSummary:
    known = values.dropna()
    return TrainingSummary(
        missing_share=float(values.isna().mean()),
        n_known=len(known),
        level_shares=tuple(float((known == level).mean()) for level in levels),
    )


def outcome_spec(
    outcome: OutcomeSettings, design: Design, *, measurement: MeasurementError | None = None
) -> OutcomeSpec:
    """What is predicted, in the sheet's words."""
    return outcome_spec_of(outcome, design.variables, measurement=measurement)


def outcome_spec_of(
    outcome: OutcomeSettings,
    variables: Sequence[str],
    *,
    measurement: MeasurementError | None = None,
) -> OutcomeSpec:
    """The same for a model that has these variables; see `outcome_spec`."""
    continuous = outcome.kind == "continuous"
    baseline = outcome.baseline if outcome.baseline in variables else None
    bounds = outcome.bounds if continuous else None
    events = [event for event in outcome.events if event.reference == "fixed" or baseline]
    return OutcomeSpec(
        variable=outcome.variable,
        label=outcome.label,
        unit=outcome.unit if continuous else "probability",
        kind=outcome.kind,
        estimand=estimand(outcome),
        horizon_months=outcome.horizon_months,
        higher_is=outcome.higher_is,
        lower=None if bounds is None else bounds[0],
        upper=None if bounds is None else bounds[1],
        baseline=baseline,
        event_level=outcome.event_level,
        levels=outcome.levels or None,
        events=tuple(map(_event, events)),
        measurement=measurement,
    )


def outcome_measurement(
    outcome: OutcomeSettings, dictionary: Mapping[str, Variable]
) -> MeasurementError | None:
    """Measurement error of a continuous outcome's score, where the dictionary has it."""
    known = dictionary.get(outcome.variable)
    return known.measurement_error if known and outcome.kind == "continuous" else None


def _event(event: EventSettings) -> Event:
    return Event(
        name=event.name,
        label=event.label,
        direction=event.direction,
        reference=event.reference,
        value=event.value,
    )


def estimand(outcome: OutcomeSettings) -> str:
    """The estimand in words: what, when, in whom, and what of hip replacement."""
    strategies = {
        "exclude": ", if no hip replacement by then",
        "worst": ", a hip replacement by then counting as the worst score",
        "last-before": ", with the last score before a hip replacement by then",
    }
    what = outcome.label
    if outcome.dichotomise is not None:
        what = f"chance of: {outcome.dichotomise.label}"
    settings = outcome.hip_replacement
    strategy = strategies[settings.strategy] if settings is not None else ""
    months = f"{outcome.horizon_months:g} months"
    return f"{what} in {months}{strategy}; {outcome.population}"


def with_weights(sheet: Sheet, frame: pd.DataFrame) -> Sheet:
    """Share of the predictions' information that goes with each variable.

    Each variable in turn is taken away from training rows; its weight is the mean squared change
    of the prediction, as a share of the sum over variables.
    """
    evaluator = SheetEvaluator(sheet)
    step = max(1, len(frame) // ROWS_FOR_WEIGHTS)
    given = cohort_columns(sheet.variables, frame.iloc[::step])
    whole = evaluator.predict(given.columns).predicted
    changes = []
    for spec in sheet.variables:
        fewer = {name: values for name, values in given.columns.items() if name != spec.name}
        known = evaluator.numeric_columns(fewer, given.n_rows)
        changed = evaluator.predict_numeric(known).predicted
        changes.append(float(np.mean((changed - whole) ** 2)))
    total = sum(changes)
    # A model that uses no variable changes by rounding alone.
    weights = [change / total if total > 1e-12 else 0.0 for change in changes]
    return dataclasses.replace(
        sheet,
        variables=tuple(
            dataclasses.replace(spec, weight=weight)
            for spec, weight in zip(sheet.variables, weights, strict=True)
        ),
    )
