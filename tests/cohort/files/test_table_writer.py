"""Tables are written by the suffix of their file."""

import gzip
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import python_calamine

from hiprisk.cohort.files import table_writer as module
from hiprisk.cohort.files.csv_dialect import ORDINARY, Dialect
from hiprisk.cohort.files.table_writer import (
    ReadLines,
    csv_bytes,
    csv_lines,
    output_format,
    table_of,
    table_writer,
)
from hiprisk.errors import ConfigError, InputError

TABLE = pa.table({"id": ["01", "=1+1"], "age": ["63", ""], "p": [0.5, None]})


def written(path, dialect=ORDINARY, blocks=(TABLE, TABLE)):
    with closing(table_writer(path, output_format(path), dialect)) as to:
        for block in blocks:
            to.write(block, plain=frozenset({"age"}))
    return path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", "csv"), ("a.txt", "csv"), ("a", "csv"), ("a.2026", "csv"), ("a.CSV.GZ", "csv.gz"),
        ("a.parquet", "parquet"), ("a.xlsx", "xlsx"),
    ],
)  # fmt: skip
def test_the_suffix_tells_the_format(name, kind):
    assert output_format(Path(name)) == kind


@pytest.mark.parametrize("name", ["a.sav", "a.xls", "a.csv.zip", "a.json"])
def test_another_suffix_is_refused_with_the_list(name):
    with pytest.raises(ConfigError, match=r"ends in csv, csv\.gz, parquet or xlsx"):
        output_format(Path(name))


def test_csv_is_written_in_its_dialect(tmp_path):
    dialect = Dialect(delimiter=";", decimal=",", encoding="utf-16")
    text = written(tmp_path / "a.csv", dialect).read_bytes().decode("utf-16")
    assert text == "id;age;p\n01;63;0,5\n=1+1;;\n01;63;0,5\n=1+1;;\n"


def test_a_character_that_the_encoding_lacks_is_an_error(tmp_path):
    block = pa.table({"a": ["\u2265"]})
    with pytest.raises(InputError, match="a character of the output is none of latin-1"):
        written(tmp_path / "a.csv", Dialect(encoding="latin-1"), [block])


def test_gzip_is_the_same_bytes_each_time(tmp_path):
    first = written(tmp_path / "a.csv.gz").read_bytes()
    assert gzip.decompress(first).splitlines()[1] == b"01,63,0.5"
    assert first == written(tmp_path / "b.csv.gz").read_bytes()


def test_parquet_keeps_texts_and_numbers(tmp_path):
    assert pq.read_table(written(tmp_path / "a.parquet")).slice(0, 2).equals(TABLE)


def test_a_sheet_holds_numbers_as_numbers_and_texts_as_texts(tmp_path):
    book = python_calamine.load_workbook(written(tmp_path / "a.xlsx"))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[:3] == [["id", "age", "p"], ["01", 63.0, 0.5], ["=1+1", "", ""]]
    assert len(rows) == 5


def test_a_sheet_has_bounds(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SHEET_ROWS", 4)
    with pytest.raises(InputError, match="a sheet holds at most 4 rows"):
        written(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="at most 32767 characters"):
        written(tmp_path / "b.xlsx", blocks=[pa.table({"a": ["x" * 40_000]})])


def test_csv_has_quotes_only_where_they_must_be():
    table = pa.table({"a": ["x", 'say "no"', "1,5", "b\nc", None]})
    assert csv_bytes(table) == b'x\n"say ""no"""\n"1,5"\n"b\nc"\n\n'


def test_a_table_is_made_of_columns_and_an_empty_one_is_text():
    table = table_of({"a": [1.5, None], "b": ["x", ""]})
    assert table.to_pydict() == {"a": [1.5, None], "b": ["x", ""]}
    assert str(table_of({"a": []}).schema.field("a").type) == "string"


def test_columns_that_stand_in_their_lines_are_not_written_again():
    lines = ReadLines(pa.array(["\n01,63", "\n=1+1,"]), n_columns=2)
    whole = csv_lines(TABLE, plain=frozenset({"age"}))
    assert csv_lines(TABLE, read_lines=lines) == whole


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_indices_to_texts_are_written_as_texts(tmp_path, suffix):
    texts = ["a,b", "", "a,b"]
    plain, indices = pa.table({"x": texts}), pa.table({"x": pa.array(texts).dictionary_encode()})
    first = written(tmp_path / f"a.{suffix}", blocks=[plain])
    other = written(tmp_path / f"b.{suffix}", blocks=[indices])
    read = python_calamine.load_workbook if suffix == "xlsx" else Path.read_bytes
    cells = [
        one.get_sheet_by_index(0).to_python() if suffix == "xlsx" else one
        for one in map(read, (first, other))
    ]
    assert cells[0] == cells[1]
