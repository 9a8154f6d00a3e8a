"""Parquet files as blocks of text columns, as strict as CSV."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hiprisk.cohort.files.byte_source import ByteSource
from hiprisk.cohort.files.column_names import column_names
from hiprisk.cohort.files.local_file import changed_error
from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.errors import InputError

BATCH_ROWS = 1 << 16
_PLAIN = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_date,
    pa.types.is_timestamp,
    pa.types.is_null,
)


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
                if not _is_plain(kind)
            }
            first_row = 1
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                cells = [_as_text(column) for column in batch.columns]
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


def _is_plain(kind: pa.DataType) -> bool:
    """Whether values of a type are texts, numbers, dates or yes and no."""
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    return any(is_of(kind) for is_of in _PLAIN)


def _as_text(column: pa.Array) -> pa.Array:
    if not _is_plain(column.type):
        return pa.array([_json(value) for value in column.to_pylist()], pa.string())
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
    if pa.types.is_decimal(column.type):
        return pa.array([_plain_decimal(value) for value in column.to_pylist()], pa.string())
    if pa.types.is_timestamp(column.type) or pa.types.is_date64(column.type):
        column = _dates_if_midnight(column)
    return pc.fill_null(pc.cast(column, pa.string()), "")


def _json(value: object) -> str:
    """A value as JSON has it; bytes, which JSON does not have, are hexadecimal digits."""
    if value is None or isinstance(value, bytes):
        return (value or b"").hex()
    return json.dumps(value, ensure_ascii=False, default=_within)


def _within(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _plain_decimal(value: object) -> str:
    """A decimal without exponent and without zeros at its end: 1.00 is 1."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _dates_if_midnight(column: pa.Array) -> pa.Array:
    """Dates, where a data frame's timestamps carry no time of day."""
    days = pc.cast(column, pa.date32(), safe=False)
    same = pc.equal(pc.cast(days, column.type), column)
    return days if pc.all(same).as_py() is not False else column
