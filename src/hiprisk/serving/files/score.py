"""Scoring of a cohort file in blocks; rows keep their order."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from hiprisk.cohort.bundled_variables import bundled_variables
from hiprisk.cohort.dictionary import Dictionary, load_dictionary
from hiprisk.cohort.files.csv_dialect import ORDINARY
from hiprisk.cohort.files.stacking import CohortPath, cohort_files, in_decimal
from hiprisk.cohort.files.table_writer import ReadLines, output_format, table_writer
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.reading import CohortBlock, iter_blocks, open_mapped_file
from hiprisk.errors import ConfigError, InputError
from hiprisk.outputs import check_output_file, written_whole
from hiprisk.serving.files.scored_file import guarded, guarded_names
from hiprisk.serving.files.summary import ScoreResult, Tally
from hiprisk.serving.model import Model
from hiprisk.sheet.answers import Answers, answer, column_names
from hiprisk.sheet.columns import GivenColumns
from hiprisk.sheet.patterns import RowPatterns

BLOCK_BYTES = 2 << 20


def score_file(
    model: Model,
    path: CohortPath,
    out: Path | str,
    *,
    mapping: CohortMapping | None = None,
    force: bool = False,
    accept_units: bool = False,
    raw_text: bool = False,
    progress: Callable[[int], None] | None = None,
    summary: Path | str | None = None,
    each: Callable[[CohortBlock, Answers], None] | None = None,
) -> ScoreResult:
    """Score a cohort file.

    Parameters
    ----------
    model : Model
    path : path-like, or several
        A file of any format that is read, or files that are read as one.
    out : path-like
        Written whole or not at all, in the format that its suffix says: csv, csv.gz, parquet or
        xlsx. CSV has the delimiter, the decimal sign and the encoding of the (first) file; the
        others have decimal points.
    mapping : CohortMapping, optional
    force : bool
        Overwrite `out`.
    accept_units : bool
        Score although a variable's spread in the first block says that its unit is another.
    raw_text : bool
        Write texts as they came, even those that a spreadsheet takes for formulas.
    progress : callable, optional
        Told the number of rows done.
    summary : path-like, optional
        Where the counts and warnings go: a table if it ends in ``.csv``, else JSON.
    each : callable, optional
        Given every block and its answers, for whoever keeps them beside the file.

    Raises
    ------
    ConfigError, InputError, StoreError
        Then nothing was written.
    """
    files, out = cohort_files(path), Path(out)
    kind = output_format(out)
    check_output_file(out, force=force, inputs=files.on_disk)
    if summary is not None:
        summary = Path(summary)
        check_output_file(summary, force=force, inputs=files.on_disk)
        if summary.resolve() == out.resolve():
            raise ConfigError("output and summary are the same file", code="SAME_FILE",
                              file=out.name)  # fmt: skip
    tally = Tally(model, files.name, mapping)
    # CSV is written as the file that came, so that it is read like that one.
    own = open_mapped_file(files, mapping).dialect
    dialect = own if kind.startswith("csv") else ORDINARY
    # A decimal comma must be quoted where the comma is the delimiter.
    may_be_plain = dialect.decimal == "."
    with (
        written_whole(out) as scratch,
        contextlib.closing(table_writer(scratch, kind, dialect)) as to,
    ):
        scored = scored_blocks(model, files, tally, mapping=mapping, accept_units=accept_units)
        for block, answers in scored:
            source = in_decimal(block.whole, own.decimal, dialect.decimal)
            plain = block.plain if may_be_plain else frozenset()
            cells = _own_cells(source, plain, raw_text=raw_text)
            as_read = kind.startswith("csv") and _are(cells, source.columns)
            lines = block.bare_lines if as_read else None
            to.write(
                _scored(model, source, cells, answers, raw_text=raw_text),
                plain=plain,
                read_lines=None if lines is None else ReadLines(lines, len(cells)),
            )
            if each is not None:
                each(block, answers)
            if progress is not None:
                progress(tally.n_rows)
    result = dataclasses.replace(tally.result(out), dialect=dialect)
    if summary is not None:
        _write_summary(result, Path(summary))
    return result


def scored_blocks(
    model: Model,
    cohort: CohortPath,
    tally: Tally,
    *,
    mapping: CohortMapping | None = None,
    accept_units: bool = False,
) -> Iterator[tuple[CohortBlock, Answers]]:
    """Blocks of a cohort with the answers of every row, counted by the tally.

    Raises
    ------
    ConfigError, InputError, StoreError
        Before the first block, if the cohort as a whole cannot be scored.
    """
    dictionary = _dictionary(model, mapping)
    for block in iter_blocks(cohort, mapping, block_bytes=BLOCK_BYTES, dictionary=dictionary):
        # Before the first answer is given: a unit that looks wrong refuses the whole file.
        tally.look(block, accept_units=accept_units)
        answers = _answers(model, block)
        tally.add(block, answers)
        if block.selected is not None:
            answers = answers.among_all(block.selected)
        yield block, answers


def _write_summary(result: ScoreResult, path: Path) -> None:
    with written_whole(path) as scratch:
        if path.suffix == ".csv":
            result.to_frame().to_csv(scratch, index=False)
        else:
            plain = json.dumps(result.to_dict(), indent=2, allow_nan=False, ensure_ascii=False)
            scratch.write_text(f"{plain}\n", encoding="utf-8")


def _dictionary(model: Model, mapping: CohortMapping | None) -> Dictionary:
    known = load_dictionary() if mapping is None else mapping.dictionary
    return bundled_variables(model.sheet, model.bundle.config).laid_over(known)


def _answers(model: Model, block: CohortBlock) -> Answers:
    given = GivenColumns(columns=block.columns, n_rows=block.n_rows, unreadable=block.problems)
    return answer(model.evaluator, given)


def check_new_columns(added: Sequence[str], own: Sequence[str]) -> None:
    """Raise InputError if a cohort has a column that scoring adds."""
    taken = [name for name in added if name in own]
    if taken:
        raise InputError(
            f"the file already has a column '{taken[0]}'",
            code="COLUMN_EXISTS",
            advice="score the original file, or rename the column",
        )


def _own_cells(source: pa.Table, plain: frozenset[str], *, raw_text: bool) -> list[pa.ChunkedArray]:
    """A file's own columns as they are written; the same object where nothing was guarded."""
    return [
        column if raw_text or name in plain else guarded(column)
        for name, column in zip(source.column_names, source.columns, strict=True)
    ]


def _are(cells: list[pa.ChunkedArray], columns: list[pa.ChunkedArray]) -> bool:
    return all(cell is column for cell, column in zip(cells, columns, strict=True))


def _scored(
    model: Model, source: pa.Table, own: list[Any], answers: Answers, *, raw_text: bool
) -> pa.Table:
    names = column_names(model.evaluator)
    check_new_columns(names, source.column_names)
    patterns = answers.patterns()
    added = [
        pa.array(answers.numbers[name], from_pandas=True)
        if name in answers.numbers
        else _indexed(patterns[name])
        for name in names
    ]
    # The first line of a file is a row of cells to a spreadsheet too.
    shown = source.column_names if raw_text else guarded_names(source.column_names)
    return pa.table([*own, *added], names=[*shown, *names])


def _indexed(patterns: RowPatterns) -> pa.Array:
    texts = guarded(pa.chunked_array([pa.array(patterns.texts, pa.string())]))
    return pa.DictionaryArray.from_arrays(patterns.of_row, texts.combine_chunks())
