"""External validation: a model, or predictions that stand in a file, evaluated in new people.

References
----------
.. [1] Collins, Ogundimu, Altman (2016). Stat Med 35(2), 214-226. doi:10.1002/sim.6787
.. [2] Archer, Snell, Ensor, Hudda, Collins, Riley (2021). Stat Med 40(1), 133-146.
       doi:10.1002/sim.8766
.. [3] Riley et al. (2021). Stat Med 40(19), 4230-4251. doi:10.1002/sim.9025
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.config import OutcomeSettings, SubgroupSettings
from hiprisk.learning.participants import FlowStep
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.events import EventOutcome, event_outcomes
from hiprisk.metrics.forecast.distribution import Forecast, forecast_from_sheet
from hiprisk.sheet.format import Sheet
from hiprisk.validation.external.case_mix_results import CaseMix, shift_words
from hiprisk.validation.external.cohort import ValidationCohort
from hiprisk.validation.performance.computing import PerformanceSettings, performance_of
from hiprisk.validation.performance.results import Performance, by_name
from hiprisk.validation.performance.sample import EvaluationSample
from hiprisk.validation.subgroups.performance import subgroup_performance
from hiprisk.validation.subgroups.results import Subgroups
from hiprisk.wording.disclaimers import cohort_warnings, model_warnings
from hiprisk.wording.labels import column_label, sheet_labels, unit_of_amount
from hiprisk.wording.quantities import percent, signed_with_ci, with_ci
from hiprisk.wording.verdicts import slope_in_words

ADVISED_EVENTS = 100
ADVISED_PEOPLE = 235
WIDEST_SLOPE = 0.2
TENTHS = 10
# Behind the errors of calibration curves, which are slow.
CURVE_RESAMPLES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelIdentity:
    """Which model was evaluated; version and hash are None for predictions in a column.

    Attributes
    ----------
    cautions : tuple of str
        Notes of the sheet that belong before any figure: invented coefficients, mixed provenance.
    """

    name: str
    title: str
    provenance: str
    estimand: str
    version: str | None = None
    bundle_sha256: str | None = None
    cautions: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**asdict(self), "cautions": list(self.cautions)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalValidation:
    """What new people say of a model.

    Attributes
    ----------
    performance : Performance
        Every figure, metrics of predictions with percentile intervals over resampled persons.
    calibration : tuple of tuple of float
        Predicted and observed means by tenth of the prediction.
    groups : Subgroups or None
        The same metrics by group, with the spread between groups; None where not asked for.
    remarks : tuple of str
        Of sample size and of imputed values.
    summary : tuple of str
        Plain sentences, the most important first.
    """

    model: ModelIdentity
    kind: str
    outcome: str
    outcome_unit: str
    cohort: str
    cohort_fingerprint: str
    cohort_provenance: str
    n: int
    n_events: int | None
    flow: tuple[FlowStep, ...]
    reasons: Mapping[str, int]
    findings: tuple[Mapping[str, Any], ...]
    performance: Performance
    calibration: tuple[tuple[float, float], ...]
    groups: Subgroups | None
    case_mix: CaseMix | None
    remarks: tuple[str, ...]
    summary: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row a metric: overall, each event, then each group."""
        performance = self.performance
        groups = () if self.groups is None else self.groups.groups
        counts = {(group.grouping, group.level): group.n_people for group in groups}
        rows: list[tuple[object, ...]] = [
            ("all", "", self.n, e.name, e.value, e.low, e.high) for e in performance.of_outcome()
        ]
        rows += [
            ("event", event.name, int(event.n), e.name, e.value, e.low, e.high)
            for event in performance.events
            for e in performance.of_event(event)
        ]
        if self.groups is not None:
            rows += [
                (row.grouping, row.level, counts[(row.grouping, row.level)], row.metric,
                 row.estimate.value, row.estimate.low, row.estimate.high)
                for row in self.groups.estimates if row.estimate is not None
            ]  # fmt: skip
        names = ["variable", "level", "n", "metric", "value", "low", "high"]
        return pd.DataFrame(rows, columns=names)

    def named(self) -> Iterator[tuple[str, Estimate]]:
        """Every estimate by name: of an event with its name at the end, of the case mix too."""
        yield from self.performance.named()
        if self.case_mix is not None:
            yield from ((one.name, one) for one in self.case_mix.estimates())

    def tables(self) -> dict[str, pd.DataFrame]:
        """Everything as tidy tables, by name."""
        performance = self.performance
        curves = {"": performance.calibration} | {e.name: e.calibration for e in performance.events}
        decisions = {"": performance.decision} | {e.name: e.decision for e in performance.events}
        found = {
            "metrics": self.to_frame(),
            "calibration_curves": _by_event(curves),
            "decision_curves": _by_event(decisions),
        }
        found = {name: table for name, table in found.items() if len(table)}
        if performance.coverage is not None:
            found["coverage"] = performance.coverage.to_frame()
        if self.case_mix is not None:
            found["case_mix"] = self.case_mix.to_frame()
        return found

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk validate --json`` prints."""
        return {
            "model": self.model.to_dict(),
            "outcome": self.outcome,
            "outcome_unit": self.outcome_unit,
            "kind": self.kind,
            "cohort": self.cohort,
            "cohort_fingerprint": self.cohort_fingerprint,
            "cohort_provenance": self.cohort_provenance,
            "n": self.n,
            "n_events": self.n_events,
            "flow": [asdict(step) for step in self.flow],
            "reasons": dict(self.reasons),
            "warnings": [dict(finding) for finding in self.findings],
            "metrics": {name: e.to_dict() for name, e in self.named()},
            "calibration": [list(point) for point in self.calibration],
            **_plain(self.performance),
            "groups": None if self.groups is None else self.groups.to_dict(),
            "case_mix": None if self.case_mix is None else self.case_mix.to_dict(),
            "remarks": list(self.remarks),
            "summary": list(self.summary),
        }


def _plain(performance: Performance) -> dict[str, Any]:
    """Performance as the keys of ``hiprisk validate --json``."""
    whole = performance.to_dict()
    curve, decision = performance.calibration, performance.decision
    return {
        **{name: whole[name] for name in ("not_available", "coverage", "pit", "scatter")},
        "calibration_curve": None if curve is None else curve.to_dict(),
        "calibration_errors": by_name(performance.curve_errors),
        "forecast": by_name(performance.forecast),
        "events": [
            {**event.to_dict(), "utility": by_name(event.utility(performance.thresholds))}
            for event in performance.events
        ],
        "decision_curve": None if decision is None else decision.to_dict(),
        "utility": by_name(performance.utility()),
        "thresholds": list(performance.thresholds),
    }


def _by_event(curves: Mapping[str, Any]) -> pd.DataFrame:
    """Curves one below the other, that of the outcome itself without a name."""
    parts = []
    for event, curve in curves.items():
        if curve is not None:
            frame = curve.to_frame()
            frame.insert(0, "event", event)
            parts.append(frame)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


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

    Raises
    ------
    ConfigError
        If a variable of `by` is absent or has too many levels.
    """
    sample = evaluation_sample(people, outcome, sheet=sheet, model=model.name)
    performance = performance_of(
        sample,
        PerformanceSettings(
            n_resamples=n_resamples,
            seed=seed,
            stream="external",
            curve_stream="curve-errors-{smoother}",
            n_costly=CURVE_RESAMPLES,
            percentiles=True,
        ),
    )
    labels = {} if sheet is None else sheet_labels(sheet)
    return ExternalValidation(
        model=model,
        kind=outcome.kind,
        outcome=outcome.variable,
        outcome_unit=outcome.unit,
        cohort=people.cohort_name,
        cohort_fingerprint=people.fingerprint,
        cohort_provenance=people.provenance,
        n=people.n,
        n_events=int(people.observed.sum()) if outcome.kind == "binary" else None,
        flow=people.flow,
        reasons=people.reasons,
        findings=tuple(finding.summarised() for finding in people.warnings),
        performance=performance,
        calibration=calibration_tenths(people.observed, people.predicted),
        groups=_by_group(sample, people.frame, by, n_resamples=n_resamples, seed=seed),
        case_mix=case_mix,
        remarks=tuple(_remarks(people, outcome.kind, performance.metrics, labels)),
        summary=tuple(_summary(people, outcome, model, performance.metrics, case_mix)),
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
    forecast: Forecast | None = None
    events: tuple[EventOutcome, ...] = ()
    if sheet is not None and sheet.distribution is not None:
        forecast = forecast_from_sheet(
            sheet.distribution,
            sheet.outcome,
            mean=people.predicted,
            imputation_variance=people.imputation_variance,
        )
        events = event_outcomes(
            people.observed,
            forecast,
            sheet.outcome.events,
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
    )


def calibration_tenths(observed: Floats, predicted: Floats) -> tuple[tuple[float, float], ...]:
    """Means of predicted and observed by tenth of the prediction."""
    order = np.argsort(predicted, kind="stable")
    parts = np.array_split(order, TENTHS)
    return tuple((float(predicted[p].mean()), float(observed[p].mean())) for p in parts)


def _by_group(
    sample: EvaluationSample,
    frame: pd.DataFrame,
    by: Sequence[str] | None,
    *,
    n_resamples: int,
    seed: int,
) -> Subgroups | None:
    """Every metric in each group of the variables of `by`."""
    if by is not None and not by:
        return None
    return subgroup_performance(
        replace(sample, forecast=None),
        frame,
        settings=SubgroupSettings(by=None if by is None else tuple(by), resamples=n_resamples),
        seed=seed,
    )


def _remarks(
    people: ValidationCohort,
    kind: str,
    estimates: Sequence[Estimate],
    labels: Mapping[str, str],
) -> Iterable[str]:
    n = people.n
    if kind == "binary":
        events = int(people.observed.sum())
        few = min(events, n - events) < ADVISED_EVENTS
        yield (
            f"{n} people, {events} with the event: "
            + ("fewer than" if few else "at least")
            + f" the recommended {ADVISED_EVENTS} with and {ADVISED_EVENTS} without it."
        )
    else:
        few = n < ADVISED_PEOPLE
        yield (
            f"{n} people: "
            + ("fewer than" if few else "at least")
            + f" the {ADVISED_PEOPLE} needed to estimate the residual SD within 10 %."
        )
    slope = next((e for e in estimates if e.name == "calibration_slope"), None)
    if slope is not None and slope.low is not None and slope.high is not None:
        width = slope.high - slope.low
        yield (
            f"The 95 % CI of the calibration slope is {width:.2f} wide: "
            + ("wider than" if width > WIDEST_SLOPE else "within")
            + f" the target width of {WIDEST_SLOPE:g}."
        )
    if people.absent:
        absent = ", ".join(column_label(name, labels) for name in people.absent)
        yield f"Not in the cohort, imputed for everybody: {absent}."
    filled = {n: s for n, s in people.imputed_share.items() if n not in people.absent and s >= 0.05}
    if filled:
        shares = ", ".join(
            f"{column_label(n, labels)} {percent(share, 0)}" for n, share in filled.items()
        )
        yield f"Imputed by the sheet where missing: {shares}."


def _summary(
    people: ValidationCohort,
    outcome: OutcomeSettings,
    model: ModelIdentity,
    estimates: Sequence[Estimate],
    case_mix: CaseMix | None,
) -> Iterable[str]:
    yield from model_warnings(model.provenance)
    yield from model.cautions
    yield from cohort_warnings(people.provenance)
    by_name = {e.name: e for e in estimates}
    yield from _calibration_words(by_name, outcome)
    if case_mix is not None:
        yield from shift_words(case_mix)


def _calibration_words(found: Mapping[str, Estimate], outcome: OutcomeSettings) -> Iterable[str]:
    large = found.get("calibration_in_the_large")
    slope = found.get("calibration_slope")
    needs = []
    if large is not None and _excludes(large, 0.0):
        needs.append("the intercept")
        side = "low" if large.value > 0 else "high"
        unit = unit_of_amount(outcome.unit) if outcome.kind == "continuous" else "log odds"
        yield (
            f"Predictions are too {side} on average: calibration in the large "
            f"{signed_with_ci(large, 2, unit=unit)}."
        )
    elif large is not None:
        yield (
            "No evidence of miscalibration in the large: observed minus predicted "
            f"{signed_with_ci(large, 2)}."
        )
    if slope is not None and _excludes(slope, 1.0):
        needs.append("the slope")
        side = slope_in_words(slope.value)
        yield f"Predictions are {side}: calibration slope {with_ci(slope, 2)}."
    elif slope is not None:
        yield (
            "No evidence that predictions are too extreme or too moderate: calibration slope "
            f"{with_ci(slope, 2)}."
        )
    if needs:
        yield (f"Recalibrate {' and '.join(needs)} for people like these: `hiprisk update`.")


def _excludes(estimate: Estimate, value: float) -> bool:
    low, high = estimate.low, estimate.high
    return low is not None and high is not None and not low <= value <= high
