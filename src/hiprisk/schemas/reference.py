"""The reference of a study's keys, as a page: type, default, meaning and example of each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from hiprisk.schemas.generate import json_schema
from hiprisk.yaml_strict import parse_yaml

PAGE_HEAD = """# Study config

<!-- Made from the code by python -m hiprisk.schemas; do not edit it by hand. -->

`configs/stupar.yaml` is the example to start from. Keys marked * are required. The same is in
`study.schema.json`, by which editors complete and check a config
([how](../how-to/editor.md)).

Texts need no quotes unless YAML would read them as something else: `yes` and `no` are texts, and
`true` and `false` are not. Where a key asks for true or false, `yes` and `no` do as well. Paths
start at the folder of the config.

Derived features that need no declaration: `hip_<direction>_worse_deg`, `_better_deg`,
`_asymmetry_deg`; `lbp_chronic`, `lbp_intensity_if_any_0_10`, `lbp_chronic_intensity_0_10`.
"""
SHEET_HEAD = """# Sheet format

<!-- Made from the code by python -m hiprisk.schemas; do not edit it by hand. -->

A sheet is a model as a JSON document, `sheet.json` in a
[bundle](../explanation/sheet-and-bundle.md). `hiprisk sheet show BUNDLE` prints one in words,
`hiprisk sheet new MODEL.yaml` writes one from a published model. Keys marked * are
required; the others have the default that is given, or may be left out. Numbers are finite, and no
other keys are allowed. The same is in `sheet.schema.json`.

A type that is a link is a section below.
"""
_TYPES = {
    "string": "text", "number": "number", "integer": "whole number", "boolean": "true or false",
    "array": "list", "object": "section",
}  # fmt: skip
# Longer ones are whole sections, which follow key by key.
LONGEST_EXAMPLE = 60
ANSWERS = "reporting"
RANGES = ("Range", "SettingRange")
# Stands for names that a user gives.
ANY_NAME = "<name>"
_TABLE = "| key | type | default | meaning | example |\n| --- | --- | --- | --- | --- |"


class Key(NamedTuple):
    """One key of a study.

    Attributes
    ----------
    section : str
        Path of the section it stands in; empty at the top.
    type, default, meaning, example : str
        As the page writes them.
    """

    section: str
    name: str
    required: bool
    type: str
    default: str
    meaning: str
    example: str


def study_keys(configs: Path) -> list[Key]:
    """Every key of a study config, section by section.

    Parameters
    ----------
    configs : path-like
        Folder of study configs from which examples are taken.
    """
    schema = json_schema("study")
    studies = [
        parse_yaml(path.read_text(encoding="utf-8"), name=path.name)[0]
        for path in sorted(configs.glob("*.yaml"))
    ]
    return list(_keys(schema, schema["$defs"], (), studies))


def config_page(configs: Path) -> str:
    """The page, as Markdown."""
    lines = [PAGE_HEAD]
    section = None
    for key in study_keys(configs):
        if key.section != section:
            section = key.section
            lines += ["", f"## `{section}`" if section else "## The study", "", _TABLE]
        cells = (
            f"`{key.name}`" + ("*" if key.required else ""), key.type, key.default, key.meaning,
            key.example,
        )  # fmt: skip
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def sheet_page() -> str:
    """Every key of a sheet, section by section, as Markdown."""
    schema = json_schema("sheet")
    lines = [SHEET_HEAD]
    for title, section in (("The sheet", schema), *schema["$defs"].items()):
        # The first line of the docstring; the sheet's own stands in the page's head.
        said = section.get("description", "") if title in schema["$defs"] else ""
        lines += ["", f"## {title}", "", *((said.replace("``", "`"), "") if said else ())]
        lines += ["| key | type | default | meaning |", "| --- | --- | --- | --- |"]
        for name, one in section["properties"].items():
            star = "*" if name in section.get("required", ()) else ""
            # JSON has null where the docstrings, of Python, have None.
            meaning = re.sub(r"\bNone\b", "null", one.get("description", "").replace("``", "`"))
            cells = (f"`{name}`{star}", _sheet_type(one), _default(one, is_section=False), meaning)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _sheet_type(one: Mapping[str, Any]) -> str:
    """A type in which sections have their names, with a link."""
    if "$ref" in one:
        name = one["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.casefold()})"
    if "anyOf" in one:
        return " or ".join(_sheet_type(each) for each in one["anyOf"])
    if one.get("type") == "null":
        return "null"
    if "prefixItems" in one:
        inside = dict.fromkeys(map(_sheet_type, one["prefixItems"]))
        return f"list of {len(one['prefixItems'])}: {' or '.join(inside)}"
    if one.get("type") == "array":
        return f"list: {_sheet_type(one['items'])}"
    return _type(one, {})


def _keys(
    section: Mapping[str, Any],
    definitions: Mapping[str, Any],
    path: tuple[str, ...],
    studies: list[Any],
) -> Iterator[Key]:
    inner = []
    # Of a section with keys of its own, entries under other names come last.
    other = section.get("additionalProperties") if "properties" in section else None
    keys = {**section.get("properties", {}), **({ANY_NAME: other} if other else {})}
    for name, one in keys.items():
        target = _section_of(one, definitions)
        if target is not None:
            inner.append((name, target))
        yield Key(
            section=".".join(path),
            name=name,
            required=name in section.get("required", ()),
            type=_type(one, definitions),
            default=_default(one, is_section=target is not None),
            meaning=one.get("description", "").replace("``", "`"),
            example=_example(one, (*path, name), studies) or ("below" if target else ""),
        )
    for name, target in inner:
        yield from _keys(target, definitions, (*path, name), studies)


def _section_of(one: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    """The schema of the section that a key opens, also where it is one entry of many."""
    for choice in (one, *one.get("anyOf", ()), one.get("items", {})):
        reference = choice.get("$ref", "").rpartition("/")[2]
        if reference and reference not in RANGES:
            return definitions[reference]
    inside = [one.get("additionalProperties"), *one.get("patternProperties", {}).values()]
    found = [_section_of(each, definitions) for each in inside if isinstance(each, dict)]
    return next((each for each in found if each is not None), None)


def _type(one: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "enum" in one or "const" in one:
        return ", ".join(f"`{value}`" for value in one.get("enum", [one.get("const")]))
    if "$ref" in one:
        name = one["$ref"].rpartition("/")[2]
        return "range `{low, high, log}`" if name in RANGES else "section"
    if "anyOf" in one:
        kinds = [_type(each, definitions) for each in one["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    stated = one.get("type")
    # A text may be written as a number.
    kind = "string" if isinstance(stated, list) else stated
    if kind == "array" and "prefixItems" in one:
        return f"list of {len(one['prefixItems'])} numbers"
    if kind == "array" and isinstance(one.get("items"), dict):
        return f"list: {_type(one['items'], definitions)}"
    if kind == "object":
        inside = [*one.get("patternProperties", {}).values(), one.get("additionalProperties")]
        entries = next((each for each in inside if isinstance(each, dict)), {})
        return f"section of names, each {_type(entries, definitions)}" if entries else "section"
    return _TYPES.get(str(kind), "any") + _limits(one)


def _limits(one: Mapping[str, Any]) -> str:
    words = {
        "minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most",
        "exclusiveMaximum": "below",
    }  # fmt: skip
    said = [f"{text} {one[key]:g}" for key, text in words.items() if key in one]
    return f", {' and '.join(said)}" if said else ""


def _default(one: Mapping[str, Any], *, is_section: bool) -> str:
    if "default" not in one or one["default"] is None or is_section:
        return ""
    return "" if one["default"] in ([], {}, "") else f"`{_yaml_text(one['default'])}`"


def _example(one: Mapping[str, Any], path: tuple[str, ...], studies: list[Any]) -> str:
    """What a shipped study says; else the example of the docstring, a choice, or the default."""
    # What authors answered is true of their study alone, and no example for another.
    for study in studies if path[0] != ANSWERS else ():
        found = _at(study, path)
        if found is not None and len(_yaml_text(found)) <= LONGEST_EXAMPLE:
            return f"`{_yaml_text(found)}`"
    given = one.get("examples") or one.get("enum") or [one.get("default")]
    text = "" if given[0] in (None, [], {}, "") else _yaml_text(given[0])
    return f"`{text}`" if 0 < len(text) <= LONGEST_EXAMPLE else ""


def _at(study: Any, path: tuple[str, ...]) -> Any:
    """The value of a key in a study, of a list's or a family of entries' first."""
    for name in path:
        if isinstance(study, list):
            study = study[0] if study else None
        if isinstance(study, dict) and name not in study:
            study = next(iter(study.values()), None) if study else None
        study = study.get(name) if isinstance(study, dict) else None
    return study


def _yaml_text(value: Any) -> str:
    """A value in one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_yaml_text(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_yaml_text, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    needs_quotes = isinstance(value, str) and parse_yaml(f"value: {text}", name="x")[0] != {
        "value": text
    }
    return json.dumps(text, ensure_ascii=False) if needs_quotes else text
