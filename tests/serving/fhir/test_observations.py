"""One Observation as servers write it: a number or a level, or the reason why not."""

import pytest

from fhir_records import HOSPITAL, observation
from hiprisk.serving.fhir.code_map import ObservationCode
from hiprisk.serving.fhir.observations import (
    Reading,
    Unreadable,
    observation_parts,
    read_observation,
)
from hiprisk.sheet.format import VariableSpec

UCUM = "http://unitsofmeasure.org"
CODE = (f"{HOSPITAL}/codes|x",)
SCORE = (
    VariableSpec(name="s", label="score", unit="points 0-100", kind="number", hard=(0.0, 100.0)),
    ObservationCode(codes=CODE, units=("{score}",)),
)
ANGLE = (
    VariableSpec(name="a", label="angle", unit="deg", kind="number"),
    ObservationCode(codes=CODE),
)
PAIN = (
    VariableSpec(name="p", label="pain", unit="points 0-10", kind="number", hard=(0.0, 10.0)),
    ObservationCode(codes=CODE, units=("mm",), from_range=(0, 100)),
)
ANSWER = (
    VariableSpec(name="b", label="back", unit="", kind="category", levels=("no", "yes")),
    ObservationCode(
        codes=CODE,
        values={f"{HOSPITAL}/a|y": "yes", "true": "yes", "false": "no"},
        texts={"1": "yes", "0": "no", "Ja": "yes"},
    ),
)


def quantity(value=45, **more):
    return {"valueQuantity": {"value": value, **more}}


def read(variable, **value):
    return read_observation(observation(**value), *variable)


@pytest.mark.parametrize(
    "value",
    [{"valueInteger": 45}, {"valueString": "45"}, {"valueString": " 45.0 "}, quantity(),
     quantity(unit="points"), quantity(unit="score"), quantity(system=UCUM, code="{score}"),
     quantity(system=UCUM, code="{points}"), quantity(system=UCUM, code="1")],
)  # fmt: skip
def test_a_score_needs_no_unit(value):
    assert read(SCORE, **value) == Reading(45.0)


def test_a_decimal_is_read_though_r4_has_none_in_an_observation():
    given = {**observation(), "valueDecimal": 45.5}
    assert read_observation(given, *SCORE) == Reading(45.5)


@pytest.mark.parametrize(
    ("value", "code"),
    [(quantity(unit="%"), "UNIT"), (quantity(system=UCUM, code="%"), "UNIT"),
     (quantity(system="http://snomed.info/sct", code="1"), "UNIT"),
     (quantity(comparator=">"), "COMPARATOR"), ({"valueString": "about 45"}, "NO_VALUE"),
     ({"valueString": "unknown"}, "NO_VALUE"), ({"valueBoolean": True}, "NO_VALUE"),
     ({"valueRange": {"low": {"value": 1}}}, "NO_VALUE"), ({}, "NO_VALUE"),
     ({"dataAbsentReason": {"text": "refused"}}, "DATA_ABSENT")],
)  # fmt: skip
def test_a_score_that_cannot_be_read_has_its_reason(value, code):
    assert read(SCORE, **value) == Unreadable(code)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(quantity(30, system=UCUM, code="deg"), Reading(30.0)),
     (quantity(30, unit="°"), Reading(30.0)),
     (quantity(30, unit="degrees"), Reading(30.0)), (quantity(30), Unreadable("UNIT")),
     ({"valueInteger": 30}, Unreadable("UNIT")), ({"valueString": "30"}, Unreadable("UNIT")),
     (quantity(30, system=UCUM, code="{score}"), Unreadable("UNIT")),
     (quantity(30, system=UCUM, code="1"), Unreadable("UNIT"))],
)  # fmt: skip
def test_an_angle_needs_its_unit(value, expected):
    assert read(ANGLE, **value) == expected


def test_a_scale_with_a_unit_of_its_own_needs_it():
    assert read(PAIN, **quantity(62, system=UCUM, code="mm")) == Reading(6.2, "mm")
    assert read(PAIN, **quantity(62, unit="mm")) == Reading(6.2, "mm")
    assert read(PAIN, **quantity(6)) == Unreadable("UNIT")
    assert read(PAIN, **quantity(6, unit="cm")) == Unreadable("UNIT")


def test_a_converted_scale_is_said_also_without_a_unit():
    source = ObservationCode(codes=CODE, units=("{score}",), from_range=(0, 68))
    assert read((SCORE[0], source), valueInteger=34) == Reading(50.0, "0 to 68")


@pytest.mark.parametrize(
    ("value", "expected"),
    [({"valueBoolean": False}, Reading("no")),
     ({"valueCodeableConcept": {"coding": [{"system": f"{HOSPITAL}/a", "code": "y"}]}},
      Reading("yes")),
     ({"valueCodeableConcept": {"text": "Ja"}}, Reading("yes")),
     ({"valueInteger": 0}, Reading("no")),
     ({"valueString": "1.0"}, Reading("yes")), ({"valueString": "ja"}, Unreadable("UNKNOWN_CODE")),
     # A coding that is not declared is not replaced by its text.
     ({"valueCodeableConcept": {"coding": [{"system": "urn:x", "code": "y"}], "text": "Ja"}},
      Unreadable("UNKNOWN_CODE"))],
)  # fmt: skip
def test_a_level_by_code_or_declared_text(value, expected):
    assert read(ANSWER, **value) == expected


def test_a_component_is_an_observation_with_the_date_of_the_whole():
    code = {"coding": [{"system": f"{HOSPITAL}/codes", "code": "x"}]}
    absent = {"code": code, "dataAbsentReason": {"text": "-"}}
    components = [{"code": code, "valueInteger": 45}, absent]
    panel = observation("panel", valueInteger=3, component=components)
    whole, first, second = observation_parts(panel)
    assert whole is panel
    assert read_observation(first, *SCORE) == Reading(45.0)
    assert read_observation(second, *SCORE) == Unreadable("DATA_ABSENT")
    for part in (first, second):
        assert (part["status"], part["effectiveDateTime"]) == ("final", "2026-11-01")
        assert part["subject"] == {"reference": "Patient/p1"}


@pytest.mark.parametrize("component", [None, 3, {}, [3, None]])
def test_a_component_that_is_none_is_passed_over(component):
    assert len(list(observation_parts({**observation(), "component": component}))) == 1
