"""How often a cohort is called similar to the development cohort: the same generator, and shifts.

Each repetition simulates a development cohort, writes its mean and covariance into the bundle's
sheet, simulates a new cohort of n rows with another seed, and asks for the case mix without the
development cohort. Beside the verdict stands the one that the distance would give with chance
left in.

    python experiments/casemix/run.py models/stupar --cohorts 200 --out casemix.csv
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

from hiprisk.bundle import read_bundle
from hiprisk.cohort.reading import Cohort, fingerprint
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config.published import declared_outcome
from hiprisk.features.normal_fit import fit_normal
from hiprisk.learning.participants.outcome import observed_outcome
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.validation.external.case_mix import compare_case_mix
from hiprisk.validation.external.case_mix_results import SOMEWHAT, shift_words
from hiprisk.validation.external.cohort import predict_cohort

DEVELOPMENT = 983
SHIFTS = {
    "none": {},
    "function +0.5 SD": {"womac_function_0_100": 0.5},
    "age +0.5 SD, BMI +0.5 SD": {"age_years": 0.5, "bmi_kg_m2": 0.5},
    "age and function +1 SD": {"age_years": 1.0, "womac_function_0_100": 1.0},
}


def main() -> None:
    """Run and write one row a size and shift."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle")
    parser.add_argument("--cohorts", type=int, default=200)
    parser.add_argument("--sizes", type=int, nargs="+", default=[80, 300, 983])
    parser.add_argument("--shifts", nargs="+", default=list(SHIFTS), metavar="NAME")
    parser.add_argument("--out", type=Path, default=Path("casemix.csv"))
    options = parser.parse_args()
    bundle = read_bundle(options.bundle)
    outcome = declared_outcome(bundle.config, file="config.json")
    rows = []
    for number in range(options.cohorts):
        sheet = developed(bundle.sheet, outcome, seed=20_000 + number)
        for n in options.sizes:
            for shift in options.shifts:
                frame = simulate_cohort("stupar", n=n, seed=50_000 + number).frame
                cohort = new_cohort(moved_frame(frame, SHIFTS[shift]))
                people = predict_cohort(sheet, outcome, cohort, accept_units=True)
                mix = compare_case_mix(sheet, people)
                apart = mix.separation
                words = shift_words(mix)[0]
                rows.append(
                    {
                        "n": n,
                        "shift": shift,
                        "much_like": "similar to" in words,
                        "somewhat": "somewhat different" in words,
                        "clearly": "clearly different" in words,
                        "c": apart.c_statistic.value,
                        "c_apparent": norm.cdf(apart.apparent / np.sqrt(2.0)),
                        "much_like_apparent": norm.cdf(apart.apparent / np.sqrt(2.0)) < SOMEWHAT,
                    }
                )
        print(f"{number + 1} of {options.cohorts}", end="\r", file=sys.stderr, flush=True)
    table = pd.DataFrame(rows).groupby(["n", "shift"], sort=False).mean().round(3)
    table.to_csv(options.out)
    print(table.to_string())


def developed(sheet, outcome, *, seed):
    """The sheet with the mean and covariance of a development cohort of its own."""
    frame = simulate_cohort("stupar", n=DEVELOPMENT, seed=seed).frame
    frame = observed_outcome(frame, outcome).frame
    columns = cohort_columns(sheet.variables, frame).columns
    values = np.column_stack(SheetEvaluator(sheet).numeric_columns(columns, len(frame)))
    fit = fit_normal(values)
    missing = dataclasses.replace(
        sheet.missing,
        mean=tuple(map(float, fit.mean)),
        covariance=tuple(tuple(map(float, row)) for row in fit.covariance),
        n_people=len(frame),
    )
    shares = {name: float(pd.isna(column).mean()) for name, column in columns.items()}
    variables = tuple(
        dataclasses.replace(
            v, training=dataclasses.replace(v.training, missing_share=shares[v.name])
        )
        for v in sheet.variables
    )
    return dataclasses.replace(sheet, missing=missing, variables=variables)


def moved_frame(frame, by):
    """People with some variables moved by so many standard deviations."""
    frame = frame.copy()
    for name, distance in by.items():
        values = frame[name] + distance * frame[name].std()
        frame[name] = values.clip(0, 100) if name.endswith("_0_100") else values
    return frame


def new_cohort(frame):
    """What `validate` would have read."""
    return Cohort(
        frame=frame,
        findings=(),
        grain="person",
        fingerprint=fingerprint(frame),
        provenance="simulated",
        source_name="new.csv",
    )


if __name__ == "__main__":
    main()
