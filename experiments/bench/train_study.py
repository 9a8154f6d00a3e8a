"""A whole study, `hiprisk train` with all of its evidence, beside an older checkout.

    python experiments/bench/train_study.py --beside PATH [CONFIG] [--pairs 3] [--workers 2]
    python experiments/bench/train_study.py --short

PATH is a checkout of hiprisk with a `.venv` of its own. Whole processes run in turn (new, old, new,
old ...): wall time, CPU time of the process and its workers, peak memory of the largest of them.
Seconds of each stage come from a further run of each with one worker, where the CPU time of the
process is that of the stage. Each checkout trains its own copy of a config under
`configs/`, because older code refuses keys that are new. `--short` trains 120 simulated people with
20 resamples.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from recording import Row, ratio_of_pairs, record

HERE = Path(__file__).resolve().parents[2]
SHORT = ("cohort.simulate.n=120", "tuning.trials=4", "tuning.folds=3", "validation.resamples=20")

# Run by the interpreter of either checkout: clocks around the steps of `hiprisk.study`.
STAGES = """
import importlib, json, sys, time
began = time.process_time()
spent, open_ = {}, []
def clocked(stage, function):
    def timed(*given, **named):
        at = time.process_time()
        open_.append(0.0)
        try:
            return function(*given, **named)
        finally:
            took = time.process_time() - at
            spent[stage] = spent.get(stage, 0.0) + took - open_.pop()
            if open_:
                open_[-1] += took
    return timed
import hiprisk.study as study
from hiprisk.cli import main
spent["imports"] = time.process_time() - began
PLACES = {
    "tuning": ["study.study_folds", "study.choose_model_type"],
    "fit": ["study.fit_model", "study.predict_out_of_fold"],
    "bootstrap": ["study._bootstrap"],
    "sheet": ["study._sheet"],
    "evidence: events": ["evidence.evaluation.events_evidence"],
    "evidence: groups": ["evidence.evaluation.subgroups_part"],
    "evidence: blocks": ["evidence.evaluation.added_part"],
    "evidence: expected performance": ["evidence.evaluation.expected_part"],
    "evidence: stability": ["evidence.evaluation.stability_part"],
    "evidence: corrected": ["evidence.evaluation.full_optimism",
                            "evidence.evaluation.corrected_calibration"],
    "evidence: the rest": ["study._evaluate"],
    "figures": ["study.report_sections"],
    "report and bundle": ["study._write"],
    "MLflow": ["tracking.runs.StudyRun.log_results", "tracking.runs._connect"],
    "the rest": ["study.run_study"],
}
for stage, places in PLACES.items():
    for place in places:
        path = place.split(".")
        for cut in range(len(path) - 1, 0, -1):
            try:
                holder = importlib.import_module(".".join(["hiprisk", *path[:cut]]))
            except ImportError:
                continue
            for name in path[cut:-1]:
                holder = getattr(holder, name, None)
            if hasattr(holder, path[-1]):
                setattr(holder, path[-1], clocked(stage, getattr(holder, path[-1])))
            break
main(sys.argv[2:])
spent["start and end"] = time.process_time() - began - sum(spent.values())
open(sys.argv[1], "w").write(json.dumps(spent))
"""


def environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def python(checkout: Path) -> str:
    return str(checkout / ".venv" / "bin" / "python")


def config_of(checkout: Path, chosen: Path) -> Path:
    """The checkout's own copy of the chosen config, or the chosen one where it has none."""
    own = checkout / "configs" / chosen.name
    return own if chosen.parent == HERE / "configs" and own.is_file() else chosen


def train(checkout: Path, options: argparse.Namespace, workers: int, out: str) -> list[str]:
    changes = [f"--set={change}" for change in (SHORT if options.short else ())]
    config = str(config_of(checkout, options.config))
    return ["train", config, "--out", out, "--workers", str(workers), *changes]


def whole(checkout: Path, options: argparse.Namespace) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MiB of one study."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [
            python(checkout), "-m", "hiprisk", *train(checkout, options, options.workers, "models")
        ]  # fmt: skip
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=scratch, env=environment(), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def stages(checkout: Path, options: argparse.Namespace) -> dict[str, float]:
    """CPU seconds of each stage of a study with one worker."""
    with tempfile.TemporaryDirectory() as scratch:
        found = Path(scratch) / "stages.json"
        command = [
            python(checkout), "-c", STAGES, str(found), *train(checkout, options, 1, "models")
        ]  # fmt: skip
        done = subprocess.run(
            command, cwd=scratch, env=environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"failed: {done.stderr[-1_000:]}")
        return dict(json.loads(found.read_text()))


def _row(
    runs: dict[str, list[tuple[float, float, float]]],
    medians: dict[str, list[float]],
    options: argparse.Namespace,
) -> Row:
    what = f"`train` of {options.config.name} with all evidence, {options.workers} workers"
    wall, cpu, peak = medians["new"]
    row = Row(
        what=what,
        aim="0.6 of the time before",
        ours=f"{wall:.1f} s, {cpu:.1f} CPU-seconds, {peak:,.0f} MiB",
    )
    if "old" not in runs:
        return row
    wall, cpu, peak = medians["old"]
    return replace(
        row,
        rival_name="the code before",
        rival=f"{wall:.1f} s, {cpu:.1f} CPU-seconds, {peak:,.0f} MiB",
        **ratio_of_pairs(*([run[0] for run in runs[name]] for name in ("new", "old"))),
        note=f"new over old {medians['new'][0] / wall:.2f}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", nargs="?", type=Path, default=HERE / "configs" / "stupar.yaml")
    parser.add_argument("--beside", type=Path, help="an older checkout with its .venv")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    options.config = options.config.resolve()
    # In a checkout of its own, or with whatever interpreter runs this where it has none.
    checkouts = {"new": HERE} | ({"old": options.beside.resolve()} if options.beside else {})
    runs: dict[str, list[tuple[float, float, float]]] = {name: [] for name in checkouts}
    for _ in range(1 if options.short else options.pairs):
        for name, checkout in checkouts.items():
            runs[name].append(whole(checkout, options))
            print(
                f"{name}: {runs[name][-1][0]:.1f} s, CPU {runs[name][-1][1]:.1f} s", file=sys.stderr
            )
    medians = {
        name: [statistics.median(run[i] for run in found) for i in range(3)]
        for name, found in runs.items()
    }
    for position, what in enumerate(("wall s", "CPU s", "peak MiB")):
        row = {name: medians[name][position] for name in checkouts}
        ratio = ""
        if "old" in runs:
            pairs = [
                new[position] / old[position]
                for new, old in zip(runs["new"], runs["old"], strict=True)
            ]
            ratio = f" ratio {statistics.median(pairs):.2f} ({min(pairs):.2f} to {max(pairs):.2f})"
        print(
            f"{what:10}" + "".join(f"{name} {value:9.1f} " for name, value in row.items()) + ratio
        )
    record("train_study", [_row(runs, medians, options)], short=options.short, load=load)
    by_stage = {name: stages(checkout, options) for name, checkout in checkouts.items()}
    print("\n| CPU seconds, one worker | " + " | ".join(by_stage) + " |")
    print("| --- |" + " --- |" * len(by_stage))
    for stage in by_stage["new"]:
        figures = " | ".join(f"{found.get(stage, 0.0):.2f}" for found in by_stage.values())
        print(f"| {stage} | {figures} |")
    totals = " | ".join(f"{sum(found.values()):.2f}" for found in by_stage.values())
    print(f"| in all | {totals} |")


if __name__ == "__main__":
    main()
