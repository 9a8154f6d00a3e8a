"""Rows of a file as text: on which line of the file each stands."""

import numpy as np
import pyarrow as pa

from hiprisk.cohort.files.text_block import TextBlock

TABLE = pa.table({"age": ["61", "62", None]})


def test_rows_are_counted_as_a_spreadsheet_does_the_header_being_row_1():
    assert TextBlock(1, TABLE).rows.tolist() == [2, 3, 4]
    assert TextBlock(1001, TABLE).rows.tolist() == [1002, 1003, 1004]


def test_lines_that_the_reader_knows_go_before_positions():
    # A cell with a line break, or a comment above the header, moves what follows.
    lines = np.array([4, 6, 7])
    assert TextBlock(1, TABLE, lines=lines).rows.tolist() == [4, 6, 7]


def test_a_plain_file_declares_nothing():
    block = TextBlock(1, TABLE)
    assert (block.repeated, block.types, block.labels, block.missing) == ({}, {}, {}, {})
    assert block.labels is not TextBlock(1, TABLE).labels
