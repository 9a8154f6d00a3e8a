"""Every benchmark in turn, then one table: what `make bench` runs.

    python experiments/bench/run_all.py            # about 25 minutes on two idle cores
    python experiments/bench/run_all.py --short    # that all of it runs, in some minutes

A rival that is not installed (R with rms and mice, Polars) is named and left out. A script that
fails is told at the end, with exit code 1, after the others have run. Each script records its rows
under experiments/bench/results; `table.py` makes the page's table of them.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from measuring import ENVIRONMENT
from table import print_table

HERE = Path(__file__).parent
CONFIG = HERE.parents[1] / "configs" / "stupar.yaml"
# Enough of a study for what is measured of its bundle: all that differs is its coefficients.
SMALL_STUDY = (
    "tuning.trials=2", "validation.resamples=20", "validation.repeats=0", "association=null",
    "samplesize.simulations=20", "subgroups.by=[]", "tracking.enabled=false",
)  # fmt: skip


@dataclass(frozen=True)
class Script:
    """A benchmark.

    Attributes
    ----------
    name : str
        Its file, without the ending.
    takes_bundle : bool
        Whether its first argument is a bundle of the study `configs/stupar.yaml`.
    """

    name: str
    takes_bundle: bool = False

    def command(self, bundle: Path, *, short: bool) -> list[str]:
        """The words that start it."""
        words = [sys.executable, str(HERE / f"{self.name}.py")]
        words += [str(bundle)] if self.takes_bundle else []
        return [*words, "--short"] if short else words


SCRIPTS = (
    Script("predict_one", takes_bundle=True),
    Script("score_file", takes_bundle=True),
    Script("bootstrap_validation"),
    Script("trees"),
    Script("imputation"),
    Script("train_study"),
    Script("growth"),
    Script("cluster"),
)


def absent_rivals() -> list[str]:
    """What is not installed, as a line each."""
    lines = []
    if shutil.which("Rscript") is None:
        lines.append("R is absent (apt-get install r-cran-rms r-cran-mice): its rows are left out")
    else:
        for package in ("rms", "mice"):
            asked = f"q(status = !requireNamespace('{package}', quietly = TRUE))"
            if subprocess.run(
                ["Rscript", "-e", asked], capture_output=True, check=False
            ).returncode:
                lines.append(f"R's {package} is absent (apt-get install r-cran-{package}): "
                             "its rows are left out")  # fmt: skip
    lines += [
        f"{name} is absent: its rows are left out"
        for name in ("polars", "lightgbm")
        if find_spec(name) is None
    ]
    return lines


def small_bundle(folder: Path) -> Path:
    command = [
        sys.executable, "-m", "hiprisk", "train", str(CONFIG), "--out", str(folder),
        "--workers", "1", *(word for one in SMALL_STUDY for word in ("--set", one)),
    ]  # fmt: skip
    subprocess.run(command, check=True, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    return folder / "stupar"


def run(scripts: Sequence[Script], *, short: bool, beside: Path | None) -> list[str]:
    """Names of those that failed."""
    failed = []
    with tempfile.TemporaryDirectory() as scratch:
        bundle = Path(scratch) / "stupar"
        if any(script.takes_bundle for script in scripts):
            print("a bundle for what is asked of one ...", flush=True)
            bundle = small_bundle(Path(scratch))
        for script in scripts:
            print(f"\n== {script.name} ==", flush=True)
            began = time.monotonic()
            command = script.command(bundle, short=short)
            if beside is not None and script.name == "train_study":
                command += ["--beside", str(beside)]
            done = subprocess.run(command, check=False, env=ENVIRONMENT)
            print(f"-- {time.monotonic() - began:.0f} s", flush=True)
            if done.returncode:
                failed.append(script.name)
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="the short form of each, no figures")
    names = [script.name for script in SCRIPTS]
    parser.add_argument("--only", nargs="+", choices=names, help="these alone")
    parser.add_argument(
        "--beside", type=Path, help="an older checkout with its .venv, for train_study"
    )
    options = parser.parse_args()
    for line in absent_rivals():
        print(line)
    chosen = [one for one in SCRIPTS if not options.only or one.name in options.only]
    failed = run(chosen, short=options.short, beside=options.beside)
    print_table(short=options.short)
    for name in failed:
        print(f"failed: {name}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
