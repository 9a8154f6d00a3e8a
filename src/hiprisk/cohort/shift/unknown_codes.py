"""Codes of categories that mean nothing here, and what they probably mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hiprisk.cohort.cells import one_codes
from hiprisk.cohort.findings import SHOWN_ROWS, Finding
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.reading import CohortBlock
from hiprisk.sheet.format import VariableSpec
from hiprisk.values import (
    UNKNOWN_CATEGORY,
    is_often_unknown,
    looks_coded_one_two,
    zero_one_codes,
)

# The only texts of a file that may be named, for they cannot be a patient's.
_TRUTHS = ("TRUE", "FALSE", "True", "False", "true", "false", "T", "F", "t", "f")
_YES_NO = ("Y", "N", "y", "n", "J", "N", "j", "ja", "nein", "Ja", "Nein")
_SEXES = ("M", "F", "m", "f", "W", "w")
_DIGITS = tuple(map(str, range(10)))
NAMEABLE = frozenset({*_TRUTHS, *_YES_NO, *_SEXES, *_DIGITS})


@dataclass(slots=True)
class Seen:
    """What was counted of one category."""

    n_cells: int = 0
    n_known: int = 0
    n_no: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    other_case: int = 0
    rows: list[int] = field(default_factory=list)


class CodingWatch:
    """Counts the unknown codes of a model's categories over the blocks of a file.

    Parameters
    ----------
    specs : sequence of VariableSpec
    mapping : CohortMapping, optional
        Names the column of each variable; without it the columns have the variables' names.
    """

    def __init__(self, specs: Sequence[VariableSpec], mapping: CohortMapping | None) -> None:
        self._specs = {spec.name: spec for spec in specs if spec.kind == "category"}
        self._mapping = mapping
        self._seen = {name: Seen() for name in self._specs}

    def add(self, block: CohortBlock) -> None:
        """Take a block in."""
        for note, mask in block.problems.items():
            if note.code == UNKNOWN_CATEGORY and note.variable in self._specs:
                self._note(note.variable, block, mask)
        for name, seen in self._seen.items():
            if name in block.columns:
                levels = block.columns[name]
                seen.n_known += block.n_rows - _count(levels, None)
                if zero_one_codes(self._specs[name].levels) and not seen.n_no:
                    seen.n_no = _count(levels, "no")

    def part(self) -> Mapping[str, Seen]:
        """What was counted, for `follow` of who counted the rows before."""
        return self._seen

    def follow(self, part: Mapping[str, Seen]) -> None:
        """Take in what was counted elsewhere, of rows that follow."""
        for name, other in part.items():
            seen = self._seen[name]
            seen.n_cells += other.n_cells
            seen.n_known += other.n_known
            seen.n_no = seen.n_no or other.n_no
            seen.codes.update(other.codes)
            seen.other_case += other.other_case
            seen.rows = [*seen.rows, *other.rows][:SHOWN_ROWS]

    def _note(self, name: str, block: CohortBlock, mask: np.ndarray) -> None:
        seen = self._seen[name]
        seen.n_cells += int(mask.sum())
        room = SHOWN_ROWS - len(seen.rows)
        seen.rows += block.rows[np.flatnonzero(mask)[:room]].tolist()
        stated = None if self._mapping is None else self._mapping.variables.get(name)
        source = name if stated is None else stated.column
        if source is None:
            return
        # 2.0 is the code 2, and so is 2,0: a spreadsheet with a gap in the column writes it so.
        given = block.source(source).filter(pa.array(mask))
        cells = one_codes(pc.utf8_trim_whitespace(given), ",")
        folded = {level.lower() for level in self._specs[name].levels}
        for entry in pc.value_counts(cells).to_pylist():
            text, n = entry["values"], entry["counts"]
            if text in NAMEABLE:
                seen.codes[text] += n
            elif text.lower() in folded:
                seen.other_case += n

    def findings(self) -> tuple[Finding, ...]:
        """``SHIFTED_CODES`` where 2 comes beside 0 and 1, ``CODES_UNKNOWN`` for other codes."""
        return tuple(
            finding
            for name, seen in self._seen.items()
            if seen.n_cells
            for finding in self._of(self._specs[name], seen)
        )

    def _of(self, spec: VariableSpec, seen: Seen) -> Iterable[Finding]:
        total = seen.n_cells + seen.n_known
        often = is_often_unknown(seen.n_cells, total)
        twos = seen.codes["2"]
        stated = None if self._mapping is None else self._mapping.variables.get(spec.name)
        has_no = seen.n_no > 0 or bool(stated is not None and stated.levels)
        shifted = looks_coded_one_two(
            twos, has_no=has_no, has_yes=seen.n_known > seen.n_no, n_given=total
        )
        if shifted and zero_one_codes(spec.levels) and twos * 2 > seen.n_cells:
            first, second = spec.levels
            yield Finding(
                code="SHIFTED_CODES",
                severity="error",
                column=spec.name,
                count=seen.n_cells,
                rows=tuple(seen.rows),
                message=(
                    "the code 2 is frequent where 0 and 1 are known"
                    if seen.n_no
                    else "the code 2 comes and no code says no"
                )
                + ": was it coded 1 and 2? "
                f"Then either 1 is {second} and 2 is {first}, or 1 is {first} and 2 is {second}",
                advice="state levels in the mapping",
            )
        elif often:
            yield Finding(
                code="CODES_UNKNOWN",
                severity="warning",
                column=spec.name,
                count=seen.n_cells,
                rows=tuple(seen.rows),
                message=f"{seen.n_cells / total:.0%} of the codes are not among the levels "
                f"{', '.join(spec.levels)}{_what_they_are(seen)}",
                advice="state what each code means under levels in the mapping",
            )


def _count(levels: NDArray[Any], level: str | None) -> int:
    return int(np.count_nonzero(levels == np.array(level, dtype=object)))


def _what_they_are(seen: Seen) -> str:
    if seen.other_case * 2 > seen.n_cells:
        return ": levels in other letter case?"
    named = [f"'{code}'" for code, _ in seen.codes.most_common(4)]
    return f", such as {', '.join(named)}" if named else ""
