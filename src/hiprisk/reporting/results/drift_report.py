"""The report of ``hiprisk drift``: what moved, and whether calibration holds."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.reporting.page.blocks import Line, Picture, Section, Table, Tile
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.drift import draw_cusum, draw_drift
from hiprisk.reporting.results.common_sections import (
    expected_section,
    findings_table,
    metric_tile,
    participants_section,
)
from hiprisk.reporting.results.report import ResultReport, banner_of, model_sources
from hiprisk.validation.drift import DriftReport
from hiprisk.validation.drift.cusum import CalibrationCusum
from hiprisk.validation.drift.results import VariableDrift
from hiprisk.validation.drift.sentences import (
    DRIFT_RULE,
    cusum_sentences,
    drift_criteria,
    predictions_in_words,
    predictor_drift_words,
)
from hiprisk.validation.expected.comparison import ExpectedComparison
from hiprisk.wording.disclaimers import SIMULATED_COHORT
from hiprisk.wording.labels import capital
from hiprisk.wording.performance import HEADLINES
from hiprisk.wording.quantities import (
    NONE,
    interval,
    interval_digits,
    number,
    p_equals,
    percent,
    plural,
    signed,
    signed_with_interval,
)

STEADY = "steady"
# As the column of verdicts says it.
VERDICTS = {
    "steady": "no drift",
    "some drift": "some drift",
    "much drift": "much drift",
    "not known": "not known",
}


def drift_page(report: DriftReport) -> ResultReport:
    """What the report of drift shows.

    Parameters
    ----------
    report : DriftReport
    """
    data = "simulated" if report.simulated else report.model.provenance
    found = banner_of(report.summary, model=report.model, data=data)
    cusum = next(iter(cusum_sentences(report)))
    return ResultReport(
        title=f"Drift of {report.model.title}",
        summary=report.summary,
        warnings=found or ((SIMULATED_COHORT,) if report.simulated else ()),
        verdict=(predictor_drift_words(report), cusum),
        tiles=tuple(_tiles(report)),
        main_figure="drift.png" if report.watch is None else "watch.png",
        sections=tuple(_sections(report)),
        sources=model_sources(
            report.model, cohort=report.cohort, fingerprint=report.cohort_fingerprint
        ),
        data=data,
    )


def _sections(report: DriftReport) -> Iterator[Section]:
    yield _variables(report)
    if report.watch is not None:
        yield _watch(report, report.watch)
    if report.expected is not None:
        yield expected_section(report.expected)
    elif report.expected_note:
        yield Section(
            anchor="expected",
            title="Expected performance",
            paragraphs=(f"No expected performance: {report.expected_note}.",),
        )
    labels = {one.variable: one.label for one in report.variables}
    if report.flow or report.refused:
        yield participants_section(report.flow, reasons=report.refused, labels=labels)
    if report.findings:
        yield findings_table([one.summarised() for one in report.findings], labels)


def _variables(report: DriftReport) -> Section:
    causes = tuple(
        f"{capital(one.label)}: {cause}." for one in report.variables for cause in one.causes
    )
    moved = report.predictions
    about = () if moved is None else (
        f"Predictions: {predictions_in_words(moved)}.",
    )  # fmt: skip
    return Section(
        anchor="variables",
        title="Predictors and predictions beside the development cohort",
        paragraphs=(*about, *causes),
        pictures=(_picture_of_variables(report),),
        tables=(
            Table(
                head=("variable", "verdict: what decided", "difference in SD (95 % CI)", "PSI",
                      "PSI by chance (95th percentile)", "missing then", "missing now"),
                rows=tuple(_row(one) for one in report.variables),
                strong=tuple(
                    place for place, one in enumerate(report.variables) if one.verdict != STEADY
                ),
                caption="Now minus the development cohort",
            ),
        ),
        notes=(
            DRIFT_RULE,
        ),
    )  # fmt: skip


def _verdict(found: VariableDrift) -> str:
    """The verdict, and which criteria decided."""
    met = drift_criteria(found)
    return f"{VERDICTS[found.verdict]}: {met}" if met else VERDICTS[found.verdict]


def _picture_of_variables(report: DriftReport) -> Picture:
    return drawn(
        name="drift.png",
        ax=draw_drift(report),
        alt="Standardised difference of each variable from the development cohort, as in the "
        "table.",
        caption="Standardised difference of each variable from the development cohort.",
        wide=True,
    )


def _row(one: VariableDrift) -> tuple[str, ...]:
    return (
        capital(one.label),
        _verdict(one),
        NONE if one.difference is None else signed_with_interval(one.difference),
        number(one.psi),
        number(one.psi_by_chance),
        percent(one.missing_then, 0),
        percent(one.missing_now, 0),
    )


def _watch(report: DriftReport, watch: CalibrationCusum) -> Section:
    error = watch.mean_error
    rows = (
        ("people", str(watch.n_so_far[-1])),
        ("points in time", f"{len(watch.times)}, {watch.times[0]} to {watch.times[-1]}"),
        ("largest cumulative sum", f"{max(map(abs, watch.cusum)):.2f}"),
        ("limit", f"{watch.limit:.2f}"),
        ("false-alarm probability", percent(watch.false_alarm, 0)),
        ("alarm", watch.alarm_at or "none"),
        ("observed minus predicted (95 % CI)", signed_with_interval(error)),
        ("did miscalibration change over time?", p_equals(watch.change_p_value)),
    )
    return Section(
        anchor="cusum",
        title="Calibration over time (CUSUM)",
        paragraphs=tuple(cusum_sentences(report)),
        pictures=(
            drawn(
                name="watch.png",
                ax=draw_cusum(report),
                alt="Cumulative sum of observed minus predicted outcomes over time, with the "
                "limits beyond which it is an alarm.",
                caption="Calibration CUSUM: cumulative sum of observed minus predicted, with its "
                "limits.",
            ),
        ),
        tables=(Table(head=("what", "value"), rows=rows),),
    )


def _tiles(report: DriftReport) -> Iterator[Tile]:
    moved = [one for one in report.variables if one.verdict not in (STEADY, "not known")]
    known = [one for one in report.variables if one.verdict != "not known"]
    yield Tile(
        title="Which predictors moved",
        lines=(
            Line(
                label="Predictors",
                value=f"{len(moved)} of {len(known)} predictors" if moved else "None",
                detail=", ".join(one.label for one in moved),
            ),
        ),
        note=f"{plural(report.n_rows, 'row')} of the cohort beside the development cohort.",
        anchor="variables",
    )
    if report.predictions is not None:
        found = report.predictions
        digits = interval_digits(found.difference)
        yield Tile(
            title="Did predictions move?",
            lines=(
                Line(
                    label="Difference",
                    value=f"{signed(found.difference.value, digits)} SD",
                    detail=""
                    if found.difference.low is None
                    else f"95 % CI {interval(found.difference.low, found.difference.high, digits)}",
                ),
            ),
            note=f"{capital(predictions_in_words(found))}.",
            anchor="variables",
        )
    if report.expected is not None:
        yield _expected_tile(report.expected)
    if report.watch is not None:
        yield _cusum_tile(report.watch)


def _expected_tile(expected: ExpectedComparison) -> Tile:
    """The main metric that the model expects of these people, beside development."""
    one = next(one for one in expected.figures if one.name in HEADLINES.values())
    moved = one.by_case_mix
    note = "" if moved is None else (
        f" In development {number(one.development, interval_digits(one.expected))}: "
        f"{signed(moved, interval_digits(one.expected))} by case mix.")  # fmt: skip
    return metric_tile(
        one.expected,
        title="What performance is expected?",
        note=f"If the model is right for these people.{note}",
        anchor="expected",
    )


def _cusum_tile(watch: CalibrationCusum) -> Tile:
    if watch.is_at_limit:
        value = "Inconclusive"
    else:
        value = "No alarm" if watch.alarm_at is None else f"Alarm at {watch.alarm_at}"
    return Tile(
        title="Is calibration holding?",
        lines=(
            Line(
                label="CUSUM",
                value=value,
                detail=f"largest sum {max(map(abs, watch.cusum)):.2f}, limit {watch.limit:.2f}",
            ),
        ),
        note=f"False-alarm probability {percent(watch.false_alarm, 0)}. Observed minus predicted "
        f"{signed_with_interval(watch.mean_error)}, {watch.n_so_far[-1]} people.",
        anchor="cusum",
    )
