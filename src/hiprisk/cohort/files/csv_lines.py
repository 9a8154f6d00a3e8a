"""One pass over a CSV file before it is parsed: quotes, line ends, and the line of each row."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import numpy as np

from hiprisk.arrays import Bools, Integers
from hiprisk.cohort.files.byte_source import CHUNK_BYTES, ByteSource
from hiprisk.errors import InputError

_QUOTE, _LF, _CR = 0x22, 0x0A, 0x0D
_WHITESPACE = b" \t\n\r\v\f"


@dataclass(frozen=True, slots=True)
class RowCuts:
    """Where a file can be cut between rows: one place for every so many bytes, and its end.

    Attributes
    ----------
    offsets : ndarray of int
        In bytes from the beginning of the file; the first is where the first row begins.
    n_rows : ndarray of int
        Rows that come before.
    """

    offsets: Integers
    n_rows: Integers

    def are_within(self, n_bytes: int) -> bool:
        """Whether each is at most so many bytes behind the one before."""
        return bool(np.diff(self.offsets).max(initial=0) <= n_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvLines:
    """What a pass over the bytes tells.

    Attributes
    ----------
    has_rows : bool
        Whether anything but blank lines follows the header.
    ends_in_quotes : bool
        Whether quoted fields hold line ends, and every quote is where RFC 4180 has it.
    starts : tuple of ndarray
        Rows from which on the line is no longer the row plus the header, and by how many lines
        more; empty where a row is a line.
    further_header_rows : int
        Lines of the header beyond the first, where each line counts as a row.
    cuts : RowCuts, optional
        Of a file that has no quote, no blank line between others and no lone carriage return.
    """

    has_rows: bool
    ends_in_quotes: bool = False
    starts: tuple[Integers, Integers] | None = None
    further_header_rows: int = 0
    cuts: RowCuts | None = None

    @property
    def are_bare(self) -> bool:
        """Whether every line is a row, and every line end of the bytes ends one."""
        return self.cuts is not None

    def line(self, row: int) -> int:
        """Line of the file on which a row starts; the first after the header is row 1."""
        found = self.lines(row, 1)
        return row + 1 if found is None else int(found[0])

    def lines(self, first_row: int, n_rows: int) -> Integers | None:
        """Line of the file on which rows start; None where that is their place and the header."""
        if self.starts is None and not self.further_header_rows:
            return None
        rows = np.arange(first_row, first_row + n_rows, dtype=np.intp) + self.further_header_rows
        if self.starts is None:
            return rows + 1
        at = np.searchsorted(self.starts[0], rows, side="right") - 1
        more = np.where(at >= 0, self.starts[1][at], 0)
        return np.asarray(rows + 1 + more, dtype=np.intp)


def scan_lines(
    source: ByteSource, delimiter: str, *, header_bytes: int, header_lines: int = 1
) -> CsvLines:
    """Look through a file once; a second time only if rows and lines differ.

    Raises
    ------
    InputError
        On a NUL byte, or a quote that is open at the end of the file.
    """
    regular, has_rows, blank = True, False, blank_bytes(delimiter)
    with source.open() as stream:
        tail, at, cuts = b"", 0, _Cuts(blank)
        for chunk in _chunks(stream):
            if b"\0" in chunk:
                raise InputError("the file holds NUL bytes", code="NOT_TEXT", file=source.name)
            has_rows = has_rows or bool(chunk[max(0, header_bytes - at) :].strip(blank))
            regular = regular and _is_regular(tail + chunk)
            if regular:
                cuts.add(chunk)
            tail, at = chunk[-3:], at + len(chunk)
    if regular:
        return CsvLines(has_rows=has_rows, cuts=cuts.found())
    found = _passed(source, _Quotes(ord(delimiter)))
    if found.ambiguous:
        # Then a line is a row: a line end in quotes is not read.
        found = _passed(source, _Quotes(ord(delimiter), heeded=False))
        lines = found.result(source.name, has_rows=has_rows)
        return replace(lines, further_header_rows=header_lines - 1)
    return found.result(source.name, has_rows=has_rows)


def blank_bytes(delimiter: str) -> bytes:
    """What a blank line holds: white space, but not what separates the cells of an empty row."""
    return _WHITESPACE.replace(delimiter.encode(), b"")


def _passed(source: ByteSource, quotes: _Quotes) -> _Quotes:
    with source.open() as stream:
        for at, chunk in enumerate(_chunks(stream)):
            text = chunk if at else chunk.removeprefix(BOM_UTF8)
            quotes.add(np.frombuffer(text, dtype=np.uint8))
    quotes.add(np.zeros(0, dtype=np.uint8), last=True)
    return quotes


class _Cuts:
    """The last line end of every chunk, as they pass."""

    def __init__(self, blank: bytes) -> None:
        self._blank = blank
        self._at = 0
        self._n_lines = 0
        self._ends_blank = True
        self._offsets: list[int] = []
        self._lines: list[int] = []

    def add(self, chunk: bytes) -> None:
        end = 1 + chunk.rfind(b"\n")
        if end:
            if not self._offsets:
                self._note(1 + chunk.index(b"\n"), 1)
            ends = np.frombuffer(chunk, dtype=np.uint8) == _LF
            self._n_lines += int(np.count_nonzero(ends))
            self._note(end, self._n_lines)
        self._ends_blank = (self._ends_blank or bool(end)) and not chunk[end:].strip(self._blank)
        self._at += len(chunk)

    def _note(self, offset: int, n_lines: int) -> None:
        self._offsets.append(self._at + offset)
        self._lines.append(n_lines)

    def found(self) -> RowCuts:
        if not self._ends_blank:
            # The last row has no line end.
            self._note(0, self._n_lines + 1)
        # The header is the first line.
        return RowCuts(np.array(self._offsets, np.intp), np.array(self._lines, np.intp) - 1)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: stream.read(CHUNK_BYTES), b"")


def _is_regular(text: bytes) -> bool:
    """Whether every line is a row, as far as these bytes show."""
    if b'"' in text or _count_pairs(text, _LF, _LF):
        return False
    if b"\r" not in text:
        return True
    # A lone carriage return ends a line too.
    n_ends = np.count_nonzero(np.frombuffer(text, dtype=np.uint8) == _CR) - text.endswith(b"\r")
    return not _count_pairs(text, _LF, _CR) and n_ends == _count_pairs(text, _CR, _LF)


def _count_pairs(text: bytes, first: int, second: int) -> int:
    """How often one byte stands right behind another.

    Two bytes are compared as one number: ten times as fast as Python's search for both.
    """
    wanted = np.frombuffer(bytes((first, second)), dtype=np.uint16)
    n_found = 0
    for offset in (0, 1):
        n_pairs = (len(text) - offset) // 2
        if n_pairs > 0:
            pairs = np.frombuffer(text, dtype=np.uint16, offset=offset, count=n_pairs)
            n_found += int(np.count_nonzero(pairs == wanted))
    return n_found


@dataclass(slots=True)
class _Quotes:
    """Quotes and line ends as they pass, chunk by chunk.

    A quote opens a field after a delimiter or a line end, and closes it before one; doubled quotes
    inside a field open and close it once more. Any other quote is ambiguous.
    """

    delimiter: int
    heeded: bool = True
    ambiguous: bool = False
    _is_open: bool = False
    _before: np.ndarray = field(default_factory=lambda: np.array([_LF, _LF], dtype=np.uint8))
    _waiting: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.uint8))
    _ends_in_quotes: bool = False
    _n_lines: int = 0
    _n_rows: int = 0
    _row_start: int = 0
    _opened_at: int = 0
    _rows: list[Integers] = field(default_factory=list)
    _more: list[Integers] = field(default_factory=list)
    _last_more: int = 0

    def add(self, chunk: np.ndarray, *, last: bool = False) -> None:
        text = np.concatenate([self._waiting, chunk])
        # The last byte waits for what follows it.
        n = len(text) if last else len(text) - 1
        if n <= 0:
            self._waiting = text
            return
        here, self._waiting = text[:n], text[n:]
        following = np.append(text[1 : n + 1], _LF)[:n]
        padded = np.concatenate([self._before, here])
        self._before = padded[-2:]
        quotes = np.flatnonzero((here == _QUOTE) & self.heeded)
        self._check_quotes(quotes, padded[1:-1], following)
        ends = np.flatnonzero((here == _LF) | ((here == _CR) & (following != _LF)))
        open_at_ends = (np.searchsorted(quotes, ends) + self._is_open) % 2 == 1
        if len(quotes):
            self._opened_at = self._n_lines + 1 + int(np.searchsorted(ends, quotes[-1]))
        self._is_open = bool((len(quotes) + self._is_open) % 2)
        self._ends_in_quotes = self._ends_in_quotes or bool(open_at_ends.any())
        self._add_rows(ends, open_at_ends, _is_blank(padded, ends))

    def _check_quotes(self, quotes: Integers, before: np.ndarray, following: np.ndarray) -> None:
        opens = (np.arange(len(quotes)) + self._is_open) % 2 == 0
        edges = np.array([self.delimiter, _LF, _CR, _QUOTE], dtype=np.uint8)
        beside = np.where(opens, before[quotes], following[quotes])
        self.ambiguous = self.ambiguous or not np.isin(beside, edges).all()

    def _add_rows(self, ends: Integers, open_at_ends: Bools, blank: Bools) -> None:
        numbers = self._n_lines + np.arange(len(ends))
        self._n_lines += len(ends)
        closing = ~open_at_ends
        ended = numbers[closing]
        if not len(ended):
            return
        starts = np.append(self._row_start, ended[:-1] + 1)[~blank[closing]]
        self._row_start = int(ended[-1]) + 1
        self._add_starts(starts)

    def _add_starts(self, starts: Integers) -> None:
        rows = self._n_rows + np.arange(len(starts))
        more = starts - rows
        changed = np.flatnonzero(np.diff(more, prepend=self._last_more))
        self._rows.append(rows[changed])
        self._more.append(more[changed])
        self._n_rows += len(starts)
        if len(more):
            self._last_more = int(more[-1])

    def result(self, name: str, *, has_rows: bool) -> CsvLines:
        if self._is_open:
            raise InputError("a quote is not closed", code="QUOTE", file=name, row=self._opened_at)
        self._add_starts(np.array([self._row_start], dtype=np.intp))
        rows, more = np.concatenate(self._rows), np.concatenate(self._more)
        return CsvLines(
            has_rows=has_rows,
            ends_in_quotes=self._ends_in_quotes,
            starts=(rows, more) if len(rows) else None,
        )


def _is_blank(padded: np.ndarray, ends: Integers) -> Bools:
    """Which line ends are those of lines that hold nothing; two bytes stand before the others."""
    end, before, earlier = padded[ends + 2], padded[ends + 1], padded[ends]
    is_crlf = (end == _LF) & (before == _CR)
    last = np.where(is_crlf, earlier, before)
    return np.asarray((last == _LF) | (last == _CR), dtype=bool)
