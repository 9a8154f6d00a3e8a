"""Statements of a syntax tree: imports, classes and functions are among them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """A node and every statement below it, without the expressions: nine of ten nodes are these."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        for block in _BLOCKS:
            waiting.extend(getattr(one, block, ()))
