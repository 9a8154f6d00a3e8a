"""A record as values: which is read, and why another is not; cards and refusals stand elsewhere."""

import datetime as dt

import pytest

from hiprisk.errors import InputError
from hiprisk.serving.fhir.code_map import code_map_from_text
from hiprisk.serving.fhir.record import Unused, Used, is_of_patient, read_record
from hiprisk.sheet.format import VariableSpec

NOW = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)
NAMES = frozenset({"Patient/p1", "https://ehr.example/fhir/Patient/p1"})
CODES = code_map_from_text(
    """\
max_age_days: 365
patient: {age_years: birthDate, sex: gender}
observations:
  height_cm: {codes: ["http://loinc.org|8302-2"]}
"""
)
PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1963-11-25", "gender": "female"}


def height(value, unit, *, when="2026-11-01", **changes):
    quantity = {"value": value, "system": "http://unitsofmeasure.org", "code": unit}
    return {
        "resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "8302-2"}]},
        "effectiveDateTime": when, "valueQuantity": quantity, **changes,
    }  # fmt: skip


VARIABLES = (
    VariableSpec(name="age_years", label="age", unit="years", kind="number", hard=(18, 110)),
    VariableSpec(name="sex", label="sex", unit="", kind="category", levels=("female", "male")),
    VariableSpec(name="height_cm", label="height", unit="cm", kind="number", hard=(100, 230)),
)


def read(*resources):
    return read_record(resources, patient_names=NAMES, code_map=CODES, variables=VARIABLES, now=NOW)


def test_values_come_with_their_day_and_the_unit_they_were_converted_from():
    record = read(PATIENT, height(1.7, "m"))
    assert record.values == {"age_years": 63, "sex": "female", "height_cm": 170.0}
    assert record.used[-1] == Used(
        variable="height_cm", value=170.0, recorded="2026-11-01", converted_from="m"
    )
    assert record.unused == ()


def test_what_is_not_in_the_record_is_absent():
    assert read().unused == tuple(
        Unused(variable=name, code="ABSENT") for name in ("age_years", "sex", "height_cm")
    )


def test_a_newest_value_that_cannot_be_read_is_not_replaced_by_an_older_one():
    record = read(height(170, "cm", when="2026-01-01"), height(5, "furlong"))
    assert "height_cm" not in record.values
    assert record.unused[-1] == Unused(variable="height_cm", code="UNIT", recorded="2026-11-01")


@pytest.mark.parametrize(
    ("told", "deceased"),
    [({}, False), ({"deceasedBoolean": False}, False), ({"deceasedBoolean": True}, True),
     ({"deceasedDateTime": "2026-01-01"}, True)],
)  # fmt: skip
def test_the_record_says_who_has_died(told, deceased):
    assert read({**PATIENT, **told}).deceased is deceased


def test_another_patient_is_refused():
    with pytest.raises(InputError, match="a Patient other than the one asked about"):
        read({**PATIENT, "id": "p2"})


@pytest.mark.parametrize(
    ("reference", "own"),
    [("Patient/p1", True), ("Patient/p1/_history/3", True), ("Patient/p11", False),
     ("https://ehr.example/fhir/Patient/p1", True), ("https://other.example/Patient/p1", False)],
)  # fmt: skip
def test_the_whole_reference_names_the_patient(reference, own):
    assert is_of_patient({"reference": reference}, NAMES) is own
    assert not is_of_patient(reference, NAMES)


def test_a_date_of_release_is_no_date_of_measurement():
    given = {**height(170, "cm"), "issued": "2026-11-01T08:00:00Z"}
    del given["effectiveDateTime"]
    assert read(given).unused[-1] == Unused(variable="height_cm", code="ISSUED")


@pytest.mark.parametrize(
    ("period", "recorded"),
    [({"start": "2026-10-01", "end": "2026-10-03"}, "2026-10-03"), ({"start": "2026-10-01"},
     "2026-10-01"), ({"end": "2026-10"}, "2026-10")],
)  # fmt: skip
def test_a_period_counts_by_its_end(period, recorded):
    given = {**height(170, "cm"), "effectivePeriod": period}
    del given["effectiveDateTime"]
    assert read(given).used[-1].recorded == recorded


def test_many_that_are_passed_over_for_one_reason_are_one_note():
    wrong = [height(170, "cm", when=f"2026-10-{day:02}", status="preliminary")
             for day in range(1, 30)]  # fmt: skip
    assert read(*wrong).unused[-1] == Unused(
        variable="height_cm", code="STATUS", recorded="2026-10-29", count=29
    )


def test_a_component_of_a_panel_is_read():
    panel = {**height(3, "cm"), "code": {"text": "vital signs"}, "valueQuantity": None}
    panel["component"] = [{key: height(170, "cm")[key] for key in ("code", "valueQuantity")}]
    assert read(panel).values["height_cm"] == 170.0


@pytest.mark.parametrize(
    ("change", "code"),
    [({"focus": [{"reference": "Patient/child"}]}, "OTHER_PATIENT"),
     ({"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}, "MODIFIED")],
)  # fmt: skip
def test_what_is_not_of_the_patient_as_it_stands_is_not_used(change, code):
    assert read(height(170, "cm", **change)).unused[-1].code == code
    assert read(height(170, "cm", focus=[{"reference": "Patient/p1"}])).values["height_cm"] == 170


RIGHT, LEFT = "http://snomed.info/sct|287579007", "http://snomed.info/sct|287679003"
SIDES = code_map_from_text(
    f"""\
observations:
  hip_flexion_right_deg: {{codes: ["urn:x|flexion"], body_sites: ["{RIGHT}"]}}
  hip_flexion_left_deg: {{codes: ["urn:x|flexion"], body_sites: ["{LEFT}"]}}
"""
)
FLEXION = tuple(
    VariableSpec(name=f"hip_flexion_{side}_deg", label=side, unit="deg", kind="number")
    for side in ("right", "left")
)


def flexion(value, site, **changes):
    coding = [dict(zip(("system", "code"), site.split("|"), strict=True))] if site else []
    return height(value, "deg", code={"coding": [{"system": "urn:x", "code": "flexion"}]},
                  bodySite={"coding": coding}, **changes)  # fmt: skip


def test_one_code_of_two_body_sites_is_two_variables():
    def read_sides(*resources):
        return read_record(
            resources, patient_names=NAMES, code_map=SIDES, variables=FLEXION, now=NOW
        )

    found = read_sides(flexion(95, RIGHT), flexion(105, LEFT))
    assert found.values == {"hip_flexion_right_deg": 95.0, "hip_flexion_left_deg": 105.0}
    only = read_sides(flexion(95, RIGHT))
    assert [(note.variable, note.code) for note in only.unused] == [
        ("hip_flexion_left_deg", "ABSENT")
    ]
    assert [note.code for note in read_sides(flexion(95, "")).unused] == ["BODY_SITE"] * 2
    # A newer one that may be of either side leaves neither.
    newer = flexion(80, "", when="2026-11-20")
    assert read_sides(flexion(95, RIGHT), newer).values == {}


@pytest.mark.parametrize("status", ["final", "amended", "corrected"])
def test_what_is_final_is_used(status):
    assert read(height(170, "cm", status=status)).values["height_cm"] == 170.0


@pytest.mark.parametrize(
    "status", ["registered", "preliminary", "cancelled", "entered-in-error", "unknown", None, []]
)
def test_what_is_not_final_is_not_used(status):
    assert read(height(170, "cm", status=status)).unused[-1].code == "STATUS"
