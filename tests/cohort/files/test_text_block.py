"""Rows of a file as text: on which line of the file each stands."""

import datetime

import numpy as np
import pyarrow as pa
import pytest

from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.errors import InputError

TABLE = pa.table({"age": ["61", "62", None]})


def test_rows_are_counted_as_a_spreadsheet_does_the_header_being_row_1():
    assert TextBlock(1, TABLE).rows.tolist() == [2, 3, 4]
    assert TextBlock(1001, TABLE).rows.tolist() == [1002, 1003, 1004]


def test_lines_that_the_reader_knows_go_before_positions():
    # A cell with a line break, or a comment above the header, moves what follows.
    lines = np.array([4, 6, 7])
    assert TextBlock(1, TABLE, lines=lines).rows.tolist() == [4, 6, 7]


def test_numbers_dates_and_truths_become_text_where_it_is_asked_for():
    given = pa.table(
        {
            "age": pa.array([61.5, None, 62.0]),
            "name": ["a", "b", None],
            "day": pa.array([datetime.date(2024, 5, 1)] * 3),
            "yes": [True, False, None],
            "n": pa.array([3, 4, None], pa.int8()),
        }
    )
    block = TextBlock(1, given)
    assert list(block.typed) == ["age", "day", "yes", "n"]
    some = block.with_text(["age", "name", "not there"])
    assert some["age"].to_pylist() == ["61.5", "", "62"]
    assert some["n"].type == pa.int8()
    assert block.table.to_pydict() == {
        "age": ["61.5", "", "62"],
        "name": ["a", "b", None],
        "day": ["2024-05-01"] * 3,
        "yes": ["true", "false", ""],
        "n": ["3", "4", ""],
    }
    assert TextBlock(1, TABLE).table is TABLE


def test_a_time_of_an_unknown_zone_is_refused_where_its_text_is_needed():
    block = TextBlock(1, pa.table({"at": pa.array([1], pa.timestamp("ms", tz="Mars/Phobos"))}))
    assert block.with_text(["age"]) is block.given
    message = (
        r"at: a column of type timestamp\[ms, tz=Mars/Phobos\] holds values that cannot be read"
    )
    with pytest.raises(InputError, match=message):
        block.with_text(["at"])


def test_a_plain_file_declares_nothing():
    block = TextBlock(1, TABLE)
    assert (block.repeated, block.types, block.labels, block.missing) == ({}, {}, {}, {})
    assert block.labels is not TextBlock(1, TABLE).labels
