"""The public names of hiprisk with their signatures: what tests/public_api.txt freezes.

``python tests/public_names.py`` writes the list anew, and a page of each public module in
docs/reference/api, which mkdocstrings fills from the docstrings. A change to the list is a change
of the API and goes into the changelog.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

LIST = Path(__file__).with_name("public_api.txt")
PAGES = LIST.parents[1] / "docs" / "reference" / "api"
HEAD = "# Public names of hiprisk; written by python tests/public_names.py"


def public_modules() -> list[str]:
    """``hiprisk``, the public submodules, and those that they call public in their turn."""
    found, todo = [], ["hiprisk"]
    while todo:
        name = todo.pop(0)
        found.append(name)
        module = importlib.import_module(name)
        todo += [f"{name}.{one}" for one, value in members(module) if is_own_module(value, name)]
    return found


def is_own_module(value: object, parent: str) -> bool:
    return isinstance(value, ModuleType) and value.__name__.startswith(f"{parent}.")


def members(module: ModuleType) -> list[tuple[str, Any]]:
    """What a public module offers: the names of its ``__all__``, in order."""
    return [(name, getattr(module, name)) for name in sorted(getattr(module, "__all__", ()))]


def public_objects() -> Iterator[tuple[str, Any]]:
    """Every public function and class by its full public name, once under each."""
    for module in public_modules():
        for name, value in members(importlib.import_module(module)):
            if not isinstance(value, ModuleType):
                yield f"{module}.{name}", value


def signature(value: Any) -> str:
    try:
        text = str(inspect.signature(value)).replace("collections.abc.", "")
        return re.sub(r" at 0x[0-9a-f]+", "", text)
    except (TypeError, ValueError):
        return ""


def class_lines(name: str, value: type) -> Iterator[str]:
    """A class: how it is made, its fields, and its own public methods and properties."""
    is_result = dataclasses.is_dataclass(value)
    yield f"class {name}" + ("" if is_result else signature(value))
    for one in dataclasses.fields(value) if is_result else ():
        if not one.name.startswith("_"):
            yield f"    {name}.{one.name}: {one.type}"
    for base in value.__mro__:
        if not base.__module__.startswith("hiprisk"):
            continue
        for key, member in sorted(vars(base).items()):
            if not key.startswith("_"):
                yield from member_lines(f"{name}.{key}", member)


def member_lines(name: str, member: Any) -> Iterator[str]:
    if isinstance(member, classmethod | staticmethod):
        yield f"    {name}{signature(member.__func__)}"
    elif inspect.isfunction(member):
        yield f"    {name}{signature(member)}"
    elif isinstance(member, property) or type(member).__name__ == "cached_property":
        yield f"    {name} (property)"


def public_lines() -> list[str]:
    """The whole list, one line a name."""
    lines = [HEAD, *(f"module {module}" for module in public_modules())]
    for name, value in public_objects():
        if inspect.isclass(value):
            lines += dict.fromkeys(class_lines(name, value))
        elif callable(value):
            lines.append(f"{name}{signature(value)}")
        else:
            lines.append(f"{name}: {type(value).__name__}")
    return lines


def page_of(module: str) -> str:
    """The page of a public module: its docstring, then every function and class."""
    parts = [
        f"# {module}",
        f"::: {module}\n    options: {{members: false, show_root_heading: false}}",
    ]
    own = [(name, one) for name, one in public_objects() if name.rpartition(".")[0] == module]
    for name, value in own:
        if hasattr(value, "__qualname__"):
            home, short = f"{value.__module__}.{value.__qualname__}", name.rpartition(".")[2]
            parts.append(f"::: {home}\n    options: {{heading: {name}, toc_label: {short}}}")
    # A metric is an object that is called: one class, one line for each.
    metrics = [(name, one) for name, one in own if type(one).__name__ == "MetricByName"]
    if metrics:
        rows = [f"| `{name}` | {one.label} | {', '.join(one.kinds)} |" for name, one in metrics]
        table = ["| metric | label | of what |", "| --- | --- | --- |", *rows]
        home = f"{type(metrics[0][1]).__module__}.MetricByName"
        parts += ["## Metrics by name", "\n".join(table), f"::: {home}"]
    return "\n\n".join(parts) + "\n"


def pages() -> dict[Path, str]:
    """Every page of the API, by its file."""
    return {PAGES / f"{name}.md": page_of(name) for name in public_modules()}


if __name__ == "__main__":
    PAGES.mkdir(exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
    LIST.write_text("\n".join(public_lines()) + "\n", encoding="utf-8")
