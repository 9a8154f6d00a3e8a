"""YAML and JSON of the pages: whole files or sections, each by the schema of what it is for."""

from __future__ import annotations

import functools
import json
from typing import Any

import jsonschema_rs

from documentation.blocks import Block
from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.schemas.files import schema_path
from hiprisk.yaml_strict import parse_yaml

KINDS = ("study", "mapping", "published")


def check_settings(block: Block) -> str:
    """Hold a block against the schema that knows its keys; returns of which kind it is."""
    if block.language == "json":
        json.loads(block.text)
        return "JSON"
    if all(line.startswith("#") for line in block.text.splitlines()):
        return "comment"
    said, _ = parse_yaml(block.text, name=str(block))
    for kind in KINDS:
        if said.keys() <= _schema(kind)["properties"].keys():
            _check(block, said, kind)
            return kind
    if not _problems({"variables": said}, "mapping") and said.keys() <= load_dictionary().keys():
        return "variables of a mapping"
    _check(block, said, "dictionary")
    return "dictionary"


def _check(block: Block, said: dict[str, Any], kind: str) -> None:
    problems = _problems(said, kind)
    assert not problems, f"{block}: as {kind}: {problems[0]}"


def _problems(said: dict[str, Any], kind: str) -> list[str]:
    return [
        f"{'.'.join(map(str, one.instance_path))}: {one.message}"
        for one in _validator(kind).iter_errors(said)
    ]


@functools.cache
def _schema(kind: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(schema_path(kind).read_text(encoding="utf-8"))
    # A page shows a section: what the whole file needs beside it may be absent.
    schema.pop("required", None)
    return schema


@functools.cache
def _validator(kind: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(_schema(kind))
