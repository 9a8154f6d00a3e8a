"""SIGKILL at random moments of `score` and `train`: what is lost, and what is left behind.

Each command runs once undisturbed. Then it is killed at a moment drawn uniformly over that time,
only the process itself, and run again (`train` with --resume). The second run must give the same
bytes or the same hash of the bundle, no process of the first may live on, no MLflow run may stay
RUNNING, and no file may be there that an undisturbed run does not leave. Both have one and
two workers in turn; `train` has blank figures, which are half of the time of so small a study.

With --out each kill is written down at once, and a table that is there is gone on with.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

CONFIG = Path(__file__).with_name("study.yaml")
MODEL = Path(__file__).parents[2] / "configs" / "published" / "invented_womac.yaml"
# Drawing a figure is arithmetic, and leaves nothing but the bytes that go into the bundle.
BLANK = """
import sys
from hiprisk.reporting.plots import drawn
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55000000"
    "0a4944415478da6360000000020001e527defc0000000049454e44ae426082"
)
drawn.as_png = lambda ax: PIXEL
drawn.as_svg = lambda ax: b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
from hiprisk.cli import main
sys.exit(main())
"""
SECONDS_TO_DIE = 3.0
COLUMNS = (
    "command", "number", "seconds", "ended_before", "same", "living", "left_running", "stray",
)  # fmt: skip


@dataclass(frozen=True)
class Command:
    """A command that is killed.

    Attributes
    ----------
    name : str
    words : list of str
    again : list of str
        What is added when it runs once more.
    folder : Path
        Where it runs.
    """

    name: str
    words: list[str]
    again: list[str]
    folder: Path

    def start(self, more: list[str]) -> subprocess.Popen[str]:
        """Begin it, and do not wait."""
        program = ["-c", BLANK] if self.name == "train" else ["-m", "hiprisk"]
        words = [sys.executable, *program, *self.words, *more]
        return subprocess.Popen(
            words, cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def finish(self, more: list[str]) -> str:
        """Run it to its end; what the result is told by."""
        process = self.start(more)
        out, _ = process.communicate()
        if process.returncode not in (0, 6):
            return f"exit code {process.returncode}"
        if self.name == "train":
            return str(json.loads(out)["bundle_sha256"])
        return hashlib.sha256((self.folder / "out.csv").read_bytes()).hexdigest()


def files_of(folder: Path) -> set[str]:
    """Files by name; versions of a bundle, runs and their artefacts are not compared."""
    found = set()
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and parts[0] != "mlruns":
            found.add("/".join("N" if part.isdecimal() else part for part in parts))
    return found


def descendants(pid: int) -> set[int]:
    """Processes below a process."""
    found = set()
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found |= {child} | descendants(child)
    return found


def living(pids: set[int]) -> int:
    """How many of some processes live on after a while."""
    until = time.monotonic() + SECONDS_TO_DIE
    while left := sum(is_alive(pid) for pid in pids):
        if time.monotonic() > until:
            return left
        time.sleep(0.05)
    return 0


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def left_running(folder: Path) -> int:
    """MLflow runs that say that they are running."""
    store = folder / "mlflow.db"
    if not store.exists():
        return 0
    with closing(sqlite3.connect(store)) as file:
        return int(file.execute("select count(*) from runs where status = 'RUNNING'").fetchone()[0])


def trial(
    command: Command, number: int, moment: float, wanted: str, usual: set[str]
) -> dict[str, object]:
    """Kill a command at a moment, run it again, and say what is wrong."""
    workers = ["--workers", str(1 + number % 2)]
    first = command.again[:1] if command.name == "score" else []
    process = command.start([*first, *workers])
    began = time.monotonic()
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=moment)
    ended, ran = process.poll() is not None, time.monotonic() - began
    below = descendants(process.pid)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    found = {
        "command": command.name, "number": number, "seconds": round(ran, 3),
        "ended_before": ended, "living": living(below),
    }  # fmt: skip
    found["same"] = command.finish([*command.again, *workers]) == wanted
    found["left_running"] = left_running(command.folder)
    found["stray"] = " ".join(sorted(files_of(command.folder) - usual))
    return found


def trials_of(command: Command, kills: int, seed: int, out: Path | None) -> list[dict[str, object]]:
    rows = [] if out is None else rows_before(out, command.name)
    began = time.monotonic()
    wanted = command.finish([])
    lasted = time.monotonic() - began
    usual = files_of(command.folder)
    draw = random.Random(f"{seed} {command.name}")
    for _ in rows:
        draw.random()
    # What had ended before its kill is no kill; on a busy machine the time of a run changes.
    while sum(not row["ended_before"] for row in rows) < kills:
        rows.append(trial(command, len(rows) + 1, draw.random() * lasted, wanted, usual))
        if rows[-1]["ended_before"]:
            lasted = float(str(rows[-1]["seconds"]))
        print(rows[-1], flush=True)
        if out is not None:
            append(out, rows[-1])
    return rows


def rows_before(out: Path, name: str) -> list[dict[str, object]]:
    """The kills of a command that a table has already."""
    if not out.exists():
        return []
    with out.open(newline="") as stream:
        read = [row for row in csv.DictReader(stream) if row["command"] == name]
    # As they were before they were text.
    return [
        {**row, "ended_before": row["ended_before"] == "True", "same": row["same"] == "True",
         "living": int(row["living"]), "left_running": int(row["left_running"])}
        for row in read
    ]  # fmt: skip


def append(out: Path, row: dict[str, object]) -> None:
    """One more row of a table."""
    is_new = not out.exists()
    with out.open("a", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow(row)


def score_command(folder: Path, model: str | None, cohort: str | None) -> Command:
    """`score` of a cohort; both are made where none is named."""
    folder.mkdir()
    if model is None:
        new = ["sheet", "new", str(MODEL), "--json"]
        subprocess.run([sys.executable, "-m", "hiprisk", *new], cwd=folder, check=True,
                       capture_output=True)  # fmt: skip
        model = "invented-womac"
    if cohort is None:
        cohort = str(folder / "in.csv")
        simulate = ["simulate", "--n", "60000", "--seed", "2", "--out", cohort]
        subprocess.run([sys.executable, "-m", "hiprisk", *simulate], check=True)
    return Command("score", ["score", model, cohort, "--out", "out.csv"], ["--force"], folder)


def train_command(folder: Path) -> Command:
    """`train` of a tiny study."""
    folder.mkdir()
    return Command("train", ["train", str(CONFIG), "--json"], ["--resume"], folder)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--commands", nargs="+", default=["score", "train"])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", help="bundle that `score` uses")
    parser.add_argument("--cohort", help="file that `score` reads")
    parser.add_argument("--out", type=Path, help="a table, a row a kill")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in options.commands:
            folder = Path(scratch) / name
            command = (
                train_command(folder)
                if name == "train"
                else score_command(folder, options.model, options.cohort)
            )
            rows += trials_of(command, options.kills, options.seed, options.out)
    lost = [
        row for row in rows
        if not row["same"] or row["living"] or row["left_running"] or row["stray"]
    ]  # fmt: skip
    n_kills = sum(not row["ended_before"] for row in rows)
    print(f"{n_kills} kills, {len(lost)} with something lost or left")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
