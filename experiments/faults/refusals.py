"""Refusals in many runs: a broken file always ends with its documented exit code, never an abort.

Each run is a process of its own. A file is right, or has one fault (a row too long, bytes that
are not UTF-8, both in one row, a NUL, a torn archive) near its start, behind 64 KiB or 4 MiB,
or in its last row; plain, in gzip, or in zip. Wanted: the documented code, one line on standard
error that names it, nothing on standard output, and no file in the folder that was not there.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import itertools
import random
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from dataclasses import astuple, dataclass
from pathlib import Path

MODEL = Path(__file__).parents[2] / "configs" / "published" / "invented_womac.yaml"
ROWS = 10_000
COLUMNS = ["command", "fault", "place", "packing", "runs", "documented", "other"]
PLACES = {"start": 1, "behind 64 KiB": 200, "behind 4 MiB": 9_500, "last row": ROWS - 1}
FAULTS = {
    "ragged": ("RAGGED", lambda row: row + b",1"),
    "bad bytes": ("ENCODING", lambda row: row[:-1] + b"\xff\xfe"),
    "bad bytes in a ragged row": ("ENCODING", lambda row: row + b",\xff"),
    "NUL": ("NOT_TEXT", lambda row: row[:-1] + b"\x00"),
}
SECONDS = 60
TORN = "torn archive"


HEAD = b"patient_id,age_years,womac_function_0_100\n"


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of file; without a fault it is right."""

    command: str
    fault: str
    place: str
    packing: str

    @property
    def code(self) -> str:
        """The code of its refusal, or nothing."""
        torn = {TORN: "COMPRESSED", "": ""}
        return torn[self.fault] if self.fault in torn else FAULTS[self.fault][0]

    def write(self, folder: Path, right: list[bytes]) -> Path:
        """The file, plain or packed."""
        rows = list(right)
        if self.fault in FAULTS:
            at = PLACES[self.place]
            rows[at] = FAULTS[self.fault][1](rows[at])
        content = HEAD + b"\n".join(rows) + b"\n"
        path = folder / f"in.csv{'' if self.packing == 'plain' else f'.{self.packing}'}"
        if self.packing == "zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                archive.writestr("cohort.csv", content)
        else:
            path.write_bytes(gzip.compress(content, 1) if self.packing == "gz" else content)
        if self.fault == TORN:
            path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])
        return path


def right_rows() -> list[bytes]:
    """People that the model takes, with an identifier so long that a row has 480 bytes."""
    draw = random.Random(1)
    return [
        f"{number:0468d},{draw.uniform(45, 85):.2f},{draw.uniform(5, 90):.2f}".encode()
        for number in range(ROWS)
    ]  # fmt: skip


def cases(commands: list[str]) -> list[Case]:
    """Every fault at every place in every packing, for each command."""
    packings = ("plain", "gz", "zip")
    broken = itertools.product(commands, FAULTS, PLACES, packings)
    return [
        *(Case(*kind) for kind in broken),
        *(Case(command, "", "", packing) for command in commands for packing in packings),
        *(Case(command, TORN, "", packing) for command in commands for packing in packings[1:]),
    ]


def words(case: Case, path: Path) -> list[str]:
    """The command line of a case."""
    if case.command == "score":
        return ["score", "invented-womac", str(path), "--out", "out.csv"]
    if case.command == "join":
        return ["join", str(path), "other.csv", "--by", "patient_id", "--out", "out.csv"]
    return ["check", str(path)]


def fault_of(case: Case, path: Path, folder: Path) -> str:
    """Run a case; what is not as documented, or nothing."""
    command = [sys.executable, "-m", "hiprisk", *words(case, path)]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return "never ended"
    left = {path.name for path in folder.iterdir()} - {"models", "other.csv"}
    (folder / "out.csv").unlink(missing_ok=True)
    if not case.code:
        wanted = {"out.csv"} if case.command != "check" else set()
        return "" if (done.returncode, left) == (0, wanted) else f"exit {done.returncode}, {left}"
    lines = done.stderr.splitlines()
    told = [line for line in lines if line.startswith(f"hiprisk: error[{case.code}]: ")]
    wrong = []
    if done.returncode != 3:
        wrong.append(f"exit {done.returncode}")
    if len(told) != 1 or len(lines) != 1 or done.stdout:
        wrong.append(f"said {lines[:2]}")
    if left:
        wrong.append(f"left {sorted(left)}")
    return "; ".join(wrong)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--commands", nargs="+", default=["score", "check", "join"])
    parser.add_argument("--out", type=Path, help="a table, a row a kind of file")
    options = parser.parse_args()
    runs: Counter[Case] = Counter()
    others: dict[Case, list[str]] = {}
    right = right_rows()
    with tempfile.TemporaryDirectory() as scratch:
        inputs, folder = Path(scratch) / "in", Path(scratch) / "run"
        inputs.mkdir()
        folder.mkdir()
        new = [sys.executable, "-m", "hiprisk", "sheet", "new", str(MODEL), "--json"]
        subprocess.run(new, cwd=folder, check=True, capture_output=True)
        (folder / "other.csv").write_text(f"patient_id,sex\n{0:0468d},female\n")
        found = cases(options.commands)
        random.Random(options.seed).shuffle(found)
        for case in itertools.islice(itertools.cycle(found), options.runs):
            runs[case] += 1
            if wrong := fault_of(case, case.write(inputs, right), folder):
                others.setdefault(case, []).append(wrong)
                print(*astuple(case), wrong, flush=True)
    if options.out is not None:
        with options.out.open("w", newline="") as stream:
            table = csv.writer(stream, lineterminator="\n")
            table.writerow(COLUMNS)
            for case, n in sorted(runs.items(), key=lambda item: astuple(item[0])):
                wrong_runs = others.get(case, [])
                table.writerow([*astuple(case), n, n - len(wrong_runs), " | ".join(wrong_runs)])
    n_other = sum(map(len, others.values()))
    print(f"{sum(runs.values())} runs, {n_other} with another end than the documented one")
    return 1 if n_other else 0


if __name__ == "__main__":
    sys.exit(main())
