"""The report of ``hiprisk validate``: a model in people whose outcome is known."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.reporting.appendix.robustness import section_of_subgroups
from hiprisk.reporting.page.blocks import Line, Section, Tile
from hiprisk.reporting.results.common_sections import (
    expected_section,
    findings_table,
    metric_tile,
    participants_section,
)
from hiprisk.reporting.results.report import ResultReport, banner_of, model_sources
from hiprisk.reporting.results.validation_sections import (
    MAIN_FIGURE,
    calibration_section,
    case_mix_section,
    distribution_section,
    events_section,
    performance_section,
    reference_section,
    sites_section,
    utility_section,
    variable_labels,
)
from hiprisk.validation.external.before_outcomes import ExpectedValidation
from hiprisk.validation.external.results import ExternalValidation
from hiprisk.wording.labels import capital, unit_of_amount
from hiprisk.wording.performance import HEADLINES
from hiprisk.wording.quantities import (
    interval,
    interval_digits,
    number,
    people_counted,
    signed_with_interval,
    with_interval,
)
from hiprisk.wording.verdicts import excludes

# Of the verdict: what the summary says first, once warnings stand in the banner.
SENTENCES = 2


def validation_report(result: ExternalValidation) -> ResultReport:
    """What the report of an external validation shows.

    Parameters
    ----------
    result : ExternalValidation
    """
    warnings = banner_of(result.summary, model=result.model, data=result.cohort_provenance)
    said = (one for one in result.summary if one not in warnings)
    return ResultReport(
        title=f"External validation of {result.model.title}",
        summary=result.summary,
        warnings=warnings,
        verdict=tuple(islice(said, SENTENCES)),
        tiles=tuple(_tiles(result)),
        main_figure=MAIN_FIGURE,
        sections=tuple(one for one in _sections(result) if one is not None),
        sources=model_sources(
            result.model, cohort=result.cohort, fingerprint=result.cohort_fingerprint
        ),
        data=result.cohort_provenance,
    )


def _sections(result: ExternalValidation) -> Iterator[Section | None]:
    yield performance_section(result)
    yield calibration_section(result)
    yield utility_section(result)
    if result.expected is not None:
        yield expected_section(result.expected)
    yield reference_section(result)
    yield case_mix_section(result)
    yield participants_section(
        result.flow,
        reasons=result.reasons,
        labels=variable_labels(result),
        notes=(f"The model predicts {result.model.estimand}.",),
    )
    if result.remarks:
        yield Section(
            anchor="limitations", title="Sample size and limitations", paragraphs=result.remarks
        )
    if result.groups is not None:
        yield section_of_subgroups(
            result.groups,
            where="--json",
            drawn_metrics=result.groups.metrics,
            provenance=result.cohort_provenance,
        )
    yield distribution_section(result)
    yield events_section(result)
    yield sites_section(result)
    if result.findings:
        yield findings_table(result.findings, variable_labels(result))


def _tiles(result: ExternalValidation) -> Iterator[Tile]:
    found = {one.name: one for one in result.performance.metrics}
    decided = {one.name: one for one in result.performance.for_verdicts()}
    headline = found.get(HEADLINES[result.kind])
    counted = people_counted(result.n_people or result.n, result.n)
    if headline is not None:
        note = "0 is the mean of these people, 1 is perfect." if headline.name == "r2" else (
            "0.5 is chance.")  # fmt: skip
        yield metric_tile(
            headline, title="How well it predicts", note=f"{counted}. {note}", anchor="performance"
        )
    yield from _on_average(result, decided)
    slope = decided.get("calibration_slope")
    if slope is not None:
        yield metric_tile(
            slope,
            title="Are predictions too extreme?",
            note=f"{_slope_note(slope)} 1 is ideal.",
            anchor="calibration",
        )
    yield from _expected_tile(result)


def _on_average(result: ExternalValidation, decided: dict[str, Estimate]) -> Iterator[Tile]:
    """Observed against predicted on average: a difference of scores, a ratio of risks."""
    ratio = decided.get("observed_expected_ratio")
    if ratio is not None:
        yield metric_tile(
            ratio,
            title="Are predictions right on average?",
            note=f"{_average_note(ratio, 1.0)} 1 is ideal.",
            anchor="calibration",
        )
        return
    large = decided.get("calibration_in_the_large")
    if large is None:
        return
    unit = unit_of_amount(result.outcome_unit) if result.kind == "continuous" else "log odds"
    yield Tile(
        title="Are predictions right on average?",
        lines=(
            Line(
                label="Observed minus predicted",
                value=f"{signed_with_interval(large).partition(' (')[0]} {unit}".rstrip(),
                detail="observed minus predicted"
                + (
                    ""
                    if large.low is None
                    else f", 95 % CI {interval(large.low, large.high, interval_digits(large))}"
                ),
            ),
        ),
        note=f"{_average_note(large, 0.0)} 0 is ideal.",
        anchor="calibration",
    )


def _average_note(estimate: Estimate, ideal: float) -> str:
    if not excludes(estimate, ideal):
        return "No evidence of miscalibration in the large."
    return f"Predictions are too {'low' if estimate.value > ideal else 'high'} on average."


def _slope_note(slope: Estimate) -> str:
    if not excludes(slope, 1.0):
        return "No evidence that predictions are too extreme or too moderate."
    return f"Predictions are {'too extreme' if slope.value < 1.0 else 'too moderate'}."


def _expected_tile(result: ExternalValidation) -> Iterator[Tile]:
    if result.expected is None:
        return
    shown = [
        one
        for one in result.expected.figures
        if one.name in ("r2", "rmse", "c_statistic", "brier") and one.observed is not None
    ]
    if not shown:
        return
    beyond = [capital(label_of(one.name)) for one in shown if one.beyond_chance]
    note = f"{' and '.join(beyond)} differ beyond chance." if beyond else (
        "No evidence of a difference.")  # fmt: skip
    yield Tile(
        title="As the model expects of these people?",
        lines=tuple(
            Line(
                label=capital(label_of(one.name)),
                value=f"{number(one.observed.value if one.observed else None, 2)} observed",
                detail=f"{with_interval(one.expected)} expected",
            )
            for one in shown
        ),
        note=f"95 % CI in brackets. {note}",
        anchor="expected",
    )


def expected_report(result: ExpectedValidation) -> ResultReport:
    """What the report of ``hiprisk validate --expected`` shows.

    Parameters
    ----------
    result : ExpectedValidation
    """
    warnings = banner_of(result.summary, model=result.model, data=result.cohort_provenance)
    figures = {one.name: one for one in result.expected.figures}
    first = result.expected.sentences[:1]
    shown = [figures[name] for name in ("r2", "c_statistic", "rmse", "brier", "mean_outcome",
                                        "event_rate") if name in figures]  # fmt: skip
    return ResultReport(
        title=f"Performance to be expected of {result.model.title}",
        summary=(*result.summary, *result.expected.sentences),
        warnings=warnings,
        verdict=(*(one for one in result.summary if one not in warnings), *first)[:SENTENCES]
        if not first
        else (result.summary[len(warnings)], *first),
        tiles=tuple(
            metric_tile(
                one.expected,
                title=f"Expected: {label_of(one.name)}",
                note="" if one.development is None else (
                    f"Expected in development: {number(one.development, 2)}."),
                anchor="expected",
            )
            for one in shown
        ),
        sections=(
            expected_section(result.expected),
            participants_section(result.flow, reasons=result.reasons,
                                 notes=(f"The model predicts {result.model.estimand}.",)),
            *([findings_table([f.summarised() for f in result.findings], {})]
              if result.findings else []),
        ),
        sources=model_sources(
            result.model, cohort=result.cohort, fingerprint=result.cohort_fingerprint
        ),
        data=result.cohort_provenance,
    )  # fmt: skip
