"""Bootstrap validation, B = 200, on one core: ours beside R rms, in turn, in one script.

    taskset -c 1 python experiments/bench/bootstrap_validation.py
    python experiments/bench/bootstrap_validation.py --b 50 200 800 2000 --p 10 50 200   # growth

Needs R with rms (Debian: r-cran-rms) for the rival; without it only our time is printed. Data:
1,000 simulated people, 15 predictors. Both give, for the linear model, R2, MSE, g, intercept and
slope, and for the logistic one Dxy, R2, intercept, slope, D, U, Q, B, g and gp. Ours is the call
that a study makes; it also gives intervals and the .632 and .632+ estimates, which rms' bootstrap
does not, and draws its own resamples. R is started once; the two take turns and the median of the
ratios is printed, so that other work on the machine does not favour one of them. `--b` and `--p`
give CPU-seconds of ours alone for so many resamples (of 15 predictors) and predictors (B = 200),
with the exponent of each curve over its upper three points.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from growth import exponent
from recording import Row, ratio_of_pairs, record

from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.metrics.registry import find_metric
from hiprisk.parallel import one_thread
from hiprisk.validation.internal.optimism import bootstrap_optimism
from hiprisk.validation.resampling.resamples import Refit, Resample, draw_resamples
from hiprisk.validation.resampling.same_design import SameDesign

N, P, B, RUNS = 1_000, 15, 200, 7
AIMS = {"linear": 0.040, "logistic": 0.120}
R_SCRIPT = """
suppressPackageStartupMessages(library(rms))
d <- read.csv("data.csv"); dd <- datadist(d); options(datadist="dd")
f <- paste(paste0("x", 0:14), collapse="+")
o <- ols(as.formula(paste("y ~", f)), d, x=TRUE, y=TRUE)
l <- lrm(as.formula(paste("e ~", f)), d, x=TRUE, y=TRUE)
lines <- file("stdin", "r")
cat("ready\\n")
while (length(word <- readLines(lines, 1)) > 0) {
  fit <- if (word == "linear") o else l
  cat(system.time(validate(fit, B=200))["elapsed"], "\\n")
}
"""

LINEAR = ("r2", "mse", "g", "calibration_intercept", "calibration_slope")
LOGISTIC = (
    "dxy", "nagelkerke_r2", "calibration_intercept", "calibration_slope", "discrimination_index",
    "unreliability_index", "quality_index", "brier", "g", "gp",
)  # fmt: skip


def simulated(n_predictors: int = P) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(N, n_predictors))
    # As strong together, however many they are.
    lp = x @ rng.normal(0, 0.25 * (P / n_predictors) ** 0.5, n_predictors)
    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(n_predictors)])
    return frame.assign(
        y=lp + rng.normal(size=N), e=(rng.random(N) < 1 / (1 + np.exp(-lp))).astype(int)
    )


class Unpenalised:
    """Least squares or maximum likelihood of the same columns in every resample."""

    def __init__(self, x: np.ndarray, y: np.ndarray, kind: str) -> None:
        self.same_design = SameDesign(x, y, "identity" if kind == "linear" else "logit")
        self.fit = fit_ols if kind == "linear" else fit_logistic

    def everybody(self) -> np.ndarray:
        """Predictions of the fit to everybody."""
        return self._refit(None).predicted

    def __call__(self, resample: Resample) -> Refit:
        """A resample that is left to the function of one."""
        return self._refit(resample.counts.astype(float))

    def _refit(self, weights: np.ndarray | None) -> Refit:
        design = self.same_design
        coefficients = self.fit(design.columns, design.outcome, weights=weights).coefficients
        return Refit(design.predicted(coefficients[np.newaxis])[0], coefficients)


def ours(
    frame: pd.DataFrame,
    kind: str,
    *,
    n_resamples: int = B,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    x = frame.drop(columns=["y", "e"]).to_numpy()
    y = frame["y" if kind == "linear" else "e"].to_numpy(float)
    with one_thread():
        began = clock()
        procedure = Unpenalised(x, y, kind)
        bootstrap_optimism(
            procedure,
            y,
            apparent=procedure.everybody(),
            metrics=[find_metric("continuous", name) for name in LINEAR]
            if kind == "linear"
            else [find_metric("binary", name) for name in LOGISTIC],
            resamples=draw_resamples(np.arange(N), n_resamples=n_resamples, seed=1),
        )
        return clock() - began


def growth(sizes: Sequence[int], *, along: str, runs: int) -> None:
    """CPU-seconds of ours along B or p, and the exponent of each curve."""
    for kind in ("linear", "logistic"):
        seconds = []
        for size in sizes:
            frame = simulated(size if along == "p" else P)
            n_resamples = size if along == "B" else B
            found = [
                ours(frame, kind, n_resamples=n_resamples, clock=time.process_time)
                for _ in range(runs)
            ]
            seconds.append(statistics.median(found))
        line = ", ".join(f"{a}: {b:.3f} s" for a, b in zip(sizes, seconds, strict=True))
        fitted = exponent(list(sizes), seconds) if len(sizes) > 1 else None
        ending = "" if fitted is None else f"; exponent {fitted.exponent:.2f} from {fitted.low}"
        print(f"{kind}, along {along}: {line}{ending}")


def in_turn(frame: pd.DataFrame, rival: Callable[[str], float] | None, runs: int) -> list[Row]:
    rows = []
    for kind in ("linear", "logistic"):
        mine, theirs = [], []
        for _ in range(runs):
            mine.append(ours(frame, kind))
            if rival is not None:
                theirs.append(rival(kind))
        line = f"{kind}: hiprisk {statistics.median(mine):.3f} s"
        if theirs:
            ratios = [b / a for a, b in zip(mine, theirs, strict=True)]
            line += (
                f", R rms {statistics.median(theirs):.3f} s; ratio {statistics.median(ratios):.1f} "
                f"(median of {runs}, {min(ratios):.1f} to {max(ratios):.1f})"
            )
        print(line)
        row = Row(
            what=f"bootstrap validation, {kind}, {N:,} x {P}, B = {B}, all of rms' indexes",
            aim=f"at most {AIMS[kind]:.3f} s",
            ours=f"{statistics.median(mine):.3f} s, with intervals and .632",
        )
        if theirs:
            row = replace(
                row,
                rival_name="R rms `validate`",
                rival=f"{statistics.median(theirs):.3f} s",
                **ratio_of_pairs(mine, theirs),
            )
        rows.append(row)
    return rows


def has_rms() -> bool:
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "-e", "q(status = !requireNamespace('rms', quietly = TRUE))"]
    return not subprocess.run(asked, capture_output=True, check=False).returncode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--short", action="store_true", help="one run, no figures")
    parser.add_argument("--b", type=int, nargs="+", default=(), help="numbers of resamples")
    parser.add_argument("--p", type=int, nargs="+", default=(), help="numbers of predictors")
    options = parser.parse_args()
    if options.b or options.p:
        for along, sizes in (("B", options.b), ("p", options.p)):
            if sizes:
                growth(sizes, along=along, runs=1 if options.short else options.runs)
        return
    load = os.getloadavg()[0]
    rows = beside_rms(1 if options.short else options.runs)
    record("bootstrap_validation", rows, packages=("scipy",), short=options.short, load=load)


def beside_rms(runs: int) -> list[Row]:
    frame = simulated()
    if not has_rms():
        print("R with rms is absent: our times alone")
        return in_turn(frame, None, runs)
    with tempfile.TemporaryDirectory() as scratch:
        frame.to_csv(Path(scratch) / "data.csv", index=False)
        with subprocess.Popen(
            ["Rscript", "-e", R_SCRIPT], cwd=scratch, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        ) as process:  # fmt: skip
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdout.readline()

            def rival(kind: str) -> float:
                process.stdin.write(f"{kind}\n")
                process.stdin.flush()
                return float(process.stdout.readline())

            rows = in_turn(frame, rival, runs)
            process.stdin.close()
    return rows


if __name__ == "__main__":
    main()
