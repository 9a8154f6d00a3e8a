"""Sections of an external validation's report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.intervals.calibration import METHOD_LABELS
from hiprisk.metrics.registry import label_of
from hiprisk.reporting.page.blocks import APPENDIX, Picture, Section, Table
from hiprisk.reporting.plots.calibration import bounds_of, draw_calibration_curve
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.external import draw_decision, draw_external_calibration
from hiprisk.reporting.plots.murphy import draw_murphy_diagram
from hiprisk.reporting.plots.sites import draw_clustered_calibration
from hiprisk.reporting.plots.utility import draw_decision_curve
from hiprisk.reporting.results.common_sections import metric_table
from hiprisk.reporting.study.calibration import decomposition_tables, distribution_pictures
from hiprisk.validation.external.case_mix_results import shift_words
from hiprisk.validation.external.results import ExternalValidation
from hiprisk.validation.performance.results import EventPerformance
from hiprisk.wording.availability import not_available_in_words
from hiprisk.wording.labels import capital, unit_of_amount
from hiprisk.wording.quantities import (
    NONE,
    interval,
    number,
    number_and_interval,
    percent,
    signed_with_interval,
    with_interval,
)

MAIN_FIGURE = "calibration.png"


def unit_of(result: ExternalValidation) -> str:
    """Unit of the predictions."""
    return unit_of_amount(result.outcome_unit) if result.kind == "continuous" else "risk"


def variable_labels(result: ExternalValidation) -> dict[str, str]:
    """Labels of the model's variables, as far as the case mix has them."""
    found = () if result.case_mix is None else result.case_mix.columns
    return {one.column.partition("=")[0]: one.label.partition(":")[0] for one in found}


def performance_section(result: ExternalValidation) -> Section:
    """Every metric of the predictions."""
    performance = result.performance
    tables = [metric_table(performance.metrics, caption="Predictions")]
    if performance.formula_intervals:
        tables.append(_formula_table(result))
    return Section(
        anchor="performance",
        title="Performance",
        paragraphs=(
            f"95 % CI: percentile bootstrap of persons. {_pooled(result)}".strip(),
            *not_available_in_words(performance.not_available, label_of),
        ),
        tables=tuple(tables),
    )


def _bootstrap_in_figure(result: ExternalValidation) -> str:
    """Why the figure's intervals of slope and in the large differ from those of the verdict."""
    if not result.performance.formula_intervals:
        return ""
    return " Intervals in the figure: bootstrap; those of the verdict: see Performance."


def _pooled(result: ExternalValidation) -> str:
    if result.imputations is None:
        return ""
    return f"Pooled over {result.imputations} imputations of the file."


def _formula_table(result: ExternalValidation) -> Table:
    performance = result.performance
    used = [
        one
        for name in ("calibration_in_the_large", "calibration_slope")
        if (one := performance.interval_for_verdict(name)) is not None
    ]
    return Table(
        head=("metric", "formula", "value", "95 % CI"),
        rows=tuple(
            (
                capital(label_of(one.metric)),
                f"{METHOD_LABELS[one.method]}{' (in the verdict)' if one in used else ''}",
                *(
                    (NONE, one.reason or NONE)
                    if one.estimate is None
                    else number_and_interval(one.estimate)
                ),
            )
            for one in performance.formula_intervals
        ),
        caption="Calibration by the usual formulas, beside the bootstrap",
    )


def calibration_section(result: ExternalValidation) -> Section | None:
    """The calibration plot, and distances from the smooth curve."""
    pictures = []
    if result.calibration:
        pictures.append(
            drawn(
                name=MAIN_FIGURE,
                ax=draw_external_calibration(result),
                alt="Observed against predicted outcome: smooth curve with pointwise 95 % CI, "
                "means by tenth of the prediction, and the ideal line.",
                caption="Calibration in the validation cohort: smooth curve (loess), and means by "
                f"tenth of the prediction.{_bootstrap_in_figure(result)}",
            )
        )
    errors = result.performance.curve_errors
    if not pictures and not errors:
        return None
    tables = (metric_table(errors, caption="Distance from the calibration curve"),)
    return Section(
        anchor="calibration",
        title="Calibration",
        pictures=tuple(pictures),
        tables=tables if errors else (),
    )


def utility_section(result: ExternalValidation) -> Section | None:
    """Decision curves, and net benefit at the declared thresholds."""
    performance = result.performance
    pictures, tables = [], []
    if performance.decision is not None:
        pictures.append(
            drawn(
                name="decision.png",
                ax=draw_decision(result),
                alt="Net benefit of the model, of treat all and of treat none, by threshold "
                "probability.",
                caption="Decision curve with pointwise 95 % CI.",
            )
        )
        if performance.thresholds:
            tables.append(metric_table(performance.utility(), caption="At the thresholds"))
    events = [one for one in performance.events if one.decision is not None]
    pictures += [_event_decision(one, result) for one in events]
    if events and performance.thresholds:
        of_events = [{e.name: e for e in one.utility(performance.thresholds)} for one in events]
        tables.append(_side_by_side(events, of_events, "At the declared threshold probabilities"))
    if not pictures:
        return None
    return Section(
        anchor="utility",
        title="Clinical utility",
        paragraphs=(
            "Net benefit weighs a false positive by the odds of the threshold probability.",
            *([] if performance.thresholds else ["No threshold is declared."]),
        ),
        pictures=tuple(pictures),
        tables=tuple(tables),
    )


def _event_decision(event: EventPerformance, result: ExternalValidation) -> Picture:
    assert event.decision is not None
    return drawn(
        name=f"net_benefit_{event.name}.png",
        ax=draw_decision_curve(
            event.decision,
            provenance=result.cohort_provenance,
            declared=result.performance.thresholds,
        ),
        alt=f"Net benefit by threshold probability: {event.label}.",
        caption=f"Decision curve with pointwise 95 % CI: {event.label}.",
    )


def _side_by_side(
    events: Sequence[EventPerformance], found: Sequence[Mapping[str, Estimate]], caption: str
) -> Table:
    """Metrics of events, a column each."""
    names = dict.fromkeys(name for one in found for name in one)
    return Table(
        head=("metric (95 % CI)", *(event.label for event in events)),
        rows=tuple(
            (
                capital(label_of(name)),
                *(with_interval(one[name]) if name in one else NONE for one in found),
            )
            for name in names
        ),
        caption=caption,
    )


def case_mix_section(result: ExternalValidation) -> Section | None:
    """Who these people are beside the development cohort."""
    mix = result.case_mix
    if mix is None:
        return None
    shifts = sorted(mix.columns, key=lambda one: -abs(one.standardised_difference))
    return Section(
        anchor="case_mix",
        title="Case mix beside the development cohort",
        paragraphs=shift_words(mix),
        tables=(
            Table(
                head=("variable", "development", "here", "difference in SD (95 % CI)",
                      "missing here"),
                rows=tuple(
                    (capital(one.label), f"{one.development_mean:.3g}", f"{one.new_mean:.3g}",
                     signed_with_interval(one.difference), percent(one.new_missing, 0))
                    for one in shifts
                ),
                caption="Means of numbers and shares of levels, the largest difference first",
            ),
        ),
        notes=(
            f"{mix.n_new} rows with a prediction, outcome known or not; the development cohort is "
            f"known from {mix.basis}.",
        ),
    )  # fmt: skip


def reference_section(result: ExternalValidation) -> Section | None:
    """The model beside a reference prediction of the same people."""
    found = result.reference_comparison
    if found is None:
        return None
    diagram = found.murphy_diagram
    parts = ((diagram.model_name, found.model), (diagram.reference_name, found.reference))
    return Section(
        anchor="reference",
        title=f"Compared with {diagram.reference_name}",
        paragraphs=(found.sentence(),),
        tables=(
            Table(
                head=(label_of(found.score), "value", "miscalibration", "discrimination",
                      "uncertainty"),
                rows=tuple(
                    (name, *(number(part) for part in one.to_dict().values()))
                    for name, one in parts
                ),
                caption="Score = miscalibration - discrimination + uncertainty",
            ),
        ),
        pictures=(
            drawn(
                name="murphy_diagram.png",
                ax=draw_murphy_diagram(diagram, unit=unit_of(result),
                                       provenance=result.cohort_provenance),
                alt="Mean elementary scores of both predictions by threshold, and their difference "
                "with its pointwise band.",
                caption="Murphy diagram: lower is better at each threshold.",
            ),
        ),
        notes=(f"{found.n} rows with both predictions; {found.n_without} lack the reference.",),
    )  # fmt: skip


def distribution_section(result: ExternalValidation) -> Section | None:
    """Predictive distributions beside what was observed."""
    performance = result.performance
    pictures = distribution_pictures(
        performance, unit=unit_of(result), provenance=result.cohort_provenance
    )
    tables = list(decomposition_tables(performance))
    if performance.forecast:
        caption = "Predictive distribution; floor and ceiling proportions"
        tables.insert(0, metric_table(performance.forecast, caption=caption))
    if not pictures and not tables:
        return None
    return Section(
        anchor="distribution",
        title="Prediction intervals",
        pictures=tuple(pictures),
        tables=tuple(tables),
        part=APPENDIX,
    )


def events_section(result: ExternalValidation) -> Section | None:
    """Every metric of every event."""
    events = result.performance.events
    if not events:
        return None
    evaluated = [one for one in events if one.reason is None]
    found = [{e.name: e for e in one.estimates} for one in evaluated]
    curves = [(one, one.calibration) for one in evaluated if one.calibration is not None]
    return Section(
        anchor="events",
        title="Events",
        paragraphs=tuple(
            f"{capital(one.label)}: {one.n_events:.0f} of {one.n:.0f}."
            + (f" Not evaluated: {one.reason}." if one.reason else "")
            for one in events
        ),
        pictures=tuple(
            drawn(
                name=f"calibration_{one.name}.png",
                ax=draw_calibration_curve(
                    curve,
                    provenance=result.cohort_provenance,
                    title=f"Calibration: {one.label}",
                    estimates=one.estimates,
                ),
                alt=f"Calibration curve, predicted probability of: {one.label}.",
                caption=f"Calibration of the predicted probability of: {one.label}.",
            )
            for one, curve in curves
        ),
        tables=(_side_by_side(evaluated, found, "Predicted probabilities"),) if evaluated else (),
        part=APPENDIX,
    )


def sites_section(result: ExternalValidation) -> Section | None:
    """Calibration curves by site, and where a new site's may lie."""
    found = result.clustered_calibration
    if found is None:
        return None
    places = dict.fromkeys(
        round(share * (len(found.predicted) - 1)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    return Section(
        anchor="sites",
        title="Calibration by site",
        tables=(
            Table(
                head=("predicted", "observed, mean of the sites", "95 % CI",
                      "95 % prediction interval, new site"),
                rows=tuple(
                    (number(found.predicted[p]), number(found.observed[p]),
                     interval(found.low[p], found.high[p]),
                     interval(found.new_low[p], found.new_high[p]))
                    for p in places
                ),
                caption=f"{len(found.sites)} sites; intervals are pointwise",
            ),
        ),
        pictures=(
            drawn(
                name="clustered_calibration.png",
                ax=draw_clustered_calibration(found, unit=unit_of(result),
                                              provenance=result.cohort_provenance,
                                              bounds=bounds_of(result.performance)),
                alt="Calibration curves by site, their mean, and the band of a new site.",
                caption="Calibration by site: mean with 95 % CI, and 95 % prediction interval of a "
                "new site.",
            ),
        ),
        notes=tuple(f"{site} has no curve: {reason}." for site, reason in found.left_out.items()),
        part=APPENDIX,
    )  # fmt: skip
