"""People of the small hand-made sheets, some with a value missing."""

import numpy as np
import pandas as pd
import pytest


def people(n=60, *, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age_years": rng.normal(65.0, 8.0, n),
            "sex": rng.choice(["female", "male"], n),
            "lbp_any": rng.choice(["no", "yes"], n),
            "womac_function_0_100": rng.uniform(0.0, 90.0, n),
        }
    )
    frame.loc[:4, "age_years"] = np.nan
    frame.loc[5:6, "womac_function_0_100"] = np.nan
    return frame


@pytest.fixture(scope="session")
def frame():
    return people()
