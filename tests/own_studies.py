"""Studies whose variables are all the user's own, none of hiprisk's: data, dictionary, configs.

Eight predictors (six numbers, two categories) with gaps, a binary and an unbounded continuous
outcome; site, subgroup, hold-out year and reference prediction are own variables as well. The
columns of the file have other names and codes than the dictionary, as real files do.
"""

from pathlib import Path

import numpy as np
import pandas as pd

DICTIONARY = """
knee_flexion_deg:
  label: knee flexion
  kind: number
  unit: deg
  hard: [0, 180]
  soft: [60, 160]
  measurement_error: {instrument: goniometer, low: 4, high: 6, source: made up}
grip_left_kg: {label: grip strength left, kind: number, unit: kg, hard: [0, 120], soft: [5, 80]}
grip_right_kg: {label: "grip strength, right", kind: number, unit: kg, hard: [0, 120]}
crp_mg_l: {label: C-reactive protein, kind: number, unit: mg/l, hard: [0, 500], soft: [0, 50],
           aliases: [CRP]}
gait_m_s: {label: gait speed, kind: number, unit: m/s, hard: [0, 4], monotone: -1}
falls: {label: falls in the last year, kind: number, hard: [0, 100], integer: true}
smoking: {label: smoking, kind: category, levels: [never, former, current]}
work: {label: paid work, kind: category, levels: [no, yes]}
knee_replaced: {label: knee replaced, kind: category, levels: [not yet, done]}
change_mm: {label: change of joint space, kind: number, unit: mm, direction: higher_better}
joint_space_mm: {label: joint space, kind: number, unit: mm}
clinic: {label: clinic, kind: category, levels: [north, south]}
wave: {label: wave of the study, kind: category, levels: [first, second]}
old_score_mm: {label: change by an older rule, kind: number, unit: mm}
shoe_size: {label: shoe size, kind: number, unit: EU}
"""

MAPPING = """
dictionary: variables.yaml
variables:
  person_id: nr
  knee_flexion_deg: {column: flex_rad, unit: rad}
  grip_left_kg: {column: GripL, missing: ['-9']}
  grip_right_kg: {column: GripR, missing: ['-9']}
  crp_mg_l: crp
  gait_m_s: gait
  falls: falls_n
  smoking: {column: smoke, levels: {'1': never, '2': former, '3': current}}
  work: {column: job, levels: {n: no, y: yes}}
  knee_replaced: {column: tkr, levels: {'0': not yet, '1': done}}
  change_mm: jsw_change
  joint_space_mm: jsw
  clinic: clinic
  wave: wave
  old_score_mm: old
  shoe_size: shoe
"""

_COMMON = """
name: {name}
title: {title}
intended_use: Research and education. Not for decisions about a patient.
seed: 11
cohort: {{file: cohort.csv, mapping: mapping.yaml, dictionary: variables.yaml}}
derived:
  grip_weaker_kg:
    label: grip strength of the weaker hand
    unit: kg
    op: minimum
    of: [grip_left_kg, grip_right_kg]
  gait_if_working_m_s:
    label: gait speed of those in paid work
    unit: m/s
    op: product
    of: [work=yes, gait_m_s]
confounders: [crp_mg_l, smoking]
blocks:
  core: [crp_mg_l, falls, smoking, work]
  motion: [knee_flexion_deg, gait_m_s, grip_weaker_kg, gait_if_working_m_s]
imputation: {{imputations: 2, imputations_in_resamples: 1, draws_at_prediction: 4}}
tuning: {{trials: 1, folds: 5}}
subgroups: {{by: [clinic, smoking], resamples: 50}}
tracking: {{enabled: false}}
measurement_error: {{knee_flexion_deg: [4, 6]}}
"""

BINARY = (
    _COMMON.format(name="own-binary", title="Knee replacement")
    + """
outcome:
  variable: knee_replaced
  label: knee replaced
  kind: binary
  unit: probability
  higher_is: worse
  horizon_months: 24
  population: people with knee pain
  event_level: done
  thresholds: [0.2, 0.4]
  smallest_gain_worth_having: {metric: scaled_brier, value: 0.01}
families: {logistic: {penalty: 0.001, l1_share: 0, spline_knots: 3, splines: [crp_mg_l]}}
association:
  exposure: gait_m_s
  per: 0.1
  strata: clinic
  negative_control: {outcome: shoe_size, reason: shoes do not follow gait}
validation: {resamples: 20, repeats: 0, interval_resamples: 100, internal_external: false}
"""
)

CONTINUOUS = (
    _COMMON.format(name="own-continuous", title="Change of joint space")
    + """
outcome:
  variable: change_mm
  label: change of joint space
  kind: continuous
  unit: mm
  higher_is: better
  baseline: joint_space_mm
  horizon_months: 24
  population: people with knee pain
  events:
    - {name: loss, label: loss of 0.5 mm, direction: below, reference: fixed, value: -0.5}
  smallest_gain_worth_having: {metric: r2, value: 0.01}
families: {linear: {penalty: 0.001, l1_share: 0, spline_knots: 0}}
association:
  exposure: grip_weaker_kg
  per: 10
  baseline: joint_space_mm
validation:
  resamples: 20
  repeats: 0
  interval_resamples: 100
  internal_external: false
  holdout: {variable: wave, test: [second], develop: [first]}
  reference_prediction: old_score_mm
"""
)


def own_cohort(n=240, *, seed=3, gaps=True):
    """People of the made-up study, in the columns and codes of their file."""
    rng = np.random.default_rng(seed)
    flexion = np.clip(rng.normal(120, 15, n), 70, 155)
    left = np.clip(rng.normal(30, 8, n), 6, 75)
    right = np.clip(left + rng.normal(1, 3, n), 6, 78)
    crp = np.clip(rng.lognormal(1.0, 0.7, n), 0.1, 49)
    gait = np.clip(rng.normal(1.2, 0.25, n), 0.3, 2.5)
    falls = rng.poisson(0.6, n)
    smoke = rng.choice([1, 2, 3], n, p=[0.5, 0.3, 0.2])
    job = rng.random(n) < 0.5
    lp = -0.6 - 0.04 * (flexion - 120) + 0.1 * (crp - 3.5) - 1.5 * (gait - 1.2) + 0.5 * (smoke == 3)
    done = rng.random(n) < 1 / (1 + np.exp(-lp))
    change = -0.4 + 0.01 * (flexion - 120) + 0.3 * (gait - 1.2) - 0.03 * crp + rng.normal(0, 0.4, n)
    frame = pd.DataFrame(
        {
            "nr": np.arange(1, n + 1),
            "flex_rad": np.round(np.deg2rad(flexion), 5),
            "GripL": np.round(left, 1),
            "GripR": np.round(right, 1),
            "crp": np.round(crp, 2),
            "gait": np.round(gait, 3),
            "falls_n": falls,
            "smoke": smoke,
            "job": np.where(job, "y", "n"),
            "tkr": done.astype(int),
            "jsw_change": np.round(change, 3),
            "jsw": np.round(np.clip(rng.normal(4, 0.8, n), 1, 7), 2),
            "clinic": rng.choice(["north", "south"], n),
            "wave": np.where(np.arange(n) % 4 == 0, "second", "first"),
            "old": np.round(change * 0.5 + rng.normal(0, 0.3, n), 3),
            "shoe": np.round(rng.normal(42, 2, n), 1),
        }
    )
    if gaps:
        frame["GripL"] = frame["GripL"].mask(rng.random(n) < 0.05, -9)
        frame["crp"] = frame["crp"].mask(rng.random(n) < 0.05)
    return frame


def write_study(folder: Path, config: str, **cohort) -> Path:
    """A folder with the study's files; the path of its config."""
    (folder / "variables.yaml").write_text(DICTIONARY, encoding="utf-8")
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    own_cohort(**cohort).to_csv(folder / "cohort.csv", index=False)
    (folder / "study.yaml").write_text(config, encoding="utf-8")
    return folder / "study.yaml"
