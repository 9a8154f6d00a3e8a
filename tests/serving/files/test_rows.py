"""Rows of a scored file: as they came, or guarded; numbers with all digits or as many as stated."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hiprisk.cohort.files.csv_dialect import Dialect
from hiprisk.cohort.reading import iter_blocks
from hiprisk.errors import InputError
from hiprisk.serving.files.rows import (
    MOST_DIGITS,
    RowFormat,
    answered,
    check_new_columns,
    rounded,
)
from hiprisk.serving.files.summary import Tally
from hiprisk.serving.model import load
from small_bundle import write_small_bundle


@example(3.571378748290499e-12, 14)
@given(
    st.floats(-1e12, 1e12, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-30),
    st.integers(1, MOST_DIGITS),
)
def test_a_rounded_number_is_that_of_its_text_or_a_tie(number, digits):
    found = float(rounded(np.array([number]), digits)[0])
    assert len(f"{found!r}".split("e")[0].strip("-0.").replace(".", "")) <= 17
    assert found == float(f"{found:.{digits}g}")
    # Half way between two numbers the last bit of the product decides.
    assert found == pytest.approx(float(f"{number:.{digits}g}"), rel=1.01 * 10.0 ** (1 - digits))
    assert abs(found - number) <= 0.5000001 * 10.0 ** (1 - digits) * max(abs(number), abs(found))


def test_without_digits_and_without_a_number_values_stay():
    values = np.array([np.nan, 0.0, np.inf, 27.05428931186153])
    assert rounded(values, None) is values
    np.testing.assert_array_equal(rounded(values, 4), [np.nan, 0.0, np.inf, 27.05])


def scored_rows(tmp_path, text, **how):
    model = load(write_small_bundle(tmp_path / "models"))
    path = tmp_path / "in.csv"
    path.write_text(text)
    (block,) = iter_blocks(path)
    tally = Tally(model, "in.csv", None)
    answers = answered(model, block, tally, accept_units=False)
    return RowFormat(own=Dialect(), **how).rows(model, block, answers)


@pytest.mark.parametrize(
    ("cell", "is_csv", "raw_text", "as_read"),
    [
        ("a-b", True, False, True),
        ("=a", True, False, False),
        ("=a", True, True, True),
        ("-5", True, False, True),
        ('"a"', True, False, False),
        ("a-b", False, False, False),
    ],
)
def test_lines_are_written_as_they_came_unless_a_cell_is_another(
    tmp_path, cell, is_csv, raw_text, as_read
):
    text = f"note,age_years,womac_function_0_100\n{cell},63,45\nb,64,46\n"
    rows = scored_rows(tmp_path, text, is_csv=is_csv, raw_text=raw_text)
    assert (rows.read_lines is not None) == as_read


def test_a_column_that_scoring_adds_must_not_be_there():
    check_new_columns(["risk"], ["age"])
    with pytest.raises(InputError, match="the file already has a column 'risk'"):
        check_new_columns(["risk"], ["age", "risk"])
