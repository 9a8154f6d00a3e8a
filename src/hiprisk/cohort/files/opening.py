"""The one place that chooses the reader of a cohort file: a path to blocks of text columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hiprisk.cohort.files.csv_dialect import ORDINARY, Dialect, detect_dialect
from hiprisk.cohort.files.csv_text import BLOCK_BYTES, TextBlock, iter_csv
from hiprisk.cohort.files.local_file import check_local_file, is_parquet
from hiprisk.cohort.files.parquet_text import iter_parquet


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
    path : Path
    kind : str
        ``csv`` or ``parquet``.
    dialect : Dialect
        How its cells are written, and so how an output made of it is.
    """

    path: Path
    kind: str
    dialect: Dialect

    def blocks(self, *, block_bytes: int = BLOCK_BYTES) -> Iterator[TextBlock]:
        """Blocks of rows, every column as text.

        Raises
        ------
        InputError
            If the file as a whole cannot be read.
        """
        if self.kind == "parquet":
            return iter_parquet(self.path)
        return iter_csv(self.path, self.dialect, block_bytes=block_bytes)


def open_cohort_file(path: Path | str, stated: StatedFormat | None = None) -> CohortFile:
    """Find out what a file is and how it is written; nothing is read beyond its head.

    Raises
    ------
    ConfigError, InputError, StoreError
        If it is no readable local file, or no format that is known.
    """
    path = check_local_file(path)
    if is_parquet(path):
        return CohortFile(path=path, kind="parquet", dialect=ORDINARY)
    stated = stated or StatedFormat()
    dialect = detect_dialect(
        path, delimiter=stated.delimiter, decimal=stated.decimal, encoding=stated.encoding
    )
    return CohortFile(path=path, kind="csv", dialect=dialect)
