"""The surrogate of the NHS model on the outcome: validated, updated, compared with our own study.

The surrogate never saw an outcome, so every year is new to it. Updates are fitted on 2016/17, as
the models of configs/nhs_proms_hip.yaml are (at the settings that experiments/nhs_tuning found),
and everything is evaluated on 2018/19. Differences are paired, person by person.

    python experiments/nhs_surrogate/judge.py data/nhs_proms_hip.csv
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import hiprisk
from hiprisk import metrics
from hiprisk.cohort.mapping import load_mapping
from hiprisk.cohort.reading import read_cohort
from hiprisk.parallel import one_thread
from hiprisk.validation.performance.paired import paired_differences

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
MAPPING = PROJECT / "configs" / "cohorts" / "nhs_proms_hip.yaml"
SURROGATE = PROJECT / "models" / "published" / "nhs-proms-hip-surrogate"
OUTCOME, PUBLISHED = "ohs_followup_0_48", "ohs_followup_nhs_predicted_0_48"
UPDATED_ON, TEST = "2016/17", "2018/19"
BOOSTING, LINEAR = "nhs_proms_hip, boosting", "nhs_proms_hip, linear"
METRICS = ("r2", "rmse", "mae", "calibration_in_the_large", "calibration_slope")
SEED, RESAMPLES = 1819, 1000

# The models of our own study are fitted as nhs_tuning fits them.
sys.path.insert(0, str(HERE.parent / "nhs_tuning"))
import holdout  # noqa: E402
from factors import nhs_study  # noqa: E402


def predicted(model: Path, records: pd.DataFrame) -> np.ndarray:
    return hiprisk.score(model, records, mapping=MAPPING).to_frame()["predicted"].to_numpy(float)


def own_models(cohort: Path) -> dict[str, np.ndarray]:
    """Our models of 2016/17 on the people of 2018/19, in the order of the file."""
    prepared = nhs_study(cohort)
    settings = json.loads((HERE.parent / "nhs_tuning" / "settings.json").read_text())
    chosen = {name: settings[name] for name in ("linear", holdout.NEW)}
    with one_thread():
        found = holdout.predictions(prepared, chosen)
    return {BOOSTING: found[holdout.NEW], LINEAR: found["linear"]}


def updated(records: pd.DataFrame, method: str, folder: Path) -> np.ndarray:
    done = hiprisk.update(
        SURROGATE, records, mapping=MAPPING, method=method, where={"cohort_year": UPDATED_ON},
        resamples=50, out=folder / method,
    )  # fmt: skip
    return predicted(done.bundle, records)


def figures(
    model: str, year: str, observed: np.ndarray, one: np.ndarray
) -> list[dict[str, object]]:
    rows = []
    for name in METRICS:
        found = getattr(metrics, name)(observed, one, n_resamples=RESAMPLES, seed=SEED)
        rows.append({"model": model, "year": year, "n": len(observed), "metric": name,
                     "value": found.value, "low": found.low, "high": found.high})  # fmt: skip
    return rows


def differences(observed: np.ndarray, of_models: dict[str, np.ndarray]) -> list[dict[str, object]]:
    """RMSE and MAE of each model less those of our boosting, on the same people."""
    rows = []
    for model, one in of_models.items():
        if model == BOOSTING:
            continue
        found, _ = paired_differences(
            observed, of_models[BOOSTING], one, kind="continuous", groups=np.arange(len(observed)),
            n_resamples=RESAMPLES, seed=SEED,
        )  # fmt: skip
        rows += [
            {"model": model, "metric": each.metric, "difference": each.difference.value,
             "low": each.difference.low, "high": each.difference.high}
            for each in found if each.metric in ("rmse", "mae")
        ]  # fmt: skip
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cohort", type=Path, help="the NHS file (data/README.md)")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the results")
    options = parser.parse_args()
    records = pd.read_csv(options.cohort, dtype=str, keep_default_na=False)
    frame = read_cohort(options.cohort, load_mapping(MAPPING)).frame
    observed = frame[OUTCOME].to_numpy(dtype=float)
    anywhere = {
        "published NHS model": frame[PUBLISHED].to_numpy(dtype=float),
        "surrogate": predicted(SURROGATE, records),
    }
    with tempfile.TemporaryDirectory() as folder:
        later = {
            f"surrogate, {said} on {UPDATED_ON}": updated(records, method, Path(folder))
            for method, said in (("recalibrate", "recalibrated"), ("reestimate", "re-estimated"))
        }
    rows = []
    for year in sorted(frame["cohort_year"].unique()):
        here = (frame["cohort_year"] == year).to_numpy()
        for model, one in anywhere.items():
            rows += figures(model, year, observed[here], one[here])
    test = (frame["cohort_year"] == TEST).to_numpy()
    of_test = {name: one[test] for name, one in (anywhere | later).items()}
    of_test |= own_models(options.cohort)
    for model in (*later, BOOSTING, LINEAR):
        rows += figures(model, TEST, observed[test], of_test[model])
    compared = pd.DataFrame(differences(observed[test], of_test)).round(5)
    pd.DataFrame(rows).round(5).to_csv(options.out / "results.csv", index=False)
    compared.to_csv(options.out / "differences.csv", index=False)
    print(pd.DataFrame(rows).round(3).to_string(index=False))
    print(compared.to_string(index=False))


if __name__ == "__main__":
    main()
