"""Events of a long file as tables of a row a person."""

import numpy as np
import pyarrow as pa
import pytest

from hiprisk.cohort.events import PersonTable, rows_where, split_by_event
from hiprisk.errors import InputError

LONG = PersonTable(
    file="in.csv",
    table=pa.table(
        {
            "id": ["1", "1", "2", "2"],
            "Event": ["first", "last", " first", "last"],
            "sex": ["f", "", "m", ""],
            "pain": ["4", "3", "", "1"],
        }
    ),
    rows=np.array([2, 3, 4, 5]),
)


def test_each_event_has_what_it_holds():
    first, last = split_by_event(LONG, "event", [], by="ID")
    assert first.table.to_pydict() == {"id": ["1", "2"], "sex": ["f", "m"], "pain_first": ["4", ""]}
    assert last.table.to_pydict() == {"id": ["1", "2"], "pain_last": ["3", "1"]}
    assert (first.rows.tolist(), last.event) == ([2, 4], "last")


def test_one_event_keeps_the_names_of_its_columns():
    [last] = split_by_event(LONG, "event", ["last"], by="id")
    assert last.table.column_names == ["id", "pain"]


def test_an_event_that_does_not_occur_is_refused_with_those_that_do():
    with pytest.raises(InputError, match=r"no row has the event later \(events .*: first, last\)"):
        split_by_event(LONG, "event", ["later"], by="id")


def test_a_file_without_events_stays_whole():
    assert split_by_event(LONG, None, [], by="id") == [LONG]
    assert split_by_event(LONG, "visit", [], by="id") == [LONG]


def test_rows_are_selected_by_the_text_of_a_column_that_is_there():
    assert rows_where(LONG, {"SEX": "m", "other": "x"}).rows.tolist() == [4]
