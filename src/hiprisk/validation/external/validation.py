"""External validation: a model, or predictions that stand in a file, evaluated in new people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.config import OutcomeSettings, SubgroupSettings
from hiprisk.errors import ConfigError
from hiprisk.metrics.case_control import population_weights
from hiprisk.metrics.events import EventOutcome, event_outcomes
from hiprisk.metrics.forecast.discrete import DiscreteForecast
from hiprisk.metrics.forecast.distribution import forecast_from_sheet
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.metrics.registry import metrics_for
from hiprisk.sheet.distribution import bounds_of
from hiprisk.sheet.format import OrdinalModel, Sheet
from hiprisk.validation.expected.comparison import ExpectedComparison
from hiprisk.validation.external.case_mix_results import CaseMix
from hiprisk.validation.external.cohort import ValidationCohort
from hiprisk.validation.external.expected_and_observed import expected_and_observed
from hiprisk.validation.external.reference import compared_with
from hiprisk.validation.external.results import ExternalValidation, ModelIdentity
from hiprisk.validation.external.sentences import remarks_of, summary_of
from hiprisk.validation.external.sites import calibration_by_site
from hiprisk.validation.performance.computing import PerformanceSettings, performance_of
from hiprisk.validation.performance.results import Performance
from hiprisk.validation.performance.sample import EvaluationSample
from hiprisk.validation.subgroups.performance import check_subgroups, subgroup_performance
from hiprisk.validation.subgroups.results import Subgroups
from hiprisk.wording.availability import few_residuals_in_words
from hiprisk.wording.labels import sheet_labels

TENTHS = 10
# Behind the errors of calibration curves, which are slow.
CURVE_RESAMPLES = 100


def validate_externally(
    people: ValidationCohort,
    outcome: OutcomeSettings,
    *,
    model: ModelIdentity,
    sheet: Sheet | None = None,
    by: Sequence[str] | None = None,
    case_mix: CaseMix | None = None,
    n_resamples: int = 500,
    seed: int = 0,
    development: Mapping[str, float] | None = None,
    reference: str | None = None,
    workers: int = 1,
) -> ExternalValidation:
    """Evaluate predictions for new people by every metric of the registry.

    Parameters
    ----------
    people : ValidationCohort
    outcome : OutcomeSettings
    model : ModelIdentity
    sheet : Sheet, optional
        For forecasts and events.
    by : sequence of str, optional
        Categories by whose levels everything is evaluated again; empty for none. If unset, those of
        sex, age band, site, Kellgren-Lawrence grade and definitions of back pain that these people
        have.
    case_mix : CaseMix, optional
    n_resamples, seed : int
        Resamples of persons behind the intervals.
    development : mapping of str to float, optional
        What the sheet expected of everybody at the first visit of its development cohort, by name
        (`development_figures`).
    reference : str, optional
        Column of a reference prediction with which the model is compared on the same people.
    workers : int
        Processes for the groups; the result does not depend on them.

    Raises
    ------
    ConfigError
        If a variable of `by` is absent or has too many levels, or cases and controls are said to
        have been sampled of an outcome that is not binary.

    Notes
    -----
    Of cases and controls (``people.sampling``) figures that move with the prevalence are those of
    the stated one, and withheld where none is (`hiprisk.metrics.case_control`).
    """
    sample = evaluation_sample(people, outcome, sheet=sheet, model=model.name)
    if by:
        # A name that is not there is refused before the resamples of everybody.
        check_subgroups(
            people.frame,
            SubgroupSettings(by=tuple(by)),
            kind=outcome.kind,
            dictionary=people.dictionary,
            key="--by",
        )
    performance = performance_of(sample, external_settings(n_resamples, seed))
    found = external_validation(
        people,
        outcome,
        model=model,
        sheet=sheet,
        performance=performance,
        groups=_by_group(sample, people, by, n_resamples=n_resamples, seed=seed, workers=workers),
        case_mix=case_mix,
        expected=expected_and_observed(
            people, sample, performance, sheet=sheet, development=development
        ),
    )
    curves, reason = calibration_by_site(people, outcome, by)
    remarks = found.remarks if reason is None else (*found.remarks, reason)
    compared = None
    if reference is not None:
        compared = compared_with(
            reference, people, outcome, model=model.name, n_resamples=n_resamples, seed=seed
        )
        if compared is None:
            remarks = (*remarks, f"Nobody has the reference prediction {reference}.")
    return replace(
        found, clustered_calibration=curves, reference_comparison=compared, remarks=remarks
    )


def external_settings(n_resamples: int, seed: int) -> PerformanceSettings:
    """How the performance in new people is computed."""
    return PerformanceSettings(
        n_resamples=n_resamples,
        seed=seed,
        stream="external",
        curve_stream="curve-errors-{smoother}",
        n_costly=CURVE_RESAMPLES,
        percentiles=True,
        formulas=True,
    )


def external_validation(
    people: ValidationCohort,
    outcome: OutcomeSettings,
    *,
    model: ModelIdentity,
    sheet: Sheet | None,
    performance: Performance,
    groups: Subgroups | None = None,
    case_mix: CaseMix | None = None,
    expected: ExpectedComparison | None = None,
) -> ExternalValidation:
    """A performance in new people, with who they are and what it means in words."""
    labels = {} if sheet is None else sheet_labels(sheet)
    estimates = performance.for_verdicts()
    return ExternalValidation(
        model=model,
        kind=outcome.kind,
        outcome=outcome.variable,
        outcome_unit=outcome.unit,
        outcome_label=outcome.label if outcome.dichotomise is None else outcome.dichotomise.label,
        cohort=people.cohort_name,
        cohort_fingerprint=people.fingerprint,
        cohort_provenance=people.provenance,
        n=people.n,
        n_people=people.n_people,
        n_events=int(people.observed.sum()) if outcome.kind == "binary" else None,
        flow=people.flow,
        reasons=people.reasons,
        findings=tuple(finding.summarised() for finding in people.warnings),
        performance=performance,
        calibration=calibration_tenths(people),
        groups=groups,
        case_mix=case_mix,
        expected=expected,
        sampling=people.sampling,
        remarks=(
            *remarks_of(people, outcome.kind, estimates, labels),
            *filter(None, [few_residuals_in_words(sheet) if sheet is not None else ""]),
        ),
        summary=tuple(summary_of(people, outcome, model, estimates, case_mix, performance.events)),
    )


def evaluation_sample(
    people: ValidationCohort, outcome: OutcomeSettings, *, sheet: Sheet | None, model: str
) -> EvaluationSample:
    """New people as what is evaluated, with forecasts and events where there is a sheet.

    Parameters
    ----------
    people : ValidationCohort
    outcome : OutcomeSettings
        With the declared thresholds.
    sheet : Sheet or None
        None for predictions that stand in a column.
    model : str
        Name of the model.
    """
    if people.sampling is not None and outcome.kind != "binary":
        raise ConfigError(
            "cases and controls are sampled of a binary outcome, and this one is a number",
            column="--prevalence",
            advice="leave it out",
        )
    forecast = None if sheet is None else forecasts_of(people, sheet)
    events: tuple[EventOutcome, ...] = ()
    if sheet is not None and forecast is not None:
        events = event_outcomes(
            people.observed,
            forecast,
            people.judged_events(sheet),
            baseline=people.baseline,
            chances=people.chances,
        )
    return EvaluationSample(
        kind=outcome.kind,
        observed=people.observed,
        predicted=people.predicted,
        groups=people.groups,
        forecast=forecast,
        bounds=outcome.bounds if outcome.kind == "continuous" else None,
        events=events,
        thresholds=tuple(outcome.thresholds),
        outcome=outcome.variable,
        model=model,
        sampling=people.sampling,
    )


def forecasts_of(people: ValidationCohort, sheet: Sheet) -> Forecast | None:
    """Everybody's predictive distribution as the sheet has it; None where it has none."""
    if isinstance(sheet.model, OrdinalModel):
        assert people.cumulative is not None
        lower, upper = bounds_of(sheet.outcome)
        return DiscreteForecast(
            values=np.array(sheet.model.values), upto=people.cumulative, lower=lower, upper=upper
        )
    if sheet.distribution is None:
        return None
    return forecast_from_sheet(
        sheet.distribution,
        sheet.outcome,
        mean=people.predicted,
        imputation_variance=people.imputation_variance,
    )


def calibration_tenths(people: ValidationCohort) -> tuple[tuple[float, float], ...]:
    """Means of predicted and observed by tenth of the prediction, as the population has them.

    None where cases and controls were sampled apart and the prevalence is not known.
    """
    sampling = people.sampling
    if sampling is None:
        return means_by_tenth(people.observed, people.predicted)
    if sampling.prevalence is None:
        return ()
    weights = population_weights(people.observed, prevalence=sampling.prevalence)
    return means_by_tenth(people.observed, people.predicted, weights)


def means_by_tenth(
    observed: Floats, predicted: Floats, weights: Floats | None = None
) -> tuple[tuple[float, float], ...]:
    """Means of predicted and observed by tenth of the prediction.

    Where people of one prediction lie in two tenths, each tenth has their mean outcome: who of them
    stands first in the file does not matter.
    """
    order = np.argsort(predicted, kind="stable")
    p, y = predicted[order], observed[order].astype(np.float64)
    w = None if weights is None else weights[order]
    parts = np.array_split(np.arange(len(p)), TENTHS)
    for part in parts[1:]:
        if p[part[0] - 1] == p[part[0]]:
            _share_alike(y, w, np.flatnonzero(p == p[part[0]]))
    if w is None:
        return tuple((float(p[part].mean()), float(y[part].mean())) for part in parts)
    return tuple(
        (
            float(np.average(p[part], weights=w[part])),
            float(np.average(y[part], weights=w[part])),
        )
        for part in parts
    )


def _share_alike(y: Floats, w: Floats | None, alike: Integers) -> None:
    """Give people of one prediction their mean outcome and weight, in place."""
    if w is None:
        y[alike] = y[alike].mean()
    else:
        y[alike] = np.average(y[alike], weights=w[alike])
        w[alike] = w[alike].mean()


def _by_group(
    sample: EvaluationSample,
    people: ValidationCohort,
    by: Sequence[str] | None,
    *,
    n_resamples: int,
    seed: int,
    workers: int,
) -> Subgroups | None:
    """Every metric in each group of the variables of `by`."""
    if by is not None and not by:
        return None
    metrics = None
    if sample.sampling is not None:
        # How frequent the event is in a group of the population is not known.
        metrics = tuple(one.name for one in metrics_for("binary") if one.case_control == "same")
        sample = replace(sample, thresholds=())
    return subgroup_performance(
        replace(sample, forecast=None),
        people.frame,
        settings=SubgroupSettings(
            by=None if by is None else tuple(by), resamples=n_resamples, metrics=metrics
        ),
        seed=seed,
        dictionary=people.dictionary,
        workers=workers,
    )
