"""JSON Schemas made from the settings that read the files: ``python -m hiprisk.schemas``."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from hiprisk.cohort.dictionary import Variable
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.own_variables import VariableEntry
from hiprisk.config.published import PublishedModel
from hiprisk.config.settings import StudyConfig
from hiprisk.schemas.descriptions import descriptions
from hiprisk.schemas.files import Kind
from hiprisk.sheet.format import Sheet

TYPES: Mapping[Kind, Any] = {
    "study": StudyConfig,
    "mapping": CohortMapping,
    "dictionary": dict[str, VariableEntry],
    "published": PublishedModel,
    "sheet": Sheet,
}
TITLES: Mapping[Kind, str] = {
    "study": "hiprisk study config",
    "mapping": "hiprisk column mapping of a cohort file",
    "dictionary": "hiprisk dictionary of own variables",
    "published": "hiprisk published model, written by hand",
    "sheet": "hiprisk sheet, a model as a document",
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Fields that are no keys of a file.
_NOT_IN_FILES = {"CohortMapping": ("undecided",)}
# An entry of a dictionary says the same of a variable as the dictionary does.
_SAID_BY: Mapping[type, type] = {VariableEntry: Variable}
# Sections whose entries may be the name of a column alone.
_SHORT_FORMS = {"CohortMapping": ("variables",)}
# Fields whose entries stand in a file among the section's own keys, under names of one's own.
NAMED_BY_USER = {"ModelTypeSettings": "own"}


class _Schema(GenerateJsonSchema):
    """Pydantic's schema with the meaning of every key, as a YAML file is read."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """The schema of one section, each key with what its docstring says."""
        made = super().dataclass_schema(schema)
        target = self.resolve_ref_schema(made)
        kind = schema["cls"]
        target.pop("title", None)
        target["description"] = (kind.__doc__ or "").strip().split("\n")[0]
        said = descriptions(_SAID_BY.get(kind, kind))
        # In the order in which the class names them.
        unordered = target.get("properties", {})
        order = [name for name in _field_names(kind) if name in unordered]
        properties = target["properties"] = {name: unordered[name] for name in order}
        for name in _NOT_IN_FILES.get(kind.__name__, ()):
            properties.pop(name, None)
        for name in _SHORT_FORMS.get(kind.__name__, ()):
            long_form = properties[name]["additionalProperties"]
            properties[name]["additionalProperties"] = {"anyOf": [{"type": "string"}, long_form]}
        for name, one in properties.items():
            one.pop("title", None)
            if name in said and said[name].meaning:
                one["description"] = said[name].meaning
            if name in said and said[name].example:
                one["examples"] = [_yaml(said[name].example)]
        if kind.__name__ in NAMED_BY_USER:
            among = properties.pop(NAMED_BY_USER[kind.__name__])
            ((pattern, entry),) = among["patternProperties"].items()
            said_of_it = {key: among[key] for key in ("description", "examples")}
            # Not by the pattern alone: it would hold for the section's own keys as well.
            target["additionalProperties"] = {**entry, **said_of_it}
            target["propertyNames"] = {"pattern": pattern}
        return made

    def is_instance_schema(self, schema: core_schema.IsInstanceSchema) -> JsonSchemaValue:
        """A file that another file names."""
        return {"type": "string", "default": None}


def _field_names(kind: type) -> list[str]:
    return [one.name for one in dataclasses.fields(kind)]


def _yaml(text: str) -> Any:
    from hiprisk.yaml_strict import parse_yaml

    return parse_yaml(f"value: {text}", name="example")[0]["value"]


def json_schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of one kind of file.

    Codes may be written as numbers where texts are asked for (``1`` for ``"1"``). What ``hiprisk
    init`` leaves as ``DECIDE`` is wrong by the schema where it stands for a number or a choice.
    """
    made = TypeAdapter(TYPES[kind]).json_schema(schema_generator=_Schema)
    if kind != "sheet":
        _each(made, _text_or_number)
    return {"$schema": DIALECT, "title": TITLES[kind], **made}


def schema_text(kind: Kind) -> str:
    """The schema as it stands in the package."""
    return json.dumps(json_schema(kind), indent=1, ensure_ascii=False) + "\n"


def _text_or_number(one: dict[str, Any]) -> None:
    if one.get("type") == "string" and "pattern" not in one:
        one["type"] = ["string", "number"]


def _each(node: Any, change: Callable[[dict[str, Any]], None]) -> None:
    for one in _nodes(node):
        change(one)


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every schema inside a schema; values such as defaults and examples are none."""
    if isinstance(node, list):
        for one in node:
            yield from _nodes(one)
    if not isinstance(node, dict):
        return
    yield node
    for key in ("properties", "patternProperties", "$defs"):
        for one in node.get(key, {}).values():
            yield from _nodes(one)
    for key in ("items", "additionalProperties", "anyOf", "oneOf", "allOf", "prefixItems"):
        yield from _nodes(node.get(key))
