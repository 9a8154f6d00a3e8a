"""Answers of a frame: rows as they stand, values as pandas has them, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import InputError
from hiprisk.serving.dataframe import answer_frame
from hiprisk.sheet.answers import column_names
from hiprisk.sheet.evaluate import SheetEvaluator
from small_bundle import small_sheet

EVALUATOR = SheetEvaluator(small_sheet())


def answered(**columns):
    return answer_frame(EVALUATOR, pd.DataFrame(columns))


def test_answers_have_the_rows_and_the_index_of_the_frame():
    # 10 + 0.1 age + 0.6 baseline + 5 (back pain) + 2 (woman).
    frame = pd.DataFrame(
        {"age_years": [60.0, 70.0], "sex": ["male", "female"], "lbp_any": ["yes", "no"],
         "womac_function_0_100": [50, 40], "note": ["kept", "elsewhere"]},
        index=["b", "a"],
    )  # fmt: skip
    found = answer_frame(EVALUATOR, frame)
    assert found.index.tolist() == ["b", "a"]
    assert found["predicted"].tolist() == pytest.approx([51.0, 43.0])
    assert list(found.columns) == list(column_names(EVALUATOR))


@pytest.mark.parametrize("values", [
    pd.Series([60, 61], dtype="int64"),
    pd.Series([60, 61], dtype="Int64"),
    pd.Series([60.0, 61.0], dtype="float32"),
    pd.Series(["60", "61"], dtype="string"),
    pd.Series(["60", 61.0], dtype=object),
    pd.Series(["60", "61"], dtype="category"),
])  # fmt: skip
def test_a_number_is_the_same_in_every_type_of_column(values):
    expected = answered(age_years=[60.0, 61.0], womac_function_0_100=[50.0, 50.0])
    found = answered(age_years=values, womac_function_0_100=[50.0, 50.0])
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize("values", [
    pd.Series([pd.NA, 61], dtype="Int64"),
    pd.Series([np.nan, 61.0]),
    pd.Series([None, 61], dtype=object),
    pd.Series([pd.NA, "61"], dtype="string"),
    pd.Series(["unknown", "61"], dtype=object),
])  # fmt: skip
def test_missing_is_the_same_in_every_type_of_column(values):
    found = answered(age_years=values, womac_function_0_100=[50.0, 50.0])
    assert "age_years" in found["imputed"][0]
    assert "age_years" not in found["imputed"][1]
    assert found["reason"].tolist() == ["", ""]


def test_a_value_that_cannot_be_used_is_a_reason_in_its_row_alone():
    found = answered(age_years=["old", "61"], womac_function_0_100=[50.0, 50.0])
    assert found["reason"].tolist() == ["NOT_A_NUMBER(age_years)", ""]
    assert found["predicted"].isna().tolist() == [True, False]


def test_no_rows_give_no_rows():
    found = answered(age_years=[], womac_function_0_100=[])
    assert found.empty
    assert list(found.columns) == list(column_names(EVALUATOR))


def test_a_frame_of_other_columns_is_refused():
    with pytest.raises(InputError, match="no column is a variable of this model") as refused:
        answered(Age=[60])
    assert refused.value.code == "MISSING_COLUMN"


def test_a_name_that_comes_twice_is_refused():
    frame = pd.DataFrame([[60.0, 61.0]], columns=["age_years", "age_years"])
    with pytest.raises(InputError, match="a column name comes twice"):
        answer_frame(EVALUATOR, frame)


def test_a_column_that_the_model_does_not_use_may_come_twice():
    frame = pd.DataFrame(
        [[60.0, 40.0, 1, 2]], columns=["age_years", "womac_function_0_100", "note", "note"]
    )
    assert answer_frame(EVALUATOR, frame)["predicted"].notna().all()


def test_a_variable_in_another_letter_case_is_not_imputed_in_silence():
    frame = pd.DataFrame({"Age_Years": [60.0], "womac_function_0_100": [40.0]})
    with pytest.raises(InputError, match=r"age_years among them.*did you mean Age_Years") as no:
        answer_frame(EVALUATOR, frame)
    assert no.value.code == "MISSING_COLUMN"
