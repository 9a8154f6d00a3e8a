"""Rows of a scored file: as they came, or guarded; numbers with all digits or as many as stated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.errors import InputError
from hiprisk.serving.files.rows import MOST_DIGITS, check_new_columns, rounded


@given(
    st.floats(-1e12, 1e12, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-12),
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


def test_a_column_that_scoring_adds_must_not_be_there():
    check_new_columns(["risk"], ["age"])
    with pytest.raises(InputError, match="the file already has a column 'risk'"):
        check_new_columns(["risk"], ["age", "risk"])
