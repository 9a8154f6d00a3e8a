"""What each field of a class means, from the section "Attributes" of its docstring."""

from __future__ import annotations

import inspect
import re
from typing import NamedTuple

_FIELDS = re.compile(r"^([a-z_][a-z0-9_, ]*?)(?: : .*)?$")
_EXAMPLE = re.compile(r"\s*Example: ``(.+?)``\.?\s*$")


class Description(NamedTuple):
    """What a key means, and a value of it as YAML writes it; empty where nothing is said."""

    meaning: str
    example: str


def descriptions(kind: type) -> dict[str, Description]:
    """The meaning of each field; what a class does not say itself is said by those it extends."""
    found: dict[str, Description] = {}
    for one in reversed(kind.__mro__):
        found |= _of_docstring(one.__dict__.get("__doc__") or "")
    return found


def _of_docstring(docstring: str) -> dict[str, Description]:
    lines = inspect.cleandoc(docstring).split("\n")
    if "Attributes" not in lines:
        return {}
    found: dict[str, Description] = {}
    names: tuple[str, ...] = ()
    words: list[str] = []
    for line in [*lines[lines.index("Attributes") + 2 :], "end"]:
        if line.startswith(" ") or not line:
            words.append(line.strip())
            continue
        found |= dict.fromkeys(names, _description(words))
        match = _FIELDS.match(line)
        names = tuple(name.strip() for name in match[1].split(",")) if match else ()
        words = []
    return found


def _description(words: list[str]) -> Description:
    text = " ".join(filter(None, words))
    example = _EXAMPLE.search(text)
    return Description(_EXAMPLE.sub("", text), example[1] if example else "")
