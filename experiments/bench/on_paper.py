"""What 1,000,000,000 rows would cost, on paper, from slopes that were measured.

    python experiments/bench/on_paper.py                  # from results/growth_points.csv
    python experiments/bench/on_paper.py --write          # into docs/scaling.md

A slope is the difference between the two largest points of a curve of growth.py, divided by the
difference of their sizes: what one more row costs, in CPU-seconds and in bytes of memory. Nothing
here was run with so many rows. Where growth.py has not run, the points are those below.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recording import RESULTS

POINTS = RESULTS / "growth_points.csv"
PAGE = Path(__file__).parents[2] / "docs" / "scaling.md"
BEGIN = "<!-- on paper: begin (python experiments/bench/on_paper.py --write) -->"
END = "<!-- on paper: end -->"
MIB, GIB, TB = 1 << 20, 1 << 30, 10**12
# 2026-11-27, two cores that others used too (CPU time, one thread): size, CPU-seconds, peak MiB.
EARLIER = {
    "score-rows": [(300_000, 3.80, 294.0), (3_000_000, 21.73, 301.0)],
    "train-people": [(10_000, 37.28, 749.0), (30_000, 107.14, 1148.0)],
}
# Of the same files (22 columns of text; a scored file has the model's columns beside them).
BYTES_READ, BYTES_WRITTEN = 135.0, 266.0
# Two runs of one size differ by as much.
NOT_GROWING = 1.05
MACHINES = (16, 64, 256, 1024)


@dataclass(frozen=True)
class Slope:
    """What one more row costs.

    Attributes
    ----------
    cpu : float
        Seconds a row.
    memory : float
        Bytes a row; 0 where it does not grow.
    fixed : float
        Bytes without any row, by the same line.
    low, high : int
        Sizes between which it was measured.
    """

    cpu: float
    memory: float
    fixed: float
    low: int
    high: int


def slope(points: list[tuple[int, float, float]]) -> Slope:
    """The line through the two largest points of a curve."""
    (low, cpu_low, mib_low), (high, cpu_high, mib_high) = sorted(points)[-2:]
    rows = high - low
    grows = mib_high > NOT_GROWING * mib_low
    memory = (mib_high - mib_low) * MIB / rows if grows else 0.0
    return Slope((cpu_high - cpu_low) / rows, memory, mib_high * MIB - memory * high, low, high)


def measured(file: Path) -> dict[str, list[tuple[int, float, float]]]:
    """Points by curve: those of growth.py, or the earlier ones of a curve that it has not."""
    found: dict[str, list[tuple[int, float, float]]] = {}
    if file.is_file():
        with file.open(newline="") as stream:
            for one in csv.DictReader(stream):
                point = (int(one["size"]), float(one["cpu_seconds"]), float(one["peak_mib"]))
                found.setdefault(one["curve"], []).append(point)
    return {**EARLIER, **{name: points for name, points in found.items() if len(points) > 1}}


def hours(seconds: float) -> str:
    return f"{seconds / 3600:,.1f} h" if seconds >= 3600 else f"{seconds:,.0f} s"


def size(n_bytes: float) -> str:
    return f"{n_bytes / TB:,.2f} TB" if n_bytes >= TB else f"{n_bytes / GIB:,.1f} GiB"


def score_rows(found: Slope, rows: int, processes: int) -> Iterator[tuple[str, str, str]]:
    cpu = found.cpu * rows
    yield "score: CPU", f"{1e6 * found.cpu:.1f} microseconds a row", hours(cpu)
    yield (
        f"score: elapsed, {processes} cores",
        "CPU / cores, if the disk keeps up",
        hours(cpu / processes),
    )
    rate = rows * (BYTES_READ + BYTES_WRITTEN) / (cpu / processes)
    yield "score: disk, read and written", f"{rate / 1e6:,.0f} MB/s", "both at that pace"
    yield (
        "score: files",
        f"{BYTES_READ:.0f} + {BYTES_WRITTEN:.0f} bytes a row",
        f"{size(rows * BYTES_READ)} + {size(rows * BYTES_WRITTEN)}",
    )
    yield (
        "score: memory",
        f"{found.memory:.0f} bytes a row + {found.fixed / MIB:.0f} MiB",
        f"{size(found.fixed + found.memory * rows)} a process that reads one file",
    )


def train_rows(found: Slope, rows: int) -> Iterator[tuple[str, str, str]]:
    need = found.fixed + found.memory * rows
    yield "train: memory", f"{found.memory / 1024:.1f} KiB a person", size(need)
    yield (
        "train: CPU",
        f"{1e3 * found.cpu:.2f} ms a person",
        f"{hours(found.cpu * rows)}, in resamples and folds that spread",
    )
    for gib in MACHINES if found.memory else ():
        most = max(0.0, (gib * GIB - found.fixed) / found.memory)
        yield f"train: people that {gib:,} GiB hold", "(memory - fixed) / slope", f"{most:,.0f}"


def table(points: dict[str, list[tuple[int, float, float]]], rows: int, processes: int) -> str:
    score, train = slope(points["score-rows"]), slope(points["train-people"])
    lines = [
        f"| {rows:,} rows | slope | cost |",
        "| --- | --- | --- |",
        *(
            "| " + " | ".join(row) + " |"
            for row in (*score_rows(score, rows, processes), *train_rows(train, rows))
        ),
        "",
        f"Slopes of score between {score.low:,} and {score.high:,} rows of 22 columns; of train "
        f"between {train.low:,} and {train.high:,} people, 50 predictors, 50 resamples, two "
        "imputations, one process.",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000_000)
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--points", type=Path, default=POINTS)
    parser.add_argument("--write", action="store_true", help="into docs/scaling.md")
    options = parser.parse_args()
    text = table(measured(options.points), options.rows, options.processes)
    if not options.write:
        print(text)
        return
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
