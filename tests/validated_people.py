"""New people for the small model, and how they are evaluated."""

import dataclasses

from hiprisk.cohort.fingerprints import fingerprint
from hiprisk.cohort.reading import Cohort
from hiprisk.config.published import DeclaredOutcome
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.results import ModelIdentity
from hiprisk.validation.external.validation import validate_externally
from small_bundle import small_sheet

MODEL = ModelIdentity(name="small", title="A small model", provenance="real", estimand="x",
                      version="1", bundle_sha256="ab")  # fmt: skip
OUTCOME = DeclaredOutcome(
    variable="womac_function_followup_0_100", label="WOMAC function", kind="continuous",
    unit="points 0-100", higher_is="worse", horizon_months=12, population="nobody",
    bounds=(0.0, 100.0), baseline="womac_function_0_100",
)  # fmt: skip
WORSE = dataclasses.replace(OUTCOME, variable="worsened", kind="binary", bounds=None,
                            baseline=None, event_level="yes")  # fmt: skip


def cohort_of(frame, **rest):
    return Cohort(frame=frame, findings=(), grain="person", fingerprint=fingerprint(frame),
                  provenance="real", source_name="new.csv", **rest)  # fmt: skip


def evaluated(frame, *, sheet=None, outcome=OUTCOME, **settings):
    sheet = sheet or small_sheet(provenance="real")
    found = predict_cohort(sheet, outcome, cohort_of(frame))
    return found, validate_externally(found, outcome, model=MODEL, sheet=sheet, n_resamples=60,
                                      **settings)  # fmt: skip
