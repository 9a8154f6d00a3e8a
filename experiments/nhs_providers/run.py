"""NHS records by year and by provider: the published model and our own study on later operations.

Everything is developed or recalibrated on 2016/17 and evaluated on 2017/18 and 2018/19: the
published model's predictions, the same recalibrated, and the models of configs/nhs_proms_hip.yaml
(at the settings that experiments/nhs_tuning found). By provider, each with at least 20 operations:
observed minus predicted and the calibration slope, pooled by random effects, with the 95 %
prediction interval of a new provider. Only aggregated figures are written; no provider is named.

    python experiments/nhs_providers/run.py data/nhs_proms_hip.csv
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk import metrics
from hiprisk.arrays import Floats
from hiprisk.cohort.mapping import load_mapping
from hiprisk.cohort.reading import read_cohort
from hiprisk.config import load_config
from hiprisk.learning.preparation import PreparedStudy, prepare_study
from hiprisk.parallel import one_thread
from hiprisk.validation.internal.random_effects import random_effects

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
MAPPING = PROJECT / "configs" / "cohorts" / "nhs_proms_hip.yaml"
OUTCOME, PUBLISHED = "ohs_followup_0_48", "ohs_followup_nhs_predicted_0_48"
DEVELOPED_ON, LATER = "2016/17", ("2017/18", "2018/19")
METRICS = ("r2", "rmse", "mae", "calibration_in_the_large", "calibration_slope")
SMALLEST_PROVIDER = 20
SEED, RESAMPLES = 1819, 1000

# Our models are fitted as nhs_tuning fits them.
sys.path.insert(0, str(HERE.parent / "nhs_tuning"))
import holdout  # noqa: E402


def study(cohort: Path) -> PreparedStudy:
    """The study of the shipped config with both later years held out, nothing fitted."""
    config = load_config(
        PROJECT / "configs" / "nhs_proms_hip.yaml",
        overrides=[f"cohort.file={cohort.resolve()}",
                   f"validation.holdout.test=[{', '.join(LATER)}]"],
    )  # fmt: skip
    return prepare_study(
        config, checkpoints=Path("unused"), workers=1, progress=lambda stage, done, total: None
    )


def predictions(cohort: Path) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Operations of the later years with year, site and outcome; what each model predicts."""
    frame = read_cohort(cohort, load_mapping(MAPPING)).frame
    early = frame[frame["cohort_year"] == DEVELOPED_ON]
    later = frame[frame["cohort_year"].isin(LATER)].reset_index(drop=True)
    slope, intercept = np.polyfit(
        early[PUBLISHED].to_numpy(float), early[OUTCOME].to_numpy(float), 1
    )
    published = later[PUBLISHED].to_numpy(float)
    prepared = study(cohort)
    held = holdout.held_out(prepared)
    if not np.array_equal(held.outcome, later[OUTCOME].to_numpy(float)):
        raise SystemExit("the study's people are not those of the file, in its order")
    settings = json.loads((HERE.parent / "nhs_tuning" / "settings.json").read_text())
    with one_thread():
        own = holdout.predictions(prepared, {k: settings[k] for k in (holdout.NEW, "linear")})
    return later[["cohort_year", "site", OUTCOME]], {
        "published": published,
        "published, recalibrated on 2016/17": intercept + slope * published,
        "nhs_proms_hip, boosting": own[holdout.NEW],
        "nhs_proms_hip, linear": own["linear"],
    }


def by_year(people: pd.DataFrame, of_models: dict[str, Floats]) -> pd.DataFrame:
    rows = []
    for model, predicted in of_models.items():
        for year in LATER:
            here = (people["cohort_year"] == year).to_numpy()
            observed = people[OUTCOME].to_numpy(float)[here]
            for name in METRICS:
                one = getattr(metrics, name)(
                    observed, predicted[here], n_resamples=RESAMPLES, seed=SEED
                )
                rows.append({"model": model, "year": year, "n": int(here.sum()), "metric": name,
                             "value": one.value, "low": one.low, "high": one.high})  # fmt: skip
    return pd.DataFrame(rows)


def of_providers(people: pd.DataFrame, predicted: Floats) -> pd.DataFrame:
    """Observed minus predicted and calibration slope of each provider, with their variances.

    The residual variance is that of all providers: near the ceiling of the score a provider's own
    is the smaller the better its patients do, and weights by it would favour such providers.
    """
    observed, rows = people[OUTCOME].to_numpy(float), []
    for place in people.groupby("site", sort=True).indices.values():
        if len(place) < SMALLEST_PROVIDER:
            continue
        x, y = predicted[place] - predicted[place].mean(), observed[place]
        spread = float(x @ x)
        slope = float(x @ y) / spread
        rows.append({
            "n": len(place), "error": float((y - predicted[place]).mean()), "slope": slope,
            "spread": spread, "rest": float(((y - y.mean() - slope * x) ** 2).sum()),
        })  # fmt: skip
    found = pd.DataFrame(rows)
    variance = found["rest"].sum() / (found["n"] - 2).sum()
    return found.assign(
        error_variance=variance / found["n"], slope_variance=variance / found["spread"]
    )


def by_provider(people: pd.DataFrame, of_models: dict[str, Floats]) -> pd.DataFrame:
    rows = []
    for model, predicted in of_models.items():
        each = of_providers(people, predicted)
        for name, metric in (("error", "calibration_in_the_large"), ("slope", "calibration_slope")):
            pooled = random_effects(each[name], each[f"{name}_variance"])
            rows.append({
                "model": model, "metric": metric, "providers": pooled.n_sites,
                "operations": int(each["n"].sum()), "mean": pooled.value, "low": pooled.low,
                "high": pooled.high, "new_low": pooled.new_low, "new_high": pooled.new_high,
                "sd_between": np.sqrt(pooled.tau2), "i2": pooled.i2,
            })  # fmt: skip
    return pd.DataFrame(rows)


def caterpillar(people: pd.DataFrame, of_models: dict[str, Floats]) -> pd.DataFrame:
    """Observed minus predicted of each provider with its 95 % CI, in ascending order, unnamed."""
    parts = []
    for model in ("published", "nhs_proms_hip, boosting"):
        each = of_providers(people, of_models[model]).sort_values("error")
        reach = 1.959964 * np.sqrt(each["error_variance"])
        parts.append(pd.DataFrame({"model": model, "rank": range(1, len(each) + 1),
                                   "error": each["error"].to_numpy(),
                                   "low": (each["error"] - reach).to_numpy(),
                                   "high": (each["error"] + reach).to_numpy()}))  # fmt: skip
    return pd.concat(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cohort", type=Path, help="the NHS file (data/README.md)")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the results")
    options = parser.parse_args()
    people, of_models = predictions(options.cohort)
    tables = {
        "years": by_year(people, of_models),
        "providers": by_provider(people, of_models),
        "caterpillar": caterpillar(people, of_models),
    }
    for name, table in tables.items():
        table.round(5).to_csv(options.out / f"{name}.csv", index=False)
    print(tables["years"].round(3).to_string(index=False))
    print(tables["providers"].round(3).to_string(index=False))


if __name__ == "__main__":
    main()
