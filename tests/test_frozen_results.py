"""What passes between rooms cannot be changed on its way: every dataclass is frozen."""

import ast
from pathlib import Path

import pytest

from source_statements import statements

SRC = Path(__file__).resolve().parents[1] / "src" / "hiprisk"

# Work in progress, which no result holds.
CHANGING = {"Seen", "_Batch", "_Quotes", "_Running"}


def dataclass_arguments(node):
    """The arguments of a class's dataclass decorator, or None where it has no such decorator."""
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if ast.unparse(called).split(".")[-1] == "dataclass":
            keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
            return {keyword.arg: ast.unparse(keyword.value) for keyword in keywords}
    return None


@pytest.mark.slow
def test_every_dataclass_is_frozen():
    changing = set()
    for path in sorted(SRC.rglob("*.py")):
        for node in statements(ast.parse(path.read_text(encoding="utf-8"))):
            arguments = dataclass_arguments(node) if isinstance(node, ast.ClassDef) else None
            if arguments is not None and arguments.get("frozen") != "True":
                changing.add(node.name)
    assert changing == CHANGING
