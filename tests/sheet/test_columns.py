"""A sheet's columns from raw values, and from a cohort already read."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from hiprisk.sheet.columns import cohort_columns, read_columns, read_rows
from hiprisk.values import Note
from small_bundle import small_sheet

VARIABLES = small_sheet().variables


def test_raw_columns_are_read_and_what_is_wrong_is_noted_by_row():
    cells = {
        "age_years": ["64", "x", None, "1e301", "y"],
        "sex": ["male", "Male", float("nan"), "female", "unknown"],
        "note": ["a"] * 5,
    }
    given = read_columns(VARIABLES, cells, n_rows=5)
    assert list(given.columns) == ["age_years", "sex"]
    assert np.array_equal(given.columns["age_years"], [64, *[np.nan] * 4], equal_nan=True)
    assert given.columns["sex"].tolist() == ["male", None, None, "female", None]
    assert {note: mask.tolist() for note, mask in given.unreadable.items()} == {
        Note("NOT_A_NUMBER", "age_years"): [False, True, False, False, True],
        Note("NOT_FINITE", "age_years"): [False, False, False, True, False],
        Note("UNKNOWN_CATEGORY", "sex"): [False, True, False, False, False],
    }


def test_an_array_of_numbers_is_taken_as_it_is():
    ages = np.array([64.5, np.nan, np.inf])
    given = read_columns(VARIABLES, {"age_years": ages}, n_rows=3)
    assert np.array_equal(given.columns["age_years"], [64.5, np.nan, np.nan], equal_nan=True)
    assert np.isinf(ages[2])
    (note,) = given.unreadable
    assert note == Note("NOT_FINITE", "age_years")


def test_one_and_true_are_yes_in_a_column_of_no_and_yes_and_a_list_is_nothing():
    cells = {"lbp_any": [1, True, 1.0, [1], "1", False, 0]}
    given = read_columns(VARIABLES, cells, n_rows=7)
    assert given.columns["lbp_any"].tolist() == ["yes", "yes", "yes", None, "yes", "no", "no"]


def test_true_is_not_one_in_a_column_of_other_levels():
    stage = (dataclasses.replace(VARIABLES[1], name="stage", levels=("1", "2")),)
    given = read_columns(stage, {"stage": [1, True, "true"]}, n_rows=3)
    assert given.columns["stage"].tolist() == ["1", None, None]


def test_a_name_that_a_row_lacks_is_missing_there():
    given = read_rows(VARIABLES, [{"age_years": 64}, {"sex": "male"}])
    assert np.array_equal(given.columns["age_years"], [64.0, np.nan], equal_nan=True)
    assert given.columns["sex"].tolist() == [None, "male"]
    assert not given.unreadable
    assert read_rows(VARIABLES, []).n_rows == 0


def test_a_cohorts_columns_are_its_own():
    frame = pd.DataFrame({"age_years": [64.0, None], "sex": pd.Series(["male", None], dtype=object),
                          "site": ["a", "b"]})  # fmt: skip
    wrong = {Note("UNKNOWN_CATEGORY", "sex"): np.array([False, True])}
    given = cohort_columns(VARIABLES, frame, wrong)
    assert sorted(given.columns) == ["age_years", "sex"]
    assert given.columns["sex"].tolist() == ["male", None]
    assert given.unreadable == wrong


@pytest.mark.parametrize(
    ("cells", "levels"),
    [
        (["1", "2", "1", None], [None, None, None, None]),
        ([1.0, 2.0, 1.0, float("nan")], [None, None, None, None]),
        ([0, 1, 1, 0], ["no", "yes", "yes", "no"]),
        (["yes", "2", "1", "no"], ["yes", None, None, "no"]),
        # One 2 among zeros and ones is a typing error.
        ([0, 1, 2, 0], ["no", "yes", None, "no"]),
        ([0, 1, 2, 2, 2], ["no", None, None, None, None]),
        # Without a 2 beside it a 1 is yes.
        ([1, 1, None, 1], ["yes", "yes", None, "yes"]),
    ],
)
def test_a_one_beside_twos_is_no_yes(cells, levels):
    given = read_columns(VARIABLES, {"lbp_any": cells}, n_rows=len(cells))
    assert given.columns["lbp_any"].tolist() == levels
    unknown = given.unreadable.get(Note("UNKNOWN_CATEGORY", "lbp_any"), np.zeros(len(cells)))
    known = [level is not None or cell is None or cell != cell
             for cell, level in zip(cells, levels, strict=True)]  # fmt: skip
    assert (np.asarray(unknown, dtype=bool) == ~np.array(known)).all()
