"""An ordinal model beside linear regression and boosting: CRPS, coverage by level, events.

Each cohort is fitted by each model type, tuned as a study does it (by CRPS), and evaluated on many
people who had no part in it. `normal`: the simulated cohorts of configs/stupar.yaml, whose outcome
is a clipped normal variable about a linear predictor, the home of today's residual distribution.
`skewed`: the same people with an outcome that scatters more where it is high, and has a floor.
`nhs`: cohorts drawn from the records of 2016/17, evaluated on those of 2018/19 (Oxford Hip Score).

    python experiments/ordinal/run.py --source skewed --n 300 --cohorts 2
    python experiments/ordinal/run.py --summary
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import OrdinalSettings, load_config
from hiprisk.errors import InputError
from hiprisk.features.design import plan_design
from hiprisk.learning.candidates import (
    development_data,
    imputed_folds,
    out_of_fold_predictions,
    tune,
    unfitted_estimator,
)
from hiprisk.learning.ordinal.fit import OrdinalFit
from hiprisk.learning.participants.selection import select_participants
from hiprisk.learning.pipeline import imputed_inputs
from hiprisk.learning.residual_distribution import residual_distribution
from hiprisk.learning.sheets.export import outcome_spec
from hiprisk.learning.study_cohort import select_study_participants
from hiprisk.metrics.events import event_outcomes
from hiprisk.metrics.forecast.calibration import coverage_by_level, pit_histogram
from hiprisk.metrics.forecast.distribution import forecast_about
from hiprisk.metrics.forecast.scores import crps, crps_values, width
from hiprisk.metrics.registry import find_metric
from hiprisk.metrics.scores import brier, rmse
from hiprisk.parallel import one_thread

HERE = Path(__file__).parent
CONFIGS = HERE.parents[1] / "configs"
NHS_FILE = HERE.parents[2] / "shared" / "data" / "nhs_proms_hip_sample15k.csv"
N_FRESH = 4_000
STEP = 100.0 / 68.0
LINKS = ("logit", "probit", "loglog", "cloglog")


def with_ordinal(config, splines):
    settings = OrdinalSettings(splines=splines, spline_knots=(0.0, 3.0))
    families = dataclasses.replace(config.families, ordinal=settings)
    return dataclasses.replace(config, families=families)


def skewed(cohort, rng):
    """The same people with a score that scatters more where it is high, and has a floor."""
    center = (cohort.truth.conditional_mean - 40.0) / 16.0
    latent = 1.2 * center + 0.8 * rng.logistic(size=len(center))
    score = np.clip(20.0 * np.exp(0.55 * latent) - 8.0, 0.0, 100.0)
    name = "womac_function_followup_0_100"
    missing = cohort.frame[name].isna()
    # On the steps of the questionnaire, as the simulated outcome is.
    return cohort.frame.assign(**{name: np.where(missing, np.nan, np.round(score / STEP) * STEP)})


def simulated(source, n, seed):
    cohort = simulate_cohort("stupar", seed=seed, n_analysable=n)
    return cohort.frame if source == "normal" else skewed(cohort, np.random.default_rng(seed))


class Source:
    """Cohorts to fit, and the people on whom all of them are evaluated."""

    def __init__(self, name):
        self.name = name
        self.dictionary = load_dictionary()
        if name == "nhs":
            overrides = [f"cohort.file={NHS_FILE}", "tuning.trials=1"]
            config = load_config(CONFIGS / "nhs_proms_hip.yaml", overrides=overrides)
            splines = ("ohs_0_48", "eq5d_index", "eq_vas_0_100")
            self.selection = select_study_participants(config)[1]
            self.dictionary = self.selection.dictionary
            self.fresh = self.selection.holdout
        else:
            config = load_config(CONFIGS / "stupar.yaml")
            splines = ("age_years", "bmi_kg_m2", "womac_function_0_100")
            fresh = simulated(name, N_FRESH, 900_000)
            self.fresh = select_participants(fresh, config).development
        self.config = with_ordinal(config, splines)

    def people(self, n, seed):
        """People to fit to."""
        if self.name != "nhs":
            return select_participants(simulated(self.name, n, seed), self.config).development
        everybody = self.selection.development
        known = np.flatnonzero(~np.isnan(everybody.outcome))
        if n >= len(known):
            return everybody
        rows = np.sort(np.random.default_rng(seed).choice(known, n, replace=False))
        return dataclasses.replace(
            everybody,
            frame=everybody.frame.iloc[rows].reset_index(drop=True),
            outcome=everybody.outcome[rows],
            groups=np.arange(len(rows)),
            sites=everybody.sites[rows],
        )


def one_cohort(source, n, seed, *, trials, links):
    config, dictionary = source.config, source.dictionary
    people = source.people(n, seed)
    design = plan_design(config.predictors, dictionary, people.frame)
    data = development_data(people, design, config, dictionary)
    rows, folds, base = [], None, None
    for family, link in (("linear", ""), ("boosting", ""), *(("ordinal", one) for one in links)):
        began = time.process_time()
        settings = getattr(config.families, family)
        own = config
        if link:
            settings = dataclasses.replace(settings, link=link)
            own = dataclasses.replace(
                config, families=dataclasses.replace(config.families, ordinal=settings)
            )
        blank = unfitted_estimator(own, design, dictionary, family=family, in_resamples=True)
        if folds is None:
            folds = imputed_folds(blank, data, n_folds=5, workers=1)
        tuned = tune(
            blank, settings, outcome=data.outcome, folds=folds, n_trials=trials, workers=1,
            name=family, by="crps",
        )  # fmt: skip
        estimator = unfitted_estimator(own, design, dictionary, family=family, in_resamples=True)
        estimator.params = dict(tuned.params)
        estimator.fit_numeric(
            data.columns, data.outcome, auxiliary=data.auxiliary, start=data.start
        )
        forecast = forecast_of(estimator, source.fresh, data, folds)
        lost = crps_values(observed_of(source.fresh), forecast)
        base = lost if base is None else base
        rows.append(
            {"source": source.name, "n": n, "seed": seed, "model": f"{family} {link}".strip()}
            | figures(source, design, forecast)
            # Of these fresh people: what one cohort's difference may be off by.
            | {"crps_difference_se": float(np.std(lost - base) / np.sqrt(len(lost)))}
            | {"seconds": time.process_time() - began}
        )
    return rows


def forecast_of(estimator, fresh, data, folds):
    """Distributions of the fresh people whose outcome is known."""
    known = ~np.isnan(fresh.outcome)
    inputs = imputed_inputs(estimator, estimator.design.numeric(fresh.frame.loc[known]))
    if isinstance(estimator.fit_, OrdinalFit):
        lower, upper = estimator.bounds
        return estimator.fit_.forecast(inputs.at_least(estimator.fit_), lower=lower, upper=upper)
    found = out_of_fold_predictions(estimator, dict(estimator.params), folds)
    scatter = residual_distribution(
        data.outcome[found.rows], found.predicted, found.imputation_variance
    )
    drawn = inputs.linear_predictors(estimator.fit_)
    variance = drawn.var(axis=0, ddof=1) if len(drawn) > 1 else np.zeros(drawn.shape[1])
    return forecast_about(
        scatter,
        mean=estimator.to_prediction(drawn),
        imputation_variance=variance,
        bounds=estimator.bounds,
    )


def observed_of(fresh):
    return fresh.outcome[~np.isnan(fresh.outcome)]


def figures(source, design, forecast):
    fresh = source.fresh
    known = ~np.isnan(fresh.outcome)
    y = observed_of(fresh)
    found = {
        "rmse": rmse(y, forecast.expectation()),
        "crps": crps(y, forecast),
        "width_90": width(y, forecast, level=0.9),
        "pit_deviation": pit_histogram(y, forecast).deviation,
        "floor_observed": float(np.mean(y <= forecast.lower)),
        "floor_expected": float(np.mean(forecast.at_lower())),
        "ceiling_observed": float(np.mean(y >= forecast.upper)),
        "ceiling_expected": float(np.mean(forecast.at_upper())),
    }
    by_level = coverage_by_level(y, forecast, levels=(0.8, 0.9, 0.95))
    for cell in by_level.overall:
        found[f"coverage_{100 * cell.level:g}"] = cell.coverage.value
    cells = [cell for cell in by_level.cells if cell.level == 0.9]
    for number, cell in enumerate(cells):
        found[f"coverage_90_fifth_{number + 1}"] = cell.coverage.value
        found[f"missed_side_fifth_{number + 1}"] = cell.below - cell.above
    spec = outcome_spec(source.config.outcome, design)
    baseline = fresh.frame.loc[known, source.config.outcome.baseline].to_numpy(dtype=np.float64)
    ici = find_metric("binary", "ici").function
    slope = find_metric("binary", "calibration_slope").function
    for event in event_outcomes(y, forecast, spec.events, baseline=baseline):
        happened, chance = event.happened[event.known], event.chance[event.known]
        found[f"{event.name}_difference"] = float(np.mean(chance) - np.mean(happened))
        found[f"{event.name}_slope"] = slope(happened, chance)
        found[f"{event.name}_ici"] = ici(happened, chance)
        found[f"{event.name}_brier"] = brier(happened, chance)
    return found


def summary(rows):
    """Means over cohorts with Monte-Carlo errors, and paired differences from linear."""
    tables = []
    for (source, n), part in rows.groupby(["source", "n"]):
        base = part[part["model"] == "linear"].set_index("seed")["crps"]
        for model, own in part.groupby("model"):
            values = own.drop(columns=["source", "n", "model"]).set_index("seed")
            values["crps_less_linear"] = values["crps"] - base
            count = len(values)
            error = values.std() / np.sqrt(count) if count > 1 else values.iloc[0] * np.nan
            table = pd.DataFrame({"mean": values.mean(), "monte_carlo_error": error})
            tables.append(
                table.assign(source=source, n=n, model=model, cohorts=count)
                .rename_axis("figure")
                .reset_index()
            )
    columns = ["source", "n", "model", "figure", "mean", "monte_carlo_error", "cohorts"]
    return pd.concat(tables)[columns].dropna(subset=["mean"])


def with_new(new: pd.DataFrame, results: Path) -> pd.DataFrame:
    """The results, those of sources and numbers of people that were run anew replaced."""
    old = pd.read_csv(results)
    again = set(zip(new["source"], new["n"], strict=True))
    kept = [pair not in again for pair in zip(old["source"], old["n"], strict=True)]
    return pd.concat([old[kept], new]).sort_values(["source", "n"], kind="stable")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", choices=["normal", "skewed", "nhs"])
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--cohorts", type=int, default=2)
    parser.add_argument("--trials", type=int, default=6)
    parser.add_argument("--links", nargs="*", default=["logit"])
    parser.add_argument("--rows", type=Path, default=HERE / "rows.csv")
    parser.add_argument("--summary", action="store_true", help="from --rows into --out")
    parser.add_argument("--out", type=Path, default=HERE / "results.csv")
    options = parser.parse_args()
    done = pd.read_csv(options.rows) if options.rows.exists() else pd.DataFrame()
    if options.summary:
        if len(done):
            with_new(summary(done).round(5), HERE / "results.csv").to_csv(options.out, index=False)
        return
    source = Source(options.source)
    for seed in range(options.cohorts):
        # A stopped run goes on behind the cohorts that it has.
        if (
            len(done)
            and (
                (done["source"] == options.source)
                & (done["n"] == options.n)
                & (done["seed"] == seed)
            ).any()
        ):
            continue
        try:
            with one_thread():
                rows = one_cohort(
                    source, options.n, seed, trials=options.trials, links=options.links
                )
        except InputError as refusal:
            # A small cohort may lack a rare disease: no study has such a predictor.
            print(f"seed {seed} left out: {refusal.reason}")
            continue
        done = pd.concat([done, pd.DataFrame(rows)])
        done.round(6).to_csv(options.rows, index=False)
        print([(row["model"], round(row["crps"], 3), round(row["seconds"], 1)) for row in rows])


if __name__ == "__main__":
    main()
