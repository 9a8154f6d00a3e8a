"""Bootstrap validation, B = 200, on one core: ours beside R rms on the same resamples.

    python experiments/bench/bootstrap_validation.py

Needs R with rms (Debian: r-cran-rms) for the rival; without it only our time is printed. Data:
1,000 simulated people, 15 predictors. Both give, for the linear model, R2, MSE, g, intercept and
slope, and for the logistic one Dxy, R2, intercept, slope, D, U, Q, B, g and gp.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.learning.parallel import one_thread
from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.metrics import calibration, discrimination, likelihood, scores
from hiprisk.validation.resampling import Refit, bootstrap_optimism, draw_resamples

N, P, B, RUNS = 1_000, 15, 200, 5
R_SCRIPT = """
suppressPackageStartupMessages(library(rms))
d <- read.csv("data.csv"); dd <- datadist(d); options(datadist="dd")
f <- paste(paste0("x", 0:14), collapse="+")
o <- ols(as.formula(paste("y ~", f)), d, x=TRUE, y=TRUE)
l <- lrm(as.formula(paste("e ~", f)), d, x=TRUE, y=TRUE)
for (i in 1:5) {
  a <- system.time(validate(o, B=200))["elapsed"]; b <- system.time(validate(l, B=200))["elapsed"]
  cat(a, b, "\\n")
}
"""


def g(y, p, *, weights=None):
    line = calibration.logistic_recalibration(y, p, weights=weights)
    return abs(line.slope) * scores.gini_mean_difference(calibration.logit(p), weights=weights)


def gp(y, p, *, weights=None):
    line = calibration.logistic_recalibration(y, p, weights=weights)
    lp = line.intercept + line.slope * calibration.logit(p)
    return scores.gini_mean_difference(1 / (1 + np.exp(-lp)), weights=weights)


LINEAR = {
    "r2": scores.r2,
    "mse": scores.mse,
    "g": lambda y, p, *, weights=None: scores.gini_mean_difference(p, weights=weights),
    "intercept": calibration.linear_intercept,
    "slope": calibration.linear_slope,
}
LOGISTIC = {
    "dxy": discrimination.somers_dxy,
    "r2": likelihood.nagelkerke_r2,
    "intercept": calibration.logistic_intercept,
    "slope": calibration.logistic_slope,
    "d": likelihood.discrimination_index,
    "u": likelihood.unreliability_index,
    "q": likelihood.quality_index,
    "b": scores.brier,
    "g": g,
    "gp": gp,
}


def simulated() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(N, P))
    lp = x @ rng.normal(0, 0.25, P)
    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(P)])
    return frame.assign(
        y=lp + rng.normal(size=N), e=(rng.random(N) < 1 / (1 + np.exp(-lp))).astype(int)
    )


def ours(x, y, fit, metrics, *, logistic: bool) -> float:
    def predicted(coefficients):
        lp = coefficients[0] + x @ coefficients[1:]
        return 1 / (1 + np.exp(-lp)) if logistic else lp

    def procedure(resample):
        return Refit(predicted(fit(x, y, weights=resample.counts.astype(float)).coefficients))

    began = time.perf_counter()
    bootstrap_optimism(
        procedure,
        y,
        apparent=predicted(fit(x, y).coefficients),
        metrics=metrics,
        resamples=draw_resamples(np.arange(N), n_resamples=B, seed=1),
    )
    return time.perf_counter() - began


def rival(frame: pd.DataFrame) -> tuple[float, float] | None:
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as scratch:
        frame.to_csv(Path(scratch) / "data.csv", index=False)
        done = subprocess.run(
            ["Rscript", "-e", R_SCRIPT], cwd=scratch, capture_output=True, text=True, check=True
        )
    times = np.array([line.split() for line in done.stdout.strip().splitlines()], float)
    return float(np.median(times[:, 0])), float(np.median(times[:, 1]))


def main() -> None:
    frame = simulated()
    x = frame.drop(columns=["y", "e"]).to_numpy()
    with one_thread():
        linear = [ours(x, frame["y"].to_numpy(), fit_ols, LINEAR, logistic=False)
                  for _ in range(RUNS)]  # fmt: skip
        logistic = [ours(x, frame["e"].to_numpy(float), fit_logistic, LOGISTIC, logistic=True)
                    for _ in range(RUNS)]  # fmt: skip
    mine = statistics.median(linear), statistics.median(logistic)
    print(f"hiprisk: linear {mine[0]:.2f} s, logistic {mine[1]:.2f} s (medians of {RUNS})")
    theirs = rival(frame)
    if theirs is not None:
        print(f"R rms: linear {theirs[0]:.2f} s, logistic {theirs[1]:.2f} s; "
              f"ratios {theirs[0] / mine[0]:.1f}, {theirs[1] / mine[1]:.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
