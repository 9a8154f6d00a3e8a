"""What each way with missing values does to adjusted coefficients, against the truth.

Simulated `stupar` people whose back pain, body mass index and baseline function go missing at
random: more often in the old and in those whose score at follow-up is high. (The simulator's own
loss depends on age alone, which spares complete cases; loss that follows the outcome does not.)
The truth is what the same regression gives in a very large cohort with nothing missing.

    python experiments/missing_values/run.py --cohorts 500 --workers 2
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.features.imputation import draw_imputations
from hiprisk.features.normal_fit import fit_normal
from hiprisk.features.pooling import pool_estimates
from hiprisk.inference.association.imputation import IncompleteData, impute
from hiprisk.inference.effects.clustered import fit_robust
from hiprisk.parallel import run_parallel
from hiprisk.seeding import rng_for

Floats = np.ndarray
NAMES = ("lbp_any", "age_years", "female", "bmi_kg_m2", "comorbidity_count", "knee_oa", "function")
LOST = {"lbp_any": 0.20, "bmi_kg_m2": 0.20, "function": 0.25}
N = 500
N_TRUTH = 400_000
EFFECT = 11.4


def people(n: int, seed: int) -> tuple[Floats, Floats]:
    """Complete predictors and outcome."""
    frame = simulate_cohort(
        "stupar", n=n, seed=seed, lbp_effect=EFFECT, missing=False
    ).truth.complete
    columns = np.column_stack(
        [
            (frame["lbp_any"] == "yes").to_numpy(float),
            frame["age_years"],
            (frame["sex"] == "female").to_numpy(float),
            frame["bmi_kg_m2"],
            frame["comorbidity_count"],
            (frame["knee_oa"] == "yes").to_numpy(float),
            frame["womac_function_0_100"],
        ]
    )
    return columns, frame["womac_function_followup_0_100"].to_numpy(float)


def lose(columns: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    """Values missing at random: chances follow age and the outcome, both always known."""
    tilt = 0.5 * (columns[:, 1] - 68.0) / 8.0 + 1.0 * (y - 45.0) / 20.0
    incomplete = columns.copy()
    for name, share in LOST.items():
        chance = 1.0 / (1.0 + np.exp(-(np.log(share / (1.0 - share)) + tilt)))
        incomplete[rng.random(len(y)) < chance, NAMES.index(name)] = np.nan
    return incomplete


def pooled(sets: list[Floats], y: Floats) -> pd.DataFrame:
    """Estimate, standard error and degrees of freedom of every coefficient but the intercept."""
    fits = [fit_robust(part, y, kind="HC3") for part in sets]
    width = len(NAMES)
    if len(fits) == 1:
        fit = fits[0]
        se = np.sqrt(np.diag(fit.covariance))[1 : width + 1]
        return pd.DataFrame(
            {"estimate": fit.coefficients[1 : width + 1], "se": se, "df": fit.complete_df}
        )
    found = pool_estimates(
        [fit.coefficients for fit in fits],
        [fit.covariance for fit in fits],
        complete_df=fits[0].complete_df,
    )
    return pd.DataFrame({"estimate": found.estimate, "se": found.se, "df": found.df})[1:]


def complete_cases(columns: Floats, y: Floats, m: int, seed: int) -> pd.DataFrame:
    keep = ~np.isnan(columns).any(axis=1)
    return pooled([columns[keep]], y[keep])


def mean_fill(columns: Floats, y: Floats, m: int, seed: int) -> pd.DataFrame:
    return pooled([np.where(np.isnan(columns), np.nanmean(columns, axis=0), columns)], y)


def missing_indicator(columns: Floats, y: Floats, m: int, seed: int) -> pd.DataFrame:
    filled = np.where(np.isnan(columns), np.nanmean(columns, axis=0), columns)
    lacking = np.isnan(columns[:, [NAMES.index(name) for name in LOST]]).astype(float)
    return pooled([np.column_stack([filled, lacking])], y)


def imputed(method: str, columns: Floats, y: Floats, m: int, seed: int) -> pd.DataFrame:
    everybody = np.arange(len(y))
    data = IncompleteData(
        columns=columns,
        names=NAMES,
        outcome=y,
        auxiliary=np.empty((len(y), 0)),
        persons=everybody,
        strata=np.zeros(len(y), int),
    )
    return pooled(impute(data, n_imputations=m, method=method, seed=seed), y)


def improper(columns: Floats, y: Floats, m: int, seed: int) -> pd.DataFrame:
    joint = np.column_stack([columns, y])
    model = fit_normal(joint).model()
    drawn = draw_imputations(joint, model, n_draws=m, rng=rng_for(seed, "improper"))
    return pooled([part[:, :-1] for part in drawn], y)


def without_outcome(columns: Floats, y: Floats, m: int, seed: int) -> pd.DataFrame:
    model = fit_normal(columns).model()
    return pooled(draw_imputations(columns, model, n_draws=m, rng=rng_for(seed, "without")), y)


METHODS: dict[str, Callable[[Floats, Floats, int, int], pd.DataFrame]] = {
    "complete cases": complete_cases,
    "normal, proper": partial(imputed, "normal"),
    "normal, improper": improper,
    "normal, outcome left out": without_outcome,
    "chained": partial(imputed, "chained"),
    "missing indicator": missing_indicator,
    "mean fill": mean_fill,
}


def one_cohort(seed: int, *, m: int) -> pd.DataFrame:
    columns, y = people(N, 30_000 + seed)
    incomplete = lose(columns, y, rng_for(seed, "lose"))
    parts = [pooled([columns], y).assign(method="nothing missing", name=NAMES)]
    for method, run in METHODS.items():
        parts.append(run(incomplete, y, m, seed).assign(method=method, name=NAMES))
    return pd.concat(parts, ignore_index=True).assign(seed=seed)


def summary(frame: pd.DataFrame, truth: Floats) -> pd.DataFrame:
    frame = frame.assign(truth=frame["name"].map(dict(zip(NAMES, truth, strict=True))))
    half = stats.t.ppf(0.975, frame["df"]) * frame["se"]
    frame = frame.assign(covered=(frame["estimate"] - frame["truth"]).abs() <= half)
    order = ["nothing missing", *METHODS]
    rows = []
    for (method, name), part in frame.groupby(["method", "name"]):
        n = len(part)
        rows.append(
            {
                "method": method,
                "coefficient": name,
                "truth": part["truth"].iloc[0],
                "bias": part["estimate"].mean() - part["truth"].iloc[0],
                "bias_mc_error": part["estimate"].std() / np.sqrt(n),
                "empirical_sd": part["estimate"].std(),
                "mean_se": part["se"].mean(),
                "coverage": part["covered"].mean(),
            }
        )
    found = pd.DataFrame(rows)
    return found.sort_values(
        ["coefficient", "method"], key=lambda c: c.map({k: i for i, k in enumerate(order)}.get)
        if c.name == "method" else c,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=500)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--imputations", type=int, default=10)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results.csv")
    options = parser.parse_args()
    began = time.monotonic()

    def tell(done: int, total: int) -> None:
        if done % 10 == 0 or done == total:
            sys.stderr.write(f"{done}/{total} cohorts, {time.monotonic() - began:.0f} s\n")

    work = partial(one_cohort, m=options.imputations)
    parts = run_parallel(work, list(range(options.cohorts)), workers=options.workers, progress=tell)
    truth = pooled([np.asarray(people(N_TRUTH, 99)[0])], people(N_TRUTH, 99)[1])["estimate"]
    found = summary(pd.concat(parts, ignore_index=True), truth.to_numpy())
    found.round(5).to_csv(options.out, index=False)
    shown = found[found["coefficient"].isin(["lbp_any", "function"])]
    with pd.option_context("display.width", 200, "display.max_columns", 20):
        print(shown.round(3).to_string(index=False))


if __name__ == "__main__":
    main()
