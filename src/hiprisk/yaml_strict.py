"""YAML that means one thing only: no code, no aliases, no repeated keys; lines of all keys."""

from __future__ import annotations

import re
from typing import Any

import yaml

from hiprisk.errors import ConfigError

MAX_BYTES = 1 << 20
MAX_DEPTH = 32

# The C parser where PyYAML has it: eight times as fast, the same events.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

KeyPath = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def parse_yaml(text: str, *, name: str) -> tuple[dict[str, Any], dict[KeyPath, int]]:
    """Read one YAML mapping strictly.

    Only ``true`` and ``false`` are booleans, ``1e-3`` is a number, ``no`` and ``1:30`` stay text,
    and a number with a leading zero is refused, since it can be read in two ways.

    Parameters
    ----------
    text : str
        At most 1 MiB, at most 32 levels deep.
    name : str
        File name for messages.

    Returns
    -------
    tuple
        Plain data, and the line (from 1) of every key path.

    Raises
    ------
    ConfigError
        With the line, if the text is not such a mapping.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise ConfigError("the file is larger than 1 MiB", file=name)
    text = str(text)  # LibYAML takes no class derived from it
    _check_events(text, name=name)
    node = yaml.compose(text, Loader=_LOADER)
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError(
            "the file must hold a mapping of keys to values",
            file=name,
            row=1 if node else None,
            advice="name a YAML file: a line `key: value` for each setting",
        )
    lines: dict[KeyPath, int] = {}
    return _mapping(node, (), lines, name), lines


def _check_events(text: str, *, name: str) -> None:
    """Refuse aliases, depth and syntax errors before anything is built."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise _error("anchors and aliases are not allowed", event.start_mark, name)
            tag = getattr(event, "tag", None)
            if tag is not None:
                raise _error("tags are not allowed", event.start_mark, name)
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                raise _error(f"more than {MAX_DEPTH} levels deep", event.start_mark, name)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        # A character that YAML does not allow comes with a reason, anything else with a problem.
        reason = getattr(problem, "problem", None) or getattr(problem, "reason", None)
        raise _error(f"not YAML: {reason}" if reason else "not YAML", mark, name) from None
    except RecursionError:
        raise ConfigError(f"more than {MAX_DEPTH} levels deep", file=name) from None


def _error(reason: str, mark: Any, name: str, *, code: str | None = None) -> ConfigError:
    row = None if mark is None else mark.line + 1
    return ConfigError(reason, code=code, file=name, column=None if row is None else f"line {row}")


def _mapping(
    node: yaml.MappingNode, path: KeyPath, lines: dict[KeyPath, int], name: str
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _error("a key must be plain text", key_node.start_mark, name)
        key = str(key_node.value)
        if key in found:
            raise _error(f"the key '{key}' comes twice", key_node.start_mark, name, code="DUP_KEY")
        lines[(*path, key)] = key_node.start_mark.line + 1
        found[key] = _value(value_node, (*path, key), lines, name)
    return found


def _value(node: yaml.Node, path: KeyPath, lines: dict[KeyPath, int], name: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, name)
    if isinstance(node, yaml.SequenceNode):
        items = []
        for position, item in enumerate(node.value):
            lines[(*path, position)] = item.start_mark.line + 1
            items.append(_value(item, (*path, position), lines, name))
        return items
    return _scalar(node, name)


def _scalar(node: Any, name: str) -> Any:
    text = str(node.value)
    if node.style in ("'", '"', "|", ">"):
        return text
    if text.lower() in _WORDS and text in (text.lower(), text.capitalize()):
        return _WORDS[text.lower()]
    if _LEADING_ZERO.fullmatch(text):
        raise _error(
            f"'{text}' can be read as the number {int(text)} or as text; write it without the "
            "leading zero or in quotes",
            node.start_mark,
            name,
            code="TYPE",
        )
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
