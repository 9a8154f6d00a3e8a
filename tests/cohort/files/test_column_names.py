"""Names of columns: none empty, none twice; what comes twice may not be used."""

import pyarrow as pa
import pytest

from hiprisk.cohort.files.column_names import MAX_COLUMNS, check_usable, column_names
from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.errors import InputError


def test_an_empty_name_has_its_place_as_its_name():
    assert column_names(["a", "", " b "], "in.csv").names == ("a", "unnamed_2", "b")


def test_a_line_end_in_a_name_is_a_blank():
    assert column_names(["Age \r\n(years)", "a  b"], "in.csv").names == ("Age (years)", "a  b")


def test_a_name_that_comes_several_times_has_its_place_too():
    found = column_names(["x", "a", "x"], "in.csv")
    assert found.names == ("x (column 1)", "a", "x (column 3)")
    assert found.repeated == {"x": (1, 3)}


def test_too_many_columns_are_refused():
    with pytest.raises(InputError, match=f"at most {MAX_COLUMNS} are read"):
        column_names([str(i) for i in range(MAX_COLUMNS + 1)], "in.csv")


def test_only_what_is_used_must_be_clear_and_plain():
    block = TextBlock(1, pa.table({}), repeated={"x": (1, 3)}, types={"y": "list<int64>"})
    check_usable(block, ["a"], "in.csv")
    with pytest.raises(InputError, match=r"'x' comes 2 times, in columns 1, 3 .*'x \(column 1\)'"):
        check_usable(block, ["x"], "in.csv")
    with pytest.raises(InputError, match="y: a column of type list<int64> is not plain"):
        check_usable(block, ["y"], "in.csv")
