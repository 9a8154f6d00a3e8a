"""CSV files as blocks of text columns: strict, streaming, nothing cast yet."""

from __future__ import annotations

import contextlib
import csv
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from hiprisk.cohort.files.byte_source import ByteSource, encoding_error
from hiprisk.cohort.files.column_names import ColumnNames, column_names
from hiprisk.cohort.files.csv_blocks import RowRange, bare_lines, row_blocks, row_ranges
from hiprisk.cohort.files.csv_dialect import LINE_END, Dialect, head_text, header_record
from hiprisk.cohort.files.csv_lines import CsvLines, blank_bytes, scan_lines
from hiprisk.cohort.files.local_file import MAX_FIELD_BYTES, changed_error
from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.errors import InputError

BLOCK_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class CsvHeader:
    """The columns of a CSV file, and how many lines and bytes of UTF-8 their names take."""

    columns: ColumnNames
    n_lines: int
    n_bytes: int


def read_header(source: ByteSource, dialect: Dialect) -> CsvHeader:
    """Column names, trimmed.

    Raises
    ------
    InputError
        If there are too many columns, or the header is no line of CSV.
    """
    head = source.head()
    text = head_text(source, head)
    header = header_record(text)
    first = text if header is None else header
    try:
        raw = next(csv.reader([first], delimiter=dialect.delimiter))
    except csv.Error:
        raise InputError("the header cannot be read", code="HEADER", file=source.name) from None
    n_lines = 1 + len(LINE_END.findall(first))
    mark = len(BOM_UTF8) if head.startswith(BOM_UTF8) else 0
    return CsvHeader(column_names(raw, source.name), n_lines, len(first.encode()) + mark)


@dataclass(frozen=True, slots=True)
class CsvReader:
    """A CSV file that was looked through once: its blocks can be parsed in any order, anywhere.

    Attributes
    ----------
    source : ByteSource
    dialect : Dialect
    header : CsvHeader
    lines : CsvLines
    size_and_time : tuple of int
        Of the file, when it was looked through.
    """

    source: ByteSource
    dialect: Dialect
    header: CsvHeader
    lines: CsvLines
    size_and_time: tuple[int, ...]

    def raw_blocks(self, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
        """Whole rows as they came, in UTF-8, in order.

        Raises
        ------
        InputError
            On a row that is too long, or, at the end, if the file changed since.
        """
        with self.source.open() as stream:
            yield from row_blocks(
                stream,
                header_lines=self.header.n_lines,
                block_bytes=block_bytes,
                ends_in_quotes=self.lines.ends_in_quotes,
                blank=blank_bytes(self.dialect.delimiter),
                name=self.source.name,
            )
        self._check_unchanged()

    def has_ranges(self, block_bytes: int = BLOCK_BYTES) -> bool:
        """Whether the file is on disk as it is read, its lines are its rows, and none is huge.

        Whether a row is too long for a block depends on where the blocks before it end.
        """
        cuts = self.lines.cuts
        return self.source.is_plain and cuts is not None and cuts.are_within(2 * block_bytes)

    def ranges(self, block_bytes: int = BLOCK_BYTES) -> Iterator[RowRange]:
        """The same blocks by where they are, of a file that `has_ranges`.

        Raises
        ------
        InputError
            At the end, if the file changed since.
        """
        assert self.lines.cuts is not None
        yield from row_ranges(self.lines.cuts, block_bytes=block_bytes)
        self._check_unchanged()

    def raw_block(self, place: RowRange) -> bytes:
        """One of the blocks of `ranges`, as it came.

        Raises
        ------
        InputError
            If the file changed since.
        """
        with self.source.open() as stream:
            stream.seek(place.start)
            block = stream.read(place.stop - place.start)
        # Where it begins and ends is known of the file that was looked through.
        self._check_unchanged()
        return block

    @contextlib.contextmanager
    def told_if_changed(self) -> Iterator[None]:
        """Where what is read in the block is refused, say that the file changed, if it did.

        A file that is written while it is read can look cut off, or ragged.
        """
        try:
            yield
        except InputError:
            self._check_unchanged()
            raise

    def _check_unchanged(self) -> None:
        if self.source.size_and_time() != self.size_and_time:
            raise changed_error(self.source.name)

    def parsed(self, block: bytes, first_row: int) -> TextBlock:
        """The cells of a block as text; its first row is that of all data rows.

        Raises
        ------
        InputError
            On a row with too many or too few fields, an open quote, bytes that are no text, a
            field that is too long.
        """
        names, lines, ragged = self.header.columns.names, self.lines, list[Any]()
        _check_text(block, self.source)
        try:
            table = _parsed(block, names, self.dialect, lines, ragged)
        except pa.ArrowInvalid:
            raise _as_input_error(ragged, self.source, first_row, lines) from None
        bare = bare_lines(block, table.num_rows) if lines.are_bare else None
        # Nothing is longer than its line, and no line ends within one.
        if bare is None or pc.max(pc.binary_length(bare)).as_py() > MAX_FIELD_BYTES:
            _check_fields(table, first_row, self.source.name, lines)
        return TextBlock(
            first_row,
            table,
            lines.lines(first_row, table.num_rows),
            self.header.columns.repeated,
            bare_lines=bare,
        )

    def no_rows(self) -> TextBlock:
        """A block of the columns without a row."""
        columns = self.header.columns
        empty = pa.table({name: pa.array([], pa.string()) for name in columns.names})
        return TextBlock(1, empty, repeated=columns.repeated)


def csv_reader(source: ByteSource, dialect: Dialect) -> CsvReader:
    """Look through a CSV file.

    Raises
    ------
    InputError
        On a header that cannot be read, a NUL byte, or a quote that is open at the end.
    """
    before = source.size_and_time()
    header = read_header(source, dialect)
    lines = scan_lines(
        source, dialect.delimiter, header_bytes=header.n_bytes, header_lines=header.n_lines
    )
    return CsvReader(source, dialect, header, lines, before)


def iter_csv(
    source: ByteSource, dialect: Dialect, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[TextBlock]:
    """Blocks of rows of a CSV file, every column as text.

    Raises
    ------
    InputError
        On a row with too many or too few fields, an open quote, bytes that are no text, a field
        that is too long, or a file that changed while it was read.
    """
    reader = csv_reader(source, dialect)
    if not reader.lines.has_rows:
        yield reader.no_rows()
        return
    first_row = 1
    for raw in reader.raw_blocks(block_bytes):
        with reader.told_if_changed():
            block = reader.parsed(raw, first_row)
        if block.table.num_rows:
            yield block
        first_row += block.table.num_rows


def _check_text(block: bytes, source: ByteSource) -> None:
    """Raise InputError unless a block is UTF-8.

    Arrow would find it too, but it hands a ragged row to Python as text, and its own
    UnicodeDecodeError there is a traceback on standard error.
    """
    if block.isascii():
        return
    try:
        block.decode()
    except UnicodeDecodeError:
        raise encoding_error("utf-8", _first_bad_row(source), source.name) from None


def _parsed(
    block: bytes, names: Sequence[str], dialect: Dialect, lines: CsvLines, ragged: list[Any]
) -> pa.Table:
    def refuse(row: Any) -> str:
        ragged.append(row)
        return "error"

    # Arrow may let go of its input on a thread of its own: Python's memory is none of its business.
    held = pa.allocate_buffer(len(block))
    np.frombuffer(held, dtype=np.uint8)[:] = np.frombuffer(block, dtype=np.uint8)
    return pa_csv.read_csv(
        pa.BufferReader(held),
        read_options=pa_csv.ReadOptions(
            column_names=list(names), block_size=len(block) + 1, use_threads=False
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=dialect.delimiter,
            newlines_in_values=lines.ends_in_quotes,
            invalid_row_handler=refuse,
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=False,
            null_values=[],
            check_utf8=False,  # the block has been
        ),
    )


def _check_fields(table: pa.Table, first_row: int, name: str, lines: CsvLines) -> None:
    for column in table.column_names:
        longest = pc.max(pc.binary_length(table[column])).as_py() or 0
        if longest > MAX_FIELD_BYTES:
            raise InputError(
                f"a field has more than {MAX_FIELD_BYTES} bytes",
                code="FIELD_TOO_LONG",
                file=name,
                row=lines.line(first_row),
                column=column,
            )
        if lines.ends_in_quotes:
            continue
        # Where quotes are ambiguous, a line end in them is read or not, as a block happens to end.
        broken = pc.match_substring(table[column], "\n")
        if pc.any(broken).as_py():
            raise InputError(
                "a quoted field contains a line break, and other quotes of the file are not closed "
                "as CSV has it",
                code="QUOTE",
                file=name,
                row=lines.line(first_row + pc.index(broken, value=True).as_py()),
                column=column,
                advice="double the quotes within a quoted field, or remove them",
            )


def _as_input_error(
    ragged: list[Any],
    source: ByteSource,
    first_row: int,
    lines: CsvLines,
) -> InputError:
    if ragged:
        row = ragged[0]
        # Arrow counts the rows of a block.
        at = None if row.number is None else lines.line(first_row + row.number - 1)
        return _ragged_error(row, source, at)
    return InputError(
        "the file cannot be read as CSV",
        code="CSV",
        file=source.name,
        row=lines.line(first_row),
        advice="open quotes and mixed delimiters are the usual causes",
    )


def _ragged_error(row: Any, source: ByteSource, number: int | None) -> InputError:
    if row.text.count('"') % 2:
        return InputError("a quote is not closed", code="QUOTE", file=source.name, row=number)
    if row.actual_columns < row.expected_columns and _is_last(source, row.text):
        return InputError(
            f"the last line is cut off: {row.actual_columns} of {row.expected_columns} fields",
            code="TRUNCATED",
            file=source.name,
            row=number,
            advice="export the file again",
        )
    return InputError(
        f"the row has {row.actual_columns} fields, the header has {row.expected_columns}",
        code="RAGGED",
        file=source.name,
        row=number,
        advice="a field with the delimiter in it must be in quotes",
    )


def _is_last(source: ByteSource, row_text: str) -> bool:
    wanted = row_text.encode()
    tail = b""
    with source.open() as stream:
        while piece := stream.read(max(BLOCK_BYTES, len(wanted))):
            tail = (tail + piece)[-len(wanted) - 4 :]
    return not tail.endswith((b"\n", b"\r")) and tail.endswith(wanted)


def _first_bad_row(source: ByteSource) -> int | None:
    with source.open() as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return None
