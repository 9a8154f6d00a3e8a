"""What a benchmark found, as rows of one shape: results/NAME.csv, which table.py reads.

A script that is given `--short` records its rows under results/short/, which is not kept in git: a
short form shows that the script runs, and its figures are no figures.
"""

from __future__ import annotations

import csv
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table in docs/performance.md.

    Attributes
    ----------
    what : str
        The job, with its size.
    aim : str
        What the design asks for, in words; empty where it asks for nothing.
    ours, rival : str
        Figures with their units, as they are to be read: "0.092 s" or "5.1 s, 402 MiB".
    rival_name : str
        What it was set beside, with its version where that is no Python package.
    ratio : float or None
        How many times better ours is: the median of pairs where they were run in pairs.
    low, high : float or None
        Lowest and highest ratio of a pair.
    note : str
    """

    what: str
    ours: str
    aim: str = ""
    rival_name: str = ""
    rival: str = ""
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""


COLUMNS = (*(field.name for field in fields(Row)), "versions", "load", "date")


def ratio_of_pairs(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, float]:
    """Median, lowest and highest of theirs over ours, as arguments of a `Row`."""
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    return {"ratio": statistics.median(ratios), "low": min(ratios), "high": max(ratios)}


def record(
    name: str,
    rows: Sequence[Row],
    *,
    packages: Sequence[str] = (),
    short: bool = False,
    load: float | None = None,
) -> Path:
    """Write the rows of a script in place of those of its last run.

    Parameters
    ----------
    name : str
        Of the script, without its ending.
    rows : sequence of Row
    packages : sequence of str
        Python packages beside hiprisk and NumPy whose versions matter.
    short : bool
        Whether this is the short form.
    load : float, optional
        Load of the machine when the script began; by default that of now.
    """
    folder = RESULTS / "short" if short else RESULTS
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.csv"
    found = {
        "versions": versions(("hiprisk", "numpy", *packages)),
        "load": f"{os.getloadavg()[0] if load is None else load:.1f}",
        "date": time.strftime("%Y-%m-%d"),
    }
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({**{k: _cell(v) for k, v in asdict(row).items()}, **found})
    return file


def _cell(value: object) -> object:
    return f"{value:.4g}" if isinstance(value, float) else "" if value is None else value


def versions(packages: Sequence[str]) -> str:
    """Versions of packages, of Python and, where there is a checkout, the commit."""
    found = [f"Python {platform.python_version()}"]
    for name in dict.fromkeys(packages):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} absent")
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=Path(__file__).parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return ", ".join([*found, f"commit {done.stdout.strip()}"] if not done.returncode else found)
