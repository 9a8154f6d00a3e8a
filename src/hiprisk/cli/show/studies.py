"""Two studies beside each other on a terminal, about a screen of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hiprisk.cli.show.output import metric_label, print_lines, print_table
from hiprisk.wording.quantities import (
    NONE,
    people_counted,
    plural,
    signed,
    signed_with_interval,
    with_interval,
)

if TYPE_CHECKING:
    from hiprisk.evidence.study_comparison import DocumentDifference, MetricPair, StudyComparison
    from hiprisk.validation.performance.paired import PairedComparison

# So many differences of a section are shown, fewer above a cohort's table; --json has all.
MOST_SHOWN = {"config": 7, "cohort": 3, "code": 2, "model": 3}
FEWER_SHOWN = {"config": 4, "cohort": 2, "code": 1, "model": 2}
WIDEST = 34


def show_studies(result: StudyComparison, paired: PairedComparison | None = None) -> None:
    """What differs, then the metrics that both have, then both on common people."""
    first, second = result.names
    print_lines(f"{first} and {second}", "")
    most = MOST_SHOWN if paired is None else FEWER_SHOWN
    rows = [row for section in most for row in _section(result.of(section), section, most[section])]
    print_table(("differs in", "key", first, second), rows)
    same = [section for section in MOST_SHOWN if not result.of(section)]
    if same:
        print_lines(f"same: {', '.join(same)}")
    _show_variables(result)
    _show_metrics(result, only_main=paired is not None)
    if paired is not None:
        _show_paired(paired)


def _section(found: Sequence[DocumentDifference], section: str, most: int) -> list[list[str]]:
    rows = [[section, one.key, _cell(one, "first"), _cell(one, "second")] for one in found[:most]]
    if len(found) > most:
        rows.append([section, f"and {len(found) - most} more (--json)", "", ""])
    return rows


def _cell(one: DocumentDifference, side: str) -> str:
    if one.only_in is not None and one.only_in != side:
        return "absent"
    here, there = (one.first, one.second) if side == "first" else (one.second, one.first)
    if isinstance(here, list) and isinstance(there, list):
        return _short(_beyond(here, there))
    if isinstance(here, str) and isinstance(there, str):
        return _short(_from_where_they_part(here, there))
    return _short(_text(here))


def _from_where_they_part(here: str, there: str) -> str:
    """A long text without the words with which another begins too."""
    apart = (place for place, (a, b) in enumerate(zip(here, there, strict=False)) if a != b)
    start = here.rfind(" ", 0, next(apart, 0)) + 1
    return here if len(here) <= WIDEST or not start else f"... {here[start:]}"


def _beyond(here: list[Any], there: list[Any]) -> str:
    """What a list has beyond another: what they share is no difference."""
    rest = [item for item in here if item not in there]
    if rest:
        return ", ".join(map(_text, rest))
    if not here:
        return "none"
    return "no other" if any(item not in here for item in there) else "in another order"


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.6g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 3]}..."


def _show_variables(result: StudyComparison) -> None:
    for name, variables in zip(result.names, (result.only_first, result.only_second), strict=True):
        if variables:
            shown = ", ".join(variables[:6]) + (" ..." if len(variables) > 6 else "")
            print_lines(f"only {name} has {plural(len(variables), 'variable')}: {shown}")


def _show_metrics(result: StudyComparison, *, only_main: bool) -> None:
    from hiprisk.validation.performance.paired import MAIN_METRICS
    from hiprisk.wording.labels import EVALUATIONS

    shown = {name for names in MAIN_METRICS.values() for name in names[: 1 if only_main else None]}
    headline = [one for one in result.metrics if one.metric in shown]
    if any(one.evaluation == "corrected" for one in headline):
        # Out-of-fold figures stand in where a bootstrap has none; --json has both.
        headline = [one for one in headline if one.evaluation != "out_of_fold"]
    if not headline:
        print_lines("", "no main metric that both have")
        return
    print_lines("")
    head = ("metric", "evaluation", *result.names, "difference")
    print_table(head, [_row(one, EVALUATIONS[one.evaluation]) for one in headline])
    reasons = {reason: name for name, reason in result.no_difference.items()}
    for reason, evaluation in reasons.items():
        where = "" if len(result.no_difference) > 1 else f" ({EVALUATIONS[evaluation]})"
        print_lines(f"no difference{where}: {reason}")


def _row(one: MetricPair, evaluation: str) -> list[str]:
    difference = NONE if one.difference is None else signed(one.difference)
    return [one.label, evaluation, with_interval(one.first), with_interval(one.second), difference]


def _show_paired(paired: PairedComparison) -> None:
    first, second = paired.names
    people = people_counted(paired.n_people, paired.n)
    print_lines("", f"Both on {people} of {paired.cohort}; difference: {second} minus {first}")
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
    print_table(("metric", first, second, "difference", "better"), rows)
    for name, n in ((first, paired.n_only_first), (second, paired.n_only_second)):
        if n:
            print_lines(f"{plural(n, 'row')} that only {name} can score: not compared")
    for name, reason in paired.not_available.items():
        print_lines(f"no {metric_label(name)}: {reason}")
    if paired.elementary_scores is not None:
        print_lines(paired.elementary_scores.sentence())
    for caution in paired.cautions:
        print_lines(f"CAUTION: {caution}")


def _better(verdict: str, names: tuple[str, str]) -> str:
    places = {"first": names[0], "second": names[1], "none": NONE}
    return places.get(verdict, verdict)
