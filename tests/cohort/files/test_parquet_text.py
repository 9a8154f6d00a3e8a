"""Parquet as the same blocks of text as CSV."""

import datetime
import decimal
import json
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hiprisk.cohort.files.byte_source import ByteSource
from hiprisk.cohort.files.local_file import MAX_FIELD_BYTES
from hiprisk.cohort.files.parquet_text import iter_parquet
from hiprisk.errors import InputError


@pytest.fixture
def texts(tmp_path):
    def read(**columns):
        path = tmp_path / "in.parquet"
        pq.write_table(pa.table(columns), path)
        [block] = iter_parquet(ByteSource(path=path))
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


def test_numbers_of_any_type_are_written_alike(texts):
    one = decimal.Decimal
    found = texts(
        whole=pa.array([1, 0], pa.uint8()),
        real=pa.array([1.0, 0.0]),
        single=pa.array([1, 0], pa.float32()),
        exact=pa.array([one("1.00"), one("20.50")]),
        level=pa.array([1.0, 0.0]).dictionary_encode(),
        day=pa.array([datetime.date(2020, 1, 2), None], pa.date64()),
    )
    assert found.pop("day") == ["2020-01-02", ""]
    assert found.pop("exact") == ["1", "20.5"]
    assert set(map(tuple, found.values())) == {("1", "0")}


@pytest.mark.parametrize(
    ("value", "text"),
    [([1, 2], "[1, 2]"), ({"a": 1}, '{"a": 1}'), (b"x\0", "7800"), ([b"x"], '["78"]')],
)
def test_a_column_without_plain_values_is_said_to_be_none(tmp_path, value, text):
    pq.write_table(pa.table({"a": [value, None], "b": [1, 2]}), tmp_path / "in.parquet")
    [block] = iter_parquet(ByteSource(path=tmp_path / "in.parquet"))
    assert list(block.types) == ["a"]
    assert block.table.to_pydict() == {"a": [text, ""], "b": ["1", "2"]}


def test_bytes_that_are_not_parquet_are_refused(tmp_path):
    (tmp_path / "in.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        list(iter_parquet(ByteSource(path=tmp_path / "in.parquet")))


def test_a_damaged_page_is_refused(tmp_path):
    pq.write_table(pa.table({"a": list(range(1000))}), tmp_path / "in.parquet")
    whole = bytearray((tmp_path / "in.parquet").read_bytes())
    whole[40:90] = bytes(50)
    (tmp_path / "in.parquet").write_bytes(whole)
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        list(iter_parquet(ByteSource(path=tmp_path / "in.parquet")))


def test_a_small_file_of_a_long_text_many_times_is_refused_before_it_fills_the_memory(tmp_path):
    """30 KB took 8 to 11 GiB: a text that stands a million times takes a few bytes."""
    path = tmp_path / "x.parquet"
    repeated = pa.DictionaryArray.from_arrays(pa.array(np.zeros(40_000, np.int32)), ["x" * 50_000])
    pq.write_table(pa.table({"a": repeated}), path, compression="zstd", store_schema=False)
    assert path.stat().st_size < 30_000
    with pytest.raises(InputError, match="unpacks to more than 200 times its size"):
        list(iter_parquet(ByteSource(path=path)))


def test_blocks_of_long_texts_are_small(tmp_path, monkeypatch):
    monkeypatch.setattr("hiprisk.cohort.files.parquet_text.MAX_BLOCK_BYTES", 1 << 20)
    path = tmp_path / "x.parquet"
    rows = [str(i % 7) * 40_000 for i in range(100)]
    pq.write_table(pa.table({"a": rows, "b": range(100)}), path, compression="zstd")
    blocks = list(iter_parquet(ByteSource(path=path)))
    assert len(blocks) > 2
    assert [block.first_row for block in blocks] == list(
        1 + np.cumsum([0, *(block.table.num_rows for block in blocks[:-1])])
    )
    assert all(block.table.nbytes <= 2 << 20 for block in blocks)
    assert [text for block in blocks for text in block.table["b"].to_pylist()] == [
        str(i) for i in range(100)
    ]


@pytest.mark.parametrize("use_dictionary", [True, False])
def test_a_field_is_as_long_as_one_of_csv(tmp_path, use_dictionary):
    path = tmp_path / "x.parquet"
    long = "x" * (MAX_FIELD_BYTES + 1)
    pq.write_table(pa.table({"a": ["1", long]}), path, use_dictionary=use_dictionary)
    with pytest.raises(InputError, match=r"x\.parquet: a: a field has more than 65536 bytes"):
        list(iter_parquet(ByteSource(path=path)))


@pytest.mark.slow
def test_a_file_that_states_to_unpack_to_far_more_than_its_size_is_refused(tmp_path):
    path = tmp_path / "x.parquet"
    cells = pa.array(["x" * (66 << 20)])
    pq.write_table(pa.table({"a": cells}), path, compression="zstd", use_dictionary=False)
    with pytest.raises(InputError, match="unpacks to more than 200 times its size"):
        list(iter_parquet(ByteSource(path=path)))


def _repeated(count, text):
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), [text])


def _lists(values, length):
    return pa.ListArray.from_arrays(np.arange(0, len(values) + 1, length, dtype=np.int32), values)


# Each took gigabytes: as text a value within a list or structure is a copy of its own.
UNPACKING = {
    "list": lambda: _lists(_repeated(400_000, "x" * 1000), 1000),
    "list_of_lists": lambda: _lists(_lists(_repeated(400_000, "x" * 1000), 1), 1000),
    "numbers": lambda: _lists(pa.array(np.zeros(40_000_000, np.int8)), 100_000),
    "structure": lambda: pa.StructArray.from_arrays([_repeated(5000, "x" * 60_000)], ["a"]),
    "bytes": lambda: _repeated(5000, b"x" * 60_000),
}
# Of texts that are stored as what differs from the one before, a few hundred bytes each.
DIFFERENCES = {
    "delta": lambda: pa.array(["x" * 60_000] * 2500, pa.large_string()),
    "delta_long": lambda: pa.array(["x" * 1_000_000] * 500, pa.large_string()),
    "delta_in_structure": lambda: pa.StructArray.from_arrays(
        [pa.array(["x" * 1_000_000] * 500, pa.large_string())], ["a"]
    ),
    "delta_in_list": lambda: _lists(pa.array(["x" * 100_000] * 5000, pa.large_string()), 5000),
}
PLACES = {"delta_in_structure": "a.a", "delta_in_list": "a.list.element"}
READ = """
import json, resource, sys
from pathlib import Path
from hiprisk.cohort.files.byte_source import ByteSource
from hiprisk.cohort.files.parquet_text import iter_parquet
from hiprisk.errors import InputError
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
before, found = peak(), {}
for path in map(Path, sys.argv[1:]):
    try:
        for block in iter_parquet(ByteSource(path=path)):
            pass
    except InputError as problem:
        found[path.stem] = problem.code
    else:
        found[path.stem] = "read"
print(json.dumps([found, peak() - before]))
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacking")
    for name, column in UNPACKING.items():
        pq.write_table(pa.table({"a": column()}), folder / f"{name}.parquet", compression="zstd")
    for name, column in DIFFERENCES.items():
        pq.write_table(
            pa.table({"a": column()}), folder / f"{name}.parquet", compression="zstd",
            use_dictionary=False, column_encoding={PLACES.get(name, "a"): "DELTA_BYTE_ARRAY"},
            data_page_size=1 << 30,
        )  # fmt: skip
        assert (folder / f"{name}.parquet").stat().st_size < 2000
    paths = [str(folder / f"{name}.parquet") for name in (*UNPACKING, *DIFFERENCES)]
    done = subprocess.run(
        [sys.executable, "-c", READ, *paths], capture_output=True, check=True, text=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("list", "FIELD_TOO_LONG"),
        ("list_of_lists", "FIELD_TOO_LONG"),
        ("numbers", "COMPRESSED"),
        ("structure", "COMPRESSED"),
        ("bytes", "FIELD_TOO_LONG"),
        ("delta", "read"),
        ("delta_long", "FIELD_TOO_LONG"),
        ("delta_in_structure", "FIELD_TOO_LONG"),
        ("delta_in_list", "COMPRESSED"),
    ],
)
def test_a_small_file_of_lists_structures_bytes_or_differences_does_not_fill_the_memory(
    unpacked, name, code
):
    codes, mebibytes = unpacked
    assert codes[name] == code
    assert mebibytes < 300


def test_long_lists_are_the_same_texts_in_smaller_blocks(tmp_path, monkeypatch):
    path = tmp_path / "x.parquet"
    rows = {
        "list": [[str(i), None, "x" * (i % 50)] if i else None for i in range(300)],
        "map": [[(str(i), i)] if i else None for i in range(300)],
        "structure": [{"a": [float(i)], "b": {"c": b"x"}} for i in range(300)],
        "bytes": [str(i).encode() for i in range(300)],
    }
    kinds = {"map": pa.map_(pa.string(), pa.int64())}
    columns = {name: pa.array(values, kinds.get(name)) for name, values in rows.items()}
    pq.write_table(pa.table(columns), path, row_group_size=70, dictionary_pagesize_limit=100)
    whole = pa.concat_tables(block.table for block in iter_parquet(ByteSource(path=path)))
    assert whole["list"][3].as_py() == '["3", null, "xxx"]'
    assert whole["structure"][3].as_py() == '{"a": [3.0], "b": {"c": "78"}}'
    assert whole["map"][3].as_py() == '[["3", 3]]'
    assert whole["bytes"][12].as_py() == "3132"
    monkeypatch.setattr("hiprisk.cohort.files.parquet_text.MAX_BLOCK_BYTES", 1 << 15)
    blocks = list(iter_parquet(ByteSource(path=path)))
    assert len(blocks) > 5
    assert pa.concat_tables([block.table for block in blocks]).equals(whole)


def test_memory_that_a_file_does_not_get_is_its_own_fault(tmp_path, monkeypatch):
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"a": ["1"]}), path)

    def exhausted(column):
        raise pa.ArrowMemoryError

    monkeypatch.setattr("hiprisk.cohort.files.parquet_text.as_text", exhausted)
    with pytest.raises(InputError, match="unpacks to more than 200 times its size"):
        list(iter_parquet(ByteSource(path=path)))


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
def test_texts_that_are_stored_as_differences_are_read(tmp_path, encoding):
    path = tmp_path / "x.parquet"
    how = {"use_dictionary": False, "column_encoding": {"a": encoding}}
    pq.write_table(pa.table({"a": ["ab", None, "abc"]}), path, **how)
    [block] = iter_parquet(ByteSource(path=path))
    assert block.table["a"].to_pylist() == ["ab", "", "abc"]
