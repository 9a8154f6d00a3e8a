"""Run every wrong config through the command line and write when and how it is told.

    python experiments/wrong_configs/run.py [--cases N] [--out results.csv] [--start]

The cases are those of tests/wrong_configs.py. Each is a process of its own that runs the command
line: `hiprisk train` of all that are refused, then `hiprisk plan` of all. The process is forked
from one that has imported what a study needs, so that the clocks, on the wall and of the CPU, are
of the work alone; `--start` measures whole processes of three cases, imports included. A case that
does not stop a study is run by `plan` alone, which says what `train` says at its start.
Rows that are in the results already are kept, so that an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

import hiprisk.study  # noqa: E402, F401  (so that no case waits for its imports)
from hiprisk.cli import main as main_of_hiprisk  # noqa: E402
from own_studies import CONTINUOUS, write_study  # noqa: E402
from wrong_configs import CASES  # noqa: E402

HEAD = ["case", "command", "exit_code", "seconds", "cpu_seconds", "code", "said"]
# A key, a name that the dictionary lacks, and one that the cohort lacks.
WHOLE = ("typo of a section", "outcome typo", "holdout typo")
SAID = re.compile(r"hiprisk: (?:error|warning|note)\[(\w+)\]: (.*)")


def run(case, command: str, files: Path) -> dict[str, object]:
    """One case by one command, in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "study"
        shutil.copytree(files, folder)
        words = [command, *case.written(folder), *(["--untimed"] if command == "plan" else [])]
        began = time.monotonic()
        child = os.fork()
        if not child:
            _command(words, folder, dict(case.environment))
        _, status, used = os.wait4(child, 0)
        seconds = time.monotonic() - began
        assert not (folder / "mlflow.db").exists(), f"{case.name} left a store of runs"
        lines = (folder / "stderr.txt").read_text(encoding="utf-8").splitlines()
    told = [found for line in lines if (found := SAID.match(line))]
    # What a study is told at its start may be several findings.
    told = [one for one in told if case.said in one[0]] or told
    return {
        "case": case.name,
        "command": command,
        "exit_code": os.waitstatus_to_exitcode(status),
        "seconds": f"{seconds:.2f}",
        "cpu_seconds": f"{used.ru_utime + used.ru_stime:.2f}",
        "code": told[0][1] if told else "",
        "said": told[0][2].replace(str(folder), "") if told else "NOTHING",
    }


def _command(words: list[str], folder: Path, environment: dict[str, str]) -> NoReturn:
    """Run a command in this process, which ends with it."""
    os.chdir(folder)
    os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{folder / 'mlflow.db'}"
    os.environ.update(environment)
    with open("stderr.txt", "w", encoding="utf-8") as err, open(os.devnull, "w") as out:
        sys.stdout, sys.stderr = out, err
        code = main_of_hiprisk(words)
    os._exit(code)


def started(case, files: Path) -> None:
    """A whole process of `hiprisk train`: wall and CPU seconds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "study"
        shutil.copytree(files, folder)
        words = [sys.executable, "-m", "hiprisk", "train", *case.written(folder)]
        began, used = time.monotonic(), cpu_of_children()
        subprocess.run(words, cwd=folder, capture_output=True, check=False)
        seconds, cpu = time.monotonic() - began, cpu_of_children() - used
        print(f"{case.name}: {seconds:.2f} s, {cpu:.2f} s of the CPU")


def cpu_of_children() -> float:
    """CPU seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def commands_of(case) -> list[str]:
    """What runs a case: a study that goes on is planned alone, and a plan resumes nothing."""
    if "--resume" in case.options:
        return ["train"]
    return ["plan"] if case.code == 0 else ["train", "plan"]


def main() -> None:
    """Run what is not in the results yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=len(CASES))
    parser.add_argument("--out", type=Path, default=HERE / "results.csv")
    parser.add_argument("--start", action="store_true")
    options = parser.parse_args()
    if options.start:
        with tempfile.TemporaryDirectory() as name:
            write_study(Path(name), CONTINUOUS)
            for case in CASES:
                if case.name in WHOLE:
                    started(case, Path(name))
        return
    there = set()
    if options.out.exists():
        with options.out.open(encoding="utf-8", newline="") as stream:
            there = {(row["case"], row["command"]) for row in csv.DictReader(stream)}
    with (
        tempfile.TemporaryDirectory() as name,
        options.out.open("a", encoding="utf-8", newline="") as stream,
    ):
        write_study(Path(name), CONTINUOUS)
        writer = csv.DictWriter(stream, HEAD, lineterminator="\n")
        if not there:
            writer.writeheader()
        for command in ("train", "plan"):
            for case in CASES[: options.cases]:
                if command in commands_of(case) and (case.name, command) not in there:
                    writer.writerow(run(case, command, Path(name)))
                    stream.flush()


if __name__ == "__main__":
    main()
