"""The one place that chooses the reader of a cohort file: a path to blocks of text columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hiprisk.cohort.files.byte_source import ByteSource
from hiprisk.cohort.files.csv_dialect import (
    ORDINARY,
    Dialect,
    detect_dialect,
    text_source,
)
from hiprisk.cohort.files.csv_text import BLOCK_BYTES, iter_csv
from hiprisk.cohort.files.extra.spreadsheet import iter_sheet
from hiprisk.cohort.files.extra.statistical import iter_statistical
from hiprisk.cohort.files.packed import packed_source
from hiprisk.cohort.files.parquet_text import iter_parquet
from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.errors import InputError

_MARKS = {
    "parquet": (b"PAR1",),
    # What is a zip without being unpacked is a workbook.
    "workbook": (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    "spss": (b"$FL2", b"$FL3"),
    "stata": (b"<stata_dta>",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedFormat:
    """What a mapping or an option states about a file; what is None is found out."""

    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortFile:
    """A cohort file whose format is known.

    Attributes
    ----------
    source : ByteSource
    kind : str
        ``csv``, ``parquet``, ``workbook``, ``spss``, ``spss portable`` or ``stata``.
    dialect : Dialect
        How its cells are written, and so how an output made of it is.
    stated : StatedFormat
    """

    source: ByteSource
    kind: str
    dialect: Dialect
    stated: StatedFormat

    @property
    def name(self) -> str:
        """For letters: the file's name without its folder."""
        return self.source.name

    def blocks(self, *, block_bytes: int = BLOCK_BYTES) -> Iterator[TextBlock]:
        """Blocks of rows, every column as text.

        Raises
        ------
        InputError
            If the file as a whole cannot be read.
        """
        if self.kind == "parquet":
            return iter_parquet(self.source)
        if self.kind == "workbook":
            return iter_sheet(self.source, self.stated.sheet)
        if self.kind != "csv":
            return iter_statistical(self.source, self.kind, self.stated.encoding)
        return iter_csv(self.source, self.dialect, block_bytes=block_bytes)


def open_cohort_file(path: Path | str, stated: StatedFormat | None = None) -> CohortFile:
    """Find out what a file is and how it is written; nothing is read beyond its head.

    Raises
    ------
    ConfigError, InputError, StoreError
        If it is no readable local file, or no format that is known.
    """
    source = packed_source(path)
    head = source.head()
    if not head:
        raise InputError("the file is empty", code="EMPTY_FILE", file=source.name)
    stated = stated or StatedFormat()
    kind = _kind(source.path.suffix if not source.packing else source.member, head)
    if kind != "csv":
        return CohortFile(source=source, kind=kind, dialect=ORDINARY, stated=stated)
    source = text_source(source, head, stated.encoding)
    dialect = detect_dialect(source, delimiter=stated.delimiter, decimal=stated.decimal)
    return CohortFile(source=source, kind=kind, dialect=dialect, stated=stated)


def _kind(name: str, head: bytes) -> str:
    """What a file is, by its first bytes; an old Stata file by its name too."""
    for kind, marks in _MARKS.items():
        if head.startswith(marks):
            return kind
    if b"ASCII SPSS PORT FILE" in head[:500]:
        return "spss portable"
    # Before version 13 the first byte of a Stata file is its version, the second its byte order.
    is_old = 104 <= head[0] <= 115 and head[1:2] in (b"\x01", b"\x02")
    return "stata" if is_old and name.lower().endswith("dta") else "csv"
