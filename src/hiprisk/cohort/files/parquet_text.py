"""Parquet files as blocks of text columns, as strict as CSV."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from hiprisk.cohort.files.arrow_text import as_text, is_plain
from hiprisk.cohort.files.byte_source import ByteSource
from hiprisk.cohort.files.column_names import column_names
from hiprisk.cohort.files.local_file import changed_error
from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.errors import InputError

BATCH_ROWS = 1 << 16


def iter_parquet(source: ByteSource) -> Iterator[TextBlock]:
    """Blocks of rows of a Parquet file, every column as text.

    A column of lists or structures is text as JSON has it, one of bytes hexadecimal digits; each
    is said to be no plain one.

    Raises
    ------
    InputError
        If the file is no readable Parquet, or changed while it was read.
    """
    before = source.size_and_time()
    try:
        with source.local_path() as path, pq.ParquetFile(path) as file:
            # In Parquet a later column of the same name would silently take the first one's place.
            columns = column_names(file.schema_arrow.names, source.name)
            types = {
                name: str(kind)
                for name, kind in zip(columns.names, file.schema_arrow.types, strict=True)
                if not is_plain(kind)
            }
            first_row = 1
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                cells = [as_text(column) for column in batch.columns]
                table = pa.table(cells, names=list(columns.names))
                yield TextBlock(first_row, table, repeated=columns.repeated, types=types)
                first_row += batch.num_rows
            if first_row == 1:
                empty = pa.table({name: pa.array([], pa.string()) for name in columns.names})
                yield TextBlock(1, empty, repeated=columns.repeated, types=types)
    # Arrow tells a damaged page as an error of the system.
    except (pa.ArrowException, OSError, UnicodeDecodeError) as problem:
        raise InputError(
            "the file cannot be read as Parquet",
            code="PARQUET",
            file=source.name,
            advice="export it again",
        ) from problem
    if source.size_and_time() != before:
        raise changed_error(source.name)
