"""Cells that could not be read: what is wrong with them, in which columns, and what to do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from hiprisk.arrays import Bools
from hiprisk.cohort.cells import is_labelled_code
from hiprisk.cohort.findings import Finding, finding_at
from hiprisk.cohort.items.coding import ItemCodes
from hiprisk.cohort.items.instruments import no_complaints
from hiprisk.values import AMBIGUOUS_CODE, NOT_A_NUMBER, UNKNOWN_CATEGORY, Note

SHOWN_COLUMNS = 3
DECIMAL_COMMA_ADVICE = (
    'are these decimal commas? State format: {decimal: ","} in the mapping: without it a file has '
    "decimal points unless more numbers of its first 64 KiB have commas"
)
_WITH_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")

_MESSAGES = {
    "NOT_A_NUMBER": "cells are no numbers",
    "NOT_FINITE": "numbers are infinite or too large",
    "NOT_A_DATE": "cells are no dates",
    "AMBIGUOUS_CODE": "None stands among answers in words: it is one of them, or says that "
    "there is no answer",
    "OFF_SCALE": "answers to an item are not on the item's scale",
    "UNKNOWN_CATEGORY": "codes are no level of this category",
    "BAD_ID": "identifiers cannot be used",
}
_ADVICE = {
    "NOT_A_NUMBER": "name sentinels under missing in the mapping, or correct the cells",
    "NOT_FINITE": "correct the cells",
    "NOT_A_DATE": "write dates as YYYY-MM-DD",
    "AMBIGUOUS_CODE": "state in the mapping that it is an answer, labels: {None: %d} with the "
    'other labels under items, or that it is missing, missing: ["None"]',
    "OFF_SCALE": "correct the cells, or name codes of missing answers under missing in the mapping",
    "UNKNOWN_CATEGORY": "state the codes under levels in the mapping",
    "BAD_ID": "identifiers have at most 256 characters and no control characters",
}
_WORDS = (
    "answers to an item are words that no label names",
    "state what they mean under labels of the items in the mapping, as points",
)


def unlabelled_findings(items: Mapping[str, ItemCodes]) -> Iterable[Finding]:
    """A warning for each score whose items have words that no label names."""
    for name, codes in items.items():
        if NOT_A_NUMBER in codes.unreadable:
            message, advice = _WORDS
            yield Finding(
                code=NOT_A_NUMBER,
                severity="warning",
                column=name,
                message=message + _in_columns(items, Note(NOT_A_NUMBER, name)),
                advice=advice,
            )


def unreadable_findings(
    unreadable: Mapping[Note, Bools],
    items: Mapping[str, ItemCodes],
    unread: Mapping[Note, tuple[str, ...]],
) -> Iterable[Finding]:
    """An error for each kind of cell that could not be read, variable by variable."""
    for note, mask in unreadable.items():
        message, advice = _MESSAGES[note.code], _ADVICE[note.code]
        if note.code == AMBIGUOUS_CODE and note.variable in items:
            advice %= no_complaints(items[note.variable].source.instrument)
        elif note.code == NOT_A_NUMBER and note.variable in items:
            message, advice = _WORDS
        elif note.variable not in items and _is_undecided_level(note, unread.get(note, ())):
            message = _MESSAGES[AMBIGUOUS_CODE]
            advice = (
                "state in the mapping that it is a level, levels: {None: ...} with the other "
                'texts, or that it is missing, missing: ["None"]'
            )
        elif _are_labelled_codes(note, unread.get(note, ())):
            message = "cells hold a code and its label, or a code for missing such as .A"
            advice = "state format: {labelled_codes: true} in the mapping"
        elif _are_decimal_commas(note, unread.get(note, ())):
            advice = DECIMAL_COMMA_ADVICE
        message += _in_columns(items, note)
        yield from finding_at(mask, note.code, "error", note.variable, message, advice)


class DecimalCommas:
    """Counts cells of a file in blocks that are no numbers, and would be with a decimal comma."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, variable: str, texts: Sequence[str]) -> None:
        """Take in cells of a variable that are no numbers."""
        self._counts[variable] += _n_with_comma(texts)

    def part(self) -> Mapping[str, int]:
        """What was counted, for `follow` of who counted the rows before."""
        return self._counts

    def follow(self, part: Mapping[str, int]) -> None:
        """Take in what was counted elsewhere."""
        self._counts.update(part)

    def findings(self) -> Iterable[Finding]:
        """A warning for each variable that has such cells."""
        for variable, count in self._counts.items():
            if count:
                yield Finding(
                    code=NOT_A_NUMBER,
                    severity="warning",
                    column=variable,
                    count=count,
                    message="cells are numbers with a comma, in a file of decimal points",
                    advice=DECIMAL_COMMA_ADVICE,
                )


def _n_with_comma(texts: Sequence[str]) -> int:
    return sum(_WITH_COMMA.fullmatch(text.strip()) is not None for text in texts)


def _are_decimal_commas(note: Note, texts: Sequence[str]) -> bool:
    """Whether most of what is no number would be one with a decimal comma."""
    return note.code == NOT_A_NUMBER and _n_with_comma(texts) * 2 > len(texts)


def _are_labelled_codes(note: Note, texts: Sequence[str]) -> bool:
    """Whether most of what could not be read is written as OAI and SAS write codes."""
    if note.code not in (NOT_A_NUMBER, UNKNOWN_CATEGORY) or not texts:
        return False
    return sum(map(is_labelled_code, texts)) * 2 > len(texts)


def _in_columns(items: Mapping[str, ItemCodes], note: Note) -> str:
    """Which columns of the file it concerns, where a score has a column for each item."""
    columns = items[note.variable].unreadable.get(note.code, ()) if note.variable in items else ()
    if not columns:
        return ""
    more = f" and {len(columns) - SHOWN_COLUMNS} more" if len(columns) > SHOWN_COLUMNS else ""
    word = "column" if len(columns) == 1 else "columns"
    return f" ({word} {', '.join(columns[:SHOWN_COLUMNS])}{more})"


def _is_undecided_level(note: Note, texts: Sequence[str]) -> bool:
    """Whether all that is unknown is None, which degrees have beside them as one of their own."""
    is_none = bool(texts) and all(text.strip().lower() == "none" for text in texts)
    return note.code == AMBIGUOUS_CODE or (note.code == UNKNOWN_CATEGORY and is_none)
