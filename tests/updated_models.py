"""The small model, updated on people of its kind."""

import numpy as np
import pandas as pd

from hiprisk.cohort.fingerprints import fingerprint
from hiprisk.cohort.reading import Cohort
from hiprisk.config.published import DeclaredOutcome
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.results import ModelIdentity
from hiprisk.validation.updating.update import UpdateSettings, update_model
from small_bundle import small_sheet

PARENT = ModelIdentity(name="small", title="A small model", provenance="real", estimand="x",
                       version="1", bundle_sha256="ab")  # fmt: skip


def a_cohort(n=400, *, provenance="real", seed=3):
    rng = np.random.default_rng(seed)
    age, base = rng.normal(65, 8, n).clip(30, 100), rng.normal(40, 19, n).clip(0, 100)
    sex = rng.choice(["female", "male"], n)
    back = rng.choice(["no", "yes"], n)
    mean = 20 + 0.1 * age + 0.4 * base + 6 * (back == "yes") + 2 * (sex == "female")
    frame = pd.DataFrame(
        {
            "age_years": age,
            "sex": sex.astype(object),
            "lbp_any": back.astype(object),
            "womac_function_0_100": base,
            "womac_function_followup_0_100": (mean + rng.normal(0, 10, n)).clip(0, 100),
        }
    )
    frame.loc[::9, "womac_function_0_100"] = np.nan
    frame.loc[::7, "lbp_any"] = None
    return Cohort(
        frame=frame,
        findings=(),
        grain="person",
        fingerprint=fingerprint(frame),
        provenance=provenance,
        source_name="new.csv",
    )


OUTCOME = DeclaredOutcome(
    variable="womac_function_followup_0_100", label="WOMAC function", kind="continuous",
    unit="points 0-100", higher_is="worse", horizon_months=12, population="nobody",
    bounds=(0.0, 100.0), baseline="womac_function_0_100",
)  # fmt: skip


def updated(method, *, sheet=None, cohort=None, **settings):
    sheet = sheet or small_sheet(provenance="real")
    people = predict_cohort(sheet, OUTCOME, cohort or a_cohort())
    return people, update_model(
        sheet, people, UpdateSettings(method=method, n_resamples=50, **settings), parent=PARENT
    )
