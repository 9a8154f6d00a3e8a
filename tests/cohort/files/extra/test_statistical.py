"""SPSS and Stata files as blocks of text, with labels and declared missing values."""

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from hiprisk.cohort.files.extra import statistical
from hiprisk.cohort.files.opening import StatedFormat, open_cohort_file
from hiprisk.errors import InputError

FRAME = pd.DataFrame(
    {
        "id": ["0012", "b", "ü"],
        "sex": [1.0, 2.0, 9.0],
        "age": [63.5, np.nan, 999.0],
        "day": [datetime.date(2020, 1, 2)] * 3,
    }
)
LABELS = {"sex": {1: "male", 2: "female", 9: "refused"}}


def read(path, **stated):
    return list(open_cohort_file(path, StatedFormat(**stated)).blocks())


@pytest.mark.parametrize("compress", [False, True])
def test_spss_has_codes_labels_and_declared_missing_values(tmp_path, compress):
    pyreadstat.write_sav(
        FRAME, tmp_path / "in.sav", compress=compress, variable_value_labels=LABELS,
        missing_ranges={"sex": [9], "age": [{"lo": 990, "hi": 999}]},
    )  # fmt: skip
    [block] = read(tmp_path / "in.sav")
    assert block.table.to_pydict() == {
        "id": ["0012", "b", "ü"], "sex": ["1", "2", "9"], "age": ["63.5", "", "999"],
        "day": ["2020-01-02"] * 3,
    }  # fmt: skip
    assert block.labels == {"sex": {"1": "male", "2": "female", "9": "refused"}}
    assert block.missing == {"sex": ("9",), "age": ("999",)}
    assert block.rows.tolist() == [1, 2, 3]


def test_spss_portable_is_read(tmp_path):
    pyreadstat.write_por(FRAME[["sex"]], tmp_path / "in.por")
    [block] = read(tmp_path / "in.por")
    assert block.table.to_pydict() == {"SEX": ["1", "2", "9"]}


@pytest.mark.parametrize("version", [8, 14, 15])
def test_stata_has_labels_and_its_further_missing_values(tmp_path, version):
    frame = pd.DataFrame({"sex": [1, 2, "a"], "id": ["a", "b", "c"], "age": [63.5, np.nan, 70]})
    pyreadstat.write_dta(
        frame, tmp_path / "in.dta", version=version, missing_user_values={"sex": ["a"]},
        variable_value_labels={"sex": {1: "male", 2: "female", "a": "refused"}},
    )  # fmt: skip
    [block] = read(tmp_path / "in.dta")
    assert block.table.to_pydict() == {
        "sex": ["1", "2", ".a"], "id": ["a", "b", "c"], "age": ["63.5", "", "70"],
    }  # fmt: skip
    assert block.labels["sex"][".a"] == "refused"
    assert block.missing == {"sex": (".a",)}


def test_blocks_are_the_whole_file_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(statistical, "BLOCK_ROWS", 4)
    pyreadstat.write_sav(pd.DataFrame({"a": np.arange(8.0)}), tmp_path / "in.sav")
    blocks = read(tmp_path / "in.sav")
    assert [cell for block in blocks for cell in block.table["a"].to_pylist()] == list("01234567")
    assert [row for block in blocks for row in block.rows] == list(range(1, 9))


def test_a_file_without_rows_has_its_columns(tmp_path):
    pyreadstat.write_sav(FRAME.head(0).astype({"id": str}), tmp_path / "in.sav")
    [block] = read(tmp_path / "in.sav")
    assert (block.table.column_names[0], block.table.num_rows) == ("id", 0)


def test_another_encoding_is_stated(tmp_path):
    pyreadstat.write_sav(FRAME[["id"]], tmp_path / "in.sav")
    assert read(tmp_path / "in.sav", encoding="utf-8")[0].table["id"].to_pylist()[2] == "ü"


@pytest.mark.parametrize("head", [b"$FL2", b"<stata_dta>"])
def test_what_only_begins_as_such_a_file_is_refused(tmp_path, head):
    (tmp_path / "in.dat").write_bytes(head + b"x" * 300)
    with pytest.raises(InputError, match=r"the file cannot be read as (SPSS|Stata)"):
        read(tmp_path / "in.dat")


def test_a_damaged_file_that_crashes_the_library_is_refused():
    with pytest.raises(InputError, match=r"damaged\.sav: the file cannot be read as SPSS"):
        read(Path(__file__).with_name("damaged.sav"))


def test_blocks_of_wide_texts_have_few_rows(tmp_path, monkeypatch):
    """9 MB of one letter took 2.4 GiB: how wide the texts are is stated, not how often."""
    monkeypatch.setattr(statistical, "MAX_BLOCK_BYTES", 100_000)
    rows = [str(i) * 3000 for i in range(10)] * 10
    pyreadstat.write_sav(pd.DataFrame({"a": rows}), tmp_path / "in.zsav", compress=True)
    blocks = read(tmp_path / "in.zsav")
    assert [block.table.num_rows for block in blocks] == [33, 33, 33, 1]
    assert [text for block in blocks for text in block.table["a"].to_pylist()] == rows


def test_a_small_file_of_many_wide_rows_is_refused(tmp_path, monkeypatch):
    """Blank texts pack to nothing: 1.2 GB of them took 200 KB."""
    monkeypatch.setattr(statistical, "MAX_COPY_BYTES", 1 << 20)
    rows = pd.DataFrame({"a": ["x" * 3000, *[""] * 999]})
    pyreadstat.write_sav(rows, tmp_path / "in.zsav", compress=True)
    assert 200 * (tmp_path / "in.zsav").stat().st_size < 3_000_000
    with pytest.raises(
        InputError, match=r"in\.zsav: the packed file unpacks to more than 200 times"
    ):
        read(tmp_path / "in.zsav")


def test_a_field_is_as_long_as_one_of_csv(tmp_path, monkeypatch):
    monkeypatch.setattr(statistical, "MAX_FIELD_BYTES", 20)
    pyreadstat.write_sav(pd.DataFrame({"a": ["1", "x" * 21]}), tmp_path / "in.sav")
    with pytest.raises(InputError, match=r"in\.sav: a: a field has more than 20 bytes"):
        read(tmp_path / "in.sav")
