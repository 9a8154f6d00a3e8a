"""Whatever stands in a record, it is read or refused in words: nothing else can happen."""

import contextlib
import datetime as dt
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_records import HOSPITAL
from hiprisk.errors import HipRiskError
from hiprisk.serving.fhir.bundles import (
    bundle_resources,
    read_bundle_resource,
    read_record_document,
    remarks_of,
)
from hiprisk.serving.fhir.code_map import code_map_from_text
from hiprisk.serving.fhir.record import REASONS, read_record
from hiprisk.sheet.format import VariableSpec

NOW = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)
ITEMS = {f"function_{i}": f"F{i}" if i % 2 else f"urn:x|f{i}" for i in range(1, 18)}
CODES = code_map_from_text(
    f"""\
patient: {{age_years: birthDate, sex: gender}}
observations:
  womac_function_0_100: {{codes: ["urn:x|s"], units: ["{{score}}"], from_range: [0, 68]}}
  height_cm: {{codes: ["urn:x|h"], body_sites: ["urn:x|right"]}}
  lbp_any: {{codes: ["urn:x|b"], values: {{"urn:x|y": yes, "true": yes}}, texts: {{"1": yes}}}}
questionnaires:
  womac_function_0_100: {{instrument: womac_function, items: {ITEMS}, answers: {{"urn:x|y": 1}}}}
"""
)
VARIABLES = (
    VariableSpec(name="age_years", label="age", unit="years", kind="number"),
    VariableSpec(name="sex", label="sex", unit="", kind="category", levels=("female", "male")),
    VariableSpec(name="womac_function_0_100", label="f", unit="points 0-100", kind="number",
                 hard=(0.0, 100.0)),
    VariableSpec(name="height_cm", label="h", unit="cm", kind="number"),
    VariableSpec(name="lbp_any", label="b", unit="", kind="category", levels=("no", "yes")),
)  # fmt: skip
KEYS = (
    "resourceType", "id", "entry", "resource", "fullUrl", "contained", "link", "relation", "url",
    "response", "outcome", "issue", "severity", "code", "coding", "system", "subject", "reference",
    "focus", "status", "effectiveDateTime", "effectivePeriod", "end", "issued", "authored", "value",
    "unit", "comparator", "valueQuantity", "valueInteger", "valueDecimal", "valueString",
    "valueBoolean", "valueCodeableConcept", "valueCoding", "component", "bodySite", "item",
    "answer", "linkId", "questionnaire", "birthDate", "gender", "text", "dataAbsentReason",
    "deceasedDateTime", "modifierExtension",
)  # fmt: skip
TEXTS = (
    "Bundle", "Patient", "Observation", "QuestionnaireResponse", "Questionnaire",
    "OperationOutcome", "p1", "Patient/p1", "final", "completed", "2026-11-01", "1963-01-01",
    "2026-11-01T08:00:00Z", "urn:x", "s", "h", "b", "y", "right", "F1", "f2", "cm",
    "http://unitsofmeasure.org", "next", "self", "error", "female", "", "#F1",
    f"{HOSPITAL}?_sort=-date", "9999-12-31", "0001-01-01",
)  # fmt: skip
SCALARS = (
    st.sampled_from(TEXTS) | st.none() | st.booleans() | st.integers(-5, 200)
    | st.sampled_from([10**300, 1e301, -0.0, 1.5])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner,
                                                                max_size=6),
    max_leaves=25,
)  # fmt: skip
OBSERVATION = {
    "resourceType": "Observation", "status": "final", "effectiveDateTime": "2026-11-01",
    "subject": {"reference": "Patient/p1"}, "code": {"coding": [{"system": "urn:x", "code": "s"}]},
}  # fmt: skip
RESPONSE = {"resourceType": "QuestionnaireResponse", "status": "completed",
            "authored": "2026-11-01", "subject": {"reference": "Patient/p1"}}  # fmt: skip
CHANGES = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5)


def outcome_of(document):
    """What is read of a document on each of the ways, or the refusal."""
    raw = json.dumps(document).encode()
    read = read_record_document(raw, CODES, name="record.json")
    resources = bundle_resources(read)
    remarks_of(read)
    names = frozenset({"Patient/p1"})
    options = {"code_map": CODES, "variables": VARIABLES, "now": NOW}
    try:
        record = read_record(resources, patient_names=names, **options)
    except HipRiskError:
        record = None
    bundle = read_bundle_resource(read)
    read_record(bundle.resources, patient_names=bundle.patient_names, **options)
    return record


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(change=CHANGES, other=VALUES, base=st.sampled_from([OBSERVATION, RESPONSE, {}]))
def test_any_record_is_read_or_refused(change, other, base):
    patient = {"resourceType": "Patient", "id": "p1"}
    entries = [{"resource": patient}, {"resource": {**base, **change}}, {"resource": other}]
    record = None
    with contextlib.suppress(HipRiskError):
        record = outcome_of({"resourceType": "Bundle", "entry": entries})
    if record is not None:
        assert {note.code for note in record.unused} <= set(REASONS)
        told = [item.variable for item in record.used] + [note.variable for note in record.unused]
        assert set(told) == {spec.name for spec in VARIABLES}


@pytest.mark.parametrize("document", [OBSERVATION, {**OBSERVATION, "valueInteger": 10**299}])
def test_numbers_beyond_reach_are_left_to_the_model(document):
    entries = [{"resource": {"resourceType": "Patient", "id": "p1"}}, {"resource": document}]
    assert outcome_of({"resourceType": "Bundle", "entry": entries}) is not None
