"""Whether the what-if without measurement error finds what error-free values would have added.

Simulated `stupar` cohorts with nothing missing in which hip flexion truly matters; flexion is then
measured with a normal error of 7 degrees, the standard error of measurement that the study
declares. The comparison is made twice, on true and on measured flexion; the what-if of the second
should give the gain of the first, in every measure, and its interval cover the gain that true
flexion has in 50,000 people. Fast setting, 100 resamples.

    python experiments/increment/error.py --cohorts 100 --workers 2
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import StudyConfig, load_config
from hiprisk.features.design import plan_design
from hiprisk.inference.increment import AddedValue, Comparison, added_value
from hiprisk.learning.candidates import development_data
from hiprisk.learning.participants.selection import select_participants
from hiprisk.parallel import run_parallel

CONFIGS = Path(__file__).parents[2] / "configs"
SEM_DEG = 7.0
FLEXION = ("hip_flexion_right_deg", "hip_flexion_left_deg")
OUTCOME = "womac_function_followup_0_100"
N_NEW = 50_000


@lru_cache
def study(name: str) -> StudyConfig:
    return load_config(
        CONFIGS / name,
        overrides=[
            f"measurement_error={{hip_flexion_worse_deg: {SEM_DEG}}}",
            "outcome.thresholds=[0.3]",
            "blocks.flexion=[hip_flexion_worse_deg]",
            "blocks.hip_motion=[hip_extension_worse_deg]",
            "imputation.imputations=2",
        ],
    )


def people(seed: int, n: int, *, effect: float) -> pd.DataFrame:
    """People whose flexion, the same in both hips, adds to their score at follow-up."""
    frame = simulate_cohort("stupar", n=n, seed=30_000 + seed, missing=False).frame
    frame = frame[frame["hip_replacement_before_followup"] == "no"].reset_index(drop=True)
    rng = np.random.default_rng(seed)
    flexion = rng.normal(105.0, 12.0, len(frame)) - 0.2 * frame["womac_function_0_100"]
    moved = frame[OUTCOME] - effect * (flexion - flexion.mean())
    frame[OUTCOME] = moved.clip(0, 100)
    return frame.assign(**dict.fromkeys(FLEXION, flexion))


def measured(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    error = SEM_DEG * np.random.default_rng(1_000_000 + seed).standard_normal(len(frame))
    return frame.assign(**{name: frame[name] + error for name in FLEXION})


def compared(frame: pd.DataFrame, config: StudyConfig, *, resamples: int) -> AddedValue:
    dictionary = load_dictionary()
    chosen = select_participants(frame, config).development
    design = plan_design(config.predictors, dictionary, chosen.frame)
    return added_value(
        config,
        dictionary,
        development_data(chosen, design, config, dictionary),
        design,
        comparison=Comparison(
            add=("flexion",), n_resamples=resamples, method="impute_then_bootstrap"
        ),
        provenance="simulated",
    )


@lru_cache
def truth(name: str, effect: float) -> dict[str, float]:
    """What true flexion adds in very many people: no optimism to speak of is left."""
    many = people(10_000_000, N_NEW, effect=effect)
    gains = compared(many, study(name), resamples=20).additions[0].gains
    return {gain.name: gain.estimate.value for gain in gains}


def gains_of(job: tuple[str, float, int], *, n: int, resamples: int) -> list[dict[str, Any]]:
    name, effect, seed = job
    config = dataclasses.replace(study(name), seed=seed)
    true = people(seed, n, effect=effect)
    with_error = measured(true, seed)
    ideal = compared(true, config, resamples=resamples).additions[0]
    got = compared(with_error, config, resamples=resamples).additions[0]
    case = got.error_free[-1]
    return [
        {
            "config": name,
            "effect": effect,
            "seed": seed,
            "measure": gain.name,
            "truth": truth(name, effect)[gain.name],
            "true_values": ideal.gain(gain.name).estimate.value,
            "as_used": got.gain(gain.name).estimate.value,
            "error_free": gain.estimate.value,
            "low": gain.estimate.low,
            "high": gain.estimate.high,
            "covers": gain.estimate.low <= truth(name, effect)[gain.name] <= gain.estimate.high,
            "verdict": case.verdict,
            "share_true_values": ideal.new_information.value,
            "share_as_used": got.new_information.value,
            "share_error_free": case.new_information.value,
            "p_as_measured": case.tests[0].p_value,
        }
        for gain in case.gains
    ]


def tell(done: int, total: int) -> None:
    if done % 10 == 0 or done == total:
        print(f"{done}/{total} cohorts", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=100, help="seeds for each effect and config")
    parser.add_argument("--effects", type=float, nargs="+", default=[0.0, 0.5])
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--resamples", type=int, default=100)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "error.csv")
    options = parser.parse_args()
    jobs = [
        (name, effect, seed)
        for name in ("stupar.yaml", "stupar_worsening.yaml")
        for effect in options.effects
        for seed in range(options.cohorts)
    ]
    one_cohort = partial(gains_of, n=options.people, resamples=options.resamples)
    parts = run_parallel(one_cohort, jobs, workers=options.workers, progress=tell)
    frame = pd.DataFrame([row for part in parts for row in part])
    frame.round(6).to_csv(options.out, index=False)
    groups = frame.drop(columns=["seed", "verdict"]).groupby(
        ["config", "effect", "measure"], sort=False
    )
    print(groups.mean().round(4).to_string())
    first = frame.drop_duplicates(["config", "effect", "seed"])
    print(first.groupby(["config", "effect"], sort=False)["verdict"].value_counts().to_string())


if __name__ == "__main__":
    main()
