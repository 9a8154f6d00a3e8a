"""A cohort in whom some hips were replaced before follow-up, and a study of it."""

import numpy as np
import pandas as pd

TEXT = """
name: t
title: t
intended_use: t
seed: 1
cohort: {}
outcome:
  variable: womac_function_followup_0_100
  label: l
  kind: continuous
  unit: points
  bounds: [0, 100]
  higher_is: worse
  baseline: womac_function_0_100
  horizon_months: 12
  population: p
  hip_replacement: {strategy: exclude, variable: hip_replacement_before_followup,
    interim: womac_function_interim_0_100}
  events: [{name: w, label: w, direction: above, reference: baseline, value: 10}]
  smallest_gain_worth_having: {metric: r2, value: 0.01}
confounders: [age_years]
blocks: {core: [age_years]}
families: {linear: {}}
tuning: {folds: 2}
"""


def cohort(n=40):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "person_id": [f"p{i // 2}" for i in range(n)],
            "site": ["a", "b"] * (n // 2),
            "age_years": rng.uniform(50, 80, n),
            "womac_function_0_100": rng.uniform(0, 100, n),
            "womac_function_interim_0_100": np.where(np.arange(n) % 2, 33.0, np.nan),
            "womac_function_followup_0_100": rng.uniform(0, 100, n),
            "hip_replacement_before_followup": ["yes"] * 4 + ["no"] * (n - 4),
        }
    )
    frame.loc[10:14, "womac_function_followup_0_100"] = np.nan
    return frame
