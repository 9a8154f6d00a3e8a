"""An external validation in sentences: its size, what was imputed, and calibration.

References
----------
.. [1] Collins, Ogundimu, Altman (2016). Stat Med 35(2), 214-226. doi:10.1002/sim.6787
.. [2] Archer, Snell, Ensor, Hudda, Collins, Riley (2021). Stat Med 40(1), 133-146.
       doi:10.1002/sim.8766
.. [3] Riley et al. (2021). Stat Med 40(19), 4230-4251. doi:10.1002/sim.9025
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from hiprisk.cohort.findings import copied_row_counts, fitted_cautions
from hiprisk.config import OutcomeSettings
from hiprisk.config.cohort import SamplingSettings
from hiprisk.learning.participants.flow import outcome_remarks
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.smoothing.logistic import has_log_odds
from hiprisk.sheet.applicability import NEW_SITE
from hiprisk.validation.external.case_mix_results import (
    COHORT_ITSELF,
    CaseMix,
    reference_words,
    shift_words,
)
from hiprisk.validation.external.cohort import ValidationCohort
from hiprisk.validation.external.results import ModelIdentity
from hiprisk.validation.performance.results import EventPerformance
from hiprisk.wording.disclaimers import cohort_warnings, copied_rows_caution, model_warnings
from hiprisk.wording.labels import capital, column_label, unit_of_amount
from hiprisk.wording.quantities import people_counted, percent, signed_with_ci, with_ci
from hiprisk.wording.verdicts import excludes, slope_in_words

ADVISED_EVENTS = 100
ADVISED_PEOPLE = 235
WIDEST_SLOPE = 0.2


def remarks_of(
    people: ValidationCohort,
    kind: str,
    estimates: Sequence[Estimate],
    labels: Mapping[str, str],
) -> Iterable[str]:
    """Remarks on sample size, precision and what was imputed."""
    counted = people_counted(people.n_people, people.n)
    if kind == "binary":
        events = int(people.observed.sum())
        # A person counts once, whatever the number of rows.
        either = [len(np.unique(people.groups[people.observed == y])) for y in (1.0, 0.0)]
        few = min(either) < ADVISED_EVENTS
        yield (
            f"{counted}, {events} with the event: "
            + ("fewer than" if few else "at least")
            + f" the recommended {ADVISED_EVENTS} with and {ADVISED_EVENTS} without it."
        )
        yield from _without_log_odds(people)
    else:
        few = people.n_people < ADVISED_PEOPLE
        yield (
            f"{counted}: "
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
    yield from (f"{capital(remark)}." for remark in outcome_remarks(people.flow))
    for found in people.warnings:
        if found.code == NEW_SITE:
            yield f"{capital(found.message)}."
    if people.absent:
        absent = ", ".join(column_label(name, labels) for name in people.absent)
        yield f"Not in the cohort, imputed for everybody: {absent}."
    filled = {n: s for n, s in people.imputed_share.items() if n not in people.absent and s >= 0.05}
    if filled:
        shares = ", ".join(
            f"{column_label(n, labels)} {percent(share, 0)}" for n, share in filled.items()
        )
        yield f"Imputed by the sheet where missing: {shares}."


def _without_log_odds(people: ValidationCohort) -> Iterable[str]:
    """Risks of 0 and 1: how many, of how many people, and how many the outcome contradicts."""
    rows = ~has_log_odds(people.predicted)
    n = int(rows.sum())
    if not n:
        return
    n_people = len(np.unique(people.groups[rows]))
    wrong = int(np.sum(np.round(people.predicted[rows]) != people.observed[rows]))
    contradicted = f", {wrong} of them with the opposite outcome" if wrong else ""
    yield (
        f"Predicted risk of exactly 0 or 1: {people_counted(n_people, n)}{contradicted}. Such a "
        "risk has no log odds: calibration in the large, intercept and slope, R² and the spline "
        "curve are of the others. No model should be that certain: ask where these risks come from."
    )


def summary_of(
    people: ValidationCohort,
    outcome: OutcomeSettings,
    model: ModelIdentity,
    estimates: Sequence[Estimate],
    case_mix: CaseMix | None,
    events: Sequence[EventPerformance] = (),
) -> Iterable[str]:
    """The most important first: disclaimers, calibration, case mix."""
    yield from fitted_cautions(people.warnings)
    yield from model_warnings(model.provenance)
    yield from model.cautions
    yield from cohort_warnings(people.provenance)
    yield from map(copied_rows_caution, copied_row_counts(people.warnings))
    if people.sampling is not None:
        yield sampling_words(people.sampling, share=float(people.observed.mean()))
    by_name = {e.name: e for e in estimates}
    yield from _calibration_words(by_name, outcome, people.sampling)
    yield from map(event_calibration_words, events)
    if case_mix is not None:
        yield from shift_words(case_mix)
        if case_mix.basis != COHORT_ITSELF:
            yield from reference_words(model.reference_people, "Case mix is")


def sampling_words(sampling: SamplingSettings, *, share: float) -> str:
    """What sampling by the outcome does to the figures.

    Parameters
    ----------
    sampling : SamplingSettings
    share : float
        Of people with the event, in the sample.
    """
    apart = "Cases and controls were sampled apart"
    moving = "calibration in the large, O:E, Brier score, R² and net benefit"
    if sampling.prevalence is None:
        return (
            f"{apart}, and the prevalence in the population is not stated: {moving} are withheld "
            "(state it with --prevalence). Discrimination and the calibration slope do not need it."
        )
    return (
        f"{apart} ({percent(share)} with the event): {moving} are those of a population with a "
        f"prevalence of {100.0 * sampling.prevalence:g} %, and as right as that figure is. "
        "Discrimination and the calibration slope do not depend on it."
    )


def _calibration_words(
    found: Mapping[str, Estimate], outcome: OutcomeSettings, sampling: SamplingSettings | None
) -> Iterable[str]:
    large = found.get("calibration_in_the_large")
    slope = found.get("calibration_slope")
    needs = []
    if large is not None and excludes(large, 0.0):
        needs.append("the intercept")
        side = "low" if large.value > 0 else "high"
        unit = unit_of_amount(outcome.unit) if outcome.kind == "continuous" else "log odds"
        yield (
            f"Predictions are too {side} on average: calibration in the large "
            f"{signed_with_ci(large, unit=unit)}."
        )
    elif large is not None:
        yield (
            "No evidence of miscalibration in the large: observed minus predicted "
            f"{signed_with_ci(large)}."
        )
    if slope is not None:
        yield slope_in_words(slope)
        if excludes(slope, 1.0):
            needs.append("the slope")
    if needs and sampling is None:
        yield (f"Recalibrate {' and '.join(needs)} for people like these: `hiprisk update`.")
    elif needs:
        yield (
            f"Recalibrate {' and '.join(needs)} on people who were not sampled by their outcome "
            "(`hiprisk update`)."
        )


def event_calibration_words(event: EventPerformance) -> str:
    """Whether an event is as frequent as predicted, by the interval of O:E.

    The outcome's mean may be calibrated and the event not: its probability also depends on how far
    outcomes scatter about the mean.
    """
    ratio = next((e for e in event.estimates if e.name == "observed_expected_ratio"), None)
    about = f"Event, {event.label}:"
    if ratio is None:
        reason = event.reason or event.not_available.get("observed_expected_ratio", "")
        return f"{about} calibration is not available" + (f": {reason}." if reason else ".")
    found = f"observed/expected ratio {with_ci(ratio)}"
    if ratio.low is None or ratio.high is None:
        return f"{about} calibration is inconclusive, {found} without an interval."
    if excludes(ratio, 1.0):
        side = "low" if ratio.value > 1.0 else "high"
        return f"{about} probabilities are too {side} on average, {found}."
    return f"{about} no evidence of miscalibration on average, {found}."
