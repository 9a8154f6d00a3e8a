"""How near to the truth fits come on simulated Stupar-like cohorts, and whether they know it.

For each seed: a cohort with 983 analysable people; the linear family of configs/stupar.yaml, tuned
and validated as `hiprisk train` does; then fresh people from the same truth. Prints a line a seed
and the summary of all.

    python experiments/fit_quality/run.py --cohorts 100 --out experiments/fit_quality/results.csv
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import load_config
from hiprisk.features.design import plan_design
from hiprisk.learning.candidates import (
    development_data,
    imputed_folds,
    out_of_fold_predictions,
    tune,
    unfitted_estimator,
    with_plan_of,
    with_settings,
)
from hiprisk.learning.participants.selection import select_participants
from hiprisk.learning.residual_distribution import residual_distribution
from hiprisk.learning.sheets.export import outcome_spec
from hiprisk.metrics.registry import find_metric
from hiprisk.metrics.scores import r2
from hiprisk.parallel import one_thread
from hiprisk.sheet.distribution import PredictiveDistribution
from hiprisk.sheet.evaluate import INTERVALS
from hiprisk.validation.internal.optimism import bootstrap_optimism
from hiprisk.validation.resampling.procedure import StudyProcedure
from hiprisk.validation.resampling.resamples import draw_resamples

CONFIG = Path(__file__).parents[2] / "configs" / "stupar.yaml"
N_ANALYSABLE = 983
N_FRESH = 12_000


def one_cohort(seed: int, *, trials: int, resamples: int) -> dict[str, float]:
    config = dataclasses.replace(load_config(CONFIG), seed=seed)
    dictionary = load_dictionary()
    cohort = simulate_cohort("stupar", seed=10_000 + seed, n_analysable=N_ANALYSABLE)
    people = select_participants(cohort.frame, config).development
    design = plan_design(config.predictors, dictionary, people.frame)
    data = development_data(people, design, config, dictionary)
    blank = unfitted_estimator(config, design, dictionary, family="linear", in_resamples=True)
    folds = imputed_folds(blank, data, n_folds=5, workers=1)
    tuned = tune(
        blank,
        config.families.linear,
        outcome=data.outcome,
        folds=folds,
        n_trials=trials,
        workers=1,
        name="linear",
    )
    estimator = unfitted_estimator(config, design, dictionary, family="linear", in_resamples=False)
    estimator.params = dict(tuned.params)
    with one_thread():
        estimator.fit_numeric(
            data.columns, data.outcome, auxiliary=data.auxiliary, start=data.start
        )
    out_of_fold = out_of_fold_predictions(blank, dict(tuned.params), folds)
    procedure = StudyProcedure(
        with_settings(with_plan_of(blank, estimator), params=dict(tuned.params)), data
    )
    table = bootstrap_optimism(
        procedure,
        data.outcome,
        apparent=estimator.predict_numeric(data.columns),
        metrics=[find_metric("continuous", "r2")],
        resamples=draw_resamples(data.groups, n_resamples=resamples, seed=seed),
    ).table
    spread = PredictiveDistribution(
        residual_distribution(
            data.outcome[out_of_fold.rows], out_of_fold.predicted, out_of_fold.imputation_variance
        ),
        outcome_spec(config.outcome, design),
    )
    return {"seed": seed, "corrected": table.rows[0].corrected} | on_fresh_people(
        seed, estimator, spread
    )


def on_fresh_people(seed, estimator, spread) -> dict[str, float]:
    fresh = simulate_cohort("stupar", seed=900_000 + seed, n=N_FRESH)
    keep = fresh.analysable
    observed = fresh.frame["womac_function_followup_0_100"].to_numpy()[keep]
    truth = fresh.truth.conditional_mean[keep]
    complete = fresh.truth.complete.loc[keep]
    drawn = estimator.linear_predictors(estimator.design.numeric(fresh.frame.loc[keep]))
    as_seen = estimator.to_prediction(drawn)
    variance = drawn.var(axis=0, ddof=1)
    found = {
        "r2_truth": r2(observed, truth),
        "r2_complete": r2(observed, estimator.predict(complete)),
        "r2_as_seen": r2(observed, as_seen),
    }
    found["share"] = found["r2_complete"] / found["r2_truth"]
    scale = spread.scale(as_seen, variance)
    for level, (low, high) in INTERVALS.items():
        lower = spread.quantile(low, as_seen, scale)
        upper = spread.quantile(high, as_seen, scale)
        found[f"coverage_{level}"] = float(np.mean((observed >= lower) & (observed <= upper)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=100)
    parser.add_argument("--trials", type=int, default=15)
    parser.add_argument("--resamples", type=int, default=100)
    parser.add_argument("--out", type=Path, default=Path("results.csv"))
    options = parser.parse_args()
    rows = []
    for seed in range(options.cohorts):
        rows.append(one_cohort(seed, trials=options.trials, resamples=options.resamples))
        print({key: round(value, 4) for key, value in rows[-1].items()}, flush=True)
        pd.DataFrame(rows).round(6).to_csv(options.out, index=False)
    frame = pd.DataFrame(rows)
    frame["optimism_left"] = frame["corrected"] - frame["r2_as_seen"]
    error = frame.std() / np.sqrt(len(frame))
    print(pd.DataFrame({"mean": frame.mean(), "monte_carlo_error": error}).drop("seed"))


if __name__ == "__main__":
    main()
