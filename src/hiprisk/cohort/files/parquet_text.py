"""Parquet files as blocks of text columns, as strict as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hiprisk.cohort.files.arrow_text import as_text, is_of_text, is_plain
from hiprisk.cohort.files.byte_source import (
    FREE_BYTES,
    MAX_COPY_BYTES,
    MAX_RATIO,
    ByteSource,
    too_large,
)
from hiprisk.cohort.files.column_names import column_names
from hiprisk.cohort.files.local_file import MAX_FIELD_BYTES, changed_error
from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.errors import InputError

BATCH_ROWS = 1 << 16
# Text of a block; a batch with more is cut. Rows of real cohorts take a tenth of it.
MAX_BLOCK_BYTES = 64 << 20


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
        with source.local_path() as path:
            schema = _checked_schema(path, source)
            # In Parquet a later column of the same name would silently take the first one's place.
            columns = column_names(schema.names, source.name)
            types = {
                name: str(kind)
                for name, kind in zip(columns.names, schema.types, strict=True)
                if not is_plain(kind)
            }
            first_row = 1
            for batch in _batches(path, schema, source.name):
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


def _checked_schema(path: Path, source: ByteSource) -> pa.Schema:
    """Types of the columns, if the file states that it unpacks to no more than a real one would."""
    with pq.ParquetFile(path) as file:
        stated = file.metadata
        unpacked = sum(
            stated.row_group(i).column(j).total_uncompressed_size
            for i in range(stated.num_row_groups)
            for j in range(stated.num_columns)
        )
        if unpacked > max(FREE_BYTES, MAX_RATIO * path.stat().st_size):
            raise too_large(source.name)
        return file.schema_arrow


def _batches(path: Path, schema: pa.Schema, name: str) -> Iterator[pa.RecordBatch]:
    """Batches of rows whose text is bounded, however often a file repeats a long one.

    A text that stands a million times takes a few bytes in the file: columns of texts stay indices
    of their texts until it is known how long they are.
    """
    # Not of a column within a structure, nor of one that is such indices in the file already.
    texts = [field.name for field in schema if is_of_text(field.type)]
    left = max(MAX_COPY_BYTES, MAX_RATIO * path.stat().st_size)
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            left -= sum(map(_text_bytes, batch.columns))
            if left < 0:
                raise too_large(name)
            yield from _cut(batch, name)


def _cut(batch: pa.RecordBatch, name: str) -> Iterator[pa.RecordBatch]:
    if batch.num_rows > 1 and sum(map(_text_bytes, batch.columns)) > MAX_BLOCK_BYTES:
        half = batch.num_rows // 2
        yield from _cut(batch.slice(0, half), name)
        yield from _cut(batch.slice(half), name)
        return
    for column, label in zip(batch.columns, batch.schema.names, strict=True):
        if _text_bytes(column) > MAX_FIELD_BYTES and _longest(column) > MAX_FIELD_BYTES:
            raise InputError(
                f"a field has more than {MAX_FIELD_BYTES} bytes",
                code="FIELD_TOO_LONG",
                file=name,
                column=label,
            )
    yield batch


def _lengths(column: pa.Array) -> pa.Array:
    """Bytes of each row's text; of other types those of their values."""
    if pa.types.is_dictionary(column.type) and is_of_text(column.type.value_type):
        return pc.binary_length(column.dictionary).take(column.indices)
    if is_of_text(column.type):
        return pc.binary_length(column)
    return pa.array([column.nbytes])


def _text_bytes(column: pa.Array) -> int:
    return pc.sum(_lengths(column)).as_py() or 0


def _longest(column: pa.Array) -> int:
    texts = is_of_text(column.type) or pa.types.is_dictionary(column.type)
    return (pc.max(_lengths(column)).as_py() or 0) if texts else 0
