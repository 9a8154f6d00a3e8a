"""A block of a cohort with its answers, as the rows that are written."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from hiprisk.arrays import Floats
from hiprisk.cohort.files.csv_dialect import ORDINARY, Dialect
from hiprisk.cohort.files.stacking import in_decimal
from hiprisk.cohort.files.table_writer import ReadLines
from hiprisk.cohort.formulas import guarded, guarded_names
from hiprisk.cohort.reading import CohortBlock
from hiprisk.errors import InputError
from hiprisk.parallel import map_in_order
from hiprisk.serving.files.summary import Tally
from hiprisk.serving.model import Model
from hiprisk.sheet.answers import Answers, answer, column_names
from hiprisk.sheet.columns import GivenColumns
from hiprisk.sheet.patterns import RowPatterns

# Of more decimal digits not every number is kept by a float.
MOST_DIGITS = 15
EXACT_POWER = 22


def answered(model: Model, block: CohortBlock, tally: Tally, *, accept_units: bool) -> Answers:
    """Answers of all rows of a block, counted by the tally.

    Raises
    ------
    InputError
        If the first block of a file says that it cannot be scored as a whole.
    """
    # Before the first answer is given: a unit that looks wrong refuses the whole file.
    tally.look(block, accept_units=accept_units)
    return _counted(block, answer(model.evaluator, _given(block)), tally)


def answered_in_order(
    model: Model,
    blocks: Iterable[CohortBlock],
    tally: Tally,
    *,
    accept_units: bool,
    workers: int = 1,
) -> Iterator[tuple[CohortBlock, Answers]]:
    """Blocks with the answers of all their rows, counted by the tally.

    Parameters
    ----------
    model : Model
    blocks : iterable of CohortBlock
    tally : Tally
    accept_units : bool
    workers : int
        With more than 1 the answers come from elsewhere (`map_in_order`), the rest is done here.

    Raises
    ------
    InputError
        As `answered` does.
    """
    waiting: deque[CohortBlock] = deque()

    def looked_at() -> Iterator[GivenColumns]:
        for block in blocks:
            tally.look(block, accept_units=accept_units)
            waiting.append(block)
            yield _given(block)

    asked = partial(answer, model.evaluator)
    for answers in map_in_order(asked, looked_at(), workers=workers):
        block = waiting.popleft()
        yield block, _counted(block, answers, tally)


def _given(block: CohortBlock) -> GivenColumns:
    return GivenColumns(columns=block.columns, n_rows=block.n_rows, unreadable=block.problems)


def _counted(block: CohortBlock, answers: Answers, tally: Tally) -> Answers:
    tally.add(block, answers)
    return answers if block.selected is None else answers.among_all(block.selected)


@dataclass(frozen=True, slots=True)
class ScoredRows:
    """Rows for a `TableWriter`."""

    table: pa.Table
    plain: frozenset[str]
    read_lines: ReadLines | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFormat:
    """How rows of a cohort are written beside their answers.

    Attributes
    ----------
    is_csv : bool
    keeps_types : bool
        Whether numbers, dates and truths that came as such are written as such.
    own : Dialect
        Of the file that came; CSV is written in it, so that it is read like that one.
    raw_text : bool
        Write texts as they came, even those that a spreadsheet takes for formulas.
    digits : int, optional
        Significant digits of the answers' numbers; all that a number has where not stated.
    """

    is_csv: bool
    keeps_types: bool = False
    own: Dialect
    raw_text: bool = False
    digits: int | None = None

    @property
    def dialect(self) -> Dialect:
        """Of what is written."""
        return self.own if self.is_csv else ORDINARY

    def rows(self, model: Model, block: CohortBlock, answers: Answers) -> ScoredRows:
        """A block and its answers.

        Raises
        ------
        InputError
            If the cohort has a column that scoring adds.
        """
        whole = block.text.given if self.keeps_types else block.whole
        source = in_decimal(whole, self.own.decimal, self.dialect.decimal)
        # A decimal comma must be quoted where the comma is the delimiter.
        plain = block.plain if self.dialect.decimal == "." else frozenset()
        # Once: each time it is asked for its columns, a table makes other objects of them.
        columns = source.columns
        typed = block.text.typed
        cells = [
            column
            if self.raw_text or name in plain or (self.keeps_types and name in typed)
            else guarded(column)
            for name, column in zip(source.column_names, columns, strict=True)
        ]
        names = column_names(model.evaluator)
        check_new_columns(names, source.column_names)
        shown = source.column_names
        if not self.raw_text:
            # The first line of a file is a row of cells to a spreadsheet too.
            shown = guarded_names(shown)
        table = pa.table([*cells, *self._added(names, answers)], names=[*shown, *names])
        are_as_read = all(own is one for own, one in zip(cells, columns, strict=True))
        lines = block.text.bare_lines if self.is_csv and are_as_read else None
        return ScoredRows(
            table=table,
            plain=plain,
            read_lines=None if lines is None else ReadLines(lines, len(cells)),
        )

    def _added(self, names: Sequence[str], answers: Answers) -> list[Any]:
        patterns = answers.patterns()
        return [
            pa.array(rounded(answers.numbers[name], self.digits), from_pandas=True)
            if name in answers.numbers
            else _indexed(patterns[name])
            for name in names
        ]


def check_new_columns(added: Sequence[str], own: Sequence[str]) -> None:
    """Raise InputError if a cohort has a column that scoring adds."""
    taken = [name for name in added if name in own]
    if taken:
        raise InputError(
            f"the file already has a column '{taken[0]}'",
            code="COLUMN_EXISTS",
            advice="score the original file, or rename the column",
        )


def rounded(values: Floats, digits: int | None) -> Floats:
    """Numbers with at most so many significant digits; as they are where none are stated."""
    if digits is None:
        return values
    size = np.abs(values)
    known = np.isfinite(size) & (size > 0.0)
    places = digits - 1 - np.floor(np.log10(np.where(known, size, 1.0)))
    # Powers of ten up to here are floats themselves: the number is then the nearest to its text.
    exact = np.abs(places) <= EXACT_POWER
    up = 10.0 ** np.where(exact, np.maximum(places, 0.0), 0.0)
    down = 10.0 ** np.where(exact, np.maximum(-places, 0.0), 0.0)
    found = np.where(known & exact, np.round(values * up / down) * down / up, values)
    for place in np.flatnonzero(known & ~exact):
        found[place] = float(f"{values[place]:.{digits}g}")
    return found


def _indexed(patterns: RowPatterns) -> pa.Array:
    texts = guarded(pa.chunked_array([pa.array(patterns.texts, pa.string())]))
    return pa.DictionaryArray.from_arrays(patterns.of_row, texts.combine_chunks())
