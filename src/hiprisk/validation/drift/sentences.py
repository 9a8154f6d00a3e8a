"""Drift in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from hiprisk.cohort.findings import copied_row_counts, fitted_cautions
from hiprisk.learning.participants.flow import outcome_remarks
from hiprisk.validation.drift.cusum import CalibrationCusum
from hiprisk.validation.drift.results import DriftReport, PredictionDrift, VariableDrift
from hiprisk.validation.drift.stability_index import (
    DIFFERENCE_SOME,
    MISSING_SOME,
    PSI_MUCH,
    PSI_SOME,
    exceeds_limit,
)
from hiprisk.validation.external.case_mix_results import reference_words
from hiprisk.wording.disclaimers import (
    SIMULATED_COHORT,
    copied_rows_caution,
    model_warnings,
)
from hiprisk.wording.labels import capital
from hiprisk.wording.quantities import decimals, number, p_equals, percent


def sentences_of(report: DriftReport) -> Iterable[str]:
    """What moved and what to do about it; what is simulated and cautions come first."""
    yield from fitted_cautions(report.findings)
    warnings = model_warnings(report.model.provenance)
    if report.simulated:
        yield from warnings or [SIMULATED_COHORT]
    yield from report.model.cautions
    yield from map(copied_rows_caution, copied_row_counts(report.findings))
    yield predictor_drift_words(report)
    yield from reference_words(report.model.reference_people, "Drift is")
    odd = [v for v in _moved(report) if any("unit" in c or "code" in c for c in v.causes)]
    if odd:
        yield (
            f"Check units and codes before you update the model: {', '.join(v.label for v in odd)}."
        )
    if report.predictions is not None and report.predictions.verdict != "steady":
        yield (f"Drift of the predictions: {predictions_in_words(report.predictions)}.")
    yield from (f"{capital(remark)}." for remark in outcome_remarks(report.flow))
    yield from cusum_sentences(report)


def _moved(report: DriftReport) -> list[VariableDrift]:
    return [v for v in report.variables if v.verdict in ("some drift", "much drift")]


# What decides, and at what level: differences alone do not.
DRIFT_RULE = (
    f"Some drift: a population stability index (PSI) above {PSI_SOME:.2f}, or a difference of more "
    f"than {DIFFERENCE_SOME:g} SD, or {100 * MISSING_SOME:g} percentage points more or fewer "
    "values missing, each of them beyond chance at the 5 % level; or units or codes that changed. "
    f"Much drift: a PSI above {PSI_MUCH:.2f} and beyond chance. Each variable is judged alone: "
    "among many, one or two can be called so by chance where a cohort is small."
)


def drift_criteria(found: VariableDrift | PredictionDrift) -> str:
    """Which criteria a variable or the predictions meet; empty where nothing moved."""
    met = []
    least = PSI_SOME if found.psi_by_chance is None else max(PSI_SOME, found.psi_by_chance)
    if found.psi is not None and found.psi > least:
        met.append(f"PSI {number(found.psi, 2)} > {number(least, 2)}")
    if found.difference is not None and exceeds_limit(found.difference):
        met.append("difference")
    causes = found.causes if isinstance(found, VariableDrift) else ()
    missing = [one for one in causes if one.startswith(("missing", "absent"))]
    met += ["missing values"] if missing else []
    met += ["values or units"] if len(missing) < len(causes) else []
    return ", ".join(met)


def predictions_in_words(found: PredictionDrift) -> str:
    """The verdict on the predictions, and their mean and scatter now and in development."""
    met = drift_criteria(found)
    verdict = f"{found.verdict} ({met})" if met else found.verdict
    now, then = (
        f"{number(mean, decimals(sd, 1))} (SD {number(sd, decimals(sd, 1))})"
        for mean, sd in ((found.mean_now, found.sd_now), (found.mean_then, found.sd_then))
    )
    return f"{verdict}; mean {now}, in development {then}"


def predictor_drift_words(report: DriftReport) -> str:
    """Which predictors moved, by name."""
    moved = _moved(report)
    if not moved:
        return "No predictor drift."
    return f"Predictor drift: {', '.join(v.label for v in moved)}."


def cusum_sentences(report: DriftReport) -> Iterable[str]:
    """Whether calibration held over time, and what to do; why there is no CUSUM."""
    watch = report.watch
    if watch is None:
        yield f"No calibration CUSUM: {report.watch_note}."
        return
    false_alarm = f"false-alarm probability {percent(watch.false_alarm, 0)}{_allowance(watch)}"
    if watch.is_at_limit:
        farthest = max(map(abs, watch.cusum))
        yield (
            f"Calibration CUSUM: inconclusive over {watch.n_so_far[-1]} people: its largest value "
            f"{farthest:.2f} is within the Monte-Carlo error of its limit {watch.limit:.2f} "
            f"({false_alarm}). Watch on; with more people it leaves the limit or comes back."
        )
        return
    if watch.alarm_at is None:
        yield (
            f"Calibration CUSUM: no alarm over {watch.n_so_far[-1]} people ({false_alarm}). No "
            "update is needed."
        )
        return
    yield (
        f"Calibration CUSUM: alarm at {watch.alarm_at}, predictions too {watch.alarm_side} "
        f"({false_alarm})."
    )
    if watch.is_change_at_limit:
        yield (
            "Inconclusive whether miscalibration changed over time: "
            f"{p_equals(watch.change_p_value)} is within its Monte-Carlo error of "
            f"{watch.false_alarm:g}. Update on all people with "
            "`hiprisk update BUNDLE COHORT --method closed-test`."
        )
    elif watch.change_p_value < watch.false_alarm:
        yield (
            f"Miscalibration changed over time ({p_equals(watch.change_p_value)}): update on "
            "recent people with `hiprisk update BUNDLE RECENT --method closed-test`."
        )
    else:
        yield (
            "No evidence that miscalibration changed over time "
            f"({p_equals(watch.change_p_value)}): update on all people with "
            "`hiprisk update BUNDLE COHORT --method closed-test`."
        )


def _allowance(watch: CalibrationCusum) -> str:
    """What the false-alarm probability allows for, in words."""
    if watch.n_fitted is None:
        return "; the development sample size is not known, so sampling error there is not counted"
    return f", allowing for sampling error in a development cohort of {watch.n_fitted}"
