"""Sheets of Excel and ODS workbooks as blocks of text columns."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa

from hiprisk.cohort.files.byte_source import ByteSource
from hiprisk.cohort.files.column_names import column_names
from hiprisk.cohort.files.extra.library import library
from hiprisk.cohort.files.extra.workbook import DAMAGED_ZIP, check_size, error_cells
from hiprisk.cohort.files.local_file import changed_error
from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.errors import InputError
from hiprisk.values import text_of

BLOCK_ROWS = 1 << 16
Rows = list[list[Any]]


def iter_sheet(source: ByteSource, sheet: str | None = None) -> Iterator[TextBlock]:
    """Blocks of rows of one sheet of a workbook, every column as text.

    The first row that holds anything names the columns; rows that hold nothing are skipped. A
    row's number is that of the sheet.

    Parameters
    ----------
    source : ByteSource
    sheet : str, optional
        Needed where several sheets hold data.

    Raises
    ------
    ConfigError
        If the library of the extra is not installed.
    InputError
        If the workbook cannot be read, the sheet is not clear, or its first row is no header.
    """
    calamine = library("python_calamine")
    before = source.size_and_time()
    with source.local_path() as path:
        try:
            check_size(path, source.name)
            with calamine.load_workbook(str(path)) as book:
                # After the name of a workbook stands its sheet, after that of a zip the workbook.
                wanted = sheet or (None if source.packing else source.member or None)
                name = _chosen(book, wanted, source.name)
                found = book.get_sheet_by_name(name)
                rows = found.to_python(skip_empty_area=False)
                merged = found.merged_cell_ranges or []
            for (row, column), text in error_cells(path, name).items():
                rows[row][column] = text
        except InputError:
            raise
        except calamine.PasswordError:
            raise _unreadable(source.name, "the workbook has a password") from None
        except (
            calamine.CalamineError,
            ElementTree.ParseError,
            LookupError,
            *DAMAGED_ZIP,
        ) as problem:
            raise _unreadable(source.name, "the file cannot be read as a workbook") from problem
    if source.size_and_time() != before:
        raise changed_error(source.name)
    yield from _blocks(rows, merged, source.name)


def _unreadable(name: str, reason: str) -> InputError:
    return InputError(
        reason, code="WORKBOOK", file=name, advice="save it again without one, or as CSV"
    )


def _chosen(book: Any, wanted: str | None, file: str) -> str:
    """The sheet that is named, or the only one that holds data."""
    if wanted is not None:
        if wanted not in book.sheet_names:
            raise InputError(
                f"the workbook has no sheet '{wanted}'",
                code="SHEET",
                file=file,
                advice=f"its sheets are {', '.join(book.sheet_names)}",
            )
        return wanted
    shown = [
        one.name
        for one in book.sheets_metadata
        if str(one.visible).endswith("Visible") and str(one.typ).endswith("WorkSheet")
    ]
    sizes = {name: book.get_sheet_by_name(name) for name in shown}
    # Notes stand in a column of their own; data have a header, a row and two columns at least.
    data = [name for name, one in sizes.items() if one.height > 1 and one.width > 1]
    filled = data or [name for name, one in sizes.items() if one.height]
    if len(filled) != 1:
        several = f"{len(filled)} sheets hold data: {', '.join(filled)}"
        raise InputError(
            several if filled else "no sheet holds anything",
            code="SHEET",
            file=file,
            advice="state which one in the mapping, as in format: {sheet: NAME}, or name it after "
            f"the file: {file.partition('::')[0]}::NAME",
        )
    return str(filled[0])


def _blocks(rows: Rows, merged: Sequence[Any], name: str) -> Iterator[TextBlock]:
    filled = [at for at, row in enumerate(rows) if any(cell != "" for cell in row)]
    if not filled:
        raise InputError("the sheet is empty", code="EMPTY_FILE", file=name)
    head, *body = filled
    _check_header(rows, head, body, merged, name)
    columns = column_names([_text(cell) for cell in rows[head]], name)
    for start in range(0, max(len(body), 1), BLOCK_ROWS):
        places = body[start : start + BLOCK_ROWS]
        cells = [
            pa.array([_text(rows[at][column]) for at in places], pa.string())
            for column in range(len(columns.names))
        ]
        yield TextBlock(
            start + 1,
            pa.table(cells, names=list(columns.names)),
            np.array(places, dtype=np.intp) + 1,
            repeated=columns.repeated,
        )


def _check_header(rows: Rows, head: int, body: list[int], merged: Sequence[Any], name: str) -> None:
    """Raise InputError if the first row names no columns: a title, or merged cells."""
    if any(first[0] <= head <= last[0] for first, last in merged):
        reason = "the column names are in merged cells"
    elif _n_filled(rows[head]) == 1 and body and _n_filled(rows[body[0]]) > 1:
        reason = "the first row is a title and no column names"
    else:
        return
    raise InputError(
        reason,
        code="HEADER",
        file=name,
        row=head + 1,
        advice="leave one row with one name a column, and the data below it",
    )


def _n_filled(row: list[Any]) -> int:
    return sum(cell != "" for cell in row)


def _text(cell: Any) -> str:
    """A cell's text: whole numbers without a point, dates as ISO 8601 has them."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime.datetime):
        return str(cell.date() if cell.time() == datetime.time() else cell)
    return text_of(cell)
