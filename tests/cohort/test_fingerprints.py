"""What a cohort is known by."""

import numpy as np
import pandas as pd

from hiprisk.cohort.fingerprints import fingerprint


def frame(n, last):
    ages = 40.0 + np.arange(n) % 50
    return pd.DataFrame({"age_years": [*ages[:-1], last], "sex": ["female"] * (n - 1) + [None]})


def test_a_fingerprint_sees_every_row_and_no_order_of_columns():
    first = frame(12_000, 41.0)
    assert fingerprint(first) == fingerprint(first[["sex", "age_years"]])
    assert fingerprint(first) == fingerprint(frame(12_000, 41.0))
    assert fingerprint(first) != fingerprint(frame(12_000, 42.0))


def test_what_is_missing_has_one_form():
    odd = np.array([0x7FF8000000000001], dtype="<u8").view("<f8")[0]
    assert fingerprint(frame(3, np.nan)) == fingerprint(frame(3, odd))
    assert fingerprint(frame(3, 1.0)) == fingerprint(frame(3, 1.0).replace({None: np.nan}))
