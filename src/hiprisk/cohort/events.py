"""Events of a long file, a row a person and event, as tables of a row a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.arrays import Bools, Integers
from hiprisk.errors import InputError

SHOWN_EVENTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTable:
    """Rows of a file, or of an event of it, to be joined by person.

    Attributes
    ----------
    file : str
        Name of the file, for letters.
    table : pyarrow.Table
        Text columns.
    rows : ndarray of int
        Row of the file of each.
    event : str, optional
    """

    file: str
    table: pa.Table
    rows: Integers
    event: str | None = None

    def taken(self, keep: Bools, *, event: str | None = None) -> PersonTable:
        """Some of the rows."""
        table = self.table.filter(pa.array(keep))
        return replace(self, table=table, rows=self.rows[keep], event=event or self.event)


def rows_where(table: PersonTable, where: Mapping[str, str]) -> PersonTable:
    """The rows that hold certain texts, as far as the file has those columns."""
    for column, text in where.items():
        for name in table.table.column_names:
            if name.lower() == column.lower():
                table = table.taken(_texts(table.table, name) == text)
    return table


def split_by_event(
    whole: PersonTable, column: str | None, events: Sequence[str], *, by: str
) -> list[PersonTable]:
    """A table for each event, with the columns that hold something then.

    A column that holds something in several events is called by its name and the event's.

    Raises
    ------
    InputError
        If an event that is named does not occur.
    """
    same = [name for name in whole.table.column_names if column and name.lower() == column.lower()]
    if not same:
        return [whole]
    cells = _texts(whole.table, same[0])
    found = tuple(dict.fromkeys(cells.tolist()))
    lacking = [event for event in events if event not in found]
    if lacking:
        raise InputError(
            f"no row has the event {', '.join(lacking)}",
            code="MISSING_EVENT",
            file=whole.file,
            column=same[0],
            advice=f"events of the file: {', '.join(found[:SHOWN_EVENTS])}",
        )
    parts = [whole.taken(cells == event, event=event) for event in events or found]
    filled = [_filled_columns(part.table, {by.lower(), same[0].lower()}) for part in parts]
    counts = Counter(name for names in filled for name in names)
    return [
        replace(part, table=_named(part, names, counts, by=by))
        for part, names in zip(parts, filled, strict=True)
    ]


def _named(part: PersonTable, names: list[str], counts: Counter[str], *, by: str) -> pa.Table:
    key = [name for name in part.table.column_names if name.lower() == by.lower()]
    own = [name if counts[name] == 1 else f"{name}_{part.event}" for name in names]
    return part.table.select([*key, *names]).rename_columns([*key, *own])


def _filled_columns(table: pa.Table, but: set[str]) -> list[str]:
    return [
        name
        for name in table.column_names
        if name.lower() not in but and bool((_texts(table, name) != "").any())
    ]


def _texts(table: pa.Table, name: str) -> np.ndarray:
    return np.asarray(pc.utf8_trim_whitespace(table[name]).to_numpy(), dtype=object)
