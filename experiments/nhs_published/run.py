"""The published NHS model's predictions: validated, recalibrated on one year, judged on another.

The file has the published model's own prediction for every patient. It is validated in each year,
updated on 2016/17 by each method that a column of predictions takes, and each update is judged on
2018/19, beside the published predictions on the same people.

    python experiments/nhs_published/run.py data/nhs_proms_hip.csv \
        --out experiments/nhs_published/results.csv
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.mapping import load_mapping
from hiprisk.cohort.reading import Cohort, read_cohort
from hiprisk.config import OutcomeSettings, load_config
from hiprisk.learning.sheets.column_model import column_sheet
from hiprisk.sheet.format import Sheet
from hiprisk.validation.drift.cusum import calibration_cusum
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.reading import rows_with
from hiprisk.validation.external.results import ExternalValidation, ModelIdentity
from hiprisk.validation.external.validation import validate_externally
from hiprisk.validation.updating.update import UpdateSettings, update_model

PROJECT = Path(__file__).resolve().parents[2]
COLUMN = "ohs_followup_nhs_predicted_0_48"
YEARS = ("2016/17", "2017/18", "2018/19")
DEVELOP, TEST = "2016/17", "2018/19"
PUBLISHED = ModelIdentity(
    name="nhs-published", title="The published NHS model", provenance="published", estimand="OHS"
)


def main() -> None:
    options = _parse()
    config = load_config(PROJECT / "configs" / "nhs_proms_hip.yaml")
    mapping = load_mapping(PROJECT / "configs" / "cohorts" / "nhs_proms_hip.yaml")
    cohort = read_cohort(options.cohort, mapping)
    sheet = column_sheet(
        load_dictionary()[COLUMN],
        cohort.frame[COLUMN].to_numpy(dtype=float),
        config.outcome,
        name="nhs-published",
        title="The published NHS model",
    )
    tables = [
        _row("published", year, _evaluate(sheet, cohort, config.outcome, year, options.resamples))
        for year in YEARS
    ]
    people = predict_cohort(sheet, config.outcome, of_year(cohort, DEVELOP))
    for method in ("intercept", "recalibrate", "closed-test"):
        print(f"updating on {DEVELOP}: {method}", file=sys.stderr)
        result = update_model(
            sheet,
            people,
            UpdateSettings(method=method, n_resamples=options.resamples),
            parent=PUBLISHED,
        )
        evaluated = _evaluate(result.sheet, cohort, config.outcome, TEST, options.resamples)
        tables.append(_row(f"{method} on {DEVELOP}: {result.chosen}", TEST, evaluated))
    table = pd.concat(tables, ignore_index=True)
    table.to_csv(options.out, index=False, float_format="%.5f")
    print(table.pivot_table(index=["model", "year"], columns="metric", values="value", sort=False)
          .round(3).to_string())  # fmt: skip
    _watch(sheet, cohort, config.outcome)


def of_year(cohort: Cohort, year: str) -> Cohort:
    return cohort.take(np.flatnonzero(rows_with(cohort, {"cohort_year": [year]})))


def _evaluate(
    sheet: Sheet, cohort: Cohort, outcome: OutcomeSettings, year: str, n_resamples: int
) -> ExternalValidation:
    print(f"judging on {year}", file=sys.stderr)
    people = predict_cohort(sheet, outcome, of_year(cohort, year))
    return validate_externally(
        people, outcome, model=PUBLISHED, sheet=sheet, n_resamples=n_resamples
    )


def _row(model: str, year: str, result: ExternalValidation) -> pd.DataFrame:
    shown = result.to_frame()
    kept = ("r2", "rmse", "mae", "calibration_in_the_large", "calibration_slope", "ici", "crps",
            "coverage_80", "coverage_95")  # fmt: skip
    shown = shown[shown["metric"].isin(kept) & (shown["variable"] == "all")]
    return shown.assign(model=model, year=year)[
        ["model", "year", "n", "metric", "value", "low", "high"]
    ]


def _watch(sheet: Sheet, cohort: Cohort, outcome: OutcomeSettings) -> None:
    people = predict_cohort(sheet, outcome, cohort)
    watch = calibration_cusum(
        people.observed,
        people.predicted,
        people.frame["cohort_year"].tolist(),
        kind="continuous",
    )
    sums = ", ".join(f"{t}: {c:.2f}" for t, c in zip(watch.times, watch.cusum, strict=True))
    print(f"watch of the published model: {sums}; limit {watch.limit:.2f}, first alarm "
          f"{watch.alarm_at}; p for a change over time {watch.change_p_value:.3f}")  # fmt: skip


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cohort", type=Path, help="the NHS file (data/README.md)")
    parser.add_argument("--resamples", type=int, default=500)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results.csv")
    return parser.parse_args()


if __name__ == "__main__":
    main()
