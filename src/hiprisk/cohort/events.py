"""Events of a long file, a row a person and event, as tables of a row a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.arrays import Bools, Integers
from hiprisk.cohort.cells import one_codes
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


def rows_where(table: PersonTable, where: Mapping[str, str], decimal: str = ".") -> PersonTable:
    """The rows that hold certain codes, as far as the file has those columns."""
    for column, stated in where.items():
        text = one_codes(pa.array([stated]), decimal)[0].as_py()
        for name in table.table.column_names:
            if name.lower() == column.lower():
                cells = one_codes(pc.utf8_trim_whitespace(table.table[name]), decimal)
                table = table.taken(np.asarray(cells.to_numpy(), dtype=object) == text)
    return table


def split_by_event(
    whole: PersonTable, column: str | None, events: Sequence[str], *, by: str
) -> list[PersonTable]:
    """A table for each event, with all columns.

    Each column is called by its name and the event's, whatever the cells hold: a file of new
    patients, who have the first event only, gets the names that the development file has. Only
    where a single event is asked for do columns keep their names. An event that is asked for and
    does not occur has columns and no rows.

    Raises
    ------
    InputError
        If events are named and none of them occurs.
    """
    same = [name for name in whole.table.column_names if column and name.lower() == column.lower()]
    if not same:
        return [whole]
    cells = _texts(whole.table, same[0])
    found = tuple(dict.fromkeys(cells.tolist()))
    if events and not set(events) & set(found):
        raise InputError(
            f"no row has the event {' or '.join(events)}",
            code="MISSING_EVENT",
            file=whole.file,
            column=same[0],
            advice=f"events of the file: {', '.join(found[:SHOWN_EVENTS])}",
        )
    parts = [whole.taken(cells == event, event=event) for event in events or found]
    kept_names = len(events) == 1
    return [_named(part, same[0], by=by, kept_names=kept_names) for part in parts]


def _named(part: PersonTable, event_column: str, *, by: str, kept_names: bool) -> PersonTable:
    names = [name for name in part.table.column_names if name != event_column]
    own = [
        name if kept_names or name.lower() == by.lower() else f"{name}_{part.event}"
        for name in names
    ]
    return replace(part, table=part.table.select(names).rename_columns(own))


def _texts(table: pa.Table, name: str) -> np.ndarray:
    return np.asarray(pc.utf8_trim_whitespace(table[name]).to_numpy(), dtype=object)
