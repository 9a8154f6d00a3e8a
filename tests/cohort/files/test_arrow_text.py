"""Arrow columns as text; what Parquet files make of them is held in test_parquet_text."""

import numpy as np
import pyarrow as pa
import pytest

from hiprisk.cohort.files.arrow_text import as_text, give_back_memory, has_type, is_plain


def test_numbers_and_nulls_become_the_text_of_a_csv():
    assert as_text(pa.array([1.5, float("nan"), None, 50.0])).to_pylist() == ["1.5", "", "", "50"]


def test_a_structure_is_text_and_no_plain_type():
    cells = pa.array([{"a": 1}, None])
    assert as_text(cells).to_pylist() == ['{"a": 1}', ""]
    assert not is_plain(cells.type)
    assert is_plain(pa.array(["x"]).dictionary_encode().type)


def test_levels_of_any_kind_of_text_are_read():
    """As polars has them: texts by views, alone and behind a code."""
    views = pa.array(["hip", None, "knee", "hip"], pa.string_view())
    levels = pa.DictionaryArray.from_arrays(pa.array([1, None, 0], pa.uint32()), views.slice(2, 2))
    assert as_text(views).to_pylist() == ["hip", "", "knee", "hip"]
    assert as_text(levels).to_pylist() == ["hip", "", "knee"]


@pytest.mark.parametrize("kind", [pa.float16(), pa.float32(), pa.float64()])
def test_every_kind_of_number_keeps_its_sign_and_its_repetitions(kind):
    numbers = [0.0, -0.0, 1.5, None, float("nan"), 1.5, 0.0, -0.0]
    cells = pa.array(np.array(numbers[:3] + [np.nan] * 2 + numbers[5:], kind.to_pandas_dtype()))
    assert as_text(cells).to_pylist() == ["0", "-0", "1.5", "", "", "1.5", "0", "-0"]


def test_the_first_and_the_last_nanosecond_are_times():
    """The midnight before the first lies beyond what a timestamp holds."""
    ends = pa.array([-(2**63) + 1, 2**63 - 1, None], pa.timestamp("ns"))
    texts = ["1677-09-21 00:12:43.145224193", "2262-04-11 23:47:16.854775807", ""]
    assert as_text(ends).to_pylist() == texts
    days = pa.array([0, 86_400, None], pa.timestamp("s"))
    assert as_text(days).to_pylist() == ["1970-01-01", "1970-01-02", ""]


def test_decimals_of_hundreds_have_no_type_in_parquet():
    assert has_type(pa.decimal128(5, 2))
    assert not has_type(pa.decimal128(5, -2))


def test_memory_of_texts_that_are_gone_is_given_back():
    texts = pa.array(["x" * 1_000] * 2_000)
    del texts
    give_back_memory()
    # What is still held is held by arrays.
    assert pa.total_allocated_bytes() < 1 << 30
