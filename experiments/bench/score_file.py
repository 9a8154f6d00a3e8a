"""A large file scored: `hiprisk score` beside pandas with the estimator, and beside bare Polars.

    python experiments/bench/score_file.py BUNDLE --rows 1000000 10000000

CSV to CSV by one process and by two, whose bytes must be the same, and Parquet to Parquet. pandas
writes all input columns and the prediction; hiprisk also intervals, chances, flags and reasons,
and checks every cell. Polars reads and writes the columns and predicts nothing: the floor. Whole
processes, run in turn; memory is that of all processes of a command together.
"""

from __future__ import annotations

import argparse
import filecmp
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from measuring import Cost, measure
from recording import Row, ratio_of_pairs, record

PANDAS = """
import sys, joblib, pandas as pd
estimator = joblib.load(sys.argv[1])
frame = pd.read_csv(sys.argv[2])
frame["predicted"] = estimator.predict(frame)
frame.to_csv(sys.argv[3], index=False)
"""
POLARS = """
import sys, polars as pl
frame = pl.read_csv(sys.argv[1], infer_schema_length=None)
# As many columns of random numbers as scoring adds, so that as many bytes are written.
added = [pl.col("age_years").shuffle(seed=n).sin().alias(f"n{n}") for n in range(8)]
frame.with_columns(added).write_csv(sys.argv[2])
"""
AIM = "5 CPU-seconds, 3 s with two processes, 450 MiB"


def prepare(here: Path, folder: Path, n_rows: int, *, rivals: bool) -> int:
    """Write what is scored, a simulated cohort as often as it takes; the number of its columns.

    In a process of its own: the kernel's peak of a command begins with that of who starts it.
    """
    import joblib
    import pyarrow as pa
    import pyarrow.parquet as pq

    from hiprisk.cohort.simulation.simulate import simulate_cohort
    from hiprisk.learning.sheets.skops_file import load_estimator

    estimator = load_estimator(folder / "estimator.skops")
    names = ["person_id", *estimator.design.variables]
    part = simulate_cohort("stupar", n=50_000, seed=1).frame[names]
    table = pa.Table.from_pandas(part, preserve_index=False)
    with (
        (here / "in.csv").open("w") as stream,
        pq.ParquetWriter(here / "in.parquet", table.schema) as to,
    ):
        for start in range(0, n_rows, len(part)):
            part.head(n_rows - start).to_csv(stream, index=False, header=start == 0)
            to.write_table(table.slice(0, n_rows - start))
    if rivals:
        joblib.dump(estimator, here / "e.joblib")
    return len(names)


def commands(here: Path, folder: Path, *, rivals: bool) -> dict[str, list[str]]:
    """What is run, in turn, by name."""
    script = str(Path(sys.executable).with_name("hiprisk"))

    def score(source: str, out: str, *more: str) -> list[str]:
        return [script, "score", str(folder), str(here / source), "--out", str(here / out),
                "--force", "--json", *more]  # fmt: skip

    found = {"one": score("in.csv", "one.csv", "--workers", "1")}
    if len(os.sched_getaffinity(0)) > 1:
        found["two"] = score("in.csv", "two.csv", "--workers", "2")
    found["six digits"] = score("in.csv", "six.csv", "--workers", "1", "--digits", "6")
    found["Parquet"] = score("in.parquet", "out.parquet")
    if rivals:
        files = [str(here / name) for name in ("e.joblib", "in.csv", "pandas.csv")]
        found["pandas"] = [sys.executable, "-c", PANDAS, *files]
    if importlib.util.find_spec("polars"):
        files = [str(here / name) for name in ("in.csv", "polars.csv")]
        found["Polars"] = [sys.executable, "-c", POLARS, *files]
    return found


def rows_of(costs: dict[str, list[Cost]], size: str) -> list[Row]:
    """Rows of the table: each of ours beside what it is to be compared with."""

    def told(name: str) -> str:
        best = min(costs[name], key=lambda cost: cost.cpu_seconds)
        return f"{best.cpu_seconds:.1f} CPU-s, {best.wall_seconds:.1f} s, {best.peak_mib:,.0f} MiB"

    def row(what: str, ours: str, rival: str, rival_name: str, of: Callable[[Cost], float]) -> Row:
        pairs = [list(map(of, costs[name])) for name in (ours, rival)]
        return Row(what=f"score {size}, {what}", aim=AIM, ours=told(ours), rival=told(rival),
                   rival_name=rival_name, **ratio_of_pairs(*pairs))  # fmt: skip

    def cpu(cost: Cost) -> float:
        return cost.cpu_seconds

    found = [
        row("Parquet to Parquet, CPU-seconds", "Parquet", "one", "hiprisk, CSV to CSV", cpu),
        row("CSV to CSV with `--digits 6`", "six digits", "one", "hiprisk, all digits", cpu),
    ]
    if "two" in costs:
        found.insert(0, row("CSV to CSV by two processes, wall time", "two", "one",
                            "hiprisk by one", lambda cost: cost.wall_seconds))  # fmt: skip
    for rival, said in (
        ("Polars", "Polars, bare read and write of as many columns"),
        ("pandas", "pandas, the estimator, `to_csv`, prediction only"),
    ):
        if rival in costs:
            found.insert(
                0, row("CSV to CSV with every check, CPU-seconds", "one", rival, said, cpu)
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle")
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--pairs", type=int, default=3, help="how often each is run")
    parser.add_argument("--skip-rival", action="store_true", help="without pandas")
    parser.add_argument("--short", action="store_true", help="20,000 rows, no figures")
    options = parser.parse_args()
    if options.short:
        options.rows, options.pairs = [20_000], 1
    load = os.getloadavg()[0]
    folder = Path(options.bundle)
    if not (folder / "sheet.json").is_file():
        folder = max(folder.glob("*/sheet.json")).parent
    rows = []
    for n_rows in options.rows:
        with tempfile.TemporaryDirectory() as scratch:
            here = Path(scratch)
            # pandas takes 6 GiB for a million rows.
            rivals = not options.skip_rival and n_rows <= 1_000_000
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as aside:
                n_columns = aside.submit(prepare, here, folder, n_rows, rivals=rivals).result()
            asked = commands(here, folder, rivals=rivals)
            costs: dict[str, list[Cost]] = {name: [] for name in asked}
            for _ in range(options.pairs):
                for name, command in asked.items():
                    costs[name].append(measure(command))
            written = here / "one.csv", here / "two.csv"
            if "two" in asked and not filecmp.cmp(*written, shallow=False):
                raise SystemExit("two processes did not write the bytes of one")
        found = rows_of(costs, f"{n_rows:,} x {n_columns}")
        for row in found:
            print(f"{row.what}: {row.ours}; {row.rival_name}: {row.rival}; ratio {row.ratio:.2f}")
        rows += found
    record("score_file", rows, packages=("pandas", "pyarrow", "polars"), short=options.short,
           load=load)  # fmt: skip


if __name__ == "__main__":
    main()
