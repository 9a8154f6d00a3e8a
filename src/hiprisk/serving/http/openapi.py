"""The OpenAPI document of a service: schemas made from the sheet of its model."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.json_schema import models_json_schema

from hiprisk.serving.http.schemas import PROTOCOLS, Counted, Explained, Object, Share
from hiprisk.serving.model import Model
from hiprisk.sheet.answers import TEXT_COLUMNS, column_names
from hiprisk.sheet.format import VariableSpec
from hiprisk.values import zero_one_codes
from hiprisk.wording.reasons import range_text

JSON, FHIR, PROBLEM = "application/json", "application/fhir+json", "application/problem+json"
# Combinations that are looked through to say which variables are enough.
MAX_SETS = 500
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


def components(model: Model, max_rows: int) -> Object:
    """Every schema by name: those of the protocols, and those made from the model's sheet."""
    made = (
        patient_model(model),
        rows_model(model, max_rows),
        prediction_model(model),
        scores_model(model),
    )
    _, found = models_json_schema(
        [(one, "validation") for one in (*PROTOCOLS, *made)],
        ref_template="#/components/schemas/{model}",
    )
    return dict(found["$defs"])


def responses(given: Object, *statuses: int) -> dict[int | str, Object]:
    """OpenAPI's responses of an operation: what it gives, and the refusals that it may give."""
    documented: dict[int | str, Object] = {200: given}
    for status in statuses:
        documented[status] = gives(REFUSALS[status], {PROBLEM: "Problem"})
    return documented


def body(schema: str, *, media_type: str = JSON) -> Object:
    """OpenAPI's request body, by the name of its schema."""
    return {"requestBody": {"required": True, "content": _content({media_type: schema})}}


def gives(description: str, schemas: Mapping[str, str]) -> Object:
    """OpenAPI's response: the name of a schema by media type."""
    return {"description": description, "content": _content(schemas)}


def _content(schemas: Mapping[str, str]) -> Object:
    return {
        media_type: {"schema": {"$ref": f"#/components/schemas/{name}"}}
        for media_type, name in schemas.items()
    }


def patient_model(model: Model) -> type[BaseModel]:
    """One patient: variables by name; what is absent or null is missing."""
    enough: Any = _enough(model)
    config = ConfigDict(extra="forbid", json_schema_extra={"anyOf": enough} if enough else None)
    types = {spec.name: _value_type(spec) for spec in model.sheet.variables_to_read}
    return _of_variables("Patient", model, types, config)


def _value_type(spec: VariableSpec) -> Any:
    if spec.kind == "category" and not spec.levels:
        return str | float | None
    if spec.kind == "category":
        codes = zero_one_codes(spec.levels)
        truths = (True, False) if codes else ()
        return Literal[(*spec.levels, *codes, *map(int, codes), *truths, None)]
    number: Any = int if spec.integer else float
    if spec.hard is not None:
        number = Annotated[number, Field(ge=spec.hard[0], le=spec.hard[1])]
    return number | None


def _of_variables(
    name: str, model: Model, types: Mapping[str, Any], config: ConfigDict
) -> type[BaseModel]:
    """A field for each variable, with its label, unit and range."""
    fields: Object = {
        # A variable may be called like a method of pydantic's: it is an alias, never an attribute.
        f"v{place}": (
            types[spec.name],
            Field(
                default=None,
                alias=spec.name,
                title=spec.label,
                description=f"{spec.label}: {range_text(spec)}",
            ),
        )
        for place, spec in enumerate(model.sheet.variables)
    }
    return create_model(name, __config__=config, **fields)


def _enough(model: Model) -> list[Object]:
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


def rows_model(model: Model, max_rows: int) -> type[BaseModel]:
    """Several patients; a value that cannot be used is answered with a reason in its row."""
    cells = {spec.name: float | str | bool | None for spec in model.sheet.variables}
    row = _of_variables("Row", model, cells, ConfigDict(extra="forbid"))
    return create_model(
        "Rows",
        __config__=ConfigDict(extra="forbid"),
        rows=(list[row], Field(description=f"At most {max_rows} rows.")),  # type: ignore[valid-type]
    )


def prediction_model(model: Model) -> type[BaseModel]:
    """The response of ``/predict``."""
    return create_model("Prediction", __base__=(_answer_model(model), Explained))


def scores_model(model: Model) -> type[BaseModel]:
    """The response of ``/score``."""
    row = _answer_model(model)
    return create_model("Scores", __base__=Counted, rows=(list[row], ...))  # type: ignore[valid-type]


def _answer_model(model: Model) -> type[BaseModel]:
    """The columns that scoring adds, of one patient."""
    names = column_names(model.evaluator)
    fields: Object = {
        f"c{place}": (_column_type(model, name), Field(alias=name, title=name))
        for place, name in enumerate(names)
    }
    return create_model("Answer", **fields)


def _column_type(model: Model, name: str) -> Any:
    if name in TEXT_COLUMNS:
        return list[str]
    if name == "risk" or name.startswith("chance_") or model.sheet.outcome.kind == "binary":
        return Share
    return float | None
