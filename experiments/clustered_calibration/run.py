"""How often the band for a new site covers that site's calibration curve, and the CI the mean one.

    python experiments/clustered_calibration/run.py --cohorts 300

A model is given and evaluated in k sites (5, 10, 20, 30) of 40 to 160 people each. In a site the
linear predictor is off by a random intercept (SD 0, 0.2 or 0.5; of a score the same times 8, with
a residual SD of 8) and a random slope about 1 (SD 0.1, or 0 without heterogeneity), so that the
model is right in the mean site. `clustered_calibration` is held at five predictions (those of the
5th, 25th, 50th, 75th and 95th percentile of the linear predictor) against the curve of the mean
site and against those of 50 new sites a cohort. Writes a line a case and prediction. A case that
stands in the table is not done again: the run can go on after a stop.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.errors import InputError
from hiprisk.parallel import one_thread
from hiprisk.seeding import rng_for
from hiprisk.sheet.links import expit
from hiprisk.validation.sites.calibration import clustered_calibration

HERE = Path(__file__).parent
SCALE = {"binary": 1.0, "continuous": 8.0}
CASES = [
    *(("binary", tau, k) for tau in (0.0, 0.2, 0.5) for k in (5, 10, 20, 30)),
    *(("continuous", tau, k) for tau in (0.0, 0.5) for k in (5, 10, 20)),
]
PERCENTILES = (5, 25, 50, 75, 95)
LP = 1.0 * np.array([-1.6449, -0.6745, 0.0, 0.6745, 1.6449]) - 0.5
N_NEW = 50


def drawn_sites(rng: np.random.Generator, tau: float, k: int) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(0.0, tau, k), rng.normal(1.0, 0.1 if tau else 0.0, k)


def one_cohort(kind: str, tau: float, k: int, cohort: int) -> list[dict[str, object]]:
    rng = rng_for(cohort, "clustered-calibration", kind, tau, k)
    sites = np.repeat(np.arange(k), rng.integers(40, 161, k))
    intercept, slope = drawn_sites(rng, tau, k)
    lp = rng.normal(-0.5, 1.0, len(sites))
    right, scale = intercept[sites] + slope[sites] * lp, SCALE[kind]
    if kind == "binary":
        y, predicted = (rng.random(len(lp)) < expit(right)).astype(float), expit(lp)
    else:
        y, predicted = rng.normal(scale * right, 8.0), scale * lp
    found = clustered_calibration(
        y, predicted, sites=sites, labels=[f"{site}" for site in range(k)],
        groups=np.arange(len(y)), kind=kind,
    )  # fmt: skip
    a, b = drawn_sites(rng, tau, N_NEW)
    rows = []
    for percentile, place in zip(PERCENTILES, LP, strict=True):
        at, new = (expit(v) if kind == "binary" else scale * v for v in (place, a + b * place))
        ends = {
            name: np.interp(at, found.predicted, getattr(found, name))
            for name in ("low", "high", "new_low", "new_high")
        }
        inside = (ends["new_low"] <= new) & (new <= ends["new_high"])
        rows.append(
            {"kind": kind, "tau": tau, "sites": k, "percentile": percentile, "predicted": float(at),
             "mean_covered": float(ends["low"] <= at <= ends["high"]),
             "new_covered": float(inside.mean()), "left_out": len(found.left_out),
             "width": float(ends["new_high"] - ends["new_low"])}
        )  # fmt: skip
    return rows


def of_case(case: tuple[str, float, int], n_cohorts: int) -> pd.DataFrame:
    rows, refused = [], 0
    for cohort in range(n_cohorts):
        try:
            rows += one_cohort(*case, cohort)
        except InputError:
            refused += 1
    grouped = pd.DataFrame(rows).groupby(["kind", "tau", "sites", "percentile", "predicted"])
    table = grouped.mean().reset_index()
    table.insert(5, "cohorts", grouped.size().to_numpy())
    # New sites of one cohort share its band: the error is that of the cohorts' means.
    table["new_covered_mc_error"] = (grouped["new_covered"].std() / n_cohorts**0.5).to_numpy()
    table["mean_covered_mc_error"] = (grouped["mean_covered"].std() / n_cohorts**0.5).to_numpy()
    table["refused"] = refused
    return table.round(4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=300)
    parser.add_argument("--out", type=Path, default=HERE / "results.csv")
    asked = parser.parse_args()
    tables = [pd.read_csv(asked.out)] if asked.out.exists() else []
    done = {tuple(key) for t in tables for key in t[["kind", "tau", "sites"]].to_numpy().tolist()}
    for case in CASES:
        if case in done:
            continue
        with one_thread():
            tables.append(of_case(case, asked.cohorts))
        pd.concat(tables).to_csv(asked.out, index=False)
        print(tables[-1].to_string(index=False), flush=True)


if __name__ == "__main__":
    main()
