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
from hiprisk.cohort.files.packed import packed_source
from hiprisk.cohort.files.parquet_text import iter_parquet
from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedFormat:
    """What a mapping or an option states about a file; what is None is found out."""

    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortFile:
    """A cohort file whose format is known.

    Attributes
    ----------
    source : ByteSource
    kind : str
        ``csv`` or ``parquet``.
    dialect : Dialect
        How its cells are written, and so how an output made of it is.
    """

    source: ByteSource
    kind: str
    dialect: Dialect

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
    if head.startswith(b"PAR1"):
        return CohortFile(source=source, kind="parquet", dialect=ORDINARY)
    stated = stated or StatedFormat()
    source = text_source(source, head, stated.encoding)
    dialect = detect_dialect(source, delimiter=stated.delimiter, decimal=stated.decimal)
    return CohortFile(source=source, kind="csv", dialect=dialect)
