"""Two studies beside each other on a terminal, about a screen of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hiprisk.cli.show.output import print_lines, print_table
from hiprisk.wording.quantities import NONE, plural, signed, with_interval

if TYPE_CHECKING:
    from hiprisk.evidence.study_comparison import DocumentDifference, MetricPair, StudyComparison

# So many differences of a section are shown; --json has all.
MOST_SHOWN = {"config": 8, "cohort": 4, "code": 3, "model": 4}
WIDEST = 34


def show_studies(result: StudyComparison) -> None:
    """What differs, then the metrics that both have."""
    first, second = result.names
    print_lines(f"{first} and {second}", "")
    rows = [row for section in MOST_SHOWN for row in _section(result.of(section), section)]
    print_table(("differs in", "key", first, second), rows)
    same = [section for section in MOST_SHOWN if not result.of(section)]
    if same:
        print_lines(f"same: {', '.join(same)}")
    _show_variables(result)
    _show_metrics(result)


def _section(found: Sequence[DocumentDifference], section: str) -> list[list[str]]:
    most = MOST_SHOWN[section]
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
    return _short(_text(here))


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


def _show_metrics(result: StudyComparison) -> None:
    from hiprisk.evidence.study_comparison import EVALUATIONS
    from hiprisk.metrics.registry import entry_of

    headline = [
        one
        for one in result.metrics
        if (entry := entry_of(one.metric)) is not None and entry.headline
    ]
    if not headline:
        print_lines("", "no metric that both have")
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
