"""Resources as a FHIR library writes them: what it refuses to make, no server sends."""

import json

from fhir.resources.R4B import get_fhir_model_class

HOSPITAL = "https://hospital.example"


def resource(kind, **values):
    """A resource as JSON values, checked and written by the library."""
    made = get_fhir_model_class(kind).model_validate({"resourceType": kind, **values})
    return json.loads(made.model_dump_json(exclude_none=True))


def patient(**changes):
    return resource(
        "Patient", **{"id": "p1", "birthDate": "1963-11-25", "gender": "female", **changes}
    )


def observation(code="womac-f", **changes):
    return resource(
        "Observation",
        **{"status": "final", "subject": {"reference": "Patient/p1"},
           "code": {"coding": [{"system": f"{HOSPITAL}/codes", "code": code}]},
           "effectiveDateTime": "2026-11-01", **changes},
    )  # fmt: skip


def response(items, **changes):
    return resource(
        "QuestionnaireResponse",
        **{"status": "completed", "subject": {"reference": "Patient/p1"},
           "questionnaire": f"{HOSPITAL}/Questionnaire/womac|2.1",
           "authored": "2026-11-02T09:30:00Z", "item": items, **changes},
    )  # fmt: skip


def bundle(*resources, kind="searchset", **changes):
    entries = [{"fullUrl": f"{HOSPITAL}/fhir/{one['resourceType']}/{one.get('id', i)}",
                "resource": one} for i, one in enumerate(resources)]  # fmt: skip
    return resource("Bundle", type=kind, entry=entries, **changes)


def outcome(severity="error", code="forbidden", **changes):
    issue = {"severity": severity, "code": code, **changes}
    return resource("OperationOutcome", issue=[issue])
