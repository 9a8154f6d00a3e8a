"""A surrogate of the published NHS case-mix model, fitted to the predictions in the open records.

Least squares of the published prediction on the variables that the records show, in the operations
of 2016/17 with all of them known. Writes the model as a published one
(configs/published/nhs_proms_hip_surrogate.yaml) and how much of the published predictions it
explains, by year (`explained.csv`); 2017/18 and 2018/19 had no part in the fit.

    python experiments/nhs_surrogate/fit.py data/nhs_proms_hip.csv
    hiprisk sheet new configs/published/nhs_proms_hip_surrogate.yaml --out models/published
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import hiprisk
from hiprisk import metrics
from hiprisk.cli import main as run_hiprisk
from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.mapping import load_mapping
from hiprisk.cohort.reading import read_cohort

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
MAPPING = PROJECT / "configs" / "cohorts" / "nhs_proms_hip.yaml"
MODEL = PROJECT / "configs" / "published" / "nhs_proms_hip_surrogate.yaml"
PUBLISHED, SCORE = "ohs_followup_nhs_predicted_0_48", "ohs_0_48"
FITTED_TO, HELD_OUT = "2016/17", ("2017/18", "2018/19")
CATEGORIES = (
    "age_band", "sex", "symptom_duration", "previous_hip_surgery", "living_arrangement",
    "disability", "heart_disease", "high_blood_pressure", "stroke", "poor_circulation",
    "lung_disease", "diabetes", "kidney_disease", "nervous_system_disease", "liver_disease",
    "cancer", "depression", "arthritis",
)  # fmt: skip
# A level that fewer people have gets no coefficient of its own, and no share is told of it.
SMALLEST_CELL = 10

HEAD = """\
# yaml-language-server: $schema=../../src/hiprisk/schemas/published.schema.json
# A SURROGATE, NOT THE NHS MODEL: fitted to the predictions that the NHS model made, on variables
# that the open records show. Made by experiments/nhs_surrogate/fit.py; docs/explanation/
# published-models.md says how near it comes. It holds no record of a person; not for patients.
# Run: hiprisk sheet new configs/published/nhs_proms_hip_surrogate.yaml --out models/published
name: nhs-proms-hip-surrogate
title: Oxford Hip Score six months after hip replacement (surrogate, not the NHS model)
intended_use: >-
  Stands in for the published model where its prediction is not in the file, to be validated and
  updated. Research and education. Not a medical device; not for any patient.
source:
  citation: >-
    predictions of NHS England's case-mix model in the record-level PROMs files of 2016/17
    (contains information from NHS Digital)
  note: >-
    Fitted by least squares to {n:,} operations of 2016/17. It explains {all_share:.1f} % of the
    variance of the published predictions of 2017/18 and 2018/19 (RMSE {all_rmse:.2f} points),
    {known_share:.1f} % where every variable is known; the rest is in what the records do not show.
    The published predictions are means, so there are no intervals.
  surrogate: true

outcome:
  variable: ohs_followup_0_48
  label: Oxford Hip Score
  kind: continuous
  unit: points 0-48
  bounds: [0, 48]
  higher_is: better
  baseline: ohs_0_48
  horizon_months: 6
  population: people with primary hip replacement in England who returned both questionnaires
"""


def levels_of(name: str) -> tuple[str, ...]:
    """Levels in the order of the dictionary; ``no`` is the reference of a yes or no."""
    levels = load_dictionary()[name].levels
    return tuple(sorted(levels, key=lambda level: level != "no")) if "no" in levels else levels


def dummies(frame: pd.DataFrame) -> pd.DataFrame:
    """A column for each level but the reference that enough people have."""
    found = {}
    for name in CATEGORIES:
        for level in levels_of(name)[1:]:
            has = (frame[name] == level).to_numpy(dtype=bool)
            if has.sum() >= SMALLEST_CELL:
                found[name, level] = has.astype(float)
    return pd.DataFrame(found, index=frame.index)


def complete_rows(frame: pd.DataFrame) -> np.ndarray:
    return frame[[SCORE, *CATEGORIES]].notna().all(axis=1).to_numpy()


def least_squares(frame: pd.DataFrame) -> tuple[float, dict[tuple[str, str], float], float, float]:
    """Intercept, a coefficient for each level, those of the score and of its square."""
    levels = dummies(frame)
    score = frame[SCORE].to_numpy(dtype=float)
    design = np.column_stack([np.ones(len(frame)), levels.to_numpy(), score, score**2])
    fitted = np.linalg.lstsq(design, frame[PUBLISHED].to_numpy(dtype=float), rcond=None)[0]
    of_levels = dict(zip(levels.columns, map(float, fitted[1:-2]), strict=True))
    return float(fitted[0]), of_levels, float(fitted[-2]), float(fitted[-1])


def terms_in_yaml(frame: pd.DataFrame) -> str:
    intercept, levels, score, square = least_squares(frame)
    lines = ["link: identity", f"intercept: {intercept:.4f}", "terms:"]
    lines += [f"  - {{variable: {SCORE}, coefficient: {score:.4f}}}",
              f"  - {{product: [{SCORE}, {SCORE}], coefficient: {square:.6f}}}"]  # fmt: skip
    for (name, level), value in levels.items():
        shown = f'"{level}"' if level in ("yes", "no") else level
        lines.append(f"  - {{variable: {name}, level: {shown}, coefficient: {value:.4f}}}")
    return "\n".join(lines)


def people_in_yaml(frame: pd.DataFrame) -> str:
    """Means, spreads, shares and correlations, which fill in what is missing."""
    score = frame[SCORE]
    ends = score.quantile([0.01, 0.99])
    lines = ["predictors:", f"  {SCORE}: {{mean: {score.mean():.2f}, sd: {score.std():.2f}, "
             f"range: [{ends.iloc[0]:.0f}, {ends.iloc[1]:.0f}]}}"]  # fmt: skip
    for name in CATEGORIES:
        shares = frame[name].value_counts(normalize=True)
        counts = frame[name].value_counts()
        told = {
            level: round(float(shares[level]), 2)
            for level in levels_of(name)
            if counts.get(level, 0) >= SMALLEST_CELL
        }
        pairs = ", ".join(f'"{level}": {share:.2f}' for level, share in told.items())
        lines.append(f"  {name}: {{shares: {{{pairs}}}}}")
    return "\n".join(lines)


def explained(model: Path, records: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """How near the model comes to the published predictions, by year and in those held out."""
    published = frame[PUBLISHED].to_numpy(dtype=float)
    scored = hiprisk.score(model, records, mapping=MAPPING)
    predicted = scored.to_frame()["predicted"].to_numpy(dtype=float)
    known, rows = complete_rows(frame), []
    for years in ((FITTED_TO,), *((year,) for year in HELD_OUT), HELD_OUT):
        of_years = frame["cohort_year"].isin(years).to_numpy()
        for which, keep in (("all", of_years), ("every variable known", of_years & known)):
            share = metrics.r2(published[keep], predicted[keep])
            rows.append({
                "years": " and ".join(years),
                "fitted_to": years == (FITTED_TO,),
                "rows": which,
                "n": int(keep.sum()),
                "explained_variance": share.value,
                "low": share.low,
                "high": share.high,
                "rmse": metrics.rmse(published[keep], predicted[keep]).value,
                "published_less_surrogate": float((published - predicted)[keep].mean()),
            })  # fmt: skip
    return pd.DataFrame(rows).round(5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cohort", type=Path, help="the NHS file (data/README.md)")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of explained.csv")
    options = parser.parse_args()
    # A trial run leaves the shipped model alone.
    file = MODEL if options.out == HERE else options.out / MODEL.name
    records = pd.read_csv(options.cohort, dtype=str, keep_default_na=False)
    frame = read_cohort(options.cohort, load_mapping(MAPPING)).frame
    known = complete_rows(frame)
    people = frame[known & (frame["cohort_year"] == FITTED_TO).to_numpy()]
    body = "\n".join(["", terms_in_yaml(people), "", people_in_yaml(people), "",
                      f"n_developed: {len(people)}"])  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "trial.yaml"
        blank = {"n": 0, "all_share": 0.0, "all_rmse": 0.0, "known_share": 0.0}
        trial.write_text(HEAD.format(**blank) + body + "\n")
        run_hiprisk(["sheet", "new", str(trial), "--out", folder])
        table = explained(Path(folder) / "nhs-proms-hip-surrogate", records, frame)
    table.to_csv(options.out / "explained.csv", index=False)
    print(table.to_string(index=False))
    held = table[table["years"] == " and ".join(HELD_OUT)].set_index("rows")
    whole, complete = held.loc["all"], held.loc["every variable known"]
    told = {
        "n": len(people),
        "all_share": 100 * whole["explained_variance"],
        "all_rmse": whole["rmse"],
        "known_share": 100 * complete["explained_variance"],
    }
    file.write_text(HEAD.format(**told) + body + "\n")


if __name__ == "__main__":
    main()
