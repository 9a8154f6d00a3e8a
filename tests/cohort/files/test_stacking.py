"""Several files of one cohort, read as one."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hiprisk.cohort.files.csv_dialect import Dialect
from hiprisk.cohort.files.stacking import CohortFiles, cohort_files, in_decimal
from hiprisk.errors import ConfigError, InputError


@pytest.fixture
def files(tmp_path):
    def write(*contents):
        paths = [tmp_path / f"y{number}.csv" for number in range(1, len(contents) + 1)]
        for path, content in zip(paths, contents, strict=True):
            path.write_text(content)
        return cohort_files(paths)

    return write


def test_one_file_comes_as_it_is(files):
    [block] = files("a;b\n1;2\n").open().blocks()
    assert (block.file, block.lacking, block.rows.tolist()) == ("", frozenset(), [2])


def test_columns_of_any_order_and_file_are_stacked_by_name(files):
    opened = files("a,b\n1,2\n", "c,a\n3,4\n5,6\n").open()
    first, second = opened.blocks()
    assert opened.name == "y1.csv, y2.csv"
    assert first.table.to_pylist() == [{"a": "1", "b": "2", "c": ""}]
    assert second.table.to_pylist()[1] == {"a": "6", "b": "", "c": "5"}
    assert [block.file for block in (first, second)] == ["y1.csv", "y2.csv"]
    assert (first.lacking, second.lacking) == ({"c"}, {"b"})
    assert second.rows.tolist() == [2, 3]


def test_numbers_have_the_decimal_sign_of_the_first_file(files, tmp_path):
    pq.write_table(pa.table({"a": [1.5], "b": [True]}), tmp_path / "p.parquet")
    stacked = CohortFiles((*files("a;b\n2,5;x\n").paths, tmp_path / "p.parquet")).open()
    assert stacked.dialect == Dialect(delimiter=";", decimal=",")
    assert [block.table["a"].to_pylist() for block in stacked.blocks()] == [["2,5"], ["1,5"]]


def test_only_a_whole_number_text_changes_its_sign():
    table = pa.table({"a": ["1.5", "v1.5", "1.5.2", ""]})
    assert in_decimal(table, ".", ",")["a"].to_pylist() == ["1,5", "v1.5", "1.5.2", ""]
    assert in_decimal(table, ".", ".") is table


def test_an_encoding_is_that_of_every_file(tmp_path):
    (tmp_path / "a.csv").write_bytes("a\nü\n".encode("cp1252"))
    stacked = CohortFiles((tmp_path / "a.csv", tmp_path / "a.csv"), "cp1252").open()
    assert [block.table["a"].to_pylist() for block in stacked.blocks()] == [["ü"], ["ü"]]


def test_a_broken_file_is_refused_by_its_name(files):
    with pytest.raises(InputError, match=r"y2\.csv: row 2: the row has 1 fields"):
        list(files("a,b\n1,2\n", "a,b\n1\n2,3\n").open().blocks())


def test_no_file_is_refused_and_parts_are_those_of_a_file():
    with pytest.raises(ConfigError, match="no cohort file is named"):
        CohortFiles(()).open()
    assert cohort_files("a.zip::b.csv").on_disk == [Path("a.zip")]
    assert cohort_files(Path("a.csv")) == cohort_files(["a.csv"]).__class__((Path("a.csv"),))
