"""New people for the small model."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def people():
    rng = np.random.default_rng(7)
    n = 300
    frame = pd.DataFrame(
        {
            "age_years": rng.normal(65, 8, n).clip(19, 109),
            "sex": rng.choice(["female", "male"], n, p=[0.6, 0.4]).astype(object),
            "lbp_any": rng.choice(["no", "yes"], n).astype(object),
            "womac_function_0_100": rng.normal(40, 19, n).clip(0, 100),
        }
    )
    drawn = 10 + 0.1 * frame["age_years"] + 0.6 * frame["womac_function_0_100"]
    frame["womac_function_followup_0_100"] = (drawn + rng.normal(3, 12, n)).clip(0, 100)
    frame["worsened"] = rng.choice(["no", "yes"], n).astype(object)
    return frame
