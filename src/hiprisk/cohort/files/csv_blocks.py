"""Bytes of a CSV file in blocks that end where a row ends.

Arrow's own streaming reader reads ahead on threads of its own, and calls into Python from there: a
refusal then aborted the process or never ended. Blocks that are cut here are parsed one at a time,
on the thread that asks for them.
"""

from __future__ import annotations

import itertools
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from hiprisk.cohort.files.csv_dialect import LINE_END
from hiprisk.cohort.files.csv_lines import RowCuts
from hiprisk.errors import InputError

_QUOTE, _LF, _CR = 0x22, 0x0A, 0x0D


def row_blocks(
    stream: BinaryIO,
    *,
    header_lines: int,
    block_bytes: int,
    ends_in_quotes: bool,
    blank: bytes,
    name: str,
) -> Iterator[bytes]:
    """Blocks of whole rows, in order, without the header and without a mark of UTF-8.

    Parameters
    ----------
    stream : file of bytes
        UTF-8, from its beginning.
    header_lines : int
        Lines that the header takes.
    block_bytes : int
        Bytes that are read at a time; no row may have more.
    ends_in_quotes : bool
        Whether line ends in quoted fields end no row.
    blank : bytes
        What a line may hold that is no row.
    name : str
        Of the file, for messages.

    Raises
    ------
    InputError
        If a row has more bytes than a block.
    """
    waiting = _without_header(stream, header_lines, block_bytes)
    while piece := stream.read(block_bytes):
        text = waiting + piece
        end = _last_row_end(text, ends_in_quotes=ends_in_quotes)
        if end == 0 and len(text) > 2 * block_bytes:
            raise InputError("a field is too long", code="FIELD_TOO_LONG", file=name)
        waiting = text[end:]
        if text[:end].strip(blank):
            yield text[:end]
    # Of a small file, it is all of it.
    end = _last_row_end(waiting, ends_in_quotes=ends_in_quotes)
    if not waiting[end:].strip(blank):
        waiting = waiting[:end]
    if waiting.strip(blank):
        yield waiting


@dataclass(frozen=True, slots=True)
class RowRange:
    """Rows of a file by their first byte, the byte behind their last, and the rows before them."""

    start: int
    stop: int
    n_before: int


def row_ranges(cuts: RowCuts, *, block_bytes: int) -> Iterator[RowRange]:
    """Where the blocks of `row_blocks` are in a file whose lines are its rows.

    Parameters
    ----------
    cuts : RowCuts
    block_bytes : int
        About as many bytes make a block, the first one twice as many.
    """
    end = int(cuts.offsets[-1])
    wanted = np.append(np.arange(2 * block_bytes, end, block_bytes), end)
    last = np.searchsorted(cuts.offsets, wanted, side="right") - 1
    for one, following in itertools.pairwise(np.unique(np.concatenate([[0], last])).tolist()):
        start, stop = cuts.offsets[[one, following]].tolist()
        if stop > start:
            yield RowRange(start, stop, int(cuts.n_rows[one]))


def bare_lines(block: bytes, n_rows: int) -> pa.Array | None:
    """Lines of a block without quotes as one text each, behind a line end.

    Parameters
    ----------
    block : bytes
        As `row_blocks` gives it.
    n_rows : int
        Rows that are in it.

    Returns
    -------
    pyarrow.Array or None
        None where its lines are not its rows.
    """
    # The search for both takes longer than everything else here.
    unix = block.replace(b"\r\n", b"\n") if b"\r" in block else block
    text = b"".join((b"\n", memoryview(unix)[: len(unix) - unix.endswith(b"\n")]))
    starts = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == _LF)
    if len(starts) != n_rows or b"\r" in text:
        return None
    ends = np.append(starts, len(text)).astype(np.int32)
    return pa.StringArray.from_buffers(n_rows, pa.py_buffer(ends), pa.py_buffer(text))


def _without_header(stream: BinaryIO, header_lines: int, block_bytes: int) -> bytes:
    """What was read of the rows while the header was left out."""
    text = stream.read(block_bytes).removeprefix(BOM_UTF8)
    line_end = re.compile(LINE_END.pattern.encode())
    at = 0
    for _ in range(header_lines):
        found = line_end.search(text, at)
        at = len(text) if found is None else found.end()
    return text[at:]


def _last_row_end(text: bytes, *, ends_in_quotes: bool) -> int:
    """How many bytes the whole rows take."""
    if not ends_in_quotes:
        # A carriage return at the end may be half of a line end.
        return 1 + max(text.rfind(b"\n"), text.rfind(b"\r", 0, len(text) - 1))
    here = np.frombuffer(text, dtype=np.uint8)
    quotes = np.flatnonzero(here == _QUOTE)
    ends = np.flatnonzero((here == _LF) | (here == _CR))
    # A block starts outside quotes, so that an even number of them stands before the end of a row.
    closing = ends[np.searchsorted(quotes, ends) % 2 == 0]
    if len(closing) and closing[-1] == len(text) - 1 and here[-1] == _CR:
        closing = closing[:-1]
    return 1 + int(closing[-1]) if len(closing) else 0
