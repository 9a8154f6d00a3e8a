"""Codes of findings and refusals with the sentences they come with, read off the source code."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from hiprisk import errors
from hiprisk.cohort.checks import unreadable

SRC = Path(__file__).parents[1] / "src" / "hiprisk"
# What a sentence holds of the case at hand is left out.
GAP = "..."
KINDS = {
    name: int(one.exit_code)
    for name, one in vars(errors).items()
    if isinstance(one, type) and issubclass(one, errors.HipRiskError)
}
# Functions that make a refusal, and of which kind.
HELPERS = {
    "RequestRefusedError": "InputError",
    "_error": "ConfigError",
    "error": "ConfigError",
    "_refusal": "BundleError",
}


@dataclass
class Code:
    """One code.

    Attributes
    ----------
    levels : set of str
        Of a finding its severities, of a refusal its exit codes.
    sentences : list of (str, str)
        What is said with it and what to do, without what differs from case to case.
    """

    levels: set[str] = field(default_factory=set)
    sentences: list[tuple[str, str]] = field(default_factory=list)

    @property
    def plainest(self) -> tuple[str, str]:
        """The sentence with the fewest gaps, the shortest of these; empty where there is none."""
        order = sorted(self.sentences, key=lambda one: (one[0].count(GAP), len(one[0]), one))
        return order[0] if order else ("", "")


def finding_codes() -> dict[str, Code]:
    """Codes of findings about a cohort or a study, in the order of the alphabet."""
    found: dict[str, Code] = {}
    for call, constants in _calls():
        parts = _parts_of_finding(call)
        if parts is None:
            continue
        for code, severity, message, advice in _branches(parts):
            for text in _texts(code, constants):
                _add(found, text, _texts(severity, constants), (message, advice), constants)
    for code, message in unreadable._MESSAGES.items():
        entry = found.setdefault(code, Code())
        entry.levels.add("error")
        entry.sentences.insert(0, (message, unreadable._ADVICE[code].replace("%d", GAP)))
    return dict(sorted(found.items()))


class _Branch(ast.NodeTransformer):
    """Takes one side of every choice."""

    def __init__(self, *, first: bool) -> None:
        self._first = first

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:  # named by ast
        return self.visit(node.body if self._first else node.orelse)


def _branches(parts: list[ast.expr | None]) -> Iterator[list[ast.expr | None]]:
    """Where the code is a choice, the sentences that go with each side."""
    if not isinstance(parts[0], ast.IfExp):
        yield parts
        return
    for first in (True, False):
        side = _Branch(first=first)
        yield [part and side.visit(copy.deepcopy(part)) for part in parts]


def _parts_of_finding(call: ast.Call) -> list[ast.expr | None] | None:
    """Code, severity, message and advice of a call that makes a finding."""
    if _name(call) == "Finding":
        said = {word.arg: word.value for word in call.keywords}
        return [said.get(name) for name in ("code", "severity", "message", "advice")]
    if _name(call) == "finding_at" and len(call.args) == 6:
        return [call.args[1], call.args[2], call.args[4], call.args[5]]
    return None


def refusal_codes() -> dict[str, Code]:
    """Codes of refusals (``hiprisk: error[CODE]``), in the order of the alphabet."""
    found: dict[str, Code] = {}
    for call, constants in _calls():
        kind = HELPERS.get(_name(call), _name(call))
        if kind not in KINDS or not call.args:
            continue
        said = {word.arg: word.value for word in call.keywords}
        code = said.get("code", call.args[1] if _name(call) == "_refusal" else None)
        stated = _texts(code, constants)
        for text in stated or [getattr(errors, kind).default_code] * (code is None):
            sentences = (call.args[0], said.get("advice"))
            _add(found, text, [str(KINDS[kind])], sentences, constants)
    return dict(sorted(found.items()))


def _add(
    found: dict[str, Code],
    code: str,
    levels: list[str],
    sentences: tuple[ast.expr | None, ast.expr | None],
    constants: dict[str, str],
) -> None:
    entry = found.setdefault(code, Code())
    entry.levels.update(levels)
    said, advice = (_sentence(one, constants) for one in sentences)
    # A sentence of gaps alone says nothing.
    if len(said.replace(GAP, "").strip(" :;,.()'")) > 8:
        entry.sentences.append((said, "" if advice == GAP else advice))


def _calls() -> Iterator[tuple[ast.Call, dict[str, str]]]:
    everywhere: dict[str, str] = {}
    modules = _modules()
    for own, _ in modules:
        everywhere |= own
    for own, calls in modules:
        constants = everywhere | own
        for call in calls:
            yield call, constants


@cache
def _modules() -> list[tuple[dict[str, str], list[ast.Call]]]:
    """Texts with a name in capitals and all calls, module by module."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SRC.rglob("*.py"))]
    return [
        (_constants(tree), [one for one in ast.walk(tree) if isinstance(one, ast.Call)])
        for tree in trees
    ]


def _constants(tree: ast.Module) -> dict[str, str]:
    """Texts that a module gives a name in capitals."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.isupper()
        and isinstance(node.value.value, str)
    }  # fmt: skip


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _texts(node: ast.expr | None, constants: dict[str, str]) -> list[str]:
    """The texts that an expression can be, where its source says so."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.Name) and node.id in constants:
        return [constants[node.id]]
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body, constants), *_texts(node.orelse, constants)]
    return []


def _sentence(node: ast.expr | None, constants: dict[str, str]) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value if isinstance(part, ast.Constant) else GAP for part in node.values
        )
    if isinstance(node, ast.BinOp):
        return _sentence(node.left, constants) + _sentence(node.right, constants)
    return next(iter(_texts(node, constants)), GAP)
