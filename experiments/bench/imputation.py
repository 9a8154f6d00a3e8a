"""Twenty imputations of 1,000 x 8: ours beside R mice and scikit-learn's IterativeImputer.

    python experiments/bench/imputation.py [--short]

Needs R with mice (Debian: r-cran-mice) for the one rival; without it only the other is run. Data:
1,000 simulated people, seven predictors and an outcome; 15 % of each predictor's values are
missing, more often where the outcome is high. Ours is the public `impute_frame`; mice imputes with
its defaults (pmm, five rounds) and with `norm`; IterativeImputer draws from the posterior of its
BayesianRidge, ten rounds, once for each imputation. CPU seconds, in turn.

So that fast is not wrong, completed sets of some cohorts are analysed and pooled by Rubin's rules:
bias and coverage of the coefficients. `experiments/imputation_coverage` has many cohorts.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from recording import Row, ratio_of_pairs, record

from hiprisk.features.pooling import pool_estimates
from hiprisk.inference import impute_frame
from hiprisk.learning.unpenalised import fit_ols
from hiprisk.parallel import one_thread

N, P, M, RUNS, COHORTS = 1_000, 8, 20, 5, 10
TRUTH = np.resize([0.5, -0.3, 0.2], P - 1)
SIZES = ((1_000, 8), (10_000, 8), (100_000, 8), (1_000_000, 8), (1_000, 50), (10_000, 50),
         (100_000, 50))  # fmt: skip
Imputer = Callable[[pd.DataFrame, int], tuple[float, list[np.ndarray]]]
R_SCRIPT = """
suppressPackageStartupMessages(library(mice))
lines <- file("stdin", "r")
cat(as.character(packageVersion("mice")), "\\n")
while (length(word <- readLines(lines, 1)) > 0) {
  part <- strsplit(word, " ")[[1]]
  d <- read.csv("data.csv")
  used <- system.time(imp <- mice(d, m=as.integer(part[2]), method=part[1], printFlag=FALSE))
  write.csv(complete(imp, "long")[, names(d)], "completed.csv", row.names=FALSE)
  cat(used["user.self"] + used["sys.self"], "\\n")
}
"""


def simulated(
    n: int = N, p: int = P, *, seed: int, share: float = 0.15
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A cohort with nothing missing, and as it is known."""
    rng = np.random.default_rng(seed)
    x = 0.6 * rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, p - 1))
    y = x @ np.resize(TRUTH, p - 1) + rng.normal(size=n)
    names = [f"x{i}" for i in range(p - 1)]
    complete = pd.DataFrame(np.column_stack([x, y]), columns=[*names, "y"])
    lost = rng.random((n, p)) < 2 * share / (1 + np.exp(-y[:, np.newaxis]))
    lost[:, -1] = False
    return complete, complete.mask(lost)


def ours(method: str) -> Imputer:
    """`impute_frame` by a method."""

    def run(frame: pd.DataFrame, m: int) -> tuple[float, list[np.ndarray]]:
        began = time.process_time()
        found = impute_frame(frame, n_imputations=m, method=method, seed=1)
        return time.process_time() - began, [part.to_numpy() for part in found]

    return run


def scikit_learn(frame: pd.DataFrame, m: int) -> tuple[float, list[np.ndarray]]:
    """IterativeImputer, once for each imputation."""
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer

    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [
            IterativeImputer(sample_posterior=True, random_state=i).fit_transform(frame.to_numpy())
            for i in range(m)
        ]
    return time.process_time() - began, found


class Mice:
    """One R process that imputes what it is told."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._process = subprocess.Popen(
            ["Rscript", "-e", R_SCRIPT], cwd=scratch, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.version = self._process.stdout.readline().strip()

    def by(self, method: str) -> Imputer:
        """Its imputation by a method."""

        def run(frame: pd.DataFrame, m: int) -> tuple[float, list[np.ndarray]]:
            frame.to_csv(self._scratch / "data.csv", index=False)
            self._process.stdin.write(f"{method} {m}\n")
            self._process.stdin.flush()
            used = float(self._process.stdout.readline())
            found = pd.read_csv(self._scratch / "completed.csv").to_numpy()
            return used, list(found.reshape(m, len(frame), -1))

        return run

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait()


def estimates(parts: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Pooled coefficients of the last column on the others, and half their 95 % intervals."""
    from scipy.stats import t

    fits = [fit_ols(part[:, :-1], part[:, -1]) for part in parts]
    pooled = pool_estimates(
        [one.coefficients for one in fits],
        [one.covariance for one in fits],
        complete_df=len(parts[0]) - parts[0].shape[1],
    )
    return pooled.estimate[1:], (t.ppf(0.975, pooled.df) * pooled.se)[1:]


def coverage(routes: Mapping[str, Imputer], cohorts: int, **sizes: float) -> pd.DataFrame:
    """Bias, half width and coverage of all coefficients, with Monte-Carlo errors over cohorts."""
    rows = []
    for seed in range(cohorts):
        complete, frame = simulated(seed=1_000 + seed, **sizes)
        sets = {"nothing missing": [complete.to_numpy()] * 2}
        sets |= {name: route(frame, M)[1] for name, route in routes.items()}
        for name, parts in sets.items():
            value, half = estimates(parts)
            covers = np.abs(value - TRUTH) <= half
            # Towards 0 is negative: what a method that loses associations does.
            bias = np.sign(TRUTH) * (value - TRUTH)
            rows.append((name, bias.mean(), half.mean(), covers.mean()))
    found = pd.DataFrame(rows, columns=["route", "bias", "half_width", "covers"])
    by_route = found.groupby("route", sort=False)
    errors = by_route[["bias", "covers"]].std() / np.sqrt(cohorts)
    return by_route.mean().join(errors.add_suffix("_mc_error")).assign(cohorts=cohorts)


def timed(routes: Mapping[str, Imputer], runs: int, *, few: int = M) -> dict[str, list[float]]:
    """CPU seconds of twenty imputations by each route in turn; rivals' from `few` of them."""
    found: dict[str, list[float]] = {name: [] for name in routes}
    for run in range(runs):
        _, frame = simulated(seed=run)
        for name, route in routes.items():
            m = M if name.startswith("hiprisk") else few
            found[name].append(route(frame, m)[0] * M / m)
    return found


def growth(sizes: tuple[tuple[int, int], ...]) -> list[Row]:
    """Ours by rows and columns, two imputations of each size."""
    rows = []
    for n, p in sizes:
        _, frame = simulated(n, p, seed=1)
        used, _ = ours("normal")(frame, 2)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        what = f"an imputation of {n:,} x {p} (of two, with EM's share)"
        rows.append(Row(what=what, ours=f"{used / 2:.2g} s, the process {peak:.0f} MiB"))
        print(f"  {rows[-1].what}: {rows[-1].ours}", flush=True)
    return rows


def compared(times: Mapping[str, list[float]]) -> list[Row]:
    """Each rival beside both of our methods."""
    return [
        Row(
            what=f"{M} imputations of {N:,} x {P}, {own.removeprefix('hiprisk ')}",
            aim="0.5 s",
            ours=f"{statistics.median(times[own]):.3f} s",
            rival_name=name,
            rival=f"{statistics.median(used):.2f} s",
            **ratio_of_pairs(times[own], used),
        )
        for name, used in times.items()
        if not name.startswith("hiprisk")
        for own in ("hiprisk normal", "hiprisk chained")
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="one run, few cohorts: some seconds")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with one_thread(), tempfile.TemporaryDirectory() as scratch:
        own = {"hiprisk normal": ours("normal"), "hiprisk chained": ours("chained")}
        rivals: dict[str, Imputer] = {"scikit-learn IterativeImputer": scikit_learn}
        mice = Mice(Path(scratch)) if shutil.which("Rscript") else None
        if mice is not None and mice.version:
            rivals |= {f"R mice {mice.version} {how}": mice.by(how) for how in ("pmm", "norm")}
        times = timed(own | rivals, 1 if options.short else RUNS, few=1 if options.short else M)
        rows = compared(times)
        for row in rows:
            print(f"{row.what}: {row.ours}; {row.rival_name} {row.rival}, ratio {row.ratio:.1f}")
        checked = {**own, **{k: v for k, v in rivals.items() if k.endswith("norm")}}
        found = coverage(own if options.short else checked, 4 if options.short else COHORTS)
        print(found.round(4).to_string())
        rows += growth(SIZES[:2] if options.short else SIZES)
        if mice is not None:
            mice.close()
    record("imputation", rows, packages=("scikit-learn", "scipy"), short=options.short, load=load)


if __name__ == "__main__":
    main()
