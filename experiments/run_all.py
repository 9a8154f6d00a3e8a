"""The experiments behind the evidence pages in turn, then the pages: what `make experiments` runs.

    python experiments/run_all.py --short             # that all of it runs, in a minute or two
    python experiments/run_all.py                     # simulations anew: hours on one core
    python experiments/run_all.py --nhs data/nhs_proms_hip.csv    # and those on NHS records

The short form writes into a folder that is thrown away. A simulation that was stopped goes on from
its checkpoint where it has one. A script that fails is told at the end, with exit code 1.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
COHORT, OUT = "COHORT", "OUT"


@dataclass(frozen=True)
class Step:
    """A script with its words; `COHORT` stands for the NHS file and `OUT` for the scratch folder.

    Attributes
    ----------
    script : str
    full : tuple of str
        What it is given in a full run.
    short : tuple of str
        And to show that it runs.
    minutes : int
        Of a full run, on one core.
    """

    script: str
    full: tuple[str, ...]
    short: tuple[str, ...]
    minutes: int

    @property
    def needs_records(self) -> bool:
        """Whether it cannot run without the NHS file."""
        return COHORT in self.full

    def command(self, *, records: Path | None, scratch: Path, short: bool) -> list[str]:
        """The words that start it."""
        places = {COHORT: str(records), OUT: str(scratch)}
        words = (places.get(word, word) for word in (self.short if short else self.full))
        return [sys.executable, str(HERE / self.script), *words]


def _ordinal(source: str, n: int, cohorts: int, minutes: int) -> Step:
    said = ("--source", source, "--n", str(n), "--cohorts")
    trial = ("--source", source, "--n", "150", "--cohorts", "1", "--trials", "1", "--rows")
    return Step("ordinal/run.py", (*said, str(cohorts)), (*trial, f"{OUT}"), minutes)


STEPS = (
    Step("back_pain/run.py", (), ("--short",), 25),
    Step("missing_values/run.py", ("--cohorts", "300"),
         ("--cohorts", "2", "--imputations", "3", "--out", OUT), 20),
    Step("imputation_coverage/run.py", ("--cohorts", "300", "--mice", "40"),
         ("--cohorts", "2", "--mice", "0", "--out", OUT), 15),
    _ordinal("skewed", 300, 30, 40),
    _ordinal("skewed", 983, 8, 30),
    _ordinal("normal", 300, 30, 40),
    _ordinal("normal", 983, 8, 30),
    Step("ordinal/run.py", ("--summary",), ("--summary", "--rows", OUT), 1),
    Step("nhs_published/run.py", (COHORT,), (COHORT, "--resamples", "50", "--out", OUT), 1),
    Step("nhs_surrogate/fit.py", (COHORT,), (COHORT, "--out", OUT), 1),
    Step("nhs_surrogate/judge.py", (COHORT,), (COHORT, "--out", OUT), 1),
    Step("nhs_tuning/holdout.py", (COHORT, "--look-at-2018-19"),
         (COHORT, "--look-at-2018-19", "--out", OUT), 2),
    Step("nhs_providers/run.py", (COHORT,), (COHORT, "--out", OUT), 1),
)  # fmt: skip


def scratch_of(step: Step, folder: Path, number: int) -> Path:
    """Where a trial run writes: a folder for the scripts that write several files, else a file."""
    place = folder / f"{number}"
    if step.script.startswith(("nhs_surrogate", "nhs_providers")):
        place.mkdir()
        return place
    return place.with_suffix(".csv")


def run(options: argparse.Namespace, folder: Path) -> list[str]:
    """Run every step; the scripts that failed."""
    steps = [step for step in STEPS if options.nhs is not None or not step.needs_records]
    for step in STEPS:
        if step not in steps:
            print(f"left out, needs --nhs FILE (data/README.md): {step.script}", file=sys.stderr)
    failed = []
    for number, step in enumerate(steps, start=1):
        told = "short" if options.short else f"about {step.minutes} min"
        print(f"[{number}/{len(steps)}] {step.script} ({told})", file=sys.stderr)
        began = time.monotonic()
        command = step.command(
            records=options.nhs, scratch=scratch_of(step, folder, number), short=options.short
        )
        if subprocess.run(command, check=False).returncode:
            failed.append(step.script)
        print(f"    {time.monotonic() - began:.0f} s", file=sys.stderr)
    return failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="show that it runs; keep nothing")
    parser.add_argument("--nhs", type=Path, help="the NHS file (data/README.md)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        failed = run(options, Path(folder))
    pages = [sys.executable, str(HERE / "pages" / "write.py")]
    if subprocess.run([*pages, "--check"] if options.short else pages, check=False).returncode:
        failed.append("pages/write.py")
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
