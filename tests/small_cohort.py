"""A cohort of the people that the small sheet describes."""

import numpy as np
import pandas as pd

from hiprisk.cohort.fingerprints import fingerprint
from hiprisk.cohort.reading import Cohort


def cohort_like_the_sheet(n=2000, seed=0, **changes):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age_years": rng.normal(65, 8, n).clip(19, 109),
            "sex": rng.choice(["female", "male"], n, p=[0.6, 0.4]).astype(object),
            "lbp_any": rng.choice(["no", "yes"], n, p=[0.42, 0.58]).astype(object),
            "womac_function_0_100": rng.normal(40, 19, n).clip(0, 100),
        }
    ).assign(**changes)
    return Cohort(frame=frame, findings=(), grain="person", fingerprint=fingerprint(frame),
                  provenance="real", source_name="recent.csv")  # fmt: skip
