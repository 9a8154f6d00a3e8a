"""Expected performance as tables: beside development, and beside what was observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hiprisk.cli.show.output import metric_label, print_lines, print_table
from hiprisk.wording.quantities import (
    NONE,
    interval_digits,
    number,
    signed,
    signed_with_interval,
    with_interval,
)

if TYPE_CHECKING:
    from hiprisk.metrics.estimate import Estimate
    from hiprisk.validation.expected.compared_figures import ComparedFigure
    from hiprisk.validation.expected.comparison import ExpectedComparison
    from hiprisk.validation.expected.results import ExpectedEvent

# Others are with --json and --out.
SHOWN = ("r2", "rmse", "mae", "mean_outcome", "coverage_95", "width_95", "c_statistic", "brier",
         "event_rate")  # fmt: skip
MOST_EVENTS = 4
FIGURES_SENTENCE = "If the model is right, expect of "
MORE_EXPECTED = (
    "--full prints every figure beside development and by case mix, net benefit, and who was "
    "left out; --report FILE writes them."
)


def show_main_expected(comparison: ExpectedComparison) -> None:
    """Figures of the outcome, a row an event, and cautions."""
    print_lines("", "Expected performance, if the model is right:")
    print_table(
        ["metric", "expected here (95 % CI)"],
        [
            [metric_label(one.name), _digits_by_interval(one.expected)]
            for one in comparison.figures
            if one.name in _names(comparison, "") and not one.name.startswith("net_benefit_")
        ],
    )
    events = comparison.expected.events[:MOST_EVENTS]
    if events:
        print_lines("")
        head = ["event", "C statistic (95 % CI)", "event rate (95 % CI)"]
        print_table(head, [_event_row(one) for one in events])
    # The tables have the figures of the first sentence; cautions stay.
    cautions = [one for one in comparison.sentences if not one.startswith(FIGURES_SENTENCE)]
    if cautions:
        print_lines("", *cautions)


def _event_row(event: ExpectedEvent) -> list[str]:
    if event.reason is not None:
        return [event.label, "not available", ""]
    found = {one.name: one for one in event.estimates}
    figures = [found.get(name) for name in ("c_statistic", "event_rate")]
    return [event.label, *(NONE if one is None else _digits_by_interval(one) for one in figures)]


def show_expected(comparison: ExpectedComparison) -> None:
    """Figures of the outcome and of each event, then what they say."""
    observed = comparison.has_observed
    title = "Expected and observed performance" if observed else "Expected performance"
    print_lines("", f"{title}, if the model is right:")
    expected = comparison.expected
    everybody = comparison.first_visit is not None
    shown = [one for one in comparison.figures if one.name in _names(comparison, "")]
    _show(shown, observed=observed, everybody=everybody)
    for event in expected.events:
        print_lines("", f"Event: {event.label} ({event.n} rows)")
        if event.reason is not None:
            print_lines(f"not available: {event.reason}")
            continue
        names = _names(comparison, event.name)
        shown = [one for one in comparison.figures if one.name in names]
        _show(shown, observed=observed, everybody=everybody, of=event.name)
    print_lines("", *comparison.sentences)


def _names(comparison: ExpectedComparison, event: str) -> set[str]:
    """Names of the figures that are shown of the outcome, or of an event."""
    found = comparison.expected.estimates
    if event:
        (found,) = (one.estimates for one in comparison.expected.events if one.name == event)
    ending = f"_{event}" if event else ""
    return {
        f"{one.name}{ending}"
        for one in found
        if one.name in SHOWN or one.name.startswith("net_benefit_")
    }


def _show(figures: list[ComparedFigure], *, observed: bool, everybody: bool, of: str = "") -> None:
    """What is expected beside what was observed; below it, what case mix does."""
    names = [metric_label(one.name.removesuffix(f"_{of}") if of else one.name) for one in figures]
    head = ["metric", "expected here (95 % CI)"]
    head += ["observed (95 % CI)", "observed minus expected"] if observed else []
    print_table(
        head,
        [
            [name, _digits_by_interval(one.expected), *(_observed(one) if observed else ())]
            for name, one in zip(names, figures, strict=True)
        ],
    )
    if any(one.development is not None for one in figures):
        if observed:
            print_lines("")
        head = ["metric", *(["at the first visit"] if everybody else [])]
        rows = [
            [name, *_by_case_mix(one, everybody=everybody)]
            for name, one in zip(names, figures, strict=True)
        ]
        print_table([*head, "expected in development", "by case mix"], rows)


def _observed(one: ComparedFigure) -> list[str]:
    found = one.difference
    return [
        NONE if one.observed is None else _digits_by_interval(one.observed),
        NONE if found is None else signed_with_interval(found),
    ]


def _by_case_mix(one: ComparedFigure, *, everybody: bool) -> list[str]:
    digits = min(interval_digits(one.expected), 3)
    first = [NONE if one.first_visit is None else number(one.first_visit.value, digits)]
    moved = NONE if one.by_case_mix is None else signed(one.by_case_mix, digits)
    return [*(first if everybody else ()), number(one.development, digits), moved]


def _digits_by_interval(estimate: Estimate) -> str:
    return with_interval(estimate)
