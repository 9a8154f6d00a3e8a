"""The scored file: written whole or not at all, and harmless in a spreadsheet."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hiprisk.cohort.files.byte_source import is_utf8
from hiprisk.cohort.files.csv_dialect import ORDINARY, Dialect

# A spreadsheet takes a cell that starts so for a formula; the last four are the full-width forms.
_FORMULA = "^[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_NUMBER = r"^[-+]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][-+]?[0-9]{1,3})?$"


class ScoredFile:
    """CSV or Parquet, opened with the first block; CSV in the dialect of the file that came."""

    def __init__(self, path: Path, *, parquet: bool, dialect: Dialect = ORDINARY) -> None:
        self._path = path
        self._parquet = parquet
        self._dialect = dialect
        self._parquet_writer: Any = None
        self._stream: BinaryIO | None = None
        # One for the whole file: the mark of UTF-16 stands at its beginning alone.
        self._encoder: codecs.IncrementalEncoder | None = None

    def __enter__(self) -> ScoredFile:
        return self

    def __exit__(self, *error: object) -> None:
        for writer in (self._parquet_writer, self._stream):
            if writer is not None:
                writer.close()

    def write(self, table: pa.Table, *, plain: frozenset[str]) -> None:
        """Append rows; columns named in `plain` are known to need no quotes."""
        if self._parquet:
            if self._parquet_writer is None:
                self._parquet_writer = pq.ParquetWriter(self._path, table.schema)
            self._parquet_writer.write_table(table)
            return
        if self._stream is None:
            self._stream = self._path.open("wb")
            header = pa.table({name: pa.array([name]) for name in table.column_names})
            self._stream.write(self._encoded(csv_bytes(header, dialect=self._dialect)))
        self._stream.write(self._encoded(csv_bytes(table, plain=plain, dialect=self._dialect)))

    def _encoded(self, text: bytes) -> bytes:
        """UTF-8 as it is, or in the encoding of the file that came."""
        if is_utf8(self._dialect.encoding):
            return text
        if self._encoder is None:
            self._encoder = codecs.getincrementalencoder(self._dialect.encoding)()
        return self._encoder.encode(text.decode())


def csv_bytes(
    table: pa.Table, *, plain: frozenset[str] = frozenset(), dialect: Dialect = ORDINARY
) -> bytes:
    """Rows as CSV lines; a cell is in quotes only where it must be, and missing is empty.

    Columns named in `plain` are known to need no quotes. Numbers get the dialect's decimal sign;
    texts stay as they are.
    """
    if not table.num_rows:
        return b""
    cells = [
        table[name] if name in plain else _quoted(table[name], dialect)
        for name in table.column_names
    ]
    lines = pc.binary_join_element_wise(*cells, dialect.delimiter)
    joined = pc.binary_join(pa.array([lines.to_pylist()], pa.list_(pa.string())), "\n")
    return f"{joined[0].as_py()}\n".encode()


def _quoted(column: pa.ChunkedArray, dialect: Dialect) -> pa.ChunkedArray:
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


def guarded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text that a spreadsheet would run, with an apostrophe before it."""
    risky = pc.match_substring_regex(column, _FORMULA)
    if not pc.any(risky).as_py():
        return column
    risky = pc.and_(risky, pc.invert(pc.match_substring_regex(column, _NUMBER)))
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)


def guarded_names(names: list[str]) -> list[str]:
    """Column names that no spreadsheet runs, each still unlike all others."""
    taken = set(names)
    safe = []
    for name in names:
        shown = name
        while re.match(_FORMULA, shown) or (shown != name and shown in taken):
            shown = f"'{shown}"
        taken.add(shown)
        safe.append(shown)
    return safe
