"""The short form of an external validation: what is read first, on one screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hiprisk.cli.show.output import (
    metric_label,
    n_lines,
    n_table_lines,
    print_lines,
    print_sentences,
    print_table,
)
from hiprisk.cli.show.participants import flow_in_words, show_reasons
from hiprisk.wording.availability import not_available_in_words
from hiprisk.wording.quantities import (
    NONE,
    number_and_interval,
    with_interval,
)

if TYPE_CHECKING:
    from hiprisk.metrics.estimate import Estimate
    from hiprisk.validation.external.results import ExternalValidation
    from hiprisk.validation.performance.results import EventPerformance
    from hiprisk.validation.subgroups.results import Subgroups

HEAD = ("metric", "value", "95 % CI")
EVENT_HEAD = ("event", "C statistic (95 % CI)", "observed/expected")
MORE = (
    "--full prints every metric and group, calibration curves, clinical utility, expected "
    "performance and case mix; --report FILE writes them with figures, --out DIR as files too."
)
MOST_LINES = 40
MOST_EVENTS = 4
# The sentences have the figures of calibration; the interval is that of a person.
MAIN_METRICS = ("r2", "rmse", "mae", "c_statistic", "brier", "scaled_brier", "coverage_80",
                "width_80")  # fmt: skip
EVENT_SENTENCE = "Event, "


def show_main(result: ExternalValidation, head: Sequence[str]) -> None:
    """Calibration, main metrics, events, who was left out, and what else there is.

    What does not fit into 40 lines below `head` is left to ``--full``.
    """
    performance = result.performance
    found = [*performance.metrics, *performance.forecast]
    metrics = estimate_rows([one for one in found if one.name in MAIN_METRICS])
    events = [_event_row(event) for event in performance.events[:MOST_EVENTS]]
    # What the sentences on events say is in their table.
    sentences = [one for one in result.summary if not one.startswith(EVENT_SENTENCE)]
    flow = flow_in_words(result.flow, result.n)
    room = MOST_LINES - n_lines([*head, *sentences, flow, MORE]) - n_table_lines(HEAD, metrics) - 2
    room -= 2 + len(result.reasons) if result.reasons else 0
    room -= n_table_lines(EVENT_HEAD, events) + 1 if events else 0
    print_sentences(*sentences)
    print_lines("")
    print_table(HEAD, metrics)
    if events:
        print_lines("")
        print_table(EVENT_HEAD, events)
    print_lines("", flow)
    show_reasons(result.reasons)
    for line in _further(result):
        room -= n_lines([line])
        if room < 0:
            break
        print_lines(line)
    print_lines(MORE)


def _further(result: ExternalValidation) -> Iterator[str]:
    """What is said where there is room, the most important first."""
    if result.groups is not None:
        yield from _groups_in_words(result.groups)
    if result.expected is not None and result.expected.sentences:
        yield result.expected.sentences[-1]
    if result.reference_comparison is not None:
        yield f"Murphy diagram: {result.reference_comparison.sentence()}"
    if result.performance.not_available:
        yield from not_available_in_words(result.performance.not_available, metric_label)
    yield from result.remarks


def _event_row(event: EventPerformance) -> list[str]:
    found = {one.name: one for one in event.estimates}
    if event.reason is not None:
        return [event.label, "not evaluated", ""]
    figures = [found.get(name) for name in ("c_statistic", "observed_expected_ratio")]
    return [event.label, *("" if one is None else with_interval(one) for one in figures)]


def _groups_in_words(groups: Subgroups) -> list[str]:
    """How many comparisons of groups found a difference."""
    n = len(groups.heterogeneity)
    if not n:
        return []
    undecided = len(groups.undecided())
    unsure = f", {undecided} inconclusive at {groups.n_resamples} resamples" if undecided else ""
    return [
        f"Differences between groups: {len(groups.differing())} of {n} comparisons (adjusted for "
        f"their number){unsure}."
    ]


def estimate_rows(estimates: Sequence[Estimate]) -> list[list[str]]:
    """Name, value and interval as cells, with digits by the interval."""
    cells = [(metric_label(one.name), *number_and_interval(one)) for one in estimates]
    return [[name, value, "" if ends == NONE else ends] for name, value, ends in cells]
