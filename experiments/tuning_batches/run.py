"""Trials of a search asked for in batches: seconds gained against loss.

A study's search asks for one setting, waits for its loss and asks for the next. Here k settings are
asked for together and told together, k being constant, so that the result depends on k and not
on the number of workers. The fits of a batch are then dealt out to workers at once: 5 folds fill 2
workers for 3 rounds, two trials of 5 folds for 5.

Boosting of `configs/stupar.yaml` (983 simulated people), each cohort and search of its own seed.
Seconds are those of the fits on W workers, by their measured CPU time and list scheduling: what
batches could gain at best, without the cost of sending work to processes.

    python experiments/tuning_batches/run.py --cohorts 4
"""

from __future__ import annotations

import argparse
import heapq
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.config import load_config
from hiprisk.learning.candidates import _fold_loss
from hiprisk.learning.model_choice import study_folds
from hiprisk.learning.model_types import model_type_named
from hiprisk.learning.preparation import PreparedStudy, prepare_study
from hiprisk.learning.tuning.search import _distribution, _open, _sampler
from hiprisk.parallel import one_thread

PROJECT = Path(__file__).resolve().parents[2]
SIZES = (1, 2, 4)
WORKERS = (1, 2, 4, 8)


def main() -> None:
    options = _parse()
    rows: list[dict[str, Any]] = []
    if options.out.exists():
        rows = pd.read_csv(options.out).to_dict("records")
    done = {row["cohort"] for row in rows}
    for cohort in range(options.cohorts):
        if cohort not in done:
            with one_thread():
                rows += _cohort(cohort)
            pd.DataFrame(rows).to_csv(options.out, index=False, float_format="%.5f")
            print(cohort, f"{time.process_time():.0f} s", file=sys.stderr, flush=True)
    print(_summary(pd.DataFrame(rows)).to_string())


def _cohort(number: int) -> list[dict[str, Any]]:
    config = load_config(
        PROJECT / "configs" / "stupar.yaml",
        overrides=[f"cohort.simulate.seed={9000 + number}", f"seed={100 + number}"],
    )
    prepared = prepare_study(
        config, checkpoints=Path("unused"), workers=1, progress=lambda stage, done, total: None
    )
    known: dict[tuple[float, ...], tuple[float, list[float]]] = {}
    folds = study_folds(prepared)
    rows = []
    for size in SIZES:
        losses, batches = _searched(prepared, folds, size, known)
        row = {"cohort": number, "size": size, "loss": min(losses)}
        row |= {f"seconds_{workers}": sum(_makespan(part, workers) for part in batches)
                for workers in WORKERS}  # fmt: skip
        rows.append(row)
    return rows


def _searched(
    prepared: PreparedStudy, folds: Sequence[Any], size: int, known: dict[Any, Any]
) -> tuple[list[float], list[list[float]]]:
    """Losses of all trials, and the seconds of every fit by batch."""
    config, name = prepared.config, "boosting"
    settings, model_type = config.families.boosting, model_type_named(name)
    space, fixed = model_type.space(settings), model_type.fixed(settings)
    distributions = {key: _distribution(one, key in model_type.whole) for key, one in space.items()}
    study = _open(None, name, "")
    losses: list[float] = []
    batches: list[list[float]] = []
    while len(losses) < config.tuning.trials:
        study.sampler = _sampler(config.seed, name, len(losses))
        n_asked = min(size, config.tuning.trials - len(losses))
        asked = [study.ask(distributions) for _ in range(n_asked)]
        batches.append([])
        for trial in asked:
            params = {**fixed, **{key: float(value) for key, value in trial.params.items()}}
            loss, seconds = _timed(prepared, folds, params, known)
            study.tell(trial, loss)
            losses.append(loss)
            batches[-1] += seconds
    return losses, batches


def _timed(
    prepared: PreparedStudy, folds: Sequence[Any], params: Mapping[str, float], known: dict
) -> tuple[float, list[float]]:
    """Cross-validated loss at given settings and the CPU seconds of each fold."""
    key = tuple(params.values())
    if key not in known:
        estimator, parts, seconds = prepared.unfitted("boosting"), [], []
        for fold in folds:
            began = time.process_time()
            parts.append(_fold_loss(estimator, dict(params), prepared.data.outcome, fold))
            seconds.append(time.process_time() - began)
        known[key] = (sum(v * n for v, n in parts) / sum(n for _, n in parts), seconds)
    return known[key]


def _makespan(seconds: Sequence[float], workers: int) -> float:
    """Seconds until the last fit ends: each goes to the worker that is free first."""
    free = [0.0] * workers
    for one in seconds:
        heapq.heappush(free, heapq.heappop(free) + one)
    return max(free)


def _summary(table: pd.DataFrame) -> pd.DataFrame:
    """Means over cohorts, against single trials, with Monte-Carlo errors."""
    alone = table[table["size"] == 1].set_index("cohort")
    found = []
    for size, part in table.groupby("size"):
        own = part.set_index("cohort")
        gap = 100.0 * (own["loss"] / alone["loss"] - 1.0)
        row = {"size": size, "loss": own["loss"].mean(), "loss_percent": gap.mean(),
               "error": gap.std(ddof=1) / np.sqrt(len(gap))}  # fmt: skip
        for workers in WORKERS:
            column = f"seconds_{workers}"
            row[f"seconds_{workers}"] = own[column].mean()
            row[f"share_{workers}"] = (own[column] / alone[column]).mean()
        found.append(row)
    return pd.DataFrame(found).set_index("size").round(4)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=4)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results.csv")
    return parser.parse_args()


if __name__ == "__main__":
    main()
