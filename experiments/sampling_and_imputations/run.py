"""Whether validations of cases and controls, and of stacked imputations, cover the truth.

    python experiments/sampling_and_imputations/run.py --cohorts 300

A model with two predictors is given and is off (slope 0.8, too low). Its true figures are those of
a population of 400,000 with an event in about 11 of 100.

*Cases and controls*: 150 of each; intervals by 200 resamples of persons, at the true prevalence,
and as if the sample were a cohort. *Stacked imputations*: cohorts of 400; about 40 % lack the first
predictor, more often where the second is high; five imputations with the outcome by the normal
model, its parameters from a bootstrap of persons. Intervals pooled, and as if 2,000 rows were
people. Writes a line a design, metric and way: mean, bias, coverage of nominal 95 % intervals and
their mean width.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.features.imputation import draw_imputations
from hiprisk.features.normal_fit import fit_normal
from hiprisk.metrics.case_control import at_prevalence
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.intervals.resampled import percentile_intervals
from hiprisk.metrics.registry import find_metric
from hiprisk.parallel import run_parallel
from hiprisk.seeding import rng_for
from hiprisk.validation.performance.pooling import pool_by_name

HERE = Path(__file__).parent
NAMES = ("c_statistic", "calibration_slope", "calibration_intercept", "calibration_in_the_large",
         "observed_expected_ratio", "brier", "net_benefit_0.1")  # fmt: skip
METRICS = tuple(find_metric("binary", name) for name in NAMES)
N_POPULATION, N_CASES, N_COHORT, N_IMPUTATIONS, B = 400_000, 150, 400, 5, 200
Found = Iterator[tuple[str, str, Estimate]]


def people(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two correlated predictors and the outcome."""
    x = rng.multivariate_normal([0.0, 0.0], [[1.0, 0.5], [0.5, 1.0]], n)
    truth = -2.7 + x @ [0.9, 0.5]
    return x, (rng.random(n) < 1.0 / (1.0 + np.exp(-truth))).astype(float)


def risk(x: np.ndarray) -> np.ndarray:
    """The model that is judged: too extreme, and too low."""
    return 1.0 / (1.0 + np.exp(-((-2.7 + x @ [0.9, 0.5]) / 0.8 - 0.3)))


def cases_and_controls(rng: np.random.Generator, prevalence: float) -> Found:
    """A sample by the outcome, at the stated prevalence and without it."""
    x, y = people(12_000, rng)
    rows = np.r_[np.flatnonzero(y == 1)[:N_CASES], np.flatnonzero(y == 0)[:N_CASES]]
    for way, metrics in (
        ("stated", tuple(at_prevalence(one, prevalence) for one in METRICS)),
        ("ignored", METRICS),
    ):
        for one in percentile_intervals(
            y[rows], risk(x[rows]), metrics=metrics, groups=np.arange(len(rows)),
            n_resamples=B, seed=int(rng.integers(1 << 30)), name="experiment",
        ):  # fmt: skip
            yield "cases and controls", way, one


def imputations(rng: np.random.Generator) -> Found:
    """A cohort imputed several times, pooled and as rows."""
    x, y = people(N_COHORT, rng)
    gone = rng.random(N_COHORT) < 0.8 / (1.0 + np.exp(-x[:, 1]))
    joint = np.column_stack([np.where(gone, np.nan, x[:, 0]), x[:, 1], y])
    found, risks = [], []
    for _ in range(N_IMPUTATIONS):
        drawn = joint[rng.integers(0, N_COHORT, N_COHORT)]
        fitted = fit_normal(drawn).widened(N_COHORT)
        (filled,) = draw_imputations(joint, fitted.model(), n_draws=1, rng=rng)
        risks.append(risk(filled[:, :2]))
        found.append(estimates(y, risks[-1]))
    for one in pool_by_name(found, N_COHORT):
        yield "stacked imputations", "pooled", one
    for one in estimates(np.tile(y, N_IMPUTATIONS), np.concatenate(risks)):
        yield "stacked imputations", "rows as people", one


def estimates(y: np.ndarray, p: np.ndarray) -> tuple[Estimate, ...]:
    """Each metric with the interval of its formula."""
    return tuple(metric.analytic(y, p) for metric in METRICS if metric.analytic is not None)


def one_cohort(number: int, *, prevalence: float) -> list[tuple[str, str, Estimate]]:
    """Both designs once."""
    rng = rng_for(2026, "sampling-and-imputations", number)
    return [*cases_and_controls(rng, prevalence), *imputations(rng)]


def main() -> None:
    """Run and write results.csv."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cohorts", type=int, default=300)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    x, y = people(N_POPULATION, rng_for(2026, "population"))
    true = {metric.name: metric.function(y, risk(x)) for metric in METRICS}
    cohorts = run_parallel(
        partial(one_cohort, prevalence=float(y.mean())), range(options.cohorts),
        workers=options.workers,
    )  # fmt: skip
    rows = [
        {
            "design": design, "way": way, "metric": one.name, "true": true[one.name],
            "mean": one.value, "bias": one.value - true[one.name],
            "coverage": one.low <= true[one.name] <= one.high, "width": one.high - one.low,
        }
        for cohort in cohorts
        for design, way, one in cohort
    ]  # fmt: skip
    table = pd.DataFrame(rows).groupby(["design", "way", "metric"], sort=False).mean().round(4)
    table.to_csv(HERE / "results.csv")
    print(table.to_string())


if __name__ == "__main__":
    main()
