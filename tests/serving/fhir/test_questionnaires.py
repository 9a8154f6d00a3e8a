"""A score from the items of a QuestionnaireResponse: each kind of answer, and each reason."""

import datetime as dt

import numpy as np
import pytest

from fhir_records import HOSPITAL, bundle, observation, patient, resource, response
from hiprisk.cohort.items.instruments import score_items
from hiprisk.errors import ConfigError
from hiprisk.serving.fhir.bundles import read_bundle_resource
from hiprisk.serving.fhir.code_map import code_map_from_text
from hiprisk.serving.fhir.record import REASONS, Unused, read_record
from hiprisk.sheet.format import VariableSpec

NOW = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)
NAMES = [f"function_{number}" for number in range(1, 18)]
ANSWERS = ("none", "mild", "moderate", "severe", "extreme")
WOMAC = VariableSpec(
    name="womac_function_0_100", label="WOMAC function", unit="points 0-100", kind="number",
    hard=(0.0, 100.0),
)  # fmt: skip


def map_text(items=None, address=True):
    items = items or {name: f"F{i}" for i, name in enumerate(NAMES, 1)}
    answers = {f"{HOSPITAL}/answers|{label}": value for value, label in enumerate(ANSWERS)}
    questionnaires = f"questionnaires: ['{HOSPITAL}/Questionnaire/womac']" if address else ""
    return f"""\
max_age_days: 365
observations:
  womac_function_0_100: {{codes: ["{HOSPITAL}/codes|womac-f"], units: ["{{score}}"]}}
questionnaires:
  womac_function_0_100:
    instrument: womac_function
    {questionnaires}
    items: {items}
    answers: {answers}
    labels: {{"keine": 0, "leicht": 1}}
    missing: ["{HOSPITAL}/answers|refused", "-"]
"""


def code_map(items=None, address=True):
    return code_map_from_text(map_text(items, address))


def integer(value):
    return [{"valueInteger": value}]


def coded(label, system=f"{HOSPITAL}/answers"):
    return [{"valueCoding": {"system": system, "code": label, "display": "as shown"}}]


def answered(*answers):
    """One group with one item an answer."""
    items = [{"linkId": f"F{i}", "answer": answer} if answer else {"linkId": f"F{i}"}
             for i, answer in enumerate(answers, 1)]  # fmt: skip
    return [{"linkId": "page", "item": [{"linkId": "group", "item": items}]}]


def read(*resources, codes=None):
    found = read_bundle_resource(bundle(patient(), *resources))
    record = read_record(
        found.resources, patient_names=found.patient_names, code_map=codes or code_map(),
        variables=[WOMAC], now=NOW,
    )  # fmt: skip
    return record.used[0] if record.used else record.unused


def scored(values):
    columns = np.array(values, dtype=float)[:, None]
    return float(score_items("womac_function", dict(zip(NAMES, columns, strict=True)))[0])


def test_a_score_is_computed_by_the_instruments_own_rule():
    values = [i % 5 for i in range(17)]
    used = read(response(answered(*map(integer, values))))
    assert used.value == scored(values)
    assert (used.recorded, used.items) == ("2026-11-02", "17 of 17 items")


@pytest.mark.parametrize(
    ("answer", "value"),
    [(integer(3), 3), ([{"valueDecimal": 3.0}], 3), (coded("severe"), 3),
     ([{"valueString": "leicht"}], 1), ([{"valueString": "2"}], 2), ([{"valueString": "2.0"}], 2),
     ([{"valueQuantity": {"value": 2}}], 2),
     ([{"valueQuantity": {"value": 2, "unit": "points"}}], 2),
     (integer(3) + integer(3), 3)],
)  # fmt: skip
def test_an_answer_comes_in_each_type(answer, value):
    assert read(response(answered(answer, *[integer(1)] * 16))).value == scored([value] + [1] * 16)


@pytest.mark.parametrize("answer", [None, coded("refused"), [{"valueString": "-"}]])
def test_missing_answers_are_stood_in_for_as_the_instrument_has_it(answer):
    used = read(response(answered(*[answer] * 3, *[integer(2)] * 14)))
    assert (used.value, used.items) == (50.0, "14 of 17 items")
    four = read(response(answered(*[answer] * 4, *[integer(2)] * 13)))
    assert four == (Unused(variable=WOMAC.name, code="ITEMS_MISSING", recorded="2026-11-02"),)


@pytest.mark.parametrize(
    ("answer", "code"),
    [(coded("awful"), "ITEM_ANSWER"), (coded("none", system="urn:elsewhere"), "ITEM_ANSWER"),
     ([{"valueBoolean": True}], "ITEM_ANSWER"), ([{"valueString": "Mild"}], "ITEM_ANSWER"),
     # Among labels, "None" may be the best answer or a missing one.
     ([{"valueString": "None"}], "ITEM_ANSWER"), ([{"valueDate": "2026-01-01"}], "ITEM_ANSWER"),
     ([{"valueQuantity": {"value": 2, "unit": "cm"}}], "ITEM_ANSWER"),
     ([{"valueQuantity": {"value": 2, "comparator": "<"}}], "ITEM_ANSWER"),
     (integer(1) + integer(2), "ITEM_REPEATED"), (integer(5), "OFF_SCALE"),
     (integer(-1), "OFF_SCALE"), ([{"valueDecimal": 1.5}], "OFF_SCALE")],
)  # fmt: skip
def test_one_answer_that_cannot_be_read_leaves_no_score(answer, code):
    (note,) = read(response(answered(answer, *[integer(1)] * 16)))
    assert note.code == code
    assert code in REASONS


def test_answers_below_answers_are_found():
    nested = {"linkId": "F2", "answer": integer(4)}
    first = {"linkId": "F1", "answer": [{"valueInteger": 4, "item": [nested]}]}
    rest = [{"linkId": f"F{i}", "answer": integer(4)} for i in range(3, 18)]
    assert read(response([first, *rest])).value == 100.0


@pytest.mark.parametrize(
    ("status", "used"),
    [("completed", True), ("amended", True), ("in-progress", False), ("stopped", False),
     ("entered-in-error", False)],
)  # fmt: skip
def test_only_completed_responses_count(status, used):
    found = read(response(answered(*[integer(1)] * 17), status=status))
    assert found.value == 25.0 if used else [note.code for note in found] == ["STATUS"]


def test_the_newest_counts_also_beside_recorded_scores():
    old = response(answered(*[integer(1)] * 17), authored="2026-10-01")
    new = response(answered(*[integer(2)] * 17), authored="2026-11-01")
    assert read(new, old).value == read(old, new).value == 50.0
    newest = observation(effectiveDateTime="2026-11-03", valueInteger=30)
    assert read(new, newest).value == 30.0
    assert read(response(answered(*[integer(1)] * 17)), observation(valueInteger=30)).value == 25.0
    same = observation(effectiveDateTime="2026-11-01", valueInteger=30)
    assert [note.code for note in read(new, same)] == ["TIED"]
    # An older one never stands in for a newer one that cannot be read.
    assert [note.code for note in read(old, response(answered(*[integer(9)] * 17)))] == [
        "OFF_SCALE"
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"subject": {"reference": "Patient/p2"}}, "OTHER_PATIENT"), ({"authored": None}, "NO_DATE"),
     ({"authored": "2025-01-01"}, "TOO_OLD"), ({"authored": "2027-01-01"}, "AFTER_NOW"),
     ({"questionnaire": f"{HOSPITAL}/Questionnaire/other"}, "ABSENT"),
     ({"questionnaire": None}, "ABSENT")],
)  # fmt: skip
def test_of_this_patient_of_this_questionnaire_and_not_old(change, code):
    (note,) = read(response(answered(*[integer(1)] * 17), **change))
    assert note.code == code


def test_without_an_address_the_items_names_tell():
    codes = code_map(address=False)
    assert read(response(answered(*[integer(1)] * 17), questionnaire=None), codes=codes).value == 25
    other = response([{"linkId": "G1", "answer": integer(1)}])
    assert [note.code for note in read(other, codes=codes)] == ["ABSENT"]


CODED = {name: f"{HOSPITAL}/items|f{i}" for i, name in enumerate(NAMES, 1)}


def questionnaire(**changes):
    system = f"{HOSPITAL}/items"
    items = [
        {"linkId": f"F{i}", "type": "choice", "code": [{"system": system, "code": f"f{i}"}]}
        for i in range(1, 18)
    ]
    page = {"linkId": "page", "type": "group", "item": items}
    return resource("Questionnaire", status="active", item=[page], **changes)


@pytest.mark.parametrize(
    ("address", "beside", "contained"),
    [(f"{HOSPITAL}/Questionnaire/womac|2.1",
      [questionnaire(url=f"{HOSPITAL}/Questionnaire/womac")], None),
     (f"{HOSPITAL}/fhir/Questionnaire/7",
      [questionnaire(id="7", url=f"{HOSPITAL}/Questionnaire/womac")], None),
     ("#q", [], [questionnaire(id="q", url=f"{HOSPITAL}/Questionnaire/womac")])],
)  # fmt: skip
def test_items_known_by_code_are_looked_up_in_the_questionnaire(address, beside, contained):
    given = response(answered(*[integer(3)] * 17), questionnaire=address, contained=contained)
    assert read(given, *beside, codes=code_map(CODED)).value == 75.0


def test_without_the_questionnaire_codes_of_items_tell_nothing():
    (note,) = read(response(answered(*[integer(3)] * 17)), codes=code_map(CODED))
    assert note.code == "NO_QUESTIONNAIRE"


def test_numbers_are_read_in_the_coding_that_is_declared():
    values = [1 + i % 5 for i in range(17)]
    text = map_text().replace("instrument:", "coded: [1, 5]\n    instrument:", 1)
    given = response(answered(*map(integer, values)))
    assert read(given, codes=code_map_from_text(text)).value == scored([v - 1 for v in values])
    turned = text.replace("coded:", "reversed: true\n    coded:", 1)
    assert read(given, codes=code_map_from_text(turned)).value == scored([5 - v for v in values])
    zero = response(answered(integer(0), *map(integer, values[1:])))
    assert [note.code for note in read(zero, codes=code_map_from_text(text))] == ["OFF_SCALE"]
    # Codes and labels have their points, whatever the numbers.
    labels = response(answered(*[coded("mild")] * 8, *[[{"valueString": "leicht"}]] * 9))
    assert read(labels, codes=code_map_from_text(text)).value == 25.0


def test_a_missing_rule_can_be_declared():
    text = map_text().replace("instrument:", "max_missing: 8\n    instrument:", 1)
    given = response(answered(*[None] * 8, *[integer(2)] * 9))
    assert read(given, codes=code_map_from_text(text)).items == "9 of 17 items"


ITEMS = "{" + ", ".join(f"{name}: {name}" for name in NAMES) + "}"

TWICE = ITEMS.replace("function_2: function_2", "function_2: function_1")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("{womac_function_0_100: {instrument: womac, items: {a: b}}}", "not a known instrument"),
        ("{womac_function_0_100: {instrument: womac_function, items: {function_1: F1}}}",
         "items must name the items function_1, function_10"),
        ("{womac_function_0_100: {instrument: womac_function, items: {a: F1, b: F1}}}",
         "items must name the items"),
        (f"{{womac_function_0_100: {{instrument: womac_function, items: {TWICE}}}}}",
         "items: several items are known as 'function_1'"),
        (f"{{womac_function_0_100: {{instrument: womac_function, items: {ITEMS}, "
         "coded: [1, 4]}}", r"coded must be the lowest and the highest code"),
        (f"{{womac_function_0_100: {{instrument: womac_function, items: {ITEMS}, "
         "answers: {'a|b': 5}}}", "answers give each code its points as published, from 0 to 4"),
        (f"{{hoos_adl_0_100: {{instrument: womac_function, items: {ITEMS}}}}}",
         "scores womac_function_0_100, not this variable"),
        (f"{{womac_function_0_100: {{instrument: womac_function, items: {ITEMS}, "
         "answers: {mild: 1}}}", r"a code is written system\|code"),
        (f"{{shoe_size: {{instrument: womac_function, items: {ITEMS}}}}}",
         "no clinical variable 'shoe_size'"),
    ],
)  # fmt: skip
def test_a_questionnaire_that_cannot_be_right_is_refused(text, match):
    with pytest.raises(ConfigError, match=match):
        code_map_from_text(f"questionnaires: {text}")
