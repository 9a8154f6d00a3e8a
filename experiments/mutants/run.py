"""Which small faults in a room's code no test notices.

    make mutants ROOM=metrics SAMPLE=100 SEED=1

Draws mutants (cosmic-ray's operators: another comparison, another number, a condition turned
round, a decorator left out ...), puts each into a private copy of the tree and runs the module's
own tests, then the room's. Writes results/ROOM.csv and prints what survived. Mutants that change
nothing that anybody could see stand with their reason in equivalent.csv; the next of the order
takes the place of each.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from cosmic_ray.mutating import use_mutation
from forked_tests import run_tests
from sample import Mutant, mutants_in_random_order
from tests_that_matter import Survey, survey

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
WANTED = 0.95


@dataclass(frozen=True)
class Row:
    """What became of one mutant."""

    module: str
    function: str
    line: int
    operator: str
    before: str
    after: str
    outcome: str
    noticed_by: str = ""
    reason: str = ""


def private_copy(folder: Path) -> Path:
    """The tree as it stands, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    root = folder / "tree"
    for name in filter(None, listed.split("\0")):
        if (PROJECT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, root / name)
    return root


def judged(mutant: Mutant, found: Survey, scratch: Path) -> Row:
    """Run the tests that matter with the mutant in the tree."""
    path = mutant.spec.module_path
    steps = found.steps(mutant, path.read_text(encoding="utf-8"))
    with use_mutation(path, mutant.operator_instance(), mutant.spec.occurrence):
        for files in steps:
            run = run_tests(files, scratch / "tree", scratch, found.limit(files))
            if run.timed_out:
                return _row(mutant, "timeout")
            if not run.passed:
                return _row(mutant, "killed", noticed_by=str(run.told.get("noticed_by", "")))
    return _row(mutant, "survived")


def _row(mutant: Mutant, outcome: str, noticed_by: str = "", reason: str = "") -> Row:
    return Row(
        mutant.module,
        mutant.function,
        mutant.line,
        mutant.operator,
        mutant.before,
        mutant.after,
        outcome,
        noticed_by,
        reason,
    )


def read_rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(Row.__dataclass_fields__), lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def known(rows: list[dict[str, str]]) -> dict[tuple[str, str, str, str], dict[str, str]]:
    return {(row["module"], row["function"], row["before"], row["after"]): row for row in rows}


def run_room(args: argparse.Namespace, scratch: Path) -> list[Row]:
    """Judge mutants in their order until `sample` are judged; equivalents do not count."""
    root = private_copy(scratch)
    found = survey(args.room, root, scratch)
    results = HERE / "results" / f"{args.room}.csv"
    equivalent = known(read_rows(HERE / "equivalent.csv"))
    before = known(read_rows(results)) if args.resume else {}
    rows: list[Row] = []
    mutants = mutants_in_random_order(root, args.room, args.seed, scratch / "session.sqlite")
    while sum(row.outcome != "equivalent" for row in rows) < args.sample:
        mutant = next(mutants, None)
        if mutant is None:
            break
        if mutant.key in equivalent:
            row = _row(mutant, "equivalent", reason=equivalent[mutant.key]["reason"])
        elif before.get(mutant.key, {}).get("outcome") in ("killed", "timeout"):
            earlier = before[mutant.key]
            row = _row(mutant, earlier["outcome"], noticed_by=earlier["noticed_by"])
        else:
            row = judged(mutant, found, scratch)
            print(f"{len(rows) + 1:4d} {row.outcome:9s} {_place(row)}", file=sys.stderr, flush=True)
        rows.append(row)
        write_rows(results, rows)
    return rows


def _place(row: Row) -> str:
    return f"{row.module}:{row.line} {row.function}: {row.before}  ->  {row.after}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--room", required=True, help="a folder of src/hiprisk")
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--resume",
        action="store_true",
        help="take over what results/ROOM.csv says was noticed: after a stop, or with new tests",
    )
    args = parser.parse_args()
    if not any((PROJECT / "src" / "hiprisk" / args.room).glob("*.py")):
        parser.error(f"no room of src/hiprisk is called {args.room}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        rows = run_room(args, Path(scratch).resolve())
    counts = Counter(row.outcome for row in rows)
    for row in rows:
        if row.outcome == "survived":
            print(f"survived  {_place(row)}")
    judged_rows = len(rows) - counts["equivalent"]
    noticed = counts["killed"] + counts["timeout"]
    print(
        f"{args.room}: {noticed} of {judged_rows} mutants noticed ({counts['timeout']} by their "
        f"time), {counts['survived']} survived, {counts['equivalent']} more are equivalent; "
        f"seed {args.seed}, {time.monotonic() - began:.0f} s"
    )
    return 0 if noticed >= WANTED * judged_rows else 1


if __name__ == "__main__":
    sys.exit(main())
