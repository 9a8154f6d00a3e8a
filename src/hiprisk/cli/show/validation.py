"""What ``hiprisk validate`` prints: tables that a person likes to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hiprisk.cli.show.expected import MORE_EXPECTED, show_expected, show_main_expected
from hiprisk.cli.show.main_figures import HEAD, estimate_rows, show_main
from hiprisk.cli.show.output import (
    metric_label,
    print_lines,
    print_sentences,
    print_styled,
    print_table,
)
from hiprisk.cli.show.participants import show_flow, show_reasons
from hiprisk.cli.show.terminal import columns
from hiprisk.wording.availability import not_available_in_words
from hiprisk.wording.quantities import (
    interval,
    number,
    number_and_interval,
    signed_with_interval,
    with_interval,
)

if TYPE_CHECKING:
    from hiprisk.metrics.estimate import Estimate
    from hiprisk.metrics.forecast.calibration import CoverageByLevel
    from hiprisk.validation.external.before_outcomes import ExpectedValidation
    from hiprisk.validation.external.case_mix_results import CaseMix
    from hiprisk.validation.external.results import ExternalValidation
    from hiprisk.validation.performance.reference import ReferenceComparison
    from hiprisk.validation.performance.results import EventPerformance, Performance
    from hiprisk.validation.sites.calibration_results import ClusteredCalibration
    from hiprisk.validation.subgroups.results import Subgroups

MOST_SHIFTS = 8
# Metrics that stand in the groups' tables, by the width of the terminal; all are in --json, --out.
MOST_GROUP_METRICS = 4
FEW_GROUP_METRICS = 2
WIDE = 120


def show_validation(result: ExternalValidation, *, full: bool = False) -> None:
    """The result as a person likes to read it: the main figures, or everything."""
    model = result.model
    version = f" ({model.name}@{model.version})" if model.version else ""
    head = (f"{model.title}{version}", f"predicts {model.estimand}",
            f"evaluated on {result.cohort}", "")  # fmt: skip
    print_styled("heading", head[0])
    print_lines(*head[1:])
    if not full:
        show_main(result, head)
        return
    print_sentences(*result.summary)
    print_lines("")
    print_table(HEAD, estimate_rows(result.performance.metrics))
    if result.performance.not_available:
        print_lines(*not_available_in_words(result.performance.not_available, metric_label))
    _show_formulas(result.performance)
    _show_performance(result.performance)
    print_lines("")
    show_flow(result.flow)
    show_reasons(result.reasons)
    if result.expected is not None:
        show_expected(result.expected)
    if result.case_mix is not None:
        _show_case_mix(result.case_mix)
    if result.reference_comparison is not None:
        _show_reference(result.reference_comparison)
    if result.clustered_calibration is not None:
        _show_clustered_calibration(result.clustered_calibration)
    if result.groups is not None:
        _show_groups(result.groups)
    print_lines("", *result.remarks)


def _show_formulas(performance: Performance) -> None:
    """Calibration by the usual formulas, beside the bootstrap of the table above."""
    from hiprisk.metrics.intervals.calibration import IN_THE_LARGE, METHOD_LABELS, SLOPE

    found = performance.formula_intervals
    if not found:
        return
    print_lines("", "Calibration by the usual formulas (* in the sentences above):")
    used = [performance.interval_for_verdict(name) for name in (IN_THE_LARGE, SLOPE)]
    rows, lacking = [], {}
    for one in found:
        label, method = metric_label(one.metric), METHOD_LABELS[one.method]
        if one.estimate is None:
            lacking[f"{label} ({method})"] = one.reason
            continue
        mark = " *" if one in used else ""
        rows.append([label, f"{method}{mark}", *number_and_interval(one.estimate)])
    print_table(("metric", "formula", "value", "95 % CI"), rows)
    if lacking:
        print_lines(*not_available_in_words(lacking, str))


def show_expected_validation(result: ExpectedValidation, *, full: bool = False) -> None:
    """What a model expects of a cohort before outcomes are known: main figures, or everything."""
    model = result.model
    version = f" ({model.name}@{model.version})" if model.version else ""
    print_styled("heading", f"{model.title}{version}")
    print_lines(f"predicts {model.estimand}", f"expected of {result.cohort}", "")
    print_sentences(*result.summary)
    if full:
        show_expected(result.expected)
        print_lines("")
        show_flow(result.flow)
    else:
        show_main_expected(result.expected)
    show_reasons(result.reasons)
    if not full:
        print_lines("", MORE_EXPECTED)


def _show_performance(performance: Performance) -> None:
    if performance.curve_errors:
        print_lines("", "Distance from the calibration curve (loess; spline):")
        print_table(HEAD, estimate_rows(performance.curve_errors))
    if performance.forecast:
        print_lines("", "Predictive distribution; floor and ceiling proportions:")
        print_table(HEAD, estimate_rows(performance.forecast))
    if performance.coverage is not None:
        _show_coverage(performance.coverage)
    _show_decompositions(performance)
    if performance.decision is not None:
        print_lines("", "Clinical utility at the declared threshold probabilities:")
        if performance.thresholds:
            print_table(HEAD, estimate_rows(performance.utility()))
        else:
            print_lines("no threshold is declared; the decision curve is in --json and --out")
    if performance.events:
        _show_events(performance)


def _show_decompositions(performance: Performance) -> None:
    """Scores as miscalibration - discrimination + uncertainty."""
    if performance.decompositions:
        print_lines("", "Scores = miscalibration - discrimination + uncertainty (isotonic "
                    "recalibration):")  # fmt: skip
        print_table(
            ["score", "value", "miscalibration", "discrimination", "uncertainty"],
            [
                [metric_label(name), *(number(part) for part in found.to_dict().values())]
                for name, found in performance.decompositions.items()
            ],
        )


def _show_coverage(coverage: CoverageByLevel) -> None:
    """Levels as columns, ranges of the prediction as rows."""
    levels = sorted({cell.level for cell in coverage.cells})
    print_lines("", "Coverage of the prediction intervals, by predicted level:")
    by_range: dict[tuple[float, float, float], dict[float, str]] = {}
    for cell in coverage.cells:
        place = (cell.predicted_low, cell.predicted_high, cell.n)
        by_range.setdefault(place, {})[cell.level] = with_interval(cell.coverage)
    print_table(
        ["predicted", "people", *(f"{100 * level:g} % prediction interval" for level in levels)],
        [
            [f"{low:.1f} to {high:.1f}", f"{n:g}", *(cells.get(level, "") for level in levels)]
            for (low, high, n), cells in by_range.items()
        ],
    )


def _show_events(performance: Performance) -> None:
    """Every metric of every event, events side by side; then what acting is worth."""
    print_lines("")
    for event in performance.events:
        print_lines(f"Event: {event.label} ({event.n_events:g} of {event.n:g})")
        if event.reason is not None:
            print_lines(f"not evaluated: {event.reason}")
        if event.not_available:
            print_lines(*not_available_in_words(event.not_available, metric_label))
    evaluated = [event for event in performance.events if event.reason is None]
    if not evaluated:
        return
    by_event = [{e.name: e for e in performance.of_event(event)} for event in evaluated]
    names = list(dict.fromkeys(one.name for event in evaluated for one in event.estimates))
    print_lines("")
    _side_by_side("metric (95 % CI)", names, evaluated, by_event)
    if performance.thresholds:
        worth = list(dict.fromkeys(n for found in by_event for n in found if n not in names))
        print_lines(
            "",
            "Clinical utility at the declared threshold probabilities (net benefit; "
            "standardised net benefit; interventions avoided per 100 compared with treating all):",
        )
        _side_by_side("at threshold (95 % CI)", worth, evaluated, by_event)
    else:
        print_lines("no thresholds are declared; the decision curves are in --json and --out")


def _side_by_side(
    title: str,
    names: Sequence[str],
    events: Sequence[EventPerformance],
    by_event: Sequence[Mapping[str, Estimate]],
) -> None:
    print_table(
        [title, *(event.label for event in events)],
        [
            [
                metric_label(name),
                *(_in_a_cell(e[name]) if name in e else "" for e in by_event),
            ]
            for name in names
        ],
    )


def _in_a_cell(estimate: Estimate) -> str:
    """Value and interval with digits by the interval."""
    return with_interval(estimate)


def _show_case_mix(case_mix: CaseMix) -> None:
    n = f"{case_mix.n_new} rows with a prediction, outcome known or not"
    print_lines("", f"Case mix ({n}), the development cohort known from {case_mix.basis}:")
    shifts = sorted(case_mix.columns, key=lambda s: -abs(s.standardised_difference))
    print_table(
        ["variable", "development", "here", "difference in SD (95 % CI)", "missing here"],
        [
            [
                s.label,
                f"{s.development_mean:.3g}",
                f"{s.new_mean:.3g}",
                signed_with_interval(s.difference),
                f"{100 * s.new_missing:.0f} %",
            ]
            for s in shifts[:MOST_SHIFTS]
        ],
    )
    if len(shifts) > MOST_SHIFTS:
        print_lines(f"(the {MOST_SHIFTS} largest of {len(shifts)}; all with --json or --out)")


def _show_reference(found: ReferenceComparison) -> None:
    """The model beside a reference prediction: scores in their parts, and the Murphy diagram."""
    diagram = found.murphy_diagram
    lacking = f"; {found.n_without} have no reference prediction" if found.n_without else ""
    print_lines("", f"Compared with {diagram.reference_name} (n = {found.n}{lacking}):")
    print_table(
        [metric_label(found.score), "value", "miscalibration", "discrimination", "uncertainty"],
        [
            [name, *(number(part) for part in parts.to_dict().values())]
            for name, parts in (
                (diagram.model_name, found.model),
                (diagram.reference_name, found.reference),
            )
        ],
    )
    print_lines(f"Murphy diagram: {found.sentence()}")


def _show_clustered_calibration(found: ClusteredCalibration) -> None:
    """The mean of the sites' curves at a few predictions, and where a new site's may lie."""
    places = [round(share * (len(found.predicted) - 1)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    print_lines("", f"Calibration by site ({len(found.sites)} sites; intervals are pointwise):")
    print_table(
        ["predicted", "observed, mean of the sites", "95 % CI", "95 % prediction interval, new "
         "site"],
        [
            [number(found.predicted[place]), number(found.observed[place]),
             interval(found.low[place], found.high[place]),
             interval(found.new_low[place], found.new_high[place])]
            for place in dict.fromkeys(places)
        ],
    )  # fmt: skip
    for site, reason in found.left_out.items():
        print_lines(f"{site} has no curve: {reason}")
    if found.left_out:
        # The groups below have the sites' names, such as site_02: that is not site 2.
        print_lines("These numbers count the sites in order of first appearance.")


def _show_groups(result: Subgroups) -> None:
    """One table a grouping: levels as rows, the main metrics as columns."""
    print_lines("", "By group:", *result.sentences())
    shown = result.metrics[: MOST_GROUP_METRICS if columns() >= WIDE else FEW_GROUP_METRICS]
    found = {(row.grouping, row.level, row.metric): row.estimate for row in result.estimates}
    for name, label in result.labels:
        print_lines("", f"By {label or name}:")
        rows = []
        for group in (one for one in result.groups if one.grouping == name):
            cells = [found.get((name, group.level, metric)) for metric in shown]
            people = "not shown" if group.suppressed else str(group.n_people)
            rows.append([group.level, people, *("" if e is None else _in_a_cell(e) for e in cells)])
        print_table([label or name, "people", *map(metric_label, shown)], rows)
    hidden = len(result.metrics) - len(shown)
    if result.labels and (hidden or result.benefits):
        more = [f"{hidden} more metric{'s' if hidden > 1 else ''}"] if hidden else []
        more += ["net benefit by group"] if result.benefits else []
        print_lines("", f"({' and '.join(more)}: --json, --out)")
