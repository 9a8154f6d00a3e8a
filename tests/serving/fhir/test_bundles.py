"""Records as Bundles: pages, batches, contained resources, refused queries; large ones."""

import json
import tracemalloc

import pytest

from fhir_records import HOSPITAL, bundle, observation, outcome, patient, resource
from hiprisk.errors import BundleError, InputError
from hiprisk.serving.fhir.bundles import (
    INCOMPLETE,
    bundle_resources,
    outcome_in_words,
    read_bundle_resource,
    read_record_document,
    remarks_of,
)
from hiprisk.serving.fhir.code_map import code_map_from_text

CODES = code_map_from_text(
    f"observations: {{height_cm: {{codes: ['{HOSPITAL}/codes|height', 'http://loinc.org|8302-2']}}}}"
)
NEXT = {"relation": "next", "url": f"{HOSPITAL}/fhir?page=2"}
SORTED = {"relation": "self", "url": f"{HOSPITAL}/fhir/Observation?code=x&_sort=-date&_count=5"}


def kinds(resources):
    return sorted(one["resourceType"] for one in resources)


@pytest.mark.parametrize(
    ("links", "said"),
    [([], ()), ([NEXT], (INCOMPLETE,)), ([NEXT, SORTED], ()), ([SORTED], ()),
     ([NEXT, {**SORTED, "url": f"{HOSPITAL}/fhir/Observation?_sort=date"}], (INCOMPLETE,)),
     ([NEXT, {"relation": "self", "url": "http://[half"}], (INCOMPLETE,))],
)  # fmt: skip
def test_further_pages_leave_a_record_incomplete_unless_the_newest_came_first(links, said):
    document = bundle(patient(), observation())
    document["link"] = links
    assert read_bundle_resource(document).remarks == said
    assert remarks_of(document) == said


def test_answers_to_a_batch_are_read_as_one_record():
    searches = bundle(observation("a")), bundle(observation("b"), patient())
    document = bundle(patient(), *searches, kind="batch-response")
    found = read_bundle_resource(document)
    assert kinds(found.resources) == ["Observation", "Observation", "Patient", "Patient"]
    assert found.subject == "Patient/p1"


def test_a_query_of_a_batch_that_failed_is_said():
    document = bundle(patient(), kind="batch-response")
    failed = {"response": {"status": "403", "outcome": outcome()}}
    document["entry"].append(failed)
    words = "the FHIR server answered a query with an OperationOutcome (error, forbidden)"
    assert read_bundle_resource(document).remarks == (words,)


def test_contained_observations_are_read_and_contained_patients_are_not():
    inner = observation(id="o1", subject={"reference": "Patient/p1"})
    report = resource(
        "DiagnosticReport", status="final", code={"text": "motion"},
        result=[{"reference": "#o1"}], contained=[inner, patient(id="x")],
    )  # fmt: skip
    found = read_bundle_resource(bundle(patient(), report)).resources
    assert kinds(found) == ["DiagnosticReport", "Observation", "Patient"]
    assert kinds(bundle_resources(report)) == ["DiagnosticReport", "Observation"]


def test_one_patient_given_twice_is_one_and_two_that_differ_are_two():
    assert read_bundle_resource(bundle(patient(), patient())).subject == "Patient/p1"
    with pytest.raises(InputError, match="must hold one Patient; it holds 2"):
        read_bundle_resource(bundle(patient(), patient(gender="male")))


@pytest.mark.parametrize(
    "document",
    [outcome(), bundle(outcome()), bundle(outcome(), observation())],
    ids=["alone", "in a searchset", "beside what has no patient"],
)
def test_an_outcome_in_place_of_a_record_is_said_as_what_it_is(document):
    said = r"answered with an OperationOutcome \(error, forbidden\)"
    with pytest.raises(InputError, match=said) as caught:
        read_bundle_resource(document)
    assert caught.value.code == "OPERATION_OUTCOME"


@pytest.mark.parametrize(
    ("issues", "words"),
    [
        ([{"severity": "warning", "code": "suppressed"}, {"severity": "fatal", "code": "timeout"}],
         "fatal, timeout; warning, suppressed"),
        ([{"severity": "error", "code": "Jane Roe", "diagnostics": "Jane Roe"}], "error"),
        ([{"severity": "Jane", "code": ["x"]}, 3], "without an issue"),
        ("Jane", "without an issue"),
        (None, "without an issue"),
    ],
)  # fmt: skip
def test_of_an_outcome_only_the_codes_of_fhir_are_said(issues, words):
    assert outcome_in_words({"issue": issues}) == words


@pytest.mark.parametrize(
    ("severity", "said"), [("error", 1), ("fatal", 1), ("warning", 1), ("information", 0)]
)
def test_an_outcome_beside_results_is_said_where_it_may_hide_some(severity, said):
    document = bundle(patient(), outcome(severity, "suppressed"))
    assert len(read_bundle_resource(document).remarks) == said


@pytest.mark.parametrize("kind", [None, 3, [], {}, "Patient "])
def test_what_has_no_type_is_nothing(kind):
    odd = {"resourceType": kind, "contained": [{"resourceType": kind}, 3], "entry": 3}
    document = {"resourceType": "Bundle", "entry": [{"resource": patient()}, {"resource": odd}]}
    assert read_bundle_resource(document).subject == "Patient/p1"
    read_record_document(json.dumps(document).encode(), CODES, name="x")


def kept(*resources):
    raw = json.dumps(bundle(*resources)).encode()
    document = read_record_document(raw, CODES, name="record.json")
    return [entry["resource"] for entry in document["entry"]]


def test_of_a_record_what_is_mapped_is_kept():
    height = {
        **observation("height", valueQuantity={"value": 170, "unit": "cm"}),
        "meta": {"versionId": "1"},
        "text": {"status": "generated", "div": "<div>x</div>"},
    }
    panel = observation("panel", component=[
        {"code": {"coding": [{"system": f"{HOSPITAL}/codes", "code": "height"}]},
         "valueQuantity": {"value": 170, "unit": "cm"}}])  # fmt: skip
    condition = resource("Condition", subject={"reference": "Patient/p1"}, note=[{"text": "long"}])
    inner = [{**observation("height"), "id": "o"}, {**observation(), "id": "q"}]
    report = resource("DiagnosticReport", status="final", code={"text": "x"}, contained=inner)
    found = kept(patient(), height, panel, observation("haemoglobin"), condition, report)
    assert found[1] == {key: one for key, one in height.items() if key not in ("meta", "text")}
    assert found[2] == panel
    assert found[3:5] == [{"resourceType": "Observation"}, {"resourceType": "Condition"}]
    assert [one.get("id") for one in found[5]["contained"]] == ["o", None]


def test_a_mark_at_the_start_of_a_file_says_nothing():
    raw = b"\xef\xbb\xbf" + json.dumps(bundle(patient())).encode()
    assert read_record_document(raw, CODES, name="record.json")["resourceType"] == "Bundle"


@pytest.mark.slow
def test_a_large_record_takes_the_memory_of_what_is_mapped():
    filler = observation("haemoglobin", valueString="x" * 400)
    raw = json.dumps(bundle(patient(), *[filler] * 5_000)).encode()
    assert len(raw) > 3 << 20
    tracemalloc.start()
    read_record_document(raw, CODES, name="record.json")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Four copies of the text at most: as text, without strings for its depth, and what is kept.
    assert peak < 4 * len(raw)


def test_a_record_has_its_bounds():
    with pytest.raises(BundleError, match="larger than 10 bytes"):
        read_record_document(b" " * 11, CODES, name="record.json", max_bytes=10)
    with pytest.raises(BundleError, match="more than 1000000 objects and lists"):
        read_record_document(b"[" + b"{}," * 1_000_000 + b"{}]", CODES, name="record.json")
    with pytest.raises(BundleError, match="nested deeper than 64 levels"):
        read_record_document(b"[" * 65 + b"]" * 65, CODES, name="record.json")
