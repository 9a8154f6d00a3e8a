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
    are_bare : bool
        Whether the file has no quote, no blank line between others and no lone carriage return.
    """

    has_rows: bool
    ends_in_quotes: bool = False
    starts: tuple[Integers, Integers] | None = None
    further_header_rows: int = 0
    are_bare: bool = False

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
    regular, has_rows = True, False
    with source.open() as stream:
        tail, at = b"", 0
        for chunk in _chunks(stream):
            if b"\0" in chunk:
                raise InputError("the file holds NUL bytes", code="NOT_TEXT", file=source.name)
            has_rows = has_rows or bool(chunk[max(0, header_bytes - at) :].strip())
            regular = regular and _is_regular(tail + chunk)
            tail, at = chunk[-3:], at + len(chunk)
    if regular:
        return CsvLines(has_rows=has_rows, are_bare=True)
    found = _passed(source, _Quotes(ord(delimiter)))
    if found.ambiguous:
        # Then a line is a row: a line end in quotes is not read.
        found = _passed(source, _Quotes(ord(delimiter), heeded=False))
        lines = found.result(source.name, has_rows=has_rows)
        return replace(lines, further_header_rows=header_lines - 1)
    return found.result(source.name, has_rows=has_rows)


def _passed(source: ByteSource, quotes: _Quotes) -> _Quotes:
    with source.open() as stream:
        for at, chunk in enumerate(_chunks(stream)):
            text = chunk if at else chunk.removeprefix(BOM_UTF8)
            quotes.add(np.frombuffer(text, dtype=np.uint8))
    quotes.add(np.zeros(0, dtype=np.uint8), last=True)
    return quotes


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: stream.read(CHUNK_BYTES), b"")


def _is_regular(text: bytes) -> bool:
    """Whether every line is a row, as far as these bytes show."""
    if b'"' in text or b"\n\n" in text:
        return False
    if b"\r" not in text:
        return True
    # A lone carriage return ends a line too.
    return b"\n\r" not in text and text.count(b"\r") - text.endswith(b"\r") == text.count(b"\r\n")


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
