"""A random sample of a room's mutants, the same for the same seed as long as their lines stay."""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.commands.init import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec

ARITHMETIC = {"Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"}
BITS = {"BitAnd", "BitOr", "BitXor"}
ORDER = {"Eq", "NotEq", "Lt", "LtE", "Gt", "GtE"}
# Like assertions, these keep code right that is still to be written; no input tells them apart.
GUARDS = {"zip": ("strict",), "dataclass": ("slots", "kw_only")}
IDENTITY = {"Is", "IsNot"}


@dataclass(frozen=True)
class Mutant:
    """One change of one line; `before` and `after` are the lines that it changes."""

    spec: MutationSpec
    module: str
    function: str
    operator: str
    line: int
    before: str
    after: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names it when the lines around it move."""
        return (self.module, self.function, self.before, self.after)

    def operator_instance(self) -> Operator:
        """What makes the change."""
        return get_operator(self.spec.operator_name)(**self.spec.operator_args)


def mutants_in_random_order(root: Path, room: str, seed: int, session: Path) -> Iterator[Mutant]:
    """Every place of the room once, with one of its changes, in an order drawn from the seed."""
    paths = sorted((root / "src" / "hiprisk" / room).rglob("*.py"))
    with use_db(str(session), WorkDB.Mode.create) as database:
        init(paths, database, {})
        specs = [item.mutations[0] for item in database.work_items]
    sources = {path: path.read_text(encoding="utf-8") for path in paths}
    left_out = {path: _left_out(source) for path, source in sources.items()}
    lines = {path: source.split("\n") for path, source in sources.items()}
    kept = [
        spec
        for spec in specs
        if _tells_something(spec.operator_name)
        and not _orders_a_text(spec, lines[spec.module_path])
        and not _is_a_marker(spec, lines[spec.module_path])
        and not any(start <= spec.start_pos < end for start, end in left_out[spec.module_path])
    ]
    seen: set[tuple[Path, tuple[int, int], str]] = set()
    for spec in _ranked(kept, lines, root, seed):
        place = (spec.module_path, spec.start_pos, _family(spec.operator_name))
        if place in seen:
            continue
        seen.add(place)
        yield _mutant(spec, sources[spec.module_path], root)


def _family(operator: str) -> str:
    return operator.split("/")[-1].split("_")[0]


def _tells_something(operator: str) -> bool:
    """Whether a test can be asked to notice: not what any run, or none, would tell apart.

    Shifts and bits of a float, and a matrix product of two scalars, are an error wherever the line
    runs at all; whether equal texts are one object is the interpreter's affair.
    """
    parts = operator.split("_")
    if len(parts) < 3:
        return True
    before, after = parts[-2:]
    if "ReplaceBinaryOperator" in operator:
        return after in (BITS if before in BITS else ARITHMETIC)
    if "ReplaceComparisonOperator" in operator:
        return after in (IDENTITY if before in IDENTITY else ORDER)
    return True


def _orders_a_text(spec: MutationSpec, lines: list[str]) -> bool:
    """`>=` in place of `==` before a text: that "no" comes after "maybe" is an accident."""
    row, column = spec.end_pos
    wanted = spec.operator_name.endswith(("_Lt", "_LtE", "_Gt", "_GtE"))
    return wanted and lines[row - 1][column:].lstrip().startswith(('"', "'"))


def _is_a_marker(spec: MutationSpec, lines: list[str]) -> bool:
    """The star of keyword-only parameters or of an unpacking, taken for a product."""
    row, column = spec.start_pos
    before, after = lines[row - 1][:column], lines[row - 1][spec.end_pos[1] :]
    stars = lines[row - 1][column : spec.end_pos[1]].strip("*") == ""
    return stars and not after.startswith(" ") and (not before or before[-1] in " ([{")


def _ranked(
    specs: list[MutationSpec], lines: dict[Path, list[str]], root: Path, seed: int
) -> list[MutationSpec]:
    """By a hash of the seed and the mutant's own text: changes elsewhere move nothing."""
    twins: Counter[str] = Counter()
    ranks = {}
    for index, spec in enumerate(specs):
        row, column = spec.start_pos
        line = lines[spec.module_path][row - 1]
        column -= len(line) - len(line.lstrip())
        text = "|".join(
            (
                spec.module_path.relative_to(root).as_posix(),
                spec.definition_name or "",
                spec.operator_name,
                line.strip(),
                str(column),
            )
        )
        twins[text] += 1  # both changes of a number, or a line that stands twice in a function
        ranks[index] = hashlib.sha256(f"{seed}|{text}|{twins[text]}".encode()).hexdigest()
    return [specs[index] for index in sorted(ranks, key=ranks.__getitem__)]


def _mutant(spec: MutationSpec, source: str, root: Path) -> Mutant:
    operator = get_operator(spec.operator_name)(**spec.operator_args)
    changed = mutate_code(source, operator, spec.occurrence)
    before, after = _changed_lines(source, changed or source)
    return Mutant(
        spec=spec,
        module=spec.module_path.relative_to(root / "src" / "hiprisk").as_posix(),
        function=spec.definition_name or "",
        operator=spec.operator_name.split("/")[-1],
        line=spec.start_pos[0],
        before=before,
        after=after,
    )


def _changed_lines(source: str, changed: str) -> tuple[str, str]:
    """The lines that differ, with the blanks that the tool adds taken out."""
    old, new = source.split("\n"), changed.split("\n")
    first = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
    tail = 0
    while tail < min(len(old), len(new)) - first and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return tuple(" ".join(" ".join(text[first : len(text) - tail]).split()) for text in (old, new))


def _left_out(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where annotations, which mypy reads and no test, and `GUARDS` begin and end."""
    lines = source.split("\n")

    def position(row: int, offset: int) -> tuple[int, int]:
        return row, len(lines[row - 1].encode()[:offset].decode())

    parts: list[object] = []
    for node in ast.walk(ast.parse(source)):
        parts += [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            guards = GUARDS.get(node.func.id, ())
            parts += [keyword.value for keyword in node.keywords if keyword.arg in guards]
    return [
        (
            position(part.lineno, part.col_offset),
            position(part.end_lineno or part.lineno, part.end_col_offset or 0),
        )
        for part in parts
        if isinstance(part, ast.expr)
    ]
