"""CSV as blocks of text, every field as it stands."""

import pytest

from hiprisk.cohort.files.byte_source import ByteSource
from hiprisk.cohort.files.csv_dialect import ORDINARY, Dialect
from hiprisk.cohort.files.csv_text import iter_csv
from hiprisk.cohort.files.local_file import MAX_FIELD_BYTES
from hiprisk.errors import InputError


@pytest.fixture
def blocks(tmp_path):
    def read(content, dialect=ORDINARY, **options):
        path = tmp_path / "in.csv"
        path.write_bytes(content)
        source = ByteSource(path=path, encoding=dialect.encoding)
        return list(iter_csv(source, dialect, **options))

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
        (b'a,b\n1,"2\n3\n', "QUOTE", "row 2: a quote is not closed"),
        (b'a,b\n"x\ny",1\n2,5" pipe\n', "QUOTE", "row 2: a: a quoted field contains a line break"),
        (b"a,b\n1,2\x00\n", "NOT_TEXT", "NUL bytes"),
        (b"a,b\n1," + b"x" * (MAX_FIELD_BYTES + 1) + b"\n", "FIELD_TOO_LONG", "row 2: b: a field"),
    ],
)
def test_a_broken_file_is_refused_with_its_row(blocks, content, code, message):
    with pytest.raises(InputError, match=message) as caught:
        blocks(content)
    assert caught.value.code == code


LINE_ENDS = b'a,b\n1,"x\ny"\n\n2,"say ""no""\r\nor yes"\n3,z\n'


def test_line_ends_in_quotes_are_text_and_rows_are_lines_of_the_file(blocks):
    [block] = blocks(LINE_ENDS)
    assert block.table["b"].to_pylist() == ["x\ny", 'say "no"\r\nor yes', "z"]
    assert block.rows.tolist() == [2, 5, 7]


def test_a_line_end_in_quotes_may_be_anywhere_in_a_block(blocks):
    content = b"a,b\n" + b"".join(b'%d,"%s\nx"\n' % (i, b"n" * (i % 7)) for i in range(2000))
    many = blocks(content, block_bytes=1 << 10)
    assert len(many) > 5
    assert [row for block in many for row in block.rows] == list(range(2, 4002, 2))
    assert all(text.endswith("\nx") for block in many for text in block.table["b"].to_pylist())


def test_a_row_after_line_ends_in_quotes_is_refused_by_its_line(blocks):
    with pytest.raises(InputError, match="row 8: the row has 3 fields, the header has 2"):
        blocks(LINE_ENDS + b"1,2,3\n")
    with pytest.raises(InputError, match="row 4: the row has 1 fields"):
        blocks(b'"a\nb",c\n1,2\n3\n4,5\n')


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_may_end_in_any_way(blocks, end):
    [block] = blocks(end.join([b"a,b", b"1,2", b"3,4", b""]))
    assert (block.table["b"].to_pylist(), block.rows.tolist()) == (["2", "4"], [2, 3])


def test_a_mixture_of_line_ends_is_read(blocks):
    [block] = blocks(b"a,b\r\n1,2\n3,4\r\n")
    assert (block.table["b"].to_pylist(), block.rows.tolist()) == (["2", "4"], [2, 3])


def test_utf_16_is_read_as_it_is_written(blocks):
    [block] = blocks(
        "a\tb\r\nÄ\t2\r\n".encode("utf-16"), Dialect(delimiter="\t", encoding="utf-16")
    )
    assert block.table.to_pydict() == {"a": ["Ä"], "b": ["2"]}


def test_a_name_may_be_wrapped_and_come_several_times(blocks):
    [block] = blocks(b'"Age\n(years)",x,x\n1,2,3\n')
    assert block.table.column_names == ["Age (years)", "x (column 2)", "x (column 3)"]
    assert (block.repeated, block.rows.tolist()) == ({"x": (2, 3)}, [3])


def test_stray_quotes_beside_a_wrapped_name_leave_rows_their_lines(blocks):
    [block] = blocks(b'"a\nb",c\n1,5" x\n\n2,y\n')
    assert block.rows.tolist() == [3, 5]


@pytest.mark.parametrize(
    "rows",
    [
        b"1,2,\xff\n3,4\n",
        b"1,\xff2,3\n",
        b"1,2,3\n1,\xff\n",
        b"1,\xff\n1,2,3\n",
        b"1,\xff",
        b"\xff",
    ],
)
@pytest.mark.parametrize("before", [0, 40_000])
def test_bad_bytes_are_said_to_be_so_in_a_ragged_row_too(blocks, capfd, rows, before):
    # Behind the first 64 KiB, which are looked at before, Arrow printed a traceback of its own.
    with pytest.raises(InputError, match="the bytes are not utf-8 text") as caught:
        blocks(b"a,b\n" + b"1,2\n" * before + rows)
    assert caught.value.code == "ENCODING"
    assert caught.value.row == 2 + before + (rows[: rows.index(b"\xff")].count(b"\n"))
    assert capfd.readouterr() == ("", "")
