"""CSV files as blocks of text columns: strict, streaming, nothing cast yet."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from hiprisk.arrays import Integers
from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.files.csv_dialect import Dialect, decoded_head, encoding_error
from hiprisk.cohort.files.local_file import check_unchanged, read_head
from hiprisk.errors import InputError

MAX_COLUMNS = 2_000
MAX_FIELD_BYTES = 1 << 16
BLOCK_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Some rows of a file, every column as text.

    Attributes
    ----------
    first_row : int
        Position of the first of them; the first data row is 1.
    lines : ndarray of int, optional
        Line of the file on which each row starts, where that is not its position and the header.
    """

    first_row: int
    table: pa.Table
    lines: Integers | None = None

    @property
    def rows(self) -> Integers:
        """Row of the file of each, as a text editor or a spreadsheet counts: the header is 1."""
        if self.lines is not None:
            return self.lines
        return np.arange(self.table.num_rows, dtype=np.intp) + self.first_row + 1


def read_header(path: Path, dialect: Dialect) -> list[str]:
    """Column names, stripped.

    Raises
    ------
    InputError
        If a name comes twice, or there are too many columns or just one where more are meant.
    """
    text = decoded_head(read_head(path), dialect.encoding, path.name)
    first = text.split("\n")[0].rstrip("\r")
    try:
        names = [name.strip() for name in next(csv.reader([first], delimiter=dialect.delimiter))]
    except csv.Error:
        raise InputError("the header cannot be read", code="HEADER", file=path.name) from None
    return checked_names(names, path.name)


def checked_names(names: list[str], file: str) -> list[str]:
    """Column names, with a stand-in for those that are empty.

    Raises
    ------
    InputError
        If a name comes twice or there are too many.
    """
    if len(names) > MAX_COLUMNS:
        raise InputError(
            f"the file has {len(names)} columns, at most {MAX_COLUMNS} are read",
            code="TOO_MANY_COLUMNS",
            file=file,
        )
    names = [name or f"unnamed_{position}" for position, name in enumerate(names, start=1)]
    counts = Counter(names)
    repeated = [name for name in names if counts[name] > 1]
    if repeated:
        # A file without a header shows its first patient here: only names we know are printed.
        known = repeated[0] in load_dictionary()
        shown = f"the column name '{repeated[0]}'" if known else "a column name"
        places = [str(at) for at, name in enumerate(names, start=1) if name == repeated[0]]
        raise InputError(
            f"{shown} comes {len(places)} times, in columns {', '.join(places[:5])}",
            code="DUP_COLUMN",
            file=file,
            advice="rename one of them, or add the header if it is not there",
        )
    return names


class _WatchedStream(io.RawIOBase):
    """Bytes of a file on their way to the parser: NUL bytes are refused as they pass."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("rb")
        self._name = path.name
        self.found_nul = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._stream.readinto(buffer)
        if count:
            seen = bytes(memoryview(buffer)[:count])
            if b"\0" in seen:
                self.found_nul = True
                raise InputError("the file holds NUL bytes", code="NOT_TEXT", file=self._name)
        return int(count)

    def close(self) -> None:
        self._stream.close()
        super().close()


def iter_csv(
    path: Path, dialect: Dialect, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[TextBlock]:
    """Blocks of rows of a CSV file, every column as text.

    Raises
    ------
    InputError
        On a row with too many or too few fields, an open quote, bytes that are no text, a field
        that is too long, or a file that changed while it was read.
    """
    names = read_header(path, dialect)
    before = os.stat(path)
    ragged: list[Any] = []

    def refuse(row: Any) -> str:
        ragged.append(row)
        return "error"

    options: dict[str, Any] = {
        "read_options": pa_csv.ReadOptions(
            column_names=names,
            skip_rows=1,
            block_size=block_bytes,
            use_threads=False,
            encoding=dialect.encoding,
        ),
        "parse_options": pa_csv.ParseOptions(
            delimiter=dialect.delimiter, newlines_in_values=False, invalid_row_handler=refuse
        ),
        "convert_options": pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=False,
            null_values=[],
            check_utf8=True,
        ),
    }
    stream = _WatchedStream(path)
    first_row = 1
    try:
        if _has_no_rows(path):
            yield TextBlock(1, pa.table({name: pa.array([], pa.string()) for name in names}))
            return
        reader = pa_csv.open_csv(pa.PythonFile(stream, mode="r"), **options)
        for batch in reader:
            table = pa.Table.from_batches([batch])
            _check_fields(table, first_row, path.name)
            if table.num_rows:
                yield TextBlock(first_row, table)
            first_row += table.num_rows
    except pa.ArrowInvalid as problem:
        raise _as_input_error(problem, ragged, stream, path, dialect, first_row) from None
    finally:
        stream.close()
    check_unchanged(before, path)


def _has_no_rows(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.readline()
        return not any(line.strip() for line in iter(lambda: stream.readline(1 << 16), b""))


def _check_fields(table: pa.Table, first_row: int, name: str) -> None:
    for column in table.column_names:
        longest = pc.max(pc.binary_length(table[column])).as_py() or 0
        if longest > MAX_FIELD_BYTES:
            raise InputError(
                f"a field has more than {MAX_FIELD_BYTES} bytes",
                code="FIELD_TOO_LONG",
                file=name,
                row=first_row + 1,
                column=column,
            )
        # A line end in quotes is read or not, depending on where a block happens to end.
        broken = pc.match_substring(table[column], "\n")
        if pc.any(broken).as_py():
            raise InputError(
                "a quoted field contains a line break",
                code="QUOTE",
                file=name,
                row=first_row + 1 + pc.index(broken, value=True).as_py(),
                column=column,
                advice="remove the line breaks from the text columns",
            )


def _as_input_error(
    problem: pa.ArrowInvalid,
    ragged: list[Any],
    stream: _WatchedStream,
    path: Path,
    dialect: Dialect,
    first_row: int,
) -> InputError:
    text = str(problem)
    if stream.found_nul:
        return InputError("the file holds NUL bytes", code="NOT_TEXT", file=path.name)
    if ragged:
        row = ragged[0]
        number = row.number
        if row.text.count('"') % 2:
            return InputError("a quote is not closed", code="QUOTE", file=path.name, row=number)
        if row.actual_columns < row.expected_columns and _is_last(path, row.text):
            return InputError(
                f"the last line is cut off: {row.actual_columns} of {row.expected_columns} fields",
                code="TRUNCATED",
                file=path.name,
                row=number,
                advice="export the file again",
            )
        return InputError(
            f"the row has {row.actual_columns} fields, the header has {row.expected_columns}",
            code="RAGGED",
            file=path.name,
            row=number,
            advice="a field with the delimiter in it must be in quotes",
        )
    if "UTF8" in text or "utf8" in text.lower():
        return encoding_error(dialect.encoding, _first_bad_row(path, dialect.encoding), path.name)
    if "straddling" in text or "block size" in text:
        return InputError("a field is too long", code="FIELD_TOO_LONG", file=path.name)
    return InputError(
        "the file cannot be read as CSV",
        code="CSV",
        file=path.name,
        row=first_row + 1,
        advice="open quotes and mixed delimiters are the usual causes",
    )


def _is_last(path: Path, row_text: str) -> bool:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - len(row_text.encode()) - 4))
        tail = stream.read()
    return not tail.endswith(b"\n") and tail.decode("utf-8", "replace").endswith(row_text)


def _first_bad_row(path: Path, encoding: str) -> int | None:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                return number
    return None
