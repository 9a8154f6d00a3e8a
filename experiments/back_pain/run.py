"""What the tool says of back pain, by its true effect and the number of people.

Cohorts of the `stupar` preset with 200 to 5,000 analysable people, in whom back pain adds 0, 5 or
11.4 points to later WOMAC function. Each is analysed as configs/stupar.yaml declares: the effect of
back pain by the association (adjusted for the confounders and for baseline function), and the gain
in R2 of the block `back` over `core` with its verdict. Cut to what the verdict needs: values
missing are imputed five times before the 200 resamples, R2 alone, no tuning, no auxiliary variable.

    python experiments/back_pain/run.py            # about 25 CPU-minutes
    python experiments/back_pain/run.py --short    # that it runs, in seconds; writes nothing here

A checkpoint lets a run go on after a stop. `results.csv` has a line for each cohort, `summary.csv`
one for each effect and number of people, with Monte-Carlo errors beside the figures.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import clipped_mean, simulate_cohort
from hiprisk.config import StudyConfig, load_config
from hiprisk.features.design import Design, plan_design
from hiprisk.inference.association import associate
from hiprisk.inference.increment import Comparison, added_value, prepare_comparison
from hiprisk.inference.increment.comparison import resolved_comparison
from hiprisk.learning.candidates import DevelopmentData, development_data
from hiprisk.learning.participants.selection import select_participants

HERE = Path(__file__).parent
CONFIG = HERE.parents[1] / "configs" / "stupar.yaml"
EFFECTS = (0.0, 5.0, 11.4)
# Number of analysable people, and how many cohorts of that size are simulated for each effect.
COHORTS = {200: 400, 500: 400, 1000: 300, 2000: 200, 5000: 120}
FIRST_SEED = 60_000
N_TRUTH, N_NEW = 400_000, 20_000
N_RESAMPLES = 200
SMALLEST_GAIN = 0.01
COMPARISON = Comparison(
    add=("back",),
    n_resamples=N_RESAMPLES,
    method="impute_then_bootstrap",
    point_measures_only=True,
    measurement_error=False,
)


@lru_cache(maxsize=1)
def study() -> StudyConfig:
    return load_config(CONFIG, overrides=["imputation.imputations=5", "imputation.auxiliary=[]"])


@dataclass(frozen=True)
class NewPeople:
    """Complete predictors, true mean and variance of the outcome, in nobody of the cohorts."""

    complete: pd.DataFrame
    mean: np.ndarray
    variance: float


@lru_cache(maxsize=len(EFFECTS))
def new_people(effect: float) -> NewPeople:
    """People without hip replacement and with a known outcome, as the study is about."""
    many = simulate_cohort("stupar", n_analysable=N_NEW, seed=777, lbp_effect=effect)
    keep = many.analysable
    observed = many.frame["womac_function_followup_0_100"].to_numpy()[keep]
    complete = many.truth.complete.loc[keep].reset_index(drop=True)
    return NewPeople(complete, many.truth.conditional_mean[keep], float(observed.var()))


@lru_cache(maxsize=len(EFFECTS))
def true_effect(effect: float) -> float:
    """What back pain adds to the bounded score on average: floor and ceiling take a little off."""
    cohort = simulate_cohort("stupar", n=N_TRUTH, seed=7, lbp_effect=effect)
    has = (cohort.frame["lbp_any"] == "yes").to_numpy()
    kept = (cohort.frame["hip_replacement_before_followup"] == "no").to_numpy()
    without = (cohort.truth.linear_predictor - effect * has)[kept]
    sd = cohort.truth.residual_sd
    return float((clipped_mean(without + effect, sd) - clipped_mean(without, sd)).mean())


def one_cohort(effect: float, n: int, seed: int) -> dict[str, Any]:
    """The association, the gain with its verdict, and the gain that these models have in others."""
    config = dataclasses.replace(study(), seed=seed)
    dictionary = load_dictionary()
    cohort = simulate_cohort("stupar", seed=FIRST_SEED + seed, n_analysable=n, lbp_effect=effect)
    selection = select_participants(cohort.frame, config)
    row = associate(config, selection, provenance="simulated").row("adjusted_baseline")
    people = selection.development
    design = plan_design(config.predictors, dictionary, people.frame)
    data = development_data(people, design, config, dictionary)
    found = added_value(
        config, dictionary, data, design, comparison=COMPARISON, provenance="simulated"
    ).additions[0]
    gain = found.gain("r2").estimate
    return {
        "effect": effect, "n": n, "seed": seed,
        "association": row.estimate.value, "association_low": row.estimate.low,
        "association_high": row.estimate.high, "verdict": found.verdict,
        "gain": gain.value, "gain_low": gain.low, "gain_high": gain.high,
        "true_gain": gain_in_new_people(config, data, design, new_people(effect)),
    }  # fmt: skip


def gain_in_new_people(
    config: StudyConfig, data: DevelopmentData, design: Design, new: NewPeople
) -> float:
    """What `back` gains for the two fitted models in people who were not in the cohort."""
    procedure, imputed, _ = prepare_comparison(
        config, load_dictionary(), data, design, resolved_comparison(config, COMPARISON)
    )
    fit, _ = procedure.apparent(imputed)
    basis = procedure.models.basis(design.model_inputs(design.numeric(new.complete)))
    predicted = procedure.models.respond(
        fit.coefficients[:, :1] + fit.coefficients[:, 1:] @ basis.T
    )
    loss = ((predicted - new.mean) ** 2).mean(axis=1)
    return float((loss[0] - loss[1]) / new.variance)


def in_turn() -> list[tuple[float, int, int]]:
    """Every cohort; all sizes and effects advance together, so that a part of a run is balanced."""
    return [
        (effect, n, seed)
        for seed in range(max(COHORTS.values()))
        for n, cohorts in COHORTS.items()
        for effect in EFFECTS
        if seed < cohorts
    ]


def simulate_all(jobs: list[tuple[float, int, int]], checkpoint: Path | None) -> pd.DataFrame:
    """One line a cohort; those in the checkpoint are not simulated again."""
    lines = checkpoint.read_text().splitlines() if checkpoint and checkpoint.exists() else []
    found = [json.loads(line) for line in lines]
    done = {(row["effect"], row["n"], row["seed"]) for row in found}
    left = [job for job in jobs if job not in done]
    began = time.monotonic()
    for number, job in enumerate(left, start=1):
        found.append(one_cohort(*job))
        if checkpoint is not None:
            with checkpoint.open("a") as file:
                file.write(json.dumps(found[-1]) + "\n")
        if number % 50 == 0 or number == len(left):
            spent = time.monotonic() - began
            rest = spent / number * (len(left) - number)
            print(f"{number}/{len(left)} cohorts, {spent:.0f} s, {rest:.0f} s left",
                  file=sys.stderr)  # fmt: skip
    wanted = set(jobs)
    rows = [row for row in found if (row["effect"], row["n"], row["seed"]) in wanted]
    return pd.DataFrame(rows).sort_values(["effect", "n", "seed"], ignore_index=True)


def summary(results: pd.DataFrame) -> pd.DataFrame:
    """A line for each effect and number of people."""
    return pd.DataFrame(
        [_cell(effect, n, part) for (effect, n), part in results.groupby(["effect", "n"])]
    )


def _cell(effect: float, n: int, part: pd.DataFrame) -> dict[str, Any]:
    truth = true_effect(effect)
    adds = part["verdict"] == "adds"
    less = part["verdict"] == "adds less than the minimum important gain"
    low, high = part["association_low"], part["association_high"]
    shares = {
        "adds": adds,
        "adds_less": less,
        "inconclusive": ~(adds | less),
        "wrong": (adds & (part["true_gain"] < SMALLEST_GAIN))
        | (less & (part["true_gain"] >= SMALLEST_GAIN)),
        "association_covered": (low <= truth) & (truth <= high),
        "association_not_zero": (low > 0) | (high < 0),
        "gain_covered": (part["gain_low"] <= part["true_gain"])
        & (part["true_gain"] <= part["gain_high"]),
    }
    means = {
        "association_bias": part["association"] - truth,
        "association_width": high - low,
        "gain": part["gain"],
        "true_gain": part["true_gain"],
        "gain_bias": part["gain"] - part["true_gain"],
    }
    found: dict[str, Any] = {"effect": effect, "n": n, "cohorts": len(part), "true_effect": truth}
    for name, values in (shares | means).items():
        found[name] = float(values.mean())
        found[f"{name}_mc_error"] = float(values.astype(float).std() / np.sqrt(len(part)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="one cohort each, nothing is written")
    parser.add_argument("--checkpoint", type=Path, default=HERE / ".cohorts.jsonl")
    parser.add_argument("--out", type=Path, default=HERE)
    options = parser.parse_args()
    if options.short:
        jobs = [(effect, n, 0) for effect in EFFECTS for n in (200, 500)]
        print(simulate_all(jobs, None).to_string(index=False))
        return
    results = simulate_all(in_turn(), options.checkpoint)
    results.round(5).to_csv(options.out / "results.csv", index=False)
    summary(results).round(5).to_csv(options.out / "summary.csv", index=False)
    print(summary(results).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
