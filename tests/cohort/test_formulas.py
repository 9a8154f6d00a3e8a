"""Texts that a spreadsheet would run, in columns, names and tables of results."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from hiprisk.cohort.formulas import guarded, guarded_frame, guarded_names

UNSEEN = [" ", "\u00a0", "\u3000", "\u2003", "\u200b", "\u2060", "\u202e", "\ufeff", "\x00", "\x0b",
          "\x1f", "\x85", "\u2028", "\ufeff \t\u3000"]  # fmt: skip
SIGNS = "=+-@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20"


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
def test_what_nobody_sees_before_a_formula_hides_it_from_nobody(unseen):
    cells = [f"{unseen}{sign}cmd|'/c calc'!A1" for sign in SIGNS]
    assert guarded(pa.chunked_array([cells])).to_pylist() == [f"'{cell}" for cell in cells]
    assert guarded_names(cells) == [f"'{cell}" for cell in cells]


def test_numbers_and_plain_texts_stay_as_they_are():
    cells = [
        "-5",
        " -5",
        "+3.5 ",
        "\u00a0-1e3",
        "a=b",
        " text",
        "\u3000text",
        "\ufeff",
        "",
        "x-ray",
    ]
    column = pa.chunked_array([cells])
    assert guarded(column) is column
    assert guarded(column).to_pylist() == cells


def test_a_column_that_begins_within_another_is_guarded_by_its_own_texts():
    whole = pa.array(["=a", "b", "=c", "d"])
    assert guarded(pa.chunked_array([whole.slice(1, 2)])).to_pylist() == ["b", "'=c"]
    assert guarded(pa.chunked_array([whole.slice(1, 1)])).to_pylist() == ["b"]


@pytest.mark.parametrize(
    "cell", ["-", "--", "---", " - ", "+", "=", "@", "\u2212", "\u3000-\u3000"]
)
def test_a_sign_alone_is_no_formula(cell):
    # It often stands for a missing value; LibreOffice takes none of these for a formula.
    column = pa.chunked_array([[cell, "=1+1"]])
    assert guarded(column).to_pylist() == [cell, "'=1+1"]
    assert guarded_frame(pd.DataFrame({"x": [cell]})).loc[0, "x"] == cell


def test_two_signs_are_one():
    cells = ["==", "=-", "-+", "+ve", "-ve", "@@"]
    assert guarded(pa.chunked_array([cells])).to_pylist() == [f"'{cell}" for cell in cells]


def test_texts_and_names_of_a_table_are_guarded_and_numbers_are_not():
    frame = pd.DataFrame({"=level": ["=1+1", "a", None], "n": [-1, 2, 3], "x": [-0.5, np.nan, 1.0]})
    frame["mixed"] = pd.Series(["@x", -2.5, "-3"], dtype=object)
    frame["kind"] = pd.Categorical(["a", "b", "a"])
    safe = guarded_frame(frame)
    assert list(safe.columns) == ["'=level", "n", "x", "mixed", "kind"]
    assert safe["'=level"].tolist()[:2] == ["'=1+1", "a"]
    assert safe["mixed"].tolist() == ["'@x", -2.5, "-3"]
    pd.testing.assert_frame_equal(safe[["n", "x"]], frame[["n", "x"]])
    assert frame.columns[0] == "=level"
    assert frame.iloc[0, 0] == "=1+1"
