"""Whether the interval of a gain covers the gain that the fitted models have in new people.

Simulated `stupar` cohorts with 983 analysable people and the models of run.py. The truth of each
cohort is that of its own fitted models: their squared error about the true mean in 120,000 new
people (with complete predictors, a known outcome and no hip replacement), over the variance of the
outcome in them. Beside the interval in use stands Noma's location-shifted one, from the same
resamples.

    python experiments/increment/coverage.py --cohorts 200 --effects 0 5 11.4 --workers 2
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from run import FAST, N_ANALYSABLE, study, tell

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulate import simulate_cohort
from hiprisk.features.design import plan_design
from hiprisk.inference.gains import corrected_gain, shifted_interval
from hiprisk.inference.increment import prepare_contest, resolved_comparison
from hiprisk.learning.candidates import learning_data
from hiprisk.learning.parallel import run_parallel
from hiprisk.learning.participants import select_participants
from hiprisk.validation.resampling import draw_resamples

N_NEW = 120_000


@dataclass(frozen=True)
class NewPeople:
    """Complete predictors, the true mean and the variance of the outcome."""

    complete: pd.DataFrame
    mean: np.ndarray
    variance: float


@lru_cache(maxsize=1)
def new_people(effect: float) -> NewPeople:
    many = simulate_cohort("stupar", n=N_NEW, seed=777, lbp_effect=effect)
    keep = many.analysable
    observed = many.frame["womac_function_followup_0_100"].to_numpy()[keep]
    return NewPeople(
        many.truth.complete.loc[keep].reset_index(drop=True),
        many.truth.conditional_mean[keep],
        float(observed.var()),
    )


def one_cohort(job: tuple[float, int], *, resamples: int) -> list[dict[str, Any]]:
    effect, seed = job
    config = dataclasses.replace(study(), seed=seed)
    dictionary = load_dictionary()
    cohort = simulate_cohort(
        "stupar", seed=60_000 + seed, n_analysable=N_ANALYSABLE, lbp_effect=effect
    )
    people = select_participants(cohort.frame, config).development
    design = plan_design(config.predictors, dictionary, people.frame)
    data = learning_data(people, design, config, dictionary)
    contest, everybody, added = prepare_contest(
        config, dictionary, data, design, resolved_comparison(config, FAST)
    )
    fit, apparent = contest.apparent(everybody)
    judged = [
        contest(resample)
        for resample in draw_resamples(data.groups, n_resamples=resamples, seed=seed)
    ]
    new = new_people(effect)
    basis = contest.nest.basis(design.model_inputs(design.numeric(new.complete)))
    predicted = contest.nest.respond(fit.coefficients[:, :1] + fit.coefficients[:, 1:] @ basis.T)
    loss = ((predicted - new.mean) ** 2).mean(axis=1)
    rows = []
    for model, blocks in enumerate(added, start=1):
        training = np.array([one.training[model, 0] - one.training[0, 0] for one in judged])
        test = np.array([one.test[model, 0] - one.test[0, 0] for one in judged])
        own = corrected_gain(apparent[model, 0] - apparent[0, 0], training, test, name="r2")
        noma = shifted_interval(training, test)
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
                "noma_low": noma.low,
                "noma_high": noma.high,
                "noma_covers": noma.low <= truth <= noma.high,
                "noma_below": truth < noma.low,
            }
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=200, help="seeds for each effect")
    parser.add_argument("--effects", type=float, nargs="+", default=[0.0, 5.0, 11.4])
    parser.add_argument("--resamples", type=int, default=200)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "coverage.csv")
    options = parser.parse_args()
    jobs = [(effect, seed) for effect in options.effects for seed in range(options.cohorts)]
    parts = run_parallel(
        partial(one_cohort, resamples=options.resamples),
        jobs,
        workers=options.workers,
        progress=partial(tell, time.monotonic()),
    )
    frame = pd.DataFrame([row for part in parts for row in part])
    frame.round(6).to_csv(options.out, index=False)
    print(frame.drop(columns="seed").groupby(["block", "effect"], sort=False).mean().round(4).T)


if __name__ == "__main__":
    main()
