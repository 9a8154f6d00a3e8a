"""Which tests a mutant meets: its module's own, then all others of the room that reach its line."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from forked_tests import import_libraries, run_tests
from sample import Mutant

HOUSE = "tests/test_frozen_results.py"  # reads declarations, whichever room they stand in
PATIENCE, GRACE = 3, 5  # a run may compute three times as long as a clean one, and five seconds


@dataclass(frozen=True)
class Survey:
    """What the room's tests reach and cost while no mutant is there."""

    reached: dict[str, dict[str, list[str]]]
    seconds: dict[str, float]

    def steps(self, mutant: Mutant, source: str) -> list[list[str]]:
        """Files of tests to run one after another, until one notices."""
        lines = self.reached.get(f"src/hiprisk/{mutant.module}", {})
        in_function = _in_function(source, mutant.line)
        # A line that runs on import may change what any file meets.
        files = set(lines.get(str(mutant.line), ())) if in_function else set(self.seconds)
        if not files:  # goes on from the line before
            files = {file for found in lines.values() for file in found}
        path = Path(mutant.module)
        own = Path("tests", path.parent, f"test_{path.stem.strip('_')}.py").as_posix()
        others = sorted(files - {own}, key=lambda file: self.seconds.get(file, 0.0))
        house = [] if in_function else [HOUSE]
        return [step for step in ([own] if own in self.seconds else [], others, house) if step]

    def limit(self, files: list[str]) -> int:
        """Seconds of computing that a run of these files may take."""
        return round(PATIENCE * sum(self.seconds.get(file, 0.0) for file in files) + GRACE)


def survey(room: str, root: Path, scratch: Path) -> Survey:
    """Run the room's tests on the code as it is; they must pass."""
    folder = root / "src" / "hiprisk" / room
    clean = run_tests([f"tests/{room}"], root, scratch, cpu_seconds=1800, measure=folder)
    if not clean.passed:
        raise SystemExit(f"The tests of {room} fail without any mutant:\n{clean.output}")
    import_libraries(clean.told["libraries"])
    found = Survey(reached=clean.told["reached"], seconds=clean.told["seconds"])
    quickest = min(found.seconds, key=found.seconds.__getitem__)
    again = run_tests([quickest], root, scratch, cpu_seconds=60)
    if not again.passed:
        raise SystemExit(f"{quickest} fails in a child of the imported libraries:\n{again.output}")
    return found


def _in_function(source: str, line: int) -> bool:
    return any(
        node.body[0].lineno <= line <= (node.end_lineno or 0)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    )
