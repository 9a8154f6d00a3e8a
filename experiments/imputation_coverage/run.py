"""How a normal model's parameters are best drawn: bias, coverage and time by route.

    python experiments/imputation_coverage/run.py --cohorts 200 [--mice 40]

Cohorts of `experiments/bench/imputation.py`: seven correlated predictors and an outcome, values of
the predictors missing more often where the outcome is high, so that complete cases are biased.
Routes to twenty imputations: ours (EM on a bootstrap for each, its covariance widened), the same
without a bootstrap (improper), one EM and a chain of data augmentation (Schafer 1997) of ten steps
an imputation, chained equations, R mice's `norm`. Each is pooled by Rubin's rules.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import invwishart

from hiprisk.features.imputation import draw_imputations
from hiprisk.features.missing_patterns import MissingPatterns
from hiprisk.features.normal_fit import fit_normal
from hiprisk.parallel import one_thread
from hiprisk.seeding import rng_for
from hiprisk.sheet.conditional_normal import NormalModel

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
from imputation import Mice, coverage, ours, simulated

# Rows, and share of each predictor's values that are missing.
SETTINGS = ((1_000, 0.15), (150, 0.3))
STEPS = 10


def improper(frame: pd.DataFrame, m: int) -> tuple[float, list[np.ndarray]]:
    """All draws from the parameters that EM finds."""
    began = time.process_time()
    data = frame.to_numpy()
    model = fit_normal(data).model()
    found = draw_imputations(data, model, n_draws=m, rng=rng_for(1, "improper"))
    return time.process_time() - began, found


def augmented(frame: pd.DataFrame, m: int) -> tuple[float, list[np.ndarray]]:
    """One EM, then parameters and missing values drawn in turn, under Jeffreys' prior."""
    began = time.process_time()
    data, rng = frame.to_numpy(), rng_for(1, "augmented")
    patterns = MissingPatterns.of(np.isnan(data))
    model = fit_normal(data).model()
    found = []
    for step in range(m * STEPS):
        (completed,) = draw_imputations(data, model, n_draws=1, rng=rng, patterns=patterns)
        if (step + 1) % STEPS == 0:
            found.append(completed)
        n = len(completed)
        products = (n - 1) * np.cov(completed.T)
        covariance = invwishart.rvs(df=n - 1, scale=products, random_state=rng)
        mean = rng.multivariate_normal(completed.mean(axis=0), covariance / n)
        model = NormalModel.from_covariance(mean, covariance)
    return time.process_time() - began, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cohorts", type=int, default=200)
    parser.add_argument("--mice", type=int, default=40, help="cohorts of R mice; 0: without it")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("results.csv"))
    options = parser.parse_args()
    routes = {
        "normal": ours("normal"), "normal, improper": improper, "normal, augmented": augmented,
        "chained": ours("chained"),
    }  # fmt: skip
    parts = []
    with one_thread(), tempfile.TemporaryDirectory() as scratch:
        mice = Mice(Path(scratch)) if options.mice else None
        for n, share in SETTINGS:
            seconds = {name: route(simulated(n, seed=0, share=share)[1], 20)[0]
                       for name, route in routes.items()}  # fmt: skip
            found = coverage(routes, options.cohorts, n=n, share=share)
            parts.append(found.assign(seconds=pd.Series(seconds), n=n, share=share))
            if mice is not None:
                # Ours once more on the same cohorts, for a comparison in pairs.
                both = {"normal, the same cohorts": ours("normal"), "mice norm": mice.by("norm")}
                found = coverage(both, options.mice, n=n, share=share)
                parts.append(found.iloc[1:].assign(n=n, share=share))
        if mice is not None:
            mice.close()
    table = pd.concat(parts).reset_index()
    table.round(5).to_csv(options.out, index=False, lineterminator="\n")
    print(table.round(4).to_string())


if __name__ == "__main__":
    main()
