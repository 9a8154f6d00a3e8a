"""A cohort in use compared with what a sheet knows of its development cohort.

References
----------
.. [1] Davis, Greevy, Lasko, Walsh, Matheny (2020). J Biomed Inform 112, 103611.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.cohort.checks.items import ITEM_CODING
from hiprisk.cohort.findings import FITTED_TO_THESE_PEOPLE, Finding
from hiprisk.cohort.reading import Cohort
from hiprisk.cohort.shift.comparison import compare_with_training
from hiprisk.errors import InputError
from hiprisk.features.reference_population import reference_population
from hiprisk.learning.participants.flow import FlowStep
from hiprisk.sheet.answers import Evaluation, evaluate
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.distribution import clip_to
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import Sheet
from hiprisk.validation.drift.cusum import CalibrationCusum
from hiprisk.validation.drift.results import DriftReport, PredictionDrift, VariableDrift
from hiprisk.validation.drift.sentences import sentences_of
from hiprisk.validation.drift.stability_index import (
    PSI_SOME,
    bin_shares,
    chance_psi,
    drift_verdict,
    exceeds_limit,
    population_stability_index,
)
from hiprisk.validation.drift.variables import variable_drift
from hiprisk.validation.expected.comparison import ExpectedComparison
from hiprisk.validation.expected.computing import expected_performance
from hiprisk.validation.external.case_mix import has_reference_population
from hiprisk.validation.external.cohort import new_site_warnings
from hiprisk.validation.external.eligibility import about_these_people, refuse_stack
from hiprisk.validation.external.mean_difference import standardised_difference_estimate
from hiprisk.validation.external.results import ModelIdentity

REFERENCE_SIZE = 20_000
MIN_PEOPLE = 20


def report_drift(
    sheet: Sheet,
    cohort: Cohort,
    *,
    model: ModelIdentity,
    watch: CalibrationCusum | None = None,
    watch_note: str = "",
    flow: Sequence[FlowStep] = (),
    findings: Sequence[Finding] = (),
    thresholds: Sequence[float] = (),
    development: Mapping[str, float] | None = None,
) -> DriftReport:
    """Compare a cohort in use with what a sheet knows of its development cohort.

    Parameters
    ----------
    sheet : Sheet
    cohort : Cohort
    model : ModelIdentity
    watch : CalibrationCusum, optional
    watch_note : str
        Why there is none.
    flow : sequence of FlowStep
        From the rows of the cohort to those of the watch.
    findings : sequence of Finding
        Cells of the outcome that cannot be used.
    thresholds : sequence of float
        Declared for decisions: net benefit to be expected at them.
    development : mapping of str to float, optional
        What was expected of the development cohort, by name (`development_figures`).

    Raises
    ------
    ConfigError
        If several imputations were read.
    InputError
        If the cohort has none of the model's variables or too few rows, or these look like
        stacked imputations.
    """
    names = _compared_variables(sheet, cohort)
    given = cohort_columns(sheet.variables, cohort.frame, cohort.unreadable)
    columns = given.columns
    moved = [
        *compare_with_training(sheet, columns),
        *(f for f in cohort.findings if f.code in ("SHIFTED_CODES", "UNIT_SUSPECT", ITEM_CODING)),
    ]
    unreadable = {
        note: int(mask.sum()) for note, mask in cohort.unreadable.items() if note.variable in names
    }
    variables = tuple(
        variable_drift(sheet, spec, columns.get(spec.name), cohort.n_rows, moved, unreadable)
        for spec in sheet.variables
    )
    evaluation = evaluate(SheetEvaluator(sheet), given)
    refused = evaluation.assessment.reasons.counts()
    predictions = _prediction_drift(sheet, evaluation.prediction.predicted)
    expected, note = _expected(sheet, cohort, evaluation, thresholds, development)
    said = (*about_these_people(cohort), *new_site_warnings(evaluation, cohort, sheet), *findings)
    found = DriftReport(
        model=model,
        cohort=cohort.source_name,
        cohort_fingerprint=cohort.fingerprint,
        simulated="simulated" in (model.provenance, cohort.provenance),
        n_rows=cohort.n_rows,
        refused={str(reason): n for reason, n in refused.items()},
        variables=variables,
        predictions=predictions,
        watch=watch,
        watch_note=watch_note,
        found=any(one.code != FITTED_TO_THESE_PEOPLE for one in said)
        or _found(variables, predictions, watch),
        summary=(),
        flow=tuple(flow),
        findings=said,
        expected=expected,
        expected_note=note,
    )
    return replace(found, summary=tuple(sentences_of(found)))


def _compared_variables(sheet: Sheet, cohort: Cohort) -> list[str]:
    """Names of the model's variables that a cohort has; refuses one that shows no drift."""
    refuse_stack(cohort)
    names = [spec.name for spec in sheet.variables if spec.name in cohort.frame.columns]
    if not names:
        raise InputError(
            "the cohort has none of the model's variables",
            code="MISSING_COLUMN",
            file=cohort.source_name,
            advice="hiprisk template lists them; a mapping can rename columns",
        )
    if cohort.n_rows < MIN_PEOPLE:
        raise InputError(
            f"{cohort.n_rows} rows are too few to see drift (at least {MIN_PEOPLE})",
            code="TOO_FEW",
            file=cohort.source_name,
        )
    return names


def _expected(
    sheet: Sheet,
    cohort: Cohort,
    evaluation: Evaluation,
    thresholds: Sequence[float],
    development: Mapping[str, float] | None,
) -> tuple[ExpectedComparison | None, str]:
    """What the model expects of the rows that it predicts, or why that is not known."""
    n = int(evaluation.usable.sum())
    if n < MIN_PEOPLE:
        return None, f"{n} rows with a prediction are too few (at least {MIN_PEOPLE})"
    try:
        found = expected_performance(
            sheet, cohort.frame.loc[evaluation.usable], thresholds=thresholds
        )
    except InputError as refusal:
        return None, refusal.reason
    return ExpectedComparison.of(found, development=development), ""


def _found(
    variables: Iterable[VariableDrift],
    predictions: PredictionDrift | None,
    watch: CalibrationCusum | None,
) -> bool:
    drifted = any(v.verdict in ("some drift", "much drift") for v in variables)
    moved = predictions is not None and predictions.verdict != "steady"
    return drifted or moved or (watch is not None and watch.alarm_at is not None)


def _prediction_drift(sheet: Sheet, now: Floats) -> PredictionDrift | None:
    if len(now) < MIN_PEOPLE:
        return None
    then = _predictions_then(sheet)
    if then is None:
        return None
    psi = population_stability_index(then.shares, bin_shares(now, np.array(then.edges)))
    mean, sd = float(now.mean()), float(now.std())
    difference = standardised_difference_estimate(
        (then.mean, then.sd, then.n_people), (mean, sd, float(len(now)))
    )
    chance = chance_psi(len(then.shares), len(now), then.n_people)
    return PredictionDrift(
        mean_then=then.mean,
        sd_then=then.sd,
        mean_now=mean,
        sd_now=sd,
        difference=difference,
        psi=psi,
        psi_by_chance=chance,
        # What is normal about the normal model is its middle, so its tails alone raise no alarm.
        verdict=drift_verdict(psi, max(chance, PSI_SOME), other=exceeds_limit(difference)),
    )


@dataclass(frozen=True, slots=True)
class _Predictions:
    """Predictions of the people that the cohort is set against."""

    mean: float
    sd: float
    edges: Sequence[float]
    shares: Sequence[float]
    n_people: float | None


def _predictions_then(sheet: Sheet) -> _Predictions | None:
    """Those of everybody at the first visit, or of the sheet's normal model of people."""
    visit = sheet.first_visit
    if visit is not None:
        tenths = visit.predictions
        return _Predictions(
            visit.mean_prediction,
            visit.sd_prediction,
            tenths.edges,
            tenths.shares,
            float(visit.n_people),
        )
    if not has_reference_population(sheet):
        return None
    people = reference_population(sheet, n_people=REFERENCE_SIZE)
    evaluator = SheetEvaluator(sheet)
    lp = evaluator.linear_predictor(people, REFERENCE_SIZE)
    binary = sheet.outcome.kind == "binary"
    then = evaluator.to_risk(lp) if binary else clip_to(sheet.outcome, lp)
    edges = np.unique(np.quantile(then, np.arange(1, 10) / 10.0))
    n = sheet.missing.n_people
    return _Predictions(
        float(then.mean()),
        float(then.std()),
        tuple(edges),
        bin_shares(then, edges),
        None if n is None else float(n),
    )
