"""The case-mix verdict where its caution was not chosen: other presets, sizes, models and shifts.

`CAUTION` was chosen on cohorts of 80 and 300 rows of the `stupar` preset beside 983 (run.py). Here
the development cohort has another number of people, another preset, or joints of another kind, and
the new cohort is of the same generator or moved.

    python experiments/casemix/untuned.py models/stupar --cohorts 200

Columns and clusters are those of the bundle's sheet; of the verdict nothing else of a model counts,
and `--models` runs the whole path of `validate` for other bundles. Written: how often a cohort
is not called similar (a false alarm without a shift, a hit with one), how often clearly
different, with Monte-Carlo errors, and C that the shift alone gives among 20,000 people.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from run import developed, moved_frame, new_cohort

from hiprisk.bundle import read_bundle
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config.published import declared_outcome
from hiprisk.features.normal_fit import fit_normal
from hiprisk.learning.participants.outcome import observed_outcome
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.validation.external.case_mix import _clusters, compare_case_mix
from hiprisk.validation.external.case_mix_results import _how_alike, shift_words
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.mean_difference import Moments, covariance_of_mean, separation

HERE = Path(__file__).parent
SHIFTS = {
    "none": {},
    "BMI +0.3 SD": {"bmi_kg_m2": 0.3},
    "pain and function -0.4 SD": {"womac_pain_0_100": -0.4, "womac_function_0_100": -0.4},
    "flexion -0.8 SD": {"hip_flexion_right_deg": -0.8, "hip_flexion_left_deg": -0.8},
}
# Simulated with, people in development, people (rows) anew.
SETTINGS = {
    "primary care, 400": ({"preset": "primary-care"}, 400, (60, 150, 600)),
    "half knees, 450": ({"preset": "stupar", "knee_share": 0.5}, 450, (60, 150, 600)),
    "stupar, 300": ({"preset": "stupar", "lbp_effect": 0.0}, 300, (60, 150, 600)),
    "stupar, 2000, effect 11.4": ({"preset": "stupar", "lbp_effect": 11.4}, 2000, (150, 2000)),
}
TRUTH = 20_000


def simulated(how, n, seed):
    return simulate_cohort(n=n, seed=seed, **how).frame.reset_index(drop=True)


class Columns:
    """Moments of cohorts in a sheet's columns, as `validate` takes them."""

    def __init__(self, sheet, outcome):
        self.sheet, self.outcome, self.evaluator = sheet, outcome, SheetEvaluator(sheet)

    def moments(self, frame, *, known_exactly=False, clustered=True):
        """Mean and covariance of people under the strategy for hip replacement."""
        frame = observed_outcome(frame, self.outcome).frame
        own = cohort_columns(self.sheet.variables, frame).columns
        values = np.column_stack(self.evaluator.numeric_columns(own, len(frame)))
        spread = np.nanstd(values, axis=0)
        noise = np.random.default_rng(0).standard_normal(values.shape) * 1e-6
        fitted = fit_normal(np.where(spread > 0, values, values + noise))
        known = np.maximum((~np.isnan(values)).sum(axis=0), 1).astype(float)
        clusters, n_clusters = _clusters(frame) if clustered else (None, None)
        mean = np.asarray(fitted.mean)
        return Moments(
            mean=mean,
            covariance=np.asarray(fitted.covariance),
            known=None if known_exactly else known,
            of_mean=None if clusters is None else covariance_of_mean(values, mean, clusters),
            n_clusters=n_clusters,
        )


def settings_of(columns, names, n_cohorts):
    rows = []
    for name in names:
        how, n_old, sizes = SETTINGS[name]
        # The same people before and after: what raters and sites add is chance, not a shift.
        many = simulated(how, TRUTH, 1)
        known = columns.moments(many, known_exactly=True, clustered=False)
        true_c = {
            shift: separation(
                known, columns.moments(moved_frame(many, by), clustered=False)
            ).c_statistic.value
            for shift, by in SHIFTS.items()
        }
        for number in range(n_cohorts):
            old = columns.moments(simulated(how, n_old, 300_000 + number), clustered=False)
            for n in sizes:
                new = simulated(how, n, 600_000 + number)
                for shift, by in SHIFTS.items():
                    found = separation(old, columns.moments(moved_frame(new, by)))
                    rows.append(row_of(name, n, shift, found.c_statistic, true_c[shift]))
            print(f"{name}: {number + 1} of {n_cohorts}", end="\r", file=sys.stderr, flush=True)
    return rows


def models_of(bundles, n_cohorts):
    """The whole path of `validate`, with other models: the verdict is of their columns alone."""
    rows = []
    for path in bundles:
        bundle = read_bundle(path)
        outcome = declared_outcome(bundle.config, file="config.json")
        family = f"{bundle.sheet.model.__class__.__name__}, {bundle.sheet.outcome.kind}"
        for number in range(n_cohorts):
            sheet = developed(bundle.sheet, outcome, seed=400_000 + number)
            for shift in ("none", "pain and function -0.4 SD"):
                frame = moved_frame(simulated({"preset": "stupar"}, 200, 700_000 + number),
                                    SHIFTS[shift])  # fmt: skip
                people = predict_cohort(sheet, outcome, new_cohort(frame), accept_units=True)
                mix = compare_case_mix(sheet, people)
                found = row_of(family, 200, shift, mix.c_statistic, np.nan)
                assert found["alarm"] == ("similar to" not in shift_words(mix)[0])
                rows.append(found)
    return rows


def row_of(setting, n, shift, c, true_c):
    words = _how_alike(c)
    covers = float(c.low <= true_c <= c.high) if np.isfinite(true_c) else np.nan
    return {
        "setting": setting, "n": n, "shift": shift, "true_c": true_c, "c": c.value,
        "alarm": "similar" not in words, "clearly": "clearly different" in words,
        "inconclusive": "inconclusive" in words, "covers": covers,
    }  # fmt: skip


def summary(rows):
    grouped = pd.DataFrame(rows).groupby(["setting", "n", "shift"], sort=False)
    table = grouped[["true_c", "c", "alarm", "clearly", "inconclusive", "covers"]].mean()
    table.insert(0, "cohorts", grouped.size())
    share = table["alarm"]
    table["monte_carlo_error"] = np.sqrt(share * (1.0 - share) / table["cohorts"])
    return table.round(4).reset_index()


def main() -> None:
    """Run and write one row a setting, size and shift."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bundle")
    parser.add_argument("--models", nargs="*", default=[])
    parser.add_argument("--settings", nargs="*", default=list(SETTINGS))
    parser.add_argument("--cohorts", type=int, default=200)
    parser.add_argument("--out", type=Path, default=HERE / "untuned.csv")
    options = parser.parse_args()
    bundle = read_bundle(options.bundle)
    outcome = declared_outcome(bundle.config, file="config.json")
    rows = settings_of(Columns(bundle.sheet, outcome), options.settings, options.cohorts)
    rows += models_of(options.models, options.cohorts // 4)
    table = summary(rows)
    table.to_csv(options.out, index=False)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
