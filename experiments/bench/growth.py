"""How time and memory grow: people, predictors and resamples of `train`, rows of `score`.

    python experiments/bench/growth.py            # up to 100,000 people and 1,000,000 rows
    python experiments/bench/growth.py --large    # and a study of 1,000,000, a file of 10,000,000

Each point is a process of its own with one worker. Points stand in results/growth_points.csv as
they are measured, and those of this commit are not measured again: an interrupted run goes on.
The exponent of a curve is the slope of log(cost) on log(size) by least squares over its upper
points, where the fixed cost of starting (imports, figures) no longer counts. Figures:
docs/figures/growth-CURVE.png.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from large_study import people, write_study
from measuring import Cost, measure
from recording import RESULTS, Row, record, versions

FIGURES = Path(__file__).parents[2] / "docs" / "figures"
POINTS = "growth_points.csv"
COLUMNS = ("curve", "size", "cpu_seconds", "wall_seconds", "peak_mib", "commit", "load", "date")
HIPRISK = str(Path(sys.executable).with_name("hiprisk"))
# Columns of a scored file besides the identifier.
SCORED = 21
# An exponent over fewer points than this is drawn through two points.
FITTED_POINTS = 3


@dataclass(frozen=True)
class Curve:
    """Sizes along which one thing grows.

    Attributes
    ----------
    title, along : str
        What grows with what.
    sizes, large, short : tuple of int
        Measured by default, with `--large` alone, and with `--short` alone.
    command : callable
        Folder and size to the command, its files written.
    """

    title: str
    along: str
    sizes: tuple[int, ...]
    large: tuple[int, ...]
    short: tuple[int, ...]
    command: Callable[[Path, int], list[str]]


def train(folder: Path, **settings: int) -> list[str]:
    config = write_study(folder, **settings)
    return [HIPRISK, "train", str(config), "--workers", "1", "--out", str(folder / "models")]


def scored_file(folder: Path, n_rows: int) -> list[str]:
    """The command that scores a file of so many rows by a model of `SCORED` predictors."""
    # Fitted once a run.
    model = folder.parent / "model"
    bundle = model / "models" / "large"
    if not bundle.is_dir():
        measure(train(model, people=1_000, predictors=SCORED, resamples=20))
    block = people(20_000, SCORED, kind="continuous", seed=2).drop(columns=["score_after"])
    text = block.to_csv(index=False, header=False)
    with (folder / "in.csv").open("w") as stream:
        stream.write(",".join(block.columns) + "\n")
        for _ in range(n_rows // len(block)):
            stream.write(text)
        rest = n_rows % len(block)
        stream.write(block.head(rest).to_csv(index=False, header=False) if rest else "")
    return [HIPRISK, "score", str(bundle), str(folder / "in.csv"), "--out", str(folder / "out.csv")]


CURVES = {
    "train-people": Curve(
        "train, 50 predictors, B = 50, m = 2", "people",
        (1_000, 10_000, 30_000, 100_000), (1_000_000,), (300, 600),
        lambda folder, n: train(folder, people=n),
    ),
    "train-predictors": Curve(
        "train, 2,000 people, B = 50, m = 2", "predictors", (10, 25, 50, 100, 200), (), (10,),
        lambda folder, p: train(folder, people=2_000, predictors=p),
    ),
    "train-resamples": Curve(
        "train, 1,000 people, 20 predictors, m = 2", "resamples B",
        (50, 200, 500, 2_000), (), (20,),
        lambda folder, b: train(folder, people=1_000, predictors=20, resamples=b),
    ),
    "score-rows": Curve(
        f"score, CSV to CSV, {SCORED + 1} columns", "rows",
        (1_000, 10_000, 100_000, 1_000_000), (10_000_000,), (1_000, 2_000),
        scored_file,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Growth:
    """Slope of log(cost) on log(size) over the sizes from `low` to `high`."""

    exponent: float
    low: int
    high: int


def exponent(sizes: list[int], costs: list[float]) -> Growth:
    """Least squares over the upper points of a curve."""
    order = np.argsort(sizes)[-FITTED_POINTS:]
    x, y = np.log(np.array(sizes, float)[order]), np.log(np.array(costs, float)[order])
    slope = float(np.polyfit(x, y, 1)[0])
    return Growth(slope, sizes[order[0]], sizes[order[-1]])


def kept(file: Path) -> list[dict[str, str]]:
    if not file.is_file():
        return []
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


def write(file: Path, points: list[dict[str, str]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    with part.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        order = list(CURVES)
        writer.writerows(
            sorted(points, key=lambda one: (order.index(one["curve"]), int(one["size"])))
        )
    part.replace(file)


def wanted(options: argparse.Namespace) -> Iterator[tuple[str, int]]:
    for name, curve in CURVES.items():
        if options.only and name not in options.only:
            continue
        sizes = curve.short if options.short else curve.large if options.large else curve.sizes
        yield from ((name, size) for size in sizes)


def measured(name: str, size: int, scratch: Path) -> Cost:
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        return measure(CURVES[name].command(Path(folder), size))


def run(options: argparse.Namespace, file: Path, scratch: Path) -> None:
    commit = versions(()).rpartition("commit ")[2]
    points = kept(file)
    for name, size in wanted(options):
        same = [p for p in points if p["curve"] == name and int(p["size"]) == size]
        if same and same[0]["commit"] == commit and not options.fresh:
            print(f"{name} {size:,}: measured at this commit already", file=sys.stderr)
            continue
        load = os.getloadavg()[0]
        cost = measured(name, size, scratch)
        print(f"{name} {size:,}: {cost.cpu_seconds:.1f} CPU s, {cost.wall_seconds:.1f} s, "
              f"{cost.peak_mib:.0f} MiB", flush=True)  # fmt: skip
        points = [one for one in points if one not in same]
        points.append({
            "curve": name, "size": str(size), "cpu_seconds": f"{cost.cpu_seconds:.2f}",
            "wall_seconds": f"{cost.wall_seconds:.2f}", "peak_mib": f"{cost.peak_mib:.0f}",
            "commit": commit, "load": f"{load:.1f}", "date": time.strftime("%Y-%m-%d"),
        })  # fmt: skip
        write(file, points)


def rows_of_table(points: list[dict[str, str]]) -> list[Row]:
    rows = []
    for name, curve in CURVES.items():
        own = [one for one in points if one["curve"] == name]
        if len(own) < 2:
            continue
        sizes = [int(one["size"]) for one in own]
        cpu, memory = (
            exponent(sizes, [float(one[key]) for one in own]) for key in ("cpu_seconds", "peak_mib")
        )
        last = own[int(np.argmax(sizes))]
        rows.append(
            Row(
                what=f"growth: {curve.title}; {curve.along} {min(sizes):,} to {max(sizes):,}",
                ours=f"CPU exponent {cpu.exponent:.2f}, memory {memory.exponent:.2f} "
                f"({curve.along} {cpu.low:,} to {cpu.high:,})",
                note=f"{max(sizes):,}: {float(last['cpu_seconds']):.0f} CPU-seconds, "
                f"{float(last['peak_mib']):,.0f} MiB",
            )
        )
    return rows


def draw(name: str, points: list[dict[str, str]], folder: Path) -> None:
    """Two log-log panels: CPU time and memory, with the fitted line over its range."""
    from matplotlib.figure import Figure

    curve = CURVES[name]
    own = sorted((p for p in points if p["curve"] == name), key=lambda p: int(p["size"]))
    sizes = [int(one["size"]) for one in own]
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    figure.suptitle(curve.title, fontsize=10)
    panels = zip(
        figure.subplots(1, 2), ("cpu_seconds", "peak_mib"), ("CPU seconds", "peak memory, MiB"),
        strict=True,
    )  # fmt: skip
    for axes, key, label in panels:
        costs = [float(one[key]) for one in own]
        axes.loglog(sizes, costs, "o", color="#1f5a7a")
        if len(sizes) > 1:
            found = exponent(sizes, costs)
            inside = [i for i, size in enumerate(sizes) if found.low <= size <= found.high]
            x = np.array([found.low, found.high], float)
            middle = np.exp(np.mean([np.log(costs[i]) for i in inside]))
            at = np.exp(np.mean([np.log(sizes[i]) for i in inside]))
            axes.loglog(x, middle * (x / at) ** found.exponent, "-", color="#b5541c",
                        label=f"exponent {found.exponent:.2f}")  # fmt: skip
            axes.legend(frameon=False, fontsize=9)
        axes.set_xlabel(curve.along)
        axes.set_ylabel(label)
        axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
    folder.mkdir(parents=True, exist_ok=True)
    # No date and no version of the library in the file: the same points are the same bytes.
    figure.savefig(folder / f"growth-{name}.png", dpi=110, metadata={"Software": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=list(CURVES), help="these curves alone")
    parser.add_argument("--large", action="store_true", help="the largest sizes alone")
    parser.add_argument("--fresh", action="store_true", help="measure all points again")
    parser.add_argument("--draw", action="store_true", help="draw what was measured, no more")
    parser.add_argument("--scratch", type=Path, help="folder for files of some gigabytes")
    parser.add_argument("--short", action="store_true", help="under a minute, no figures")
    options = parser.parse_args()
    folder = RESULTS / "short" if options.short else RESULTS
    load = os.getloadavg()[0]
    if not options.draw:
        with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
            run(options, folder / POINTS, Path(scratch))
    points = kept(folder / POINTS)
    record("growth", rows_of_table(points), short=options.short, load=load)
    for name in {one["curve"] for one in points}:
        draw(name, points, folder if options.short else FIGURES)


if __name__ == "__main__":
    main()
