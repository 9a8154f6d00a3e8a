"""One place chooses the reader of a file."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hiprisk.cohort.files.csv_dialect import Dialect
from hiprisk.cohort.files.opening import StatedFormat, open_cohort_file
from hiprisk.errors import InputError


def test_csv_is_opened_in_its_dialect(tmp_path):
    (tmp_path / "in.csv").write_bytes(b"a;b\n1,5;2\n")
    file = open_cohort_file(tmp_path / "in.csv")
    assert (file.kind, file.dialect) == ("csv", Dialect(delimiter=";", decimal=","))
    [block] = file.blocks()
    assert block.table.to_pydict() == {"a": ["1,5"], "b": ["2"]}


def test_what_is_stated_goes_before_what_the_file_looks_like(tmp_path):
    (tmp_path / "in.csv").write_bytes(b"a;b|c\n1;5|2\n")
    [block] = open_cohort_file(tmp_path / "in.csv", StatedFormat(delimiter="|")).blocks()
    assert block.table.column_names == ["a;b", "c"]


def test_parquet_is_known_by_its_content_and_not_by_its_name(tmp_path):
    pq.write_table(pa.table({"a": [1.0, 2.5]}), tmp_path / "in.csv")
    file = open_cohort_file(tmp_path / "in.csv")
    [block] = file.blocks()
    assert (file.kind, block.table["a"].to_pylist()) == ("parquet", ["1", "2.5"])


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "in.csv").write_bytes(b"")
    with pytest.raises(InputError, match="the file is empty"):
        open_cohort_file(tmp_path / "in.csv")
