"""Parquet files as blocks of columns, as strict as CSV."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hiprisk.cohort.files.arrow_text import as_text, has_type, is_of_text, is_plain
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
# Of texts that are stored as what differs from the one before: a long one takes no bytes.
DELTA_BATCH_ROWS = 1 << 10
DELTA = "DELTA_BYTE_ARRAY"
# What is read at once until it is known how long such texts are.
DELTA_SCAN_BYTES = 32 << 20
# What a value within a list or structure takes beside its own bytes: while it is read, its place
# and its levels; while it becomes JSON, an object of Python's and its text.
PLACE_BYTES = 12
OBJECT_BYTES = 128
# A text within a list, or bytes, stand once as Arrow's, once as Python's, once as text.
COPIES = 3
MAX_NESTED_BYTES = (OBJECT_BYTES + COPIES) * MAX_FIELD_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How to read a file so that no batch of it is large.

    Attributes
    ----------
    schema : pyarrow.Schema
        Types of the columns.
    texts : list of str
        Paths of what holds texts or bytes, within lists and structures too.
    batch_rows : int
        Rows to read at once.
    allowed_bytes : int
        What a real file of this size unpacks to.
    """

    schema: pa.Schema
    texts: list[str]
    batch_rows: int
    allowed_bytes: int


def iter_parquet(source: ByteSource) -> Iterator[TextBlock]:
    """Blocks of rows of a Parquet file, every column as text unless it has a type.

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
            plan = _checked_plan(path, source.name)
            schema = plan.schema
            # In Parquet a later column of the same name would silently take the first one's place.
            columns = column_names(schema.names, source.name)
            types = {
                name: str(kind)
                for name, kind in zip(columns.names, schema.types, strict=True)
                if not is_plain(kind)
            }
            first_row = 1
            for cells in _cells(path, plan, source.name):
                table = pa.table(cells, names=list(columns.names))
                yield TextBlock(first_row, table, repeated=columns.repeated, types=types)
                first_row += table.num_rows
            if first_row == 1:
                kinds = [kind if has_type(kind) else pa.string() for kind in schema.types]
                empty = [pa.array([], kind) for kind in kinds]
                none = pa.table(empty, names=list(columns.names))
                yield TextBlock(1, none, repeated=columns.repeated, types=types)
    except MemoryError as problem:
        raise too_large(source.name) from problem
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


def _checked_plan(path: Path, name: str) -> _Plan:
    """How to read the file, if it states that it unpacks to no more than a real one would."""
    with pq.ParquetFile(path) as file:
        stated = file.metadata
        leaves = [file.schema.column(j) for j in range(stated.num_columns)]
        parts = [
            (leaf, stated.row_group(i).column(j))
            for i in range(stated.num_row_groups)
            for j, leaf in enumerate(leaves)
        ]
        allowed = max(FREE_BYTES, MAX_RATIO * path.stat().st_size)
        # A row's list is never read in parts, and of equal values a million take a few bytes.
        listed = sum(
            part.num_values * (PLACE_BYTES + leaf.length)
            for leaf, part in parts
            if leaf.max_repetition_level
        )
        if max(listed, sum(part.total_uncompressed_size for _, part in parts)) > allowed:
            raise too_large(name)
        wide = sum(leaf.length for leaf in leaves)
        longest = sum(_longest(file, j, name) for j in range(len(leaves)))
        # Arrow reads no indices of texts that are stored as differences.
        delta = {leaf.path for leaf, part in parts if any("DELTA" in how for how in part.encodings)}
        texts = [
            leaf.path
            for leaf in leaves
            if leaf.physical_type == "BYTE_ARRAY" and leaf.logical_type.type != "DECIMAL"
        ]
        return _Plan(
            schema=file.schema_arrow,
            texts=[text for text in texts if text not in delta],
            batch_rows=min(
                DELTA_BATCH_ROWS if delta & set(texts) else BATCH_ROWS,
                max(1, MAX_BLOCK_BYTES // max(1, wide + longest)),
            ),
            allowed_bytes=allowed,
        )


def _longest(file: pq.ParquetFile, leaf: int, name: str) -> int:
    """Bytes of the longest text of a column whose texts are stored as differences; else 0.

    A million equal texts of a megabyte take a megabyte in the file. No text is longer than its
    part of the file unpacks to: so few rows are read at once that they are no more than a block.
    """
    path, longest = file.schema.column(leaf).path, 0
    for group in range(file.num_row_groups):
        part = file.metadata.row_group(group).column(leaf)
        if part.physical_type != "BYTE_ARRAY" or DELTA not in part.encodings:
            continue
        unpacked = max(1, part.total_uncompressed_size)
        # A row's list is never read in parts.
        if file.schema.column(leaf).max_repetition_level:
            if part.num_values * unpacked > MAX_COPY_BYTES >> 2:
                raise too_large(name)
            continue
        rows = min(BATCH_ROWS, max(1, DELTA_SCAN_BYTES // unpacked))
        for batch in file.iter_batches(batch_size=rows, row_groups=[group], columns=[path]):
            column = batch.column(0)
            while pa.types.is_struct(column.type):
                column = column.flatten()[0]
            if _is_text(column.type):
                _check_field(column, path, name)
                longest = max(longest, pc.max(_lengths(column)).as_py() or 0)
    return longest


def _cells(path: Path, plan: _Plan, name: str) -> Iterator[list[pa.Array]]:
    """Columns of a few rows each, texts bounded however often a file repeats a long one.

    A text that stands a million times takes a few bytes in the file: texts stay indices of their
    texts until it is known how long they are. What is no plain value grows as it becomes text and
    is counted once it is.
    """
    left = max(MAX_COPY_BYTES, plan.allowed_bytes)
    left_of_others = plan.allowed_bytes
    with pq.ParquetFile(path, read_dictionary=plan.texts) as file:
        for batch in _batches(file, plan):
            left -= sum(_held_bytes(column) for column in batch.columns if is_plain(column.type))
            if left < 0:
                raise too_large(name)
            for part in _cut(batch, name):
                cells = []
                for column, field in zip(part.columns, plan.schema, strict=True):
                    if has_type(field.type):
                        cells.append(column)
                        continue
                    text = as_text(_without_indices(column, field.type))
                    if not is_plain(field.type):
                        _check_field(text, field.name, name)
                        left_of_others -= _text_bytes(text)
                    if left_of_others < 0:
                        raise too_large(name)
                    cells.append(text)
                yield cells


def _batches(file: pq.ParquetFile, plan: _Plan) -> Iterator[pa.RecordBatch]:
    if not any(pa.types.is_nested(kind) for kind in plan.schema.types):
        yield from file.iter_batches(batch_size=plan.batch_rows)
        return
    # Each row group has texts of its own; Arrow cannot join the indices of two within a list.
    for group in range(file.num_row_groups):
        yield from file.iter_batches(batch_size=plan.batch_rows, row_groups=[group])


def _without_indices(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """Lists and structures with their texts in place, which Python reads in half the time."""
    if pa.types.is_nested(kind):
        # Texts of polars can stay indices only.
        with contextlib.suppress(pa.ArrowNotImplementedError):
            return column.cast(kind)
    return column


def _cut(batch: pa.RecordBatch, name: str) -> Iterator[pa.RecordBatch]:
    held = [_held_bytes(column) for column in batch.columns]
    if batch.num_rows > 1 and sum(held) > MAX_BLOCK_BYTES:
        half = batch.num_rows // 2
        yield from _cut(batch.slice(0, half), name)
        yield from _cut(batch.slice(half), name)
        return
    for column, label, size in zip(batch.columns, batch.schema.names, held, strict=True):
        if size > MAX_FIELD_BYTES and _is_text(column.type):
            _check_field(column, label, name)
        # Each value within a row takes a letter: as JSON it would be too long as well.
        elif pa.types.is_nested(column.type) and batch.num_rows == 1 and size > MAX_NESTED_BYTES:
            raise _too_long(label, name)
    yield batch


def _check_field(column: pa.Array, label: str, name: str) -> None:
    if (pc.max(_lengths(column)).as_py() or 0) > MAX_FIELD_BYTES:
        raise _too_long(label, name)


def _too_long(label: str, name: str) -> InputError:
    return InputError(
        f"a field has more than {MAX_FIELD_BYTES} bytes",
        code="FIELD_TOO_LONG",
        file=name,
        column=label,
    )


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return is_of_text(kind) or pa.types.is_fixed_size_binary(kind)


def _held_bytes(column: pa.Array) -> int:
    """Bytes of a column's texts, or what its lists and structures take while they become text."""
    if _is_text(column.type):
        return _text_bytes(column) * (1 if is_plain(column.type) else COPIES)
    if pa.types.is_dictionary(column.type):
        return int(column.indices.nbytes)
    return _nested_bytes(column) if pa.types.is_nested(column.type) else column.nbytes


def _nested_bytes(column: pa.Array) -> int:
    if pa.types.is_struct(column.type):
        return sum(map(_nested_bytes, column.flatten()))
    if pa.types.is_map(column.type):
        first, last = column.offsets[0].as_py(), column.offsets[-1].as_py()
        return sum(_nested_bytes(x.slice(first, last - first)) for x in (column.keys, column.items))
    if pa.types.is_nested(column.type):
        return _nested_bytes(column.flatten())
    return OBJECT_BYTES * len(column) + COPIES * _held_bytes(column)


def _lengths(column: pa.Array) -> pa.Array:
    """Bytes of each row's text."""
    if pa.types.is_dictionary(column.type):
        return pc.binary_length(column.dictionary).take(column.indices)
    return pc.binary_length(column)


def _text_bytes(column: pa.Array) -> int:
    return pc.sum(_lengths(column)).as_py() or 0
