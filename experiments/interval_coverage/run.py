"""How often intervals around optimism-corrected metrics cover the truth, on simulated cohorts.

    python experiments/interval_coverage/run.py --cohorts 500 --workers 2

Each cohort is fitted, bootstrapped (B = 200) and judged; the truth is what that very fit does among
very many other people from the same source. Three sources: `linear` (8 predictors, R2 about 0.3, n
= 300), `logistic` (8 predictors, 35 % events, C about 0.75, n = 300) and `stupar` (the simulator's
hip cohort, 300 people without missing values, least squares on the design of configs/stupar.yaml).
Four intervals: Noma's (percentiles of the training values less the optimism), the same moved so
that its middle lies on the corrected value, that from the spread of the optimism, and percentiles
of the training values as they are, which is what a study that does not correct would report.
Writes one line a source, metric and interval: coverage with its Monte-Carlo error, mean width, and
how often the truth lay below and above.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import load_config
from hiprisk.errors import InputError
from hiprisk.features.design import plan_design
from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.metrics.registry import find_metric
from hiprisk.metrics.vectorised.panel import evaluate_predictions
from hiprisk.parallel import run_parallel
from hiprisk.seeding import rng_for
from hiprisk.validation.internal.optimism import location_shifted_interval, optimism_interval
from hiprisk.validation.resampling.refits import refit_all
from hiprisk.validation.resampling.resamples import Refit, draw_resamples

HERE = Path(__file__).parent
CONFIG = HERE.parents[1] / "configs" / "stupar.yaml"
N, B, LEVEL = 300, 200, 0.95
POPULATION = 50_000
SLOPES = np.array([0.4, 0.3, 0.2, 0.2, 0.1, 0.1, 0.0, 0.0])
CONTINUOUS = ("r2", "rmse", "mae", "calibration_in_the_large", "calibration_slope")
BINARY = (
    "c_statistic", "brier", "scaled_brier", "nagelkerke_r2", "calibration_in_the_large",
    "calibration_slope",
)  # fmt: skip


@dataclass(frozen=True)
class People:
    """Predictors and outcome."""

    x: np.ndarray
    y: np.ndarray


def generated(source: str, n: int, *, seed: int) -> People:
    if source == "stupar":
        return stupar(n, seed=seed)
    rng = rng_for(seed, "interval-coverage", source, n)
    x = rng.normal(size=(n, len(SLOPES)))
    if source == "linear":
        return People(x, x @ SLOPES + rng.normal(size=n))
    lp = -0.75 + 1.6 * (x @ SLOPES)
    return People(x, (rng.random(n) < 1.0 / (1.0 + np.exp(-lp))).astype(float))


@cache
def stupar_design():
    cohort = simulate_cohort("stupar", seed=1, n=2_000)
    config = load_config(CONFIG)
    return plan_design(config.predictors, load_dictionary(), cohort.frame), config.outcome.variable


def stupar(n: int, *, seed: int) -> People:
    design, outcome = stupar_design()
    # Somewhat more than n, since some have no hip osteoarthritis or no follow-up.
    cohort = simulate_cohort("stupar", seed=50_000 + seed, n=2 * n)
    keep = np.flatnonzero(cohort.analysable)[:n]
    complete = cohort.truth.complete.iloc[keep]
    x = design.model_inputs(design.numeric(complete))
    return People(x, cohort.frame[outcome].to_numpy(dtype=float)[keep])


@cache
def population(source: str) -> People:
    return generated(source, POPULATION, seed=0)


def predicted(source: str, x: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    lp = coefficients[0] + x @ coefficients[1:]
    return 1.0 / (1.0 + np.exp(-lp)) if source == "logistic" else lp


def one_cohort(source: str, cohort: int) -> list[dict[str, object]]:
    people = generated(source, N, seed=1 + cohort)
    varies = people.x.std(axis=0) > 0
    x, everybody = people.x[:, varies], population(source)
    fit = fit_logistic if source == "logistic" else fit_ols
    kind, names = ("binary", BINARY) if source == "logistic" else ("continuous", CONTINUOUS)
    metrics = [find_metric(kind, name) for name in names]
    try:
        own = fit(x, people.y).coefficients
        start = {"start": own} if source == "logistic" else {}

        def procedure(resample):
            weights = resample.counts.astype(float)
            coefficients = fit(x, people.y, weights=weights, **start).coefficients
            return Refit(predicted(source, x, coefficients))

        refits = refit_all(procedure, draw_resamples(np.arange(len(x)), n_resamples=B, seed=cohort))
    except InputError:
        return [{"source": source, "cohort": cohort, "metric": "refused"}]
    training, test = evaluate_predictions(
        people.y, refits.predicted, metrics=metrics, weightings=[refits.counts, None]
    )
    fitted = predicted(source, everybody.x[:, varies], own)
    truth = {one.name: one.function(everybody.y, fitted) for one in metrics}
    apparent = {one.name: one.function(people.y, predicted(source, x, own)) for one in metrics}
    rows = []
    for name in names:
        a, b = training.values[name], test.values[name]
        tail = (1 - LEVEL) / 2
        corrected = apparent[name] - (a.mean() - b.mean())
        ends = {
            "location-shifted": location_shifted_interval(a, b, level=LEVEL),
            "recentred": tuple(np.quantile(a, (tail, 1 - tail)) - a.mean() + corrected),
            "optimism": optimism_interval(apparent[name], a, b, level=LEVEL),
            "uncorrected": tuple(np.quantile(a, (tail, 1 - tail))),
        }
        rows += [
            {"source": source, "cohort": cohort, "metric": name, "interval": kind,
             "truth": truth[name], "apparent": apparent[name], "corrected": corrected,
             "low": low, "high": high}
            for kind, (low, high) in ends.items()
        ]  # fmt: skip
    return rows


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    used = rows[rows["metric"] != "refused"]
    used = used.assign(
        below=used["truth"] < used["low"],
        above=used["truth"] > used["high"],
        width=used["high"] - used["low"],
        bias_apparent=used["apparent"] - used["truth"],
        bias_corrected=used["corrected"] - used["truth"],
    )
    grouped = used.groupby(["source", "metric", "interval"], sort=False)
    table = grouped[["below", "above", "width", "bias_apparent", "bias_corrected"]].mean()
    table.insert(0, "cohorts", grouped.size())
    table.insert(1, "coverage", (1.0 - table["below"] - table["above"]).clip(lower=0.0))
    error = np.sqrt(table["coverage"] * (1 - table["coverage"]) / table["cohorts"])
    table.insert(2, "monte_carlo_error", error)
    return table.round(4).reset_index()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cohorts", type=int, default=500, help="of each source")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HERE / "coverage.csv")
    options = parser.parse_args()
    began, found = time.monotonic(), []
    for source in ("linear", "logistic", "stupar"):

        def told(done, total, source=source):
            print(f"\r{source}: {done} of {total}", end="", file=sys.stderr, flush=True)

        one = partial(one_cohort, source)
        parts = run_parallel(one, range(options.cohorts), workers=options.workers, progress=told)
        print(file=sys.stderr)
        found += [row for part in parts for row in part]
    rows = pd.DataFrame(found)
    table = summary(rows)
    table.to_csv(options.out, index=False)
    print(table.to_string(index=False))
    refused = rows[rows["metric"] == "refused"].groupby("source").size().to_dict()
    print(f"cohorts that could not be fitted: {refused or 0}; "
          f"{time.monotonic() - began:.0f} s with {options.workers} worker(s)")  # fmt: skip


if __name__ == "__main__":
    main()
