"""Tables written block by block: the format by the suffix, CSV in the dialect of what came."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hiprisk.cohort.files.byte_source import is_utf8
from hiprisk.cohort.files.csv_dialect import ORDINARY, Dialect
from hiprisk.cohort.files.extra.library import library
from hiprisk.errors import ConfigError, InputError

_TEXT_SUFFIXES = ("", ".csv", ".txt", ".tsv", ".dat")
_WRITTEN = "csv, csv.gz, parquet or xlsx"
SHEET_ROWS = 1_048_576
SHEET_CELL = 32_767
# Of a file on its way: after so many the disk begins to take what was written.
_WRITE_BACK_BYTES = 16 << 20
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class ReadLines:
    """The first columns of a table as the lines of CSV that they were read from.

    Attributes
    ----------
    lines : pyarrow.Array
        As `TextBlock.bare_lines` has them.
    n_columns : int
    """

    lines: pa.Array
    n_columns: int


class TableWriter(Protocol):
    """Takes a table block by block; every block has the same columns."""

    def write(
        self,
        table: pa.Table,
        *,
        plain: frozenset[str] = frozenset(),
        read_lines: ReadLines | None = None,
    ) -> None:
        """Append rows; columns named in `plain` hold nothing but numbers and "missing"."""

    def close(self) -> None:
        """Finish the file."""


def output_format(out: Path) -> str:
    """``csv``, ``csv.gz``, ``parquet`` or ``xlsx``, by the suffix of a file's name.

    Raises
    ------
    ConfigError
        If the suffix is that of something else.
    """
    suffix = out.suffix.lower()
    if suffix == ".gz" and out.with_suffix("").suffix.lower() in _TEXT_SUFFIXES:
        return "csv.gz"
    if suffix in (".parquet", ".xlsx"):
        return suffix[1:]
    # What follows a point in a name without a suffix, as in `scored.2026`, is none.
    if suffix in _TEXT_SUFFIXES or not suffix[1:].isalpha():
        return "csv"
    raise ConfigError(
        f"nothing is written as '{suffix}'",
        code="USAGE",
        file=out.name,
        advice=f"name a file that ends in {_WRITTEN}",
    )


def table_writer(path: Path, kind: str, dialect: Dialect = ORDINARY) -> TableWriter:
    """A writer of one of the kinds that `output_format` tells.

    Raises
    ------
    ConfigError
        If the kind needs a library that is not installed.
    """
    if kind == "parquet":
        return _ParquetWriter(path)
    if kind == "xlsx":
        return _SheetWriter(path)
    return CsvWriter(path, dialect, packed=kind == "csv.gz")


def table_of(columns: Mapping[str, Any]) -> pa.Table:
    """A table of columns of values; a column without values is text."""
    arrays = {
        name: pa.array(values) if len(values) else pa.array([], pa.string())
        for name, values in columns.items()
    }
    return pa.table(arrays)


class _ParquetWriter:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None

    def write(
        self,
        table: pa.Table,
        *,
        plain: frozenset[str] = frozenset(),
        read_lines: ReadLines | None = None,
    ) -> None:
        table = _without_indices(table)
        if self._writer is None:
            repeated = [name for name in table.column_names if _repeats_itself(table[name])]
            self._writer = pq.ParquetWriter(self._path, table.schema, use_dictionary=repeated)
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def _repeats_itself(column: pa.ChunkedArray) -> bool:
    """Whether a column is smaller as its values and an index of each row: predictions are not."""
    if not pa.types.is_floating(column.type) or pa.types.is_float16(column.type):
        return True
    return bool(pc.count_distinct(column).as_py() * 2 <= len(column))


class CsvWriter:
    """CSV in a dialect, packed with gzip or not."""

    def __init__(self, path: Path, dialect: Dialect, *, packed: bool) -> None:
        self._dialect = dialect
        self._file: BinaryIO = path.open("wb")
        self._n_written_back = 0
        self._stream: Any = self._file
        if packed:
            # Without name and time, so that the same rows are the same bytes.
            self._stream = gzip.GzipFile(
                filename="", fileobj=self._file, mode="wb", compresslevel=6, mtime=0
            )
        self._has_header = False
        # One for the whole file: the mark of UTF-16 stands at its beginning alone.
        self._encoder = None
        if not is_utf8(dialect.encoding):
            self._encoder = codecs.getincrementalencoder(dialect.encoding)()

    def write(
        self,
        table: pa.Table,
        *,
        plain: frozenset[str] = frozenset(),
        read_lines: ReadLines | None = None,
    ) -> None:
        """Append rows, behind the header where they are the first."""
        if not self._has_header:
            header = pa.table({name: pa.array([name]) for name in table.column_names})
            self.write_lines(csv_lines(header, dialect=self._dialect))
            self._has_header = True
        lines = csv_lines(table, plain=plain, dialect=self._dialect, read_lines=read_lines)
        self.write_lines(lines)

    def write_lines(self, lines: memoryview) -> None:
        """Append rows that `csv_lines` made; the header must be there already."""
        if len(lines):
            self._stream.write(self._encoded(lines[1:]))
            self._stream.write(self._encoded(memoryview(b"\n")))
            self._write_back()

    def _write_back(self) -> None:
        """Have the disk take what is there while more is made, and its memory serve what follows.

        Otherwise all of it is waited for at the end.
        """
        if self._file.tell() - self._n_written_back > _WRITE_BACK_BYTES:
            self._n_written_back = self._file.tell()
            # Not every system has the call, nor every file system an answer to it.
            with contextlib.suppress(AttributeError, OSError):
                os.posix_fadvise(self._file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def _encoded(self, text: memoryview) -> bytes | memoryview:
        if self._encoder is None:
            return text
        try:
            return self._encoder.encode(str(text, "utf-8"))
        except UnicodeEncodeError as problem:
            raise InputError(
                f"a character of the output is none of {self._dialect.encoding}",
                code="ENCODING",
                advice="write Parquet or xlsx, or save the input as UTF-8",
            ) from problem

    def close(self) -> None:
        """Finish the file."""
        if self._stream is not self._file:
            self._stream.close()
        self._file.close()


class _SheetWriter:
    """One sheet, row by row; a text is never taken for a formula, a link or a number."""

    def __init__(self, path: Path) -> None:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }
        self._book = library("xlsxwriter").Workbook(str(path), options)
        self._sheet = self._book.add_worksheet("scored")
        self._n_rows = 0

    def write(
        self,
        table: pa.Table,
        *,
        plain: frozenset[str] = frozenset(),
        read_lines: ReadLines | None = None,
    ) -> None:
        table = _without_indices(table)
        if not self._n_rows:
            self._sheet.write_row(0, 0, table.column_names)
            self._n_rows = 1
        if self._n_rows + table.num_rows > SHEET_ROWS:
            raise InputError(
                f"a sheet holds at most {SHEET_ROWS} rows",
                code="TOO_MANY_ROWS",
                advice="write csv or parquet",
            )
        columns = [_sheet_cells(table[name], is_plain=name in plain) for name in table.column_names]
        for row, cells in enumerate(zip(*columns, strict=True), start=self._n_rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    self._sheet.write_string(row, column, cell)
                elif cell is not None:
                    self._sheet.write_number(row, column, cell)
        self._n_rows += table.num_rows

    def close(self) -> None:
        self._book.close()


def _sheet_cells(column: pa.ChunkedArray, *, is_plain: bool) -> list[str | float | None]:
    cells: list[Any] = column.to_pylist()
    if not pa.types.is_string(column.type):
        return cells
    if any(cell is not None and len(cell) > SHEET_CELL for cell in cells):
        raise InputError(
            f"a cell of a sheet holds at most {SHEET_CELL} characters",
            code="FIELD_TOO_LONG",
            advice="write csv or parquet",
        )
    if is_plain:
        return [float(cell) if _NUMBER.fullmatch(cell) else cell or None for cell in cells]
    return [cell or None for cell in cells]


def csv_bytes(
    table: pa.Table, *, plain: frozenset[str] = frozenset(), dialect: Dialect = ORDINARY
) -> bytes:
    """Rows as CSV lines, each with its line end, as `csv_lines` has them."""
    lines = csv_lines(table, plain=plain, dialect=dialect)
    return bytes(lines[1:]) + b"\n" if len(lines) else b""


def csv_lines(
    table: pa.Table,
    *,
    plain: frozenset[str] = frozenset(),
    dialect: Dialect = ORDINARY,
    read_lines: ReadLines | None = None,
) -> memoryview:
    """Rows as CSV lines, each behind a line end, in UTF-8.

    A cell is in quotes only where it must be, and missing is empty. Columns named in `plain` are
    known to need no quotes, and those of `read_lines` stand there already. Numbers get the
    dialect's decimal sign; texts stay as they are.
    """
    if not table.num_rows:
        return memoryview(b"")
    names = table.column_names[0 if read_lines is None else read_lines.n_columns :]
    cells = [
        _whole(table[name]) if name in plain else _quoted(_whole(table[name]), dialect)
        for name in names
    ]
    if read_lines is None:
        cells[0] = pc.binary_join_element_wise("\n", cells[0], "")
    else:
        cells.insert(0, read_lines.lines)
    lines = pc.binary_join_element_wise(*cells, dialect.delimiter)
    _, ends, text = lines.buffers()
    # Texts of one array stand one behind the other.
    return memoryview(text)[: int(np.frombuffer(ends, dtype=np.int32)[len(lines)])]


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _without_indices(table: pa.Table) -> pa.Table:
    """The table with columns of texts in place of those of indices to texts."""
    for place, kind in enumerate(table.schema.types):
        if pa.types.is_dictionary(kind):
            own = table.column(place).cast(kind.value_type)
            table = table.set_column(place, table.column_names[place], own)
    return table


def _quoted(column: pa.Array, dialect: Dialect) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        return _quoted(column.dictionary, dialect).take(column.indices)
    text = pc.fill_null(pc.cast(column, pa.string()), "")
    if pa.types.is_floating(column.type):
        if dialect.decimal == ".":
            return text
        text = pc.replace_substring(text, ".", dialect.decimal)
    risky = pc.match_substring_regex(text, f'["{re.escape(dialect.delimiter)}\r\n]')
    if not pc.any(risky).as_py():
        return text
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(text, '"', '""'), '"', "")
    return pc.if_else(risky, quoted, text)
