"""CSV files as blocks of text columns: strict, streaming, nothing cast yet."""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.errors import ConfigError, InputError, StoreError

HEAD_BYTES = 1 << 16
MAX_COLUMNS = 2_000
MAX_FIELD_BYTES = 1 << 16
BLOCK_BYTES = 4 << 20

_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
# As a path, an address has lost one of its slashes; a drive has one letter.
_NOT_LOCAL = re.compile(r"^([a-zA-Z][a-zA-Z0-9+.-]+:/|//|\\\\)")
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a CSV file is written."""

    delimiter: str = ","
    decimal: str = "."
    encoding: str = "utf-8"


ORDINARY = Dialect()


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Some rows of a file, every column as text.

    Attributes
    ----------
    first_row : int
        Position of the first of them; the first data row is 1.
    """

    first_row: int
    table: pa.Table


def check_local_file(path: Path | str) -> Path:
    """The path of a readable local file.

    Raises
    ------
    ConfigError
        If the name is an address, a device or a pipe.
    StoreError
        If there is no such file or it cannot be read.
    InputError
        If the file is empty or compressed.
    """
    if _NOT_LOCAL.match(str(path)):
        raise ConfigError(
            "only local files are read", code="LOCAL_FILES_ONLY", advice="copy the file here first"
        )
    path = Path(path)
    if not path.exists():
        raise StoreError("there is no such file", file=path.name, advice="check the path")
    if path.is_dir():
        raise StoreError("this is a folder", file=path.name, advice="name a CSV or Parquet file")
    if not path.is_file():
        raise ConfigError(
            "this is neither a file nor a folder", code="LOCAL_FILES_ONLY", file=path.name
        )
    head = _read_head(path)
    if not head:
        raise InputError("the file is empty", code="EMPTY_FILE", file=path.name)
    for magic, kind in _COMPRESSED.items():
        if head.startswith(magic):
            raise InputError(
                f"the file is compressed ({kind})",
                code="COMPRESSED",
                file=path.name,
                advice="unpack it first",
            )
    return path


def _read_head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except OSError as problem:
        raise StoreError(
            f"the file cannot be read: {problem.strerror}", file=path.name
        ) from problem


def is_parquet(path: Path) -> bool:
    """Whether the file starts as Parquet files do."""
    return _read_head(path).startswith(b"PAR1")


def detect_dialect(
    path: Path,
    *,
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
) -> Dialect:
    """Find out how a CSV file is written; what is stated is taken as it is.

    Raises
    ------
    InputError
        If the bytes are no text in the encoding, or the first line is no header.
    """
    head = _read_head(path)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(
            "the file is UTF-16",
            code="ENCODING",
            file=path.name,
            advice="save it as UTF-8 (in a spreadsheet: CSV UTF-8)",
        )
    if b"\0" in head:
        raise InputError("the file holds NUL bytes", code="NOT_TEXT", file=path.name)
    encoding = encoding or "utf-8"
    text = _decoded_head(head, encoding, path.name)
    if "\r" in text and "\n" not in text:
        raise InputError(
            "the lines end in a lone carriage return",
            code="LINE_ENDS",
            file=path.name,
            advice="save the file with LF or CRLF line ends",
        )
    lines = text.split("\n")
    header = lines[0].rstrip("\r")
    if not header.strip():
        raise InputError(
            "the first line is blank",
            code="HEADER",
            file=path.name,
            row=0,
            advice="delete the lines above the column names",
        )
    if len(lines) == 1 and len(head) == HEAD_BYTES:
        raise InputError(
            f"the first line has more than {HEAD_BYTES} bytes",
            code="HEADER",
            file=path.name,
            advice="it must hold the column names and nothing else",
        )
    if header.startswith("#") or header.lower().startswith("sep="):
        raise InputError(
            "the first line is not a header",
            code="HEADER",
            file=path.name,
            row=0,
            advice="delete the lines above the column names",
        )
    if delimiter is None:
        delimiter = max(",;\t|", key=header.count)
    if decimal is None:
        decimal = "," if delimiter != "," and _has_decimal_comma(lines[1:50], delimiter) else "."
    return Dialect(delimiter=delimiter, decimal=decimal, encoding=encoding)


def _decoded_head(head: bytes, encoding: str, name: str) -> str:
    try:
        decoded = io.TextIOWrapper(io.BytesIO(head), encoding=encoding, newline="")
        text = decoded.read()
    except UnicodeDecodeError as problem:
        if problem.end >= len(head) - 4 and problem.start > HEAD_BYTES - 8:
            text = head[: problem.start].decode(encoding)
        else:
            row = head[: problem.start].count(b"\n")
            raise _encoding_error(encoding, row, name) from None
    except LookupError:
        raise ConfigError(f"no encoding '{encoding}' is known", column="encoding") from None
    return text.removeprefix("\ufeff")


def _encoding_error(encoding: str, row: int | None, name: str) -> InputError:
    return InputError(
        f"the bytes are not {encoding} text",
        code="ENCODING",
        file=name,
        row=row,
        advice="state the encoding in the mapping, for instance format: {encoding: cp1252}",
    )


def _has_decimal_comma(lines: list[str], delimiter: str) -> bool:
    return any(
        _DECIMAL_COMMA.fullmatch(cell.strip(' "'))
        for line in lines
        for cell in line.split(delimiter)
    )


def read_header(path: Path, dialect: Dialect) -> list[str]:
    """Column names, stripped.

    Raises
    ------
    InputError
        If a name comes twice, or there are too many columns or just one where more are meant.
    """
    text = _decoded_head(_read_head(path), dialect.encoding, path.name)
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
        self.last_byte = b""
        self.found_nul = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._stream.readinto(buffer)
        if count:
            seen = bytes(memoryview(buffer)[:count])
            self.last_byte = seen[-1:]
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


def check_unchanged(before: os.stat_result, path: Path) -> None:
    """Raise InputError if a file is another than when reading began."""
    after = os.stat(path)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InputError("the file changed while it was read", code="INPUT_CHANGED", file=path.name)


def _check_fields(table: pa.Table, first_row: int, name: str) -> None:
    for column in table.column_names:
        longest = pc.max(pc.binary_length(table[column])).as_py() or 0
        if longest > MAX_FIELD_BYTES:
            raise InputError(
                f"a field has more than {MAX_FIELD_BYTES} bytes",
                code="FIELD_TOO_LONG",
                file=name,
                row=first_row,
                column=column,
            )
        # A line end in quotes is read or not, depending on where a block happens to end.
        broken = pc.match_substring(table[column], "\n")
        if pc.any(broken).as_py():
            raise InputError(
                "a field holds a line end inside quotes",
                code="QUOTE",
                file=name,
                row=first_row + pc.index(broken, value=True).as_py(),
                column=column,
                advice="take the line ends out of the text columns",
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
        number = row.number - 1 if row.number is not None else None
        if row.text.count('"') % 2:
            return InputError(
                "a quote is opened and not closed", code="QUOTE", file=path.name, row=number
            )
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
        return _encoding_error(dialect.encoding, _first_bad_row(path, dialect.encoding), path.name)
    if "straddling" in text or "block size" in text:
        return InputError("a field is too long", code="FIELD_TOO_LONG", file=path.name)
    return InputError(
        "the file cannot be read as CSV",
        code="CSV",
        file=path.name,
        row=first_row,
        advice="open quotes and mixed delimiters are the usual causes",
    )


def _is_last(path: Path, row_text: str) -> bool:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - len(row_text.encode()) - 4))
        tail = stream.read()
    return not tail.endswith(b"\n") and tail.decode("utf-8", "replace").endswith(row_text)


def _first_bad_row(path: Path, encoding: str) -> int | None:
    with path.open("rb") as stream:
        for number, line in enumerate(stream):
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                return number
    return None
