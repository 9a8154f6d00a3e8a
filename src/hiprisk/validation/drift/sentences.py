"""Drift in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from hiprisk.validation.drift.cusum import CalibrationCusum
from hiprisk.validation.drift.results import DriftReport
from hiprisk.wording.disclaimers import SIMULATED_COHORT, model_warnings


def sentences_of(report: DriftReport) -> Iterable[str]:
    """What moved and what to do about it; what is simulated and cautions come first."""
    warnings = model_warnings(report.model.provenance)
    if report.simulated:
        yield from warnings or [SIMULATED_COHORT]
    yield from report.model.cautions
    moved = [v for v in report.variables if v.verdict in ("some drift", "much drift")]
    if moved:
        yield f"Predictors that moved: {', '.join(v.variable for v in moved)}."
    else:
        yield "No predictor moved noticeably."
    odd = [v for v in moved if any("unit" in c or "code" in c for c in v.causes)]
    if odd:
        yield (
            f"Look at unit or coding first, before anything is updated: "
            f"{', '.join(v.variable for v in odd)}."
        )
    if report.predictions is not None and report.predictions.verdict != "steady":
        yield (
            f"Predictions moved: mean {report.predictions.mean_now:.3g}, in development "
            f"{report.predictions.mean_then:.3g}."
        )
    yield from _cusum_sentences(report)


def _cusum_sentences(report: DriftReport) -> Iterable[str]:
    watch = report.watch
    if watch is None:
        yield f"No calibration watch: {report.watch_note}."
        return
    chance = f"{watch.false_alarm:.0%}"
    right = "a model that is right" if watch.n_fitted is None else "a model that is still right"
    if watch.alarm_at is None:
        yield (
            f"Calibration: no alarm over {watch.n_so_far[-1]} people ({right} would raise one with "
            f"the chance {chance}{_allowance(watch)}). No update is called for."
        )
        return
    yield (
        f"Calibration: alarm by {watch.alarm_at}: predictions too {watch.alarm_side} "
        f"({right} would raise any alarm with the chance {chance}{_allowance(watch)})."
    )
    if watch.change_p_value < watch.false_alarm:
        yield (
            f"The difference changed over time (p {watch.change_p_value:.3f}): update on recent "
            "people: hiprisk update BUNDLE RECENT --method closed-test."
        )
    else:
        yield (
            f"The difference is much the same at all times (p {watch.change_p_value:.2f} for a "
            "change): hiprisk update BUNDLE COHORT --method closed-test."
        )


def _allowance(watch: CalibrationCusum) -> str:
    """What the chance of a false alarm allows for, in words."""
    if watch.n_fitted is None:
        return ", if its own average has no error: on how many people it was fitted is not known"
    return f", the error of an average fitted on {watch.n_fitted} people allowed for"
