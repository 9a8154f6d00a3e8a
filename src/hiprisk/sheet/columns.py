"""A sheet's columns from what came: raw values of rows or frames, or a cohort already read."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hiprisk.arrays import Bools, Floats, Texts
from hiprisk.sheet.format import VariableSpec
from hiprisk.values import (
    LARGEST,
    NOT_FINITE,
    UNKNOWN_CATEGORY,
    LevelReader,
    Note,
    is_coded_one_two,
    one_code,
    read_number,
    text_of,
    zero_one_codes,
)

if TYPE_CHECKING:
    import pandas as pd

# Variables by name: floats with NaN where missing, or text with None where missing, of n rows each.
Columns = Mapping[str, Floats | Texts]
Cells = Sequence[object] | NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenColumns:
    """What is given of n rows, in the sheet's terms.

    Attributes
    ----------
    columns : mapping of str to ndarray, each of shape (n_rows,)
        A variable that is absent is missing in every row; what could not be read stands as missing.
    unreadable : mapping of Note to ndarray of bool
        Rows whose value of a variable could not be read.
    """

    columns: Columns
    n_rows: int
    unreadable: Mapping[Note, Bools] = field(default_factory=dict)


def read_columns(
    variables: Sequence[VariableSpec], cells: Mapping[str, Cells], *, n_rows: int
) -> GivenColumns:
    """Read raw values by the rules of `hiprisk.values`.

    Parameters
    ----------
    variables : sequence of VariableSpec
    cells : mapping of str to sequence, each of length n_rows
        By the variables' names; other names are passed over.
    n_rows : int
    """
    columns: dict[str, Floats | Texts] = {}
    unreadable: dict[Note, Bools] = {}
    for spec in variables:
        if spec.name not in cells:
            continue
        own = cells[spec.name]
        values, codes = _numbers(own) if spec.kind == "number" else _levels(spec, own)
        columns[spec.name] = values
        for code in sorted({*filter(None, codes)}):
            unreadable[Note(code, spec.name)] = np.array([one == code for one in codes], dtype=bool)
    return GivenColumns(columns=columns, n_rows=n_rows, unreadable=unreadable)


def read_rows(
    variables: Sequence[VariableSpec], rows: Sequence[Mapping[str, object]]
) -> GivenColumns:
    """The same of rows that name their values; a name that a row lacks is missing there."""
    names = {name for row in rows for name in row}
    cells = {name: [row.get(name) for row in rows] for name in names}
    return read_columns(variables, cells, n_rows=len(rows))


def cohort_columns(
    variables: Sequence[VariableSpec],
    frame: pd.DataFrame,
    unreadable: Mapping[Note, Bools] | None = None,
) -> GivenColumns:
    """Columns of a cohort as its reader made it: numbers, and texts of levels.

    Parameters
    ----------
    variables : sequence of VariableSpec
    frame : DataFrame
    unreadable : mapping of Note to ndarray of bool, optional
        As `hiprisk.cohort.reading.Cohort` has it.
    """
    columns: dict[str, Floats | Texts] = {}
    for spec in variables:
        if spec.name not in frame.columns:
            continue
        values = frame[spec.name]
        if spec.kind == "number":
            columns[spec.name] = values.to_numpy(dtype=np.float64)
        else:
            text = values.to_numpy(dtype=object).copy()
            text[values.isna().to_numpy()] = None
            columns[spec.name] = text
    return GivenColumns(columns=columns, n_rows=len(frame), unreadable=unreadable or {})


@functools.lru_cache(maxsize=1000)
def _level_reader(levels: tuple[str, ...]) -> LevelReader:
    """One reader for all the patients that are asked about one by one."""
    return LevelReader(levels)


def _numbers(cells: Cells) -> tuple[Floats, Sequence[str]]:
    """Numbers of a variable, and each row's code of what is wrong; no codes where nothing is."""
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "fiu":
        values = cells.astype(np.float64)
        beyond = np.abs(values) > LARGEST
        if not beyond.any():
            return values, ()
        values[beyond] = np.nan
        return values, np.where(beyond, NOT_FINITE, "").tolist()
    read = [read_number(cell) for cell in cells]
    return np.array([value for value, _ in read], dtype=np.float64), [code for _, code in read]


def _levels(spec: VariableSpec, cells: Cells) -> tuple[Texts, Sequence[str]]:
    reader = _level_reader(spec.levels)
    # A column repeats itself: each distinct value is read once. A bool equals a number, so the
    # type goes with it.
    meanings: dict[tuple[type, object], tuple[str | None, str]] = {}
    read = []
    for cell in cells:
        key = (type(cell), cell)
        try:
            meaning = meanings.get(key) or meanings.setdefault(key, reader.read(cell))
        except TypeError:  # a list, say, has no place in a table
            meaning = reader.read(cell)
        read.append(meaning)
    if zero_one_codes(spec.levels) and any(code for _, code in read):
        read = _without_ambiguous_ones(cells, read)
    # The added None keeps numpy from reading texts of one length as anything but objects.
    levels = np.array([*(level for level, _ in read), None], dtype=object)[:-1]
    return levels, [code for _, code in read]


def _without_ambiguous_ones(
    cells: Cells, read: list[tuple[str | None, str]]
) -> list[tuple[str | None, str]]:
    """No level for a 1 of a no/yes column that is coded 1 and 2: it may mean either."""
    codes = [one_code(text_of(cell)) if level or code else "" for cell, (level, code) in
             zip(cells, read, strict=True)]  # fmt: skip
    if not is_coded_one_two([code for code in codes if code]):
        return read
    return [
        (None, UNKNOWN_CATEGORY) if code == "1" else one
        for code, one in zip(codes, read, strict=True)
    ]
