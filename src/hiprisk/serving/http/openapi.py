"""JSON schemas of what the service takes and gives, made from the sheet of its model."""

from __future__ import annotations

import itertools
import math
from typing import Any

from hiprisk.serving.fhir.risk_assessment import SERVER
from hiprisk.serving.model import Model
from hiprisk.sheet.answers import column_names
from hiprisk.sheet.format import VariableSpec
from hiprisk.values import zero_one_codes
from hiprisk.wording.reasons import range_text

Schema = dict[str, Any]
# Combinations that are looked through to say which variables are enough.
MAX_SETS = 500

TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
SHARE: Schema = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "reason"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string", "pattern": "^[A-Z_]+$"},
        "reason": {"type": "string"},
        "row": {"type": ["integer", "null"], "minimum": 1},
        "column": {"type": ["string", "null"]},
        "advice": {"type": ["string", "null"]},
    },
}
REFUSALS = {
    400: "malformed or ambiguous JSON, or host not allowed",
    401: "missing or invalid bearer token",
    408: "request body not received in time",
    412: "prefetch missing from the request",
    413: "body too large, or too many rows",
    415: "content type is not JSON",
    422: "a value or variable name that the model cannot use",
    429: "rate limit exceeded; Retry-After gives the seconds to wait",
    503: "server at capacity; Retry-After gives the seconds to wait",
}


Responses = dict[int | str, dict[str, Any]]


def responses(given: dict[str, Any], *statuses: int) -> Responses:
    """OpenAPI's responses of an operation: what it gives, and the refusals that it may give."""
    refusals: Responses = {
        status: {
            "description": REFUSALS[status],
            "content": {"application/problem+json": {"schema": PROBLEM}},
        }
        for status in statuses
    }
    return {200: given, **refusals}


def body(schema: Schema, *, media_type: str = "application/json") -> dict[str, Any]:
    """OpenAPI's request body of a schema."""
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema}}}}


def gives(description: str, **schemas: Schema) -> dict[str, Any]:
    """OpenAPI's response; keywords are ``json`` or ``fhir``."""
    types = {"json": "application/json", "fhir": "application/fhir+json"}
    return {
        "description": description,
        "content": {types[name]: {"schema": schema} for name, schema in schemas.items()},
    }


def patient_schema(model: Model) -> Schema:
    """One patient: variables by name; what is absent or null is not known."""
    enough = _enough(model)
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {spec.name: _variable(spec) for spec in model.sheet.variables},
        **({"anyOf": enough} if enough else {}),
    }


def _variable(spec: VariableSpec) -> Schema:
    told = {"description": f"{spec.label}: {range_text(spec)}"}
    if spec.kind == "category":
        codes = zero_one_codes(spec.levels)
        return {**told, "enum": [*spec.levels, *codes, *map(int, codes), None]}
    bounds: Schema = {}
    if spec.hard is not None:
        bounds = {"minimum": spec.hard[0], "maximum": spec.hard[1]}
    return {**told, "type": ["integer" if spec.integer else "number", "null"], **bounds}


def _enough(model: Model) -> list[Schema]:
    """The smallest sets of variables that are enough for a prediction; none if they are many."""
    sheet = model.sheet
    weights = {spec.name: spec.weight for spec in sheet.variables}
    sets: list[frozenset[str]] = []
    for size in range(len(weights) + 1):
        if math.comb(len(weights), size) > MAX_SETS:
            return []
        for names in itertools.combinations(weights, size):
            lacking = sum(weight for name, weight in weights.items() if name not in names)
            known = frozenset(names)
            if lacking <= sheet.max_imputed_weight and not any(few <= known for few in sets):
                sets.append(known)
        if all(
            any(few <= frozenset(names) for few in sets)
            for names in itertools.combinations(weights, min(size + 1, len(weights)))
        ):
            break
    return [
        {"required": sorted(names), "properties": {n: {"not": {"type": "null"}} for n in names}}
        for names in sets
    ]


def rows_schema(model: Model, max_rows: int) -> Schema:
    """Many patients; a value that cannot be used is answered with a reason in its row."""
    cell = {"type": ["number", "string", "boolean", "null"]}
    row = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            spec.name: {**cell, "description": f"{spec.label}: {range_text(spec)}"}
            for spec in model.sheet.variables
        },
    }
    told = f"At most {max_rows} rows."
    return {
        "type": "object",
        "required": ["rows"],
        "additionalProperties": False,
        "properties": {"rows": {"type": "array", "description": told, "items": row}},
    }


def answer_schema(model: Model) -> Schema:
    """The added columns of one patient."""
    names = column_names(model.evaluator)
    return {
        "type": "object",
        "required": list(names),
        "properties": {name: _column(model, name) for name in names},
    }


def _column(model: Model, name: str) -> Schema:
    if name in ("imputed", "flags", "reason"):
        return TEXTS
    if name == "risk" or name.startswith("chance_") or model.sheet.outcome.kind == "binary":
        return SHARE
    return {"type": ["number", "null"]}


def prediction_schema(model: Model) -> Schema:
    """What ``/predict`` gives."""
    said = {name: {"type": "string"} for name in ("estimand", "provenance", "intended_use",
                                                  "bundle_sha256", "disclaimer")}  # fmt: skip
    row = answer_schema(model)
    return {
        "type": "object",
        "required": [*row["required"], *said],
        "properties": {
            **row["properties"],
            **said,
            "explanation": {"type": "object"},
            "warning": {"type": "string"},
        },
    }


def scores_schema(model: Model) -> Schema:
    """What ``/score`` gives."""
    count = {"type": "integer", "minimum": 0}
    return {
        "type": "object",
        "required": ["rows", "scored", "refused", "reasons", "provenance", "bundle_sha256"],
        "properties": {
            "rows": {"type": "array", "items": answer_schema(model)},
            "scored": count,
            "refused": count,
            "reasons": {"type": "object", "additionalProperties": count},
            "provenance": {"type": "string"},
            "bundle_sha256": {"type": "string"},
        },
    }


RESOURCE: Schema = {
    "type": "object",
    "required": ["resourceType"],
    "properties": {"resourceType": {"type": "string"}},
}
RISK_ASSESSMENT: Schema = {
    "type": "object",
    "required": ["resourceType", "status", "subject"],
    "properties": {"resourceType": {"const": "RiskAssessment"}, "status": {"const": "final"}},
}
RECORD: Schema = {
    "type": "object",
    "required": ["resourceType", "entry"],
    "properties": {
        "resourceType": {"const": "Bundle"},
        "entry": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["resource"],
                "properties": {"resource": RESOURCE},
            },
        },
    },
}
CARDS: Schema = {
    "type": "object",
    "required": ["cards"],
    "properties": {
        "cards": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["summary", "indicator", "source"],
                "properties": {
                    "summary": {"type": "string", "maxLength": 139},
                    "indicator": {"enum": ["info"]},
                    "detail": {"type": "string", "minLength": 1},
                    "source": {
                        "type": "object",
                        "required": ["label"],
                        "properties": {"label": {"type": "string", "minLength": 1}},
                    },
                },
            },
        }
    },
}
HOOK: Schema = {
    "type": "object",
    "required": ["hook", "hookInstance", "context", "prefetch"],
    "properties": {
        "hook": {"const": "patient-view"},
        "hookInstance": {"type": "string", "format": "uuid"},
        "fhirServer": {"type": ["string", "null"], "pattern": f"^{SERVER}$"},
        "context": {
            "type": "object",
            "required": ["userId", "patientId"],
            "properties": {
                "userId": {"type": "string", "minLength": 1},
                "patientId": {"type": "string", "pattern": "^[A-Za-z0-9.-]{1,64}$"},
            },
        },
        "prefetch": {"type": "object", "minProperties": 1,
                     "additionalProperties": {"type": ["object", "null"]}},
    },
}  # fmt: skip
