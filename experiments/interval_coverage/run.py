"""How often intervals around optimism-corrected metrics cover the truth, on simulated cohorts.

    python experiments/interval_coverage/run.py --cohorts 2000

Each cohort is fitted, bootstrapped (B = 200) and judged; the truth is what that very fit does among
very many other people from the same source. `linear` (8 predictors, R2 about 0.3, n = 300),
`logistic` (8 predictors, 35 % events, C about 0.75, n = 300) and `stupar` (the simulator's hip
cohort, 300 people without missing values, least squares on the design of configs/stupar.yaml); and
beyond them `small` (linear, n = 150), `weak` (linear, R2 about 0.05) and `rare` (logistic, 14 %
events). Four intervals: that of hiprisk (the spread of the optimism on the metric's scale), the
percentiles of the optimism, Noma's (percentiles of the training values less the optimism), and
percentiles of the training values as they are, which a study reports that does not correct. One
line a source, metric and interval: coverage with its Monte-Carlo error, mean width, and how often
the truth lay below and above. Finished sources are kept in --out and not done again.
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

from hiprisk.bootstrap import Persons, percentiles
from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import load_config
from hiprisk.errors import InputError
from hiprisk.features.design import plan_design
from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.metrics.registry import find_metric
from hiprisk.parallel import run_parallel
from hiprisk.seeding import rng_for
from hiprisk.validation.internal.optimism import optimism_table
from hiprisk.validation.resampling.refits import Refits

HERE = Path(__file__).parent
CONFIG = HERE.parents[1] / "configs" / "stupar.yaml"
B, LEVEL = 200, 0.95
POPULATION = 50_000
SLOPES = np.array([0.4, 0.3, 0.2, 0.2, 0.1, 0.1, 0.0, 0.0])
CONTINUOUS = ("r2", "rmse", "mae", "calibration_in_the_large", "calibration_slope",
              "calibration_intercept")  # fmt: skip
BINARY = (
    "c_statistic", "brier", "scaled_brier", "nagelkerke_r2_as_is", "discrimination_slope",
    "calibration_in_the_large", "calibration_slope", "calibration_intercept",
    "observed_expected_ratio",
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """Where people come from: how many are in a cohort, their slopes and log odds at the mean."""

    n: int = 300
    strength: float = 1.0
    log_odds: float | None = None


SOURCES = {
    "linear": Source(), "logistic": Source(strength=1.6, log_odds=-0.75), "stupar": Source(),
    "small": Source(n=150), "weak": Source(strength=0.35),
    "rare": Source(strength=1.6, log_odds=-2.4),
}  # fmt: skip


@dataclass(frozen=True)
class People:
    """Predictors and outcome."""

    x: np.ndarray
    y: np.ndarray


def generated(name: str, n: int, *, seed: int) -> People:
    if name == "stupar":
        return stupar(n, seed=seed)
    source, rng = SOURCES[name], rng_for(seed, "interval-coverage", name, n)
    x = rng.normal(size=(n, len(SLOPES)))
    mean = source.strength * (x @ SLOPES)
    if source.log_odds is None:
        return People(x, mean + rng.normal(size=n))
    return People(x, (rng.random(n) < expit(source.log_odds + mean)).astype(float))


def expit(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))


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
def population(name: str) -> People:
    return generated(name, POPULATION, seed=0)


def refitted(design, y, counts, start) -> np.ndarray:
    """Coefficients of all resamples at once; Newton's steps where the outcome is binary."""
    size = design.shape[1]
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    if start is None:
        information = (counts @ products).reshape(-1, size, size)
        return np.linalg.solve(information, ((counts * y) @ design)[..., None])[..., 0]
    found = np.tile(start, (len(counts), 1))
    for _ in range(30):
        risk = expit(found @ design.T)
        information = ((counts * risk * (1.0 - risk)) @ products).reshape(-1, size, size)
        score = (counts * (y - risk)) @ design
        step = np.linalg.solve(information, score[..., None])[..., 0]
        found = found + step
        if np.abs(step).max() < 1e-8:
            return found
    raise InputError("no maximum on some resample")


def one_cohort(name: str, cohort: int) -> list[dict[str, object]]:
    source, people = SOURCES[name], generated(name, SOURCES[name].n, seed=1 + cohort)
    varies = people.x.std(axis=0) > 0
    x, everybody = people.x[:, varies], population(name)
    binary = source.log_odds is not None
    kind, names = ("binary", BINARY) if binary else ("continuous", CONTINUOUS)
    metrics = [find_metric(kind, one) for one in names]

    def predicted(columns, coefficients):
        lp = coefficients[..., :1] + coefficients[..., 1:] @ columns.T
        return expit(lp) if binary else lp

    try:
        own = (fit_logistic if binary else fit_ols)(x, people.y).coefficients
        persons, rng = Persons.of(np.arange(source.n)), rng_for(cohort, "interval-coverage-draws")
        counts = next(persons.draw_weights(rng, B))
        design = np.column_stack([np.ones(len(x)), x])
        each = predicted(x, refitted(design, people.y, counts, own if binary else None))
    except (InputError, np.linalg.LinAlgError):
        return [{"source": name, "cohort": cohort, "metric": "refused"}]
    refits = Refits(each, counts, tuple(range(B)), 0)
    apparent = predicted(x, own[None])[0]
    table = optimism_table(refits, people.y, apparent=apparent, metrics=metrics)
    fitted = predicted(everybody.x[:, varies], own[None])[0]
    rows = []
    for metric, row in zip(metrics, table.rows, strict=True):
        training, test = (values_of(metric, people.y, each, w) for w in (counts, None))
        least, most = percentiles(training - test, level=LEVEL)
        ends = {
            "hiprisk": (row.low, row.high),
            "percentiles of the optimism": (row.apparent - most, row.apparent - least),
            "location-shifted": (row.shifted_low, row.shifted_high),
            "uncorrected": tuple(percentiles(training, level=LEVEL)),
        }
        rows += [
            {"source": name, "cohort": cohort, "metric": row.metric, "interval": interval,
             "truth": metric.function(everybody.y, fitted) if interval == "hiprisk" else np.nan,
             "apparent": row.apparent, "corrected": row.corrected, "low": low, "high": high}
            for interval, (low, high) in ends.items()
        ]  # fmt: skip
    return rows


def values_of(metric, y, predicted, counts) -> np.ndarray:
    from hiprisk.metrics.vectorised.panel import evaluate_predictions

    (found,) = evaluate_predictions(y, predicted, metrics=[metric], weightings=[counts])
    return found.values[metric.name]


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    used = rows[rows["metric"] != "refused"].copy()
    used["truth"] = used.groupby(["source", "cohort", "metric"])["truth"].transform("first")
    used = used[used["low"].notna()].astype({"low": float, "high": float})
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
    parser.add_argument("--cohorts", type=int, default=2000, help="of each source")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--sources", nargs="+", default=list(SOURCES), choices=SOURCES)
    parser.add_argument("--out", type=Path, default=HERE / "coverage.csv")
    options = parser.parse_args()
    done = pd.read_csv(options.out) if options.out.exists() else pd.DataFrame({"source": []})
    for name in (one for one in options.sources if one not in set(done["source"])):
        began = time.process_time()
        parts = run_parallel(
            partial(one_cohort, name), range(options.cohorts), workers=options.workers
        )
        rows = pd.DataFrame([row for part in parts for row in part])
        done = pd.concat([done, summary(rows)])
        done.to_csv(options.out, index=False)
        refused = int((rows["metric"] == "refused").sum())
        print(f"{name}: {refused} refused, {time.process_time() - began:.0f} s", file=sys.stderr)
    print(done.to_string(index=False))


if __name__ == "__main__":
    main()
