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


def test_each_event_has_every_column_under_its_own_name():
    first, last = split_by_event(LONG, "event", [], by="ID")
    assert first.table.to_pydict() == {
        "id": ["1", "2"], "sex_first": ["f", "m"], "pain_first": ["4", ""],
    }  # fmt: skip
    assert last.table.to_pydict() == {
        "id": ["1", "2"], "sex_last": ["", ""], "pain_last": ["3", "1"],
    }  # fmt: skip
    assert (first.rows.tolist(), last.event) == ([2, 4], "last")


@pytest.mark.parametrize("kept", [[True, False, True, False], [True, True, True, False]])
def test_names_do_not_depend_on_who_came_to_which_event(kept):
    some = split_by_event(LONG.taken(np.array(kept)), "event", ["first", "last"], by="id")
    every = split_by_event(LONG, "event", ["first", "last"], by="id")
    names = [[part.table.column_names for part in parts] for parts in (some, every)]
    assert names[0] == names[1]
    assert [part.event for part in some] == ["first", "last"]


def test_one_event_keeps_the_names_of_its_columns():
    [last] = split_by_event(LONG, "event", ["last"], by="id")
    assert last.table.column_names == ["id", "sex", "pain"]


def test_events_of_which_none_occurs_are_refused_with_those_that_do():
    with pytest.raises(InputError, match=r"no row has the event later \(events .*: first, last\)"):
        split_by_event(LONG, "event", ["later"], by="id")


def test_a_file_without_events_stays_whole():
    assert split_by_event(LONG, None, [], by="id") == [LONG]
    assert split_by_event(LONG, "visit", [], by="id") == [LONG]


def test_rows_are_selected_by_the_text_of_a_column_that_is_there():
    assert rows_where(LONG, {"SEX": "m", "other": "x"}).rows.tolist() == [4]


def test_selected_codes_are_known_by_their_one_code():
    cells = pa.table({"flag": ["True", "false", "TRUE"], "n": ["1,0", "1", "2"]})
    table = PersonTable(file="f.csv", table=cells, rows=np.arange(2, 5))
    assert rows_where(table, {"flag": "true"}).rows.tolist() == [2, 4]
    assert rows_where(table, {"n": "1"}, ",").rows.tolist() == [2, 3]
