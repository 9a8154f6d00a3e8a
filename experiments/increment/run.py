"""How often each verdict on back pain and on hip motion is given, where the truth is known.

For each effect of low back pain and each seed: a simulated `stupar` cohort with 983 analysable
people, and `hiprisk compare` as configs/stupar.yaml declares it, in the fast setting (missing
values imputed five times before the bootstrap; R2 alone; no auxiliary variable).

    python experiments/increment/run.py --cohorts 1000 --effects 0 5 11.4 --workers 2
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulate import simulate_cohort
from hiprisk.config import StudyConfig, load_config
from hiprisk.features.design import plan_design
from hiprisk.inference.increment import Comparison, added_value
from hiprisk.inference.verdict import Verdict
from hiprisk.learning.candidates import learning_data
from hiprisk.learning.parallel import run_parallel
from hiprisk.learning.participants import select_participants

CONFIG = Path(__file__).parents[2] / "configs" / "stupar.yaml"
N_ANALYSABLE = 983
FAST = Comparison(method="impute_then_bootstrap", point_measures_only=True, measurement_error=False)


@lru_cache(maxsize=1)
def study() -> StudyConfig:
    return load_config(CONFIG, overrides=["imputation.imputations=5", "imputation.auxiliary=[]"])


def one_cohort(job: tuple[float, int], *, resamples: int) -> list[dict[str, Any]]:
    effect, seed = job
    config = dataclasses.replace(study(), seed=seed)
    dictionary = load_dictionary()
    cohort = simulate_cohort(
        "stupar", seed=20_000 + seed, n_analysable=N_ANALYSABLE, lbp_effect=effect
    )
    people = select_participants(cohort.frame, config).development
    design = plan_design(config.predictors, dictionary, people.frame)
    result = added_value(
        config,
        dictionary,
        learning_data(people, design, config, dictionary),
        design,
        comparison=dataclasses.replace(FAST, n_resamples=resamples),
        provenance="synthetic",
    )
    rows = []
    for one in result.additions:
        gain = one.gain("r2")
        rows.append(
            {
                "effect": effect,
                "seed": seed,
                "block": one.name,
                "verdict": one.verdict,
                "gain": gain.estimate.value,
                "low": gain.estimate.low,
                "high": gain.estimate.high,
                "new_information": one.new_information.value,
                "p_d1": one.tests[0].p_value,
            }
        )
    return rows


def tell(began: float, done: int, total: int) -> None:
    if done % 10 and done != total:
        return
    spent = time.monotonic() - began
    left = spent / done * (total - done)
    print(f"{done}/{total} cohorts, {spent:.0f} s so far, {left:.0f} s left", file=sys.stderr)


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """Share of each verdict, with the Monte-Carlo error of the share of 'adds'."""
    groups = frame.groupby(["block", "effect"], sort=False)
    shares = pd.DataFrame(
        {
            verdict: groups["verdict"].apply(
                lambda given, verdict=verdict: (given == verdict).mean()
            )
            for verdict in get_args(Verdict)
        }
    )
    shares["adds_mc_error"] = np.sqrt(shares["adds"] * (1 - shares["adds"]) / groups.size())
    shares["mean_gain"] = groups["gain"].mean()
    shares["p_d1_below_0.05"] = groups["p_d1"].apply(lambda p: float((p < 0.05).mean()))
    return shares.round(4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=1000, help="seeds for each effect")
    parser.add_argument("--effects", type=float, nargs="+", default=[0.0, 5.0, 11.4])
    parser.add_argument("--resamples", type=int, default=200)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results.csv")
    options = parser.parse_args()
    jobs = [(effect, seed) for effect in options.effects for seed in range(options.cohorts)]
    began = time.monotonic()
    parts = run_parallel(
        partial(one_cohort, resamples=options.resamples),
        jobs,
        workers=options.workers,
        progress=partial(tell, began),
    )
    frame = pd.DataFrame([row for part in parts for row in part])
    frame.round(6).to_csv(options.out, index=False)
    print(summary(frame).to_string())
    print(f"{len(jobs)} cohorts in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
