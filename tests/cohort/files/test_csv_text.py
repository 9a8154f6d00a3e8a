"""CSV as blocks of text, every field as it stands."""

import pytest

from hiprisk.cohort.files.csv_dialect import ORDINARY, Dialect
from hiprisk.cohort.files.csv_text import MAX_COLUMNS, MAX_FIELD_BYTES, checked_names, iter_csv
from hiprisk.errors import InputError


@pytest.fixture
def blocks(tmp_path):
    def read(content, dialect=ORDINARY, **options):
        path = tmp_path / "in.csv"
        path.write_bytes(content)
        return list(iter_csv(path, dialect, **options))

    return read


def test_nothing_is_cast_and_nothing_is_missing(blocks):
    [block] = blocks(b'id,x\n0012,1e3\n"a,b",NA\n,"""q"""\n')
    assert block.table.to_pydict() == {"id": ["0012", "a,b", ""], "x": ["1e3", "NA", '"q"']}


def test_small_blocks_are_the_whole_file_in_order(blocks):
    content = b"a,b\n" + b"".join(b"%d,x%d\n" % (i, i) for i in range(2000))
    many = blocks(content, block_bytes=1 << 10)
    assert len(many) > 5
    rows = [value for block in many for value in block.table["a"].to_pylist()]
    assert rows == [str(i) for i in range(2000)]
    sizes = [block.table.num_rows for block in many]
    assert [block.first_row for block in many] == [1 + sum(sizes[:i]) for i in range(len(sizes))]


def test_the_dialect_is_used(blocks):
    [block] = blocks(
        "a;b\n\u00e4;1,5\n".encode("cp1252"), Dialect(delimiter=";", encoding="cp1252")
    )
    assert block.table.to_pydict() == {"a": ["\u00e4"], "b": ["1,5"]}


def test_a_header_alone_has_its_columns(blocks):
    [block] = blocks(b"a,b\n\n")
    assert (block.table.column_names, block.table.num_rows) == (["a", "b"], 0)


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"a,b\n1,2\n1,2,3\n", "RAGGED", "row 3: the row has 3 fields, the header has 2"),
        (b"a,b\n1,2\n1", "TRUNCATED", "row 3: the last line is cut off: 1 of 2 fields"),
        (b'a,b,c\n1,"2,3\n4,5,6\n', "QUOTE", "a quote is not closed"),
        (b'a,b\n1,"2\n3"\n', "QUOTE", "a quoted field contains a line break"),
        (b"a,b\n1,2\x00\n", "NOT_TEXT", "NUL bytes"),
        (b"a,b\n1," + b"x" * (MAX_FIELD_BYTES + 1) + b"\n", "FIELD_TOO_LONG", "row 2: b: a field"),
        (b"a,a\n1,2\n", "DUP_COLUMN", "a column name comes 2 times, in columns 1, 2"),
    ],
)
def test_a_broken_file_is_refused_with_its_row(blocks, content, code, message):
    with pytest.raises(InputError, match=message) as caught:
        blocks(content)
    assert caught.value.code == code


def test_an_empty_name_has_its_place_as_its_name():
    assert checked_names(["a", "", "b"], "in.csv") == ["a", "unnamed_2", "b"]


def test_a_repeated_name_is_told_only_if_the_dictionary_has_it():
    with pytest.raises(InputError, match="the column name 'age_years' comes 2 times"):
        checked_names(["age_years", "age_years"], "in.csv")
    with pytest.raises(InputError, match="a column name comes 2 times") as caught:
        checked_names(["Jane Roe", "Jane Roe"], "in.csv")
    assert "Jane" not in str(caught.value)


def test_too_many_columns_are_refused():
    with pytest.raises(InputError, match=f"at most {MAX_COLUMNS} are read"):
        checked_names([str(i) for i in range(MAX_COLUMNS + 1)], "in.csv")
