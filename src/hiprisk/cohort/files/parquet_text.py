"""Parquet files as blocks of text columns, as strict as CSV."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hiprisk.cohort.files.csv_text import TextBlock, checked_names
from hiprisk.cohort.files.local_file import check_unchanged
from hiprisk.errors import InputError

BATCH_ROWS = 1 << 16


def iter_parquet(path: Path) -> Iterator[TextBlock]:
    """Blocks of rows of a Parquet file, every column as text.

    Raises
    ------
    InputError
        If the file is no readable Parquet, a column name comes twice, a column is not plain, or
        the file changed while it was read.
    """
    before = os.stat(path)
    try:
        source = pq.ParquetFile(path)
        # In Parquet a later column of the same name would silently take the place of the first.
        names = checked_names([name.strip() for name in source.schema_arrow.names], path.name)
        first_row = 1
        for batch in source.iter_batches(batch_size=BATCH_ROWS):
            columns = [
                _as_text(batch.column(position), name, path.name)
                for position, name in enumerate(names)
            ]
            yield TextBlock(first_row, pa.table(columns, names=names))
            first_row += batch.num_rows
        if first_row == 1:
            yield TextBlock(1, pa.table({name: pa.array([], pa.string()) for name in names}))
    except pa.ArrowException as problem:
        raise InputError(
            "the file cannot be read as Parquet",
            code="PARQUET",
            file=path.name,
            advice="export it again",
        ) from problem
    check_unchanged(before, path)


def _as_text(column: pa.Array, name: str, file: str) -> pa.Array:
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        raise InputError(
            f"a column of type {column.type} is not plain", code="PARQUET", file=file, column=name
        )
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
    if pa.types.is_timestamp(column.type):
        column = _dates_if_midnight(column)
    return pc.fill_null(pc.cast(column, pa.string()), "")


def _dates_if_midnight(column: pa.Array) -> pa.Array:
    """Dates, where a data frame's timestamps carry no time of day."""
    days = pc.cast(column, pa.date32(), safe=False)
    same = pc.equal(pc.cast(days, column.type), column)
    return days if pc.all(same).as_py() is not False else column
