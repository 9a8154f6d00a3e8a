"""How often each verdict on back pain and on hip motion is given, where the truth is known.

For each effect of low back pain and each seed: a simulated `stupar` cohort with 983 analysable
people, and `hiprisk compare` as configs/stupar.yaml declares it, in the fast setting (missing
values imputed five times before the bootstrap; R2 alone; no auxiliary variable).

    python experiments/increment/run.py --cohorts 1000 --effects 0 5 11.4 --workers 2

With ``--what coverage``: whether the interval covers the gain that the fitted models have in new
people, their squared error about the true mean of 120,000 of them (complete predictors, a known
outcome, no hip replacement) over the variance of the outcome; beside it Noma's interval from the
same resamples.

    python experiments/increment/run.py --what coverage --cohorts 200 --workers 2
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import time
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import StudyConfig, load_config
from hiprisk.features.design import plan_design
from hiprisk.inference.increment import (
    Comparison,
    added_value,
    prepare_comparison,
    resolved_comparison,
)
from hiprisk.inference.increment.gains import corrected_gain
from hiprisk.inference.increment.verdict import Verdict
from hiprisk.learning.candidates import development_data
from hiprisk.learning.participants.selection import select_participants
from hiprisk.parallel import run_parallel
from hiprisk.validation.internal.optimism_intervals import location_shifted_interval
from hiprisk.validation.resampling.resamples import draw_resamples

CONFIG = Path(__file__).parents[2] / "configs" / "stupar.yaml"
N_ANALYSABLE = 983
N_NEW = 120_000
FAST = Comparison(method="impute_then_bootstrap", point_measures_only=True, measurement_error=False)


@lru_cache(maxsize=1)
def study() -> StudyConfig:
    return load_config(CONFIG, overrides=["imputation.imputations=5", "imputation.auxiliary=[]"])


def verdicts_of(job: tuple[float, int], *, resamples: int) -> list[dict[str, Any]]:
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
        development_data(people, design, config, dictionary),
        design,
        comparison=dataclasses.replace(FAST, n_resamples=resamples),
        provenance="simulated",
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


@dataclass(frozen=True)
class ValidationCohort:
    """Complete predictors, the true mean and the variance of the outcome."""

    complete: pd.DataFrame
    mean: np.ndarray
    variance: float


@lru_cache(maxsize=1)
def new_people(effect: float) -> ValidationCohort:
    many = simulate_cohort("stupar", n=N_NEW, seed=777, lbp_effect=effect)
    keep = many.analysable
    observed = many.frame["womac_function_followup_0_100"].to_numpy()[keep]
    return ValidationCohort(
        many.truth.complete.loc[keep].reset_index(drop=True),
        many.truth.conditional_mean[keep],
        float(observed.var()),
    )


def coverage_of(job: tuple[float, int], *, resamples: int) -> list[dict[str, Any]]:
    effect, seed = job
    config = dataclasses.replace(study(), seed=seed)
    dictionary = load_dictionary()
    cohort = simulate_cohort(
        "stupar", seed=20_000 + seed, n_analysable=N_ANALYSABLE, lbp_effect=effect
    )
    people = select_participants(cohort.frame, config).development
    design = plan_design(config.predictors, dictionary, people.frame)
    data = development_data(people, design, config, dictionary)
    procedure, imputed, added = prepare_comparison(
        config, dictionary, data, design, resolved_comparison(config, FAST)
    )
    fit, values = procedure.apparent(imputed)
    apparent = values.test
    evaluated = [
        procedure(resample)
        for resample in draw_resamples(data.groups, n_resamples=resamples, seed=seed)
    ]
    new = new_people(effect)
    basis = procedure.models.basis(design.model_inputs(design.numeric(new.complete)))
    predicted = procedure.models.respond(
        fit.coefficients[:, :1] + fit.coefficients[:, 1:] @ basis.T
    )
    loss = ((predicted - new.mean) ** 2).mean(axis=1)
    rows = []
    for model, blocks in enumerate(added, start=1):
        training = np.array([one.training[model, 0] - one.training[0, 0] for one in evaluated])
        test = np.array([one.test[model, 0] - one.test[0, 0] for one in evaluated])
        own = corrected_gain(apparent[model, 0] - apparent[0, 0], training, test, name="r2")
        noma_low, noma_high = location_shifted_interval(training, test, level=0.95)
        truth = (loss[0] - loss[model]) / new.variance
        rows.append(
            {
                "effect": effect,
                "seed": seed,
                "block": " + ".join(blocks),
                "truth": truth,
                "gain": own.value,
                "low": own.low,
                "high": own.high,
                "covers": own.low <= truth <= own.high,
                "below": truth < own.low,
                "noma_low": noma_low,
                "noma_high": noma_high,
                "noma_covers": noma_low <= truth <= noma_high,
                "noma_below": truth < noma_low,
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
    parser.add_argument("--what", choices=["verdicts", "coverage"], default="verdicts")
    parser.add_argument("--cohorts", type=int, default=1000, help="seeds for each effect")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--effects", type=float, nargs="+", default=[0.0, 5.0, 11.4])
    parser.add_argument("--resamples", type=int, default=200)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, help="default: verdicts.csv or coverage.csv here")
    options = parser.parse_args()
    one_cohort = {"verdicts": verdicts_of, "coverage": coverage_of}[options.what]
    seeds = range(options.first_seed, options.first_seed + options.cohorts)
    jobs = [(effect, seed) for effect in options.effects for seed in seeds]
    began = time.monotonic()
    parts = run_parallel(
        partial(one_cohort, resamples=options.resamples),
        jobs,
        workers=options.workers,
        progress=partial(tell, began),
    )
    frame = pd.DataFrame([row for part in parts for row in part])
    out = options.out or Path(__file__).parent / f"{options.what}.csv"
    frame.round(6).to_csv(out, index=False)
    if options.what == "coverage":
        print(frame.drop(columns="seed").groupby(["block", "effect"], sort=False).mean().T.round(4))
    else:
        print(summary(frame).to_string())
    print(f"{len(jobs)} cohorts in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    # Workers import this file by its name, so that what they keep in memory is kept.
    path = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    from run import main as run_main

    run_main()
