"""Two studies on a terminal: what differs, then the metrics that both have, then common people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hiprisk.cli.show.output import (
    metric_label,
    n_lines,
    n_table_lines,
    print_lines,
    print_styled,
    print_table,
)
from hiprisk.cli.show.study_differences import ARROW, SECTIONS, sections_in_words
from hiprisk.wording.labels import capital
from hiprisk.wording.quantities import (
    NONE,
    interval_digits,
    people_counted,
    plural,
    signed,
    signed_with_interval,
    with_interval,
)

if TYPE_CHECKING:
    from hiprisk.evidence.study_comparison import MetricPair, StudyComparison
    from hiprisk.validation.performance.paired import PairedComparison

MOST_LINES = 40
SOFTWARE = SECTIONS["code"]
# Of the short view: a difference takes so many lines, and of one that would take more each side so
# many letters; so many variables are named, and so many differences in software.
LONGEST, LONG, MOST_VARIABLES, MOST_SOFTWARE = 3, 60, 6, 2
MORE = "--full prints every difference and metric; --json has names and whole values."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A line about a table, the table, and what is said below."""

    before: str
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    after: tuple[str, ...] = ()

    def show(self) -> None:
        print_lines("", self.before)
        print_table(self.head, self.rows)
        if self.after:
            print_lines(*self.after)

    @property
    def height(self) -> int:
        return 1 + n_lines([self.before, *self.after]) + n_table_lines(self.head, self.rows)


def show_studies(
    result: StudyComparison, paired: PairedComparison | None = None, *, full: bool = False
) -> None:
    """What differs, then the metrics that both have, then both on common people.

    The short view takes 40 lines: of the differences as many as there is room for.
    """
    first, second = result.names
    title = f"{first} -> {second}: what differs"
    parts = list(_metrics(result, only_main=paired is not None and not full))
    parts += [] if paired is None else [_paired(paired)]
    further = [*_same(result), *_only_one_has(result, full=full)]
    sections = list(sections_in_words({name: result.of(name) for name in SECTIONS}, result.labels))
    if not full:
        taken = n_lines([title, *further, MORE]) + sum(part.height for part in parts)
        sections = _within(sections, MOST_LINES - taken)
    print_styled("heading", title)
    for name, lines in sections:
        print_lines(name, *lines)
    if further:
        print_lines(*further)
    for part in parts:
        part.show()
    if not full:
        print_lines(MORE)


def _within(sections: Sequence[tuple[str, list[str]]], room: int) -> list[tuple[str, list[str]]]:
    """As many differences of each section as there is room for, one of each in turn."""
    short = [
        [_named_alone(line) for line in lines[: MOST_SOFTWARE if title == SOFTWARE else None]]
        for title, lines in sections
    ]
    room -= len(sections)
    shown = [0] * len(sections)
    for turn in range(max(map(len, short), default=0)):
        for place, lines in enumerate(short):
            if turn == shown[place] < len(lines) and n_lines([lines[turn]]) <= room:
                room -= n_lines([lines[turn]])
                shown[place] += 1
    return [
        (title if n == len(found) else f"{title} ({n} of {len(found)})", lines[:n])
        for (title, found), lines, n in zip(sections, short, shown, strict=True)
    ]


def _named_alone(line: str) -> str:
    """A difference; what makes it long is left to --full."""
    if n_lines([line]) <= LONGEST:
        return line
    name, _, change = line.partition(": ")
    sides = ("a long text" if len(side) > LONG else side for side in change.split(ARROW))
    return f"{name}: {ARROW.join(sides)}"


def _same(result: StudyComparison) -> list[str]:
    same = [title.lower() for name, title in SECTIONS.items() if not result.of(name)]
    return [f"The same in both: {', '.join(same)}"] if same else []


def _only_one_has(result: StudyComparison, *, full: bool) -> Iterator[str]:
    for name, variables in zip(result.names, (result.only_first, result.only_second), strict=True):
        if variables:
            labels = [result.labels.get(one, one) for one in variables]
            shown = labels if full else labels[:MOST_VARIABLES]
            more = len(labels) - len(shown)
            named = ", ".join(shown) + (f" and {more} more" if more else "")
            yield f"Only {name} has {plural(len(labels), 'variable')}: {named}"


def _metrics(result: StudyComparison, *, only_main: bool) -> Iterator[_Part]:
    """A table for each way of evaluation."""
    from hiprisk.validation.performance.paired import MAIN_METRICS
    from hiprisk.wording.labels import EVALUATIONS

    wanted = {name for names in MAIN_METRICS.values() for name in names[: 1 if only_main else None]}
    headline = [one for one in result.metrics if one.metric in wanted]
    if any(one.evaluation == "corrected" for one in headline):
        # Out-of-fold figures stand in where a bootstrap has none; --json has both.
        headline = [one for one in headline if one.evaluation != "out_of_fold"]
    if not headline:
        yield _Part(before="No main metric that both have")
    shown = [one for one in EVALUATIONS if any(one == pair.evaluation for pair in headline)]
    for place, evaluation in enumerate(shown):
        reason = result.no_difference.get(evaluation)
        # What holds for the next table too is said once, below the last.
        said_later = place + 1 < len(shown) and result.no_difference.get(shown[place + 1]) == reason
        found = [one for one in headline if one.evaluation == evaluation]
        label = EVALUATIONS[evaluation]
        yield _metric_table(result, found, label, reason=None if said_later else reason)


def _metric_table(
    result: StudyComparison, found: Sequence[MetricPair], label: str, *, reason: str | None
) -> _Part:
    """Both values of each metric, and their difference where that means something."""
    differs = any(one.difference is not None for one in found)
    rows = [
        [
            one.label,
            with_interval(one.first),
            with_interval(one.second),
            *([_difference(one)] if differs else []),
        ]
        for one in found
    ]
    return _Part(
        before=f"Performance, {label} (95 % CI)",
        head=("metric", *result.names, *(["difference"] if differs else [])),
        rows=rows,
        after=(f"No difference: {reason}",) if reason else (),
    )


def _difference(one: MetricPair) -> str:
    digits = interval_digits(one.second)
    return NONE if one.difference is None else signed(one.difference, digits)


def _paired(paired: PairedComparison) -> _Part:
    first, second = paired.names
    people = people_counted(paired.n_people, paired.n)
    rows = [
        [
            one.label,
            with_interval(one.first),
            with_interval(one.second),
            signed_with_interval(one.difference),
            _better(one.better, paired.names),
        ]
        for one in paired.differences
    ]
    return _Part(
        before=f"Both on {people} of {paired.cohort}; difference: {second} minus {first}",
        head=("metric", first, second, "difference (95 % CI)", "better"),
        rows=rows,
        after=tuple(_about_pairs(paired)),
    )


def _about_pairs(paired: PairedComparison) -> Iterator[str]:
    first, second = paired.names
    for name, n in ((first, paired.n_only_first), (second, paired.n_only_second)):
        if n:
            yield f"{plural(n, 'row')} that only {name} can score: not compared"
    for name, reason in paired.not_available.items():
        yield f"{capital(f'no {metric_label(name)}')}: {reason}"
    if paired.elementary_scores is not None:
        yield paired.elementary_scores.sentence()
    yield from (f"CAUTION: {caution}" for caution in paired.cautions)


def _better(verdict: str, names: tuple[str, str]) -> str:
    places = {"first": names[0], "second": names[1], "none": NONE}
    return places.get(verdict, verdict)
