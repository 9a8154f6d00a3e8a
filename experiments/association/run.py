"""Whether `hiprisk associate` gives back the effect that was put into simulated cohorts.

Each cohort: 983 analysable people of the `stupar` preset (a known outcome, no hip replacement),
values missing as the simulator loses them; the `association` section of configs/stupar.yaml. The
truth is the average marginal effect on the bounded score in the people whom the study is about:
those without hip replacement before follow-up, followed up or not (see README.md). Progress on
stderr, a summary at the end.

    python experiments/association/run.py --cohorts 1000 --workers 2 --effect 11.4
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.cohort.simulation.simulate import SimulatedCohort, clipped_mean, simulate_cohort
from hiprisk.config import StudyConfig, load_config
from hiprisk.inference.association import associate
from hiprisk.learning.participants.selection import select_participants
from hiprisk.parallel import run_parallel

CONFIG = Path(__file__).parents[2] / "configs" / "stupar.yaml"
N_ANALYSABLE = 983
N_TRUTH = 400_000
FIRST_SEED = 20_000


def bounded_effects(cohort: SimulatedCohort, effect: float) -> np.ndarray:
    """What back pain does to each person's expected score after floor and ceiling."""
    has = (cohort.frame["lbp_any"] == "yes").to_numpy()
    without = cohort.truth.linear_predictor - effect * has
    sd = cohort.truth.residual_sd
    return np.asarray(clipped_mean(without + effect, sd) - clipped_mean(without, sd))


def truths(effect: float) -> dict[str, float]:
    """Average marginal effects: in everybody, without hip replacement, and also followed up."""
    cohort = simulate_cohort("stupar", n=N_TRUTH, seed=7, lbp_effect=effect)
    own = bounded_effects(cohort, effect)
    kept = (cohort.frame["hip_replacement_before_followup"] == "no").to_numpy()
    return {
        "everybody": float(own.mean()),
        "no_replacement": float(own[kept].mean()),
        "followed_up": float(own[cohort.analysable].mean()),
        "monte_carlo_error": float(own[kept].std() / np.sqrt(kept.sum())),
    }


def one_cohort(seed: int, *, effect: float, config: StudyConfig) -> dict[str, float]:
    cohort = simulate_cohort(
        "stupar", seed=FIRST_SEED + seed, n_analysable=N_ANALYSABLE, lbp_effect=effect
    )
    config = dataclasses.replace(config, seed=seed)
    table = associate(config, select_participants(cohort.frame, config), provenance="simulated")
    found: dict[str, float] = {"seed": seed, "n": table.row("crude").n}
    for model in ("crude", "adjusted", "adjusted_baseline"):
        row = table.row(model)
        found |= {
            model: row.estimate.value,
            f"{model}_low": row.estimate.low,
            f"{model}_high": row.estimate.high,
            f"{model}_se": row.se,
        }
    return found


def summary(frame: pd.DataFrame, truth: dict[str, float]) -> pd.DataFrame:
    rows = []
    for model in ("crude", "adjusted", "adjusted_baseline"):
        for population in ("no_replacement", "followed_up"):
            target = truth[population]
            covered = (frame[f"{model}_low"] <= target) & (target <= frame[f"{model}_high"])
            n = len(frame)
            rows.append(
                {
                    "model": model,
                    "truth_in": population,
                    "truth": target,
                    "mean": frame[model].mean(),
                    "bias": frame[model].mean() - target,
                    "bias_mc_error": frame[model].std() / np.sqrt(n),
                    "empirical_sd": frame[model].std(),
                    "mean_se": frame[f"{model}_se"].mean(),
                    "coverage": covered.mean(),
                    "coverage_mc_error": np.sqrt(0.95 * 0.05 / n),
                }
            )
    return pd.DataFrame(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--effect", type=float, default=11.4)
    parser.add_argument("--imputations", type=int, default=5)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results.csv")
    options = parser.parse_args()
    config = load_config(CONFIG, overrides=[f"imputation.imputations={options.imputations}"])
    began = time.monotonic()

    def tell(done: int, total: int) -> None:
        if done % 10 == 0 or done == total:
            spent = time.monotonic() - began
            sys.stderr.write(f"{done}/{total} cohorts, {spent:.0f} s\n")

    seeds = list(range(options.first, options.first + options.cohorts))
    work = partial(one_cohort, effect=options.effect, config=config)
    frame = pd.DataFrame(run_parallel(work, seeds, workers=options.workers, progress=tell))
    frame.round(6).to_csv(options.out, index=False)
    truth = truths(options.effect)
    print({name: round(value, 4) for name, value in truth.items()})
    found = summary(frame, truth)
    found.round(5).to_csv(options.out.with_name(options.out.stem + "_summary.csv"), index=False)
    with pd.option_context("display.width", 200, "display.max_columns", 20):
        print(found.round(4).to_string(index=False))


if __name__ == "__main__":
    main()
