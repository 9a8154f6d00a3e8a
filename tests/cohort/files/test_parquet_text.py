"""Parquet as the same blocks of text as CSV."""

import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hiprisk.cohort.files.parquet_text import iter_parquet
from hiprisk.errors import InputError


@pytest.fixture
def texts(tmp_path):
    def read(**columns):
        path = tmp_path / "in.parquet"
        pq.write_table(pa.table(columns), path)
        [block] = iter_parquet(path)
        return block.table.to_pydict()

    return read


def test_values_are_texts_and_nulls_and_nans_are_empty(texts):
    found = texts(
        whole=pa.array([1, None]),
        real=pa.array([1.5, float("nan")]),
        text=pa.array(["0012", None]),
        level=pa.array(["a", "b"]).dictionary_encode(),
        truth=pa.array([True, False]),
    )
    assert found == {
        "whole": ["1", ""], "real": ["1.5", ""], "text": ["0012", ""], "level": ["a", "b"],
        "truth": ["true", "false"],
    }  # fmt: skip


def test_a_time_at_midnight_is_a_date(texts):
    day, noon = datetime.datetime(2020, 1, 2), datetime.datetime(2020, 1, 2, 12)
    assert texts(a=pa.array([day, None]))["a"] == ["2020-01-02", ""]
    assert texts(a=pa.array([day, noon]))["a"][1].startswith("2020-01-02 12")


@pytest.mark.parametrize("value", [[1, 2], {"a": 1}, b"x"])
def test_nested_and_binary_columns_are_refused(texts, value):
    with pytest.raises(InputError, match=r"a: a column of type .* is not plain"):
        texts(a=pa.array([value]))


def test_bytes_that_are_not_parquet_are_refused(tmp_path):
    (tmp_path / "in.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        list(iter_parquet(tmp_path / "in.parquet"))
