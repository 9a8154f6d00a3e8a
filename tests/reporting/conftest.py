"""Results that the tests of the report share: one small study, one validation, one drift report."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.fingerprints import fingerprint
from hiprisk.cohort.reading import Cohort
from hiprisk.config.published import DeclaredOutcome
from hiprisk.validation.drift import report_drift
from hiprisk.validation.external.before_outcomes import expect_of_cohort
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.validation import ModelIdentity, validate_externally
from hiprisk.validation.updating.update import UpdateSettings, update_model
from reported_study import reported_study
from small_bundle import small_sheet

MODEL = ModelIdentity(name="small", title="A small model", provenance="simulated", estimand="x",
                      version="1", bundle_sha256="ab")  # fmt: skip
OUTCOME = DeclaredOutcome(
    variable="womac_function_followup_0_100", label="WOMAC function", kind="continuous",
    unit="points 0-100", higher_is="worse", horizon_months=12, population="nobody",
    bounds=(0.0, 100.0), baseline="womac_function_0_100",
)  # fmt: skip


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """A small study with every part of the evidence: its evidence, sheet and report sections."""
    return reported_study(tmp_path_factory)


@pytest.fixture(scope="session")
def new_people():
    """A cohort of new people, half of them of one sex, older than those of the small model."""
    rng = np.random.default_rng(7)
    n = 240
    frame = pd.DataFrame(
        {
            "age_years": rng.normal(72, 8, n).clip(19, 109),
            "sex": np.resize(np.array(["female", "male"], dtype=object), n),
            "lbp_any": rng.choice(["no", "yes"], n).astype(object),
            "womac_function_0_100": rng.normal(40, 19, n).clip(0, 100),
        }
    )
    drawn = 10 + 0.1 * frame["age_years"] + 0.6 * frame["womac_function_0_100"]
    frame["womac_function_followup_0_100"] = (drawn + rng.normal(3, 12, n)).clip(0, 100)
    return Cohort(frame=frame, findings=(), grain="person", fingerprint=fingerprint(frame),
                  provenance="simulated", source_name="new.csv")  # fmt: skip


@pytest.fixture(scope="session")
def validation(new_people):
    """An external validation of the small model."""
    sheet = small_sheet()
    people = predict_cohort(sheet, OUTCOME, new_people)
    return validate_externally(people, OUTCOME, model=MODEL, sheet=sheet, n_resamples=50,
                               by=("sex",))  # fmt: skip


@pytest.fixture(scope="session")
def expectation(new_people):
    """What the small model expects of the new people."""
    return expect_of_cohort(small_sheet(), OUTCOME, new_people, model=MODEL)


@pytest.fixture(scope="session")
def update(new_people):
    """The small model recalibrated on the new people."""
    sheet = small_sheet()
    people = predict_cohort(sheet, OUTCOME, new_people)
    settings = UpdateSettings(method="recalibrate", n_resamples=30)
    return update_model(sheet, people, settings, parent=MODEL)


@pytest.fixture(scope="session")
def drift(new_people):
    """Drift of the small model in the new people, without a calibration CUSUM."""
    return report_drift(small_sheet(), new_people, model=MODEL, watch_note="no time in the file")


@pytest.fixture(scope="session")
def binary_evidence(study):
    """The same evidence as of a risk, as far as a section asks."""
    return dataclasses.replace(study.evidence, kind="binary", outcome_unit="")
