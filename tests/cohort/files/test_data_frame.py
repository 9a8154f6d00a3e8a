"""A data frame as the same blocks of text as a Parquet file that holds it."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from hiprisk.cohort.files import data_frame
from hiprisk.cohort.files.data_frame import cohort_frame
from hiprisk.cohort.files.stacking import cohort_files, in_encoding
from hiprisk.cohort.reading import read_cohort
from hiprisk.errors import ConfigError, InputError


def texts(frame):
    [block] = cohort_frame(frame).blocks()
    return block.table.to_pydict()


def test_every_type_of_a_notebook_is_read():
    frame = pd.DataFrame(
        {
            "whole": pd.array([1, None], "Int64"),
            "real": pd.array([1.5, None], "Float64"),
            "truth": pd.array([True, None], "boolean"),
            "level": pd.Categorical(["hip", None]),
            "coded": pd.Categorical([1.0, None]),
            "text": pd.array(["0012", None], "string"),
            "day": pd.to_datetime(["2020-02-01", None]),
            "mixed": [1, "z"],
            "switch": [True, 2.5],
            "few": pd.arrays.SparseArray([0, 7]),
            "arrow": pd.array([3, None], "int64[pyarrow]"),
        },
        index=[9, 9],
    )
    assert texts(frame) == {
        "whole": ["1", ""], "real": ["1.5", ""], "truth": ["true", ""], "level": ["hip", ""],
        "coded": ["1", ""], "text": ["0012", ""], "day": ["2020-02-01", ""], "mixed": ["1", "z"],
        "switch": ["true", "2.5"], "few": ["0", "7"], "arrow": ["3", ""],
    }  # fmt: skip


def test_missing_of_any_kind_is_empty():
    cells = [None, np.nan, pd.NA, pd.NaT, "x", 1]
    assert texts(pd.DataFrame({"a": pd.Series(cells, dtype=object)}))["a"] == [
        "", "", "", "", "x", "1",
    ]  # fmt: skip


class OfAnotherLibrary:
    def __init__(self, frame):
        self.frame = frame

    def to_pandas(self):
        return self.frame


def test_tables_of_other_libraries_are_read():
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    expected = {"a": ["1", "2"], "b": ["x", "y"]}
    table = pa.table(frame)
    for other in (table, table.to_batches()[0], OfAnotherLibrary(frame)):
        assert texts(other) == expected


@pytest.mark.parametrize("cohort", [None, 3, [1], {"a": [1]}, np.zeros((2, 2)), pd.DataFrame,
                                    pd.Series([1]), OfAnotherLibrary(3)],
                         ids=lambda one: f"a {type(one).__name__}")  # fmt: skip
def test_what_is_no_table_is_refused(cohort):
    with pytest.raises(InputError, match=r"data frame or the path of a file, and .* came"):
        cohort_files(cohort)


def test_a_frame_without_columns_is_refused():
    with pytest.raises(InputError, match="DataFrame: the data frame has no column"):
        cohort_frame(pd.DataFrame(index=[1, 2]))


def test_a_frame_without_rows_has_its_columns():
    assert texts(pd.DataFrame({"a": []})) == {"a": []}


def test_rows_are_positions_and_never_labels(monkeypatch):
    monkeypatch.setattr(data_frame, "BLOCK_ROWS", 2)
    frame = pd.DataFrame({"age_years": [60, 61, 62, 999]}, index=[7, 7, 8, 4])
    blocks = list(cohort_frame(frame).blocks())
    assert [list(block.rows) for block in blocks] == [[0, 1], [2, 3]]
    [found] = [one for one in read_cohort(frame).findings if one.severity == "error"]
    assert found.rows == (3,)


def test_a_column_twice_is_refused_where_it_is_read():
    frame = pd.DataFrame([[60, 1, 2]], columns=["age_years", "other", "other"])
    assert list(read_cohort(frame).frame.columns) == ["age_years"]
    frame.columns = ["age_years", "age_years", "other"]
    with pytest.raises(InputError, match="'age_years' comes 2 times, in columns 1, 2") as refused:
        read_cohort(frame)
    assert refused.value.code == "DUP_COLUMN"


def test_a_frame_is_the_cohort_that_its_file_is(tmp_path):
    frame = pd.DataFrame({"age_years": [60.5, np.nan, 71.25], "sex": ["female", "male", None]})
    frame.to_csv(tmp_path / "in.csv", index=False)
    frame.to_parquet(tmp_path / "in.parquet")
    own = read_cohort(frame)
    for name in ("in.csv", "in.parquet"):
        assert read_cohort(tmp_path / name).fingerprint == own.fingerprint
    assert own.source_name == "DataFrame"


def test_an_encoding_is_one_of_files():
    with pytest.raises(ConfigError, match="an encoding is one of files, and a data frame came"):
        in_encoding(pd.DataFrame({"a": [1]}), "cp1252")
    assert in_encoding("x.csv", "cp1252").encoding == "cp1252"
