"""A data frame as a cohort: the same blocks of text as a Parquet file that holds it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from hiprisk.cohort.files.arrow_text import as_text, has_type, is_plain
from hiprisk.cohort.files.column_names import column_names
from hiprisk.cohort.files.csv_dialect import ORDINARY, Dialect
from hiprisk.cohort.files.csv_text import BLOCK_BYTES
from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.errors import DATA_FRAME, InputError

BLOCK_ROWS = 1 << 16


class ArrowStream(Protocol):
    """A table of a library that speaks Arrow: polars, PyArrow, DuckDB."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The table as a stream of Arrow's C interface."""


DataFrame = pd.DataFrame | ArrowStream


@dataclass(frozen=True, slots=True, eq=False)
class CohortFrame:
    """A data frame that is read as a cohort file would be.

    Rows are told by their position from 0, as ``frame.iloc`` has them: the labels of an index are
    often patient numbers, and are neither read nor shown.

    Attributes
    ----------
    names : tuple of str
        Of its columns, as they came.
    columns : tuple of pyarrow.Array or pyarrow.ChunkedArray
    n_rows : int
    name : str
        For letters and evidence, where a file has its name.
    """

    names: tuple[str, ...]
    columns: tuple[Any, ...]
    n_rows: int
    name: str = DATA_FRAME

    @property
    def dialect(self) -> Dialect:
        """Numbers have decimal points."""
        return ORDINARY

    def blocks(self, *, block_bytes: int = BLOCK_BYTES) -> Iterator[TextBlock]:
        """Blocks of rows, texts where a column has no type; their size does not depend on bytes.

        Raises
        ------
        InputError
            If there are too many columns.
        """
        del block_bytes
        columns = column_names(self.names, self.name)
        types = {
            name: str(column.type)
            for name, column in zip(columns.names, self.columns, strict=True)
            if not is_plain(column.type)
        }
        for start in range(0, max(self.n_rows, 1), BLOCK_ROWS):
            cells = [_as_array(one.slice(start, BLOCK_ROWS)) for one in self.columns]
            kept = [one if has_type(one.type) else as_text(one) for one in cells]
            table = pa.table(kept, names=list(columns.names))
            rows = np.arange(start, start + table.num_rows, dtype=np.intp)
            yield TextBlock(start + 1, table, lines=rows, repeated=columns.repeated, types=types)


def cohort_frame(frame: object) -> CohortFrame:
    """A data frame as a cohort.

    Parameters
    ----------
    frame : DataFrame
        Of pandas, or any table that offers ``__arrow_c_stream__`` (polars, PyArrow, DuckDB) or
        ``to_pandas``. Of pandas, columns of every plain type are read, nullable and categorical
        ones too, and columns of mixed objects as the texts of their values.

    Raises
    ------
    InputError
        If it is no such table, or has no column.
    """
    table = frame if isinstance(frame, pd.DataFrame) else _foreign(frame)
    if isinstance(table, pd.DataFrame):
        names: Sequence[object] = list(table.columns)
        columns = [_of_pandas(table.iloc[:, at]) for at in range(len(names))]
    else:
        names, columns = table.column_names, table.columns
    if not names:
        raise InputError("the data frame has no column", code="EMPTY_FILE", file=DATA_FRAME)
    return CohortFrame(tuple(map(str, names)), tuple(columns), len(table))


def _foreign(frame: Any) -> Any:
    """The table of another library, as one of PyArrow or pandas."""
    converted = None
    # A class has these names too, and is no table.
    if not isinstance(frame, type):
        if hasattr(frame, "__arrow_c_stream__") or hasattr(frame, "__arrow_c_array__"):
            # A single column offers the same interface, and cannot be read as a table.
            with contextlib.suppress(pa.ArrowException, TypeError):
                converted = pa.table(frame)
        elif hasattr(frame, "to_pandas"):
            converted = frame.to_pandas()
    if not isinstance(converted, pd.DataFrame | pa.Table):
        raise InputError(
            "a cohort is a data frame or the path of a file, and something of type "
            f"{type(frame).__name__} came",
            code="NOT_A_TABLE",
            advice="give a pandas DataFrame, a table of polars or PyArrow, or a path",
        )
    return converted


def _of_pandas(values: pd.Series[Any]) -> Any:
    try:
        return pa.array(values, from_pandas=True)
    # Objects of several types, which Arrow has no column for: each is read by its text.
    except (pa.ArrowException, TypeError, ValueError):
        return pa.array([_object_text(value) for value in values], pa.string())


def _object_text(value: Any) -> str | None:
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    return None if value is None or value is pd.NA or value != value else str(value)


def _as_array(column: Any) -> Any:
    """One array of a slice, which may be in chunks."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    whole = column.combine_chunks()
    # Of no chunk, and in older releases of PyArrow, nothing is combined to one array.
    if isinstance(whole, pa.ChunkedArray):
        return whole.chunk(0) if whole.num_chunks else pa.array([], whole.type)
    return whole
