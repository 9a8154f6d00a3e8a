"""Slopes of the two studies of `tests/own_studies.py`, complete data, by statsmodels.

Run in an environment with statsmodels, from the folder of the project:
python tests/oracles/make_own_studies.py > tests/oracles/own_studies.json
"""

import datetime
import json
import sys
from pathlib import Path

import numpy as np
import statsmodels
import statsmodels.api as sm

sys.path.insert(0, str(Path(__file__).parents[1]))
from own_studies import own_cohort

PREDICTORS = [
    "crp_mg_l", "falls", "smoking=former", "smoking=current", "work=yes", "knee_flexion_deg",
    "gait_m_s", "grip_weaker_kg", "gait_if_working_m_s",
]  # fmt: skip


def columns(frame):
    work = (frame["job"] == "y").astype(float)
    parts = [
        frame["crp"], frame["falls_n"], frame["smoke"] == 2, frame["smoke"] == 3, work,
        frame["flex_rad"] * 180.0 / np.pi, frame["gait"],
        np.minimum(frame["GripL"], frame["GripR"]), work * frame["gait"],
    ]  # fmt: skip
    return np.column_stack([np.asarray(part, dtype=float) for part in parts])


def figures(result):
    names = ["intercept", *PREDICTORS]
    return {
        "coefficients": dict(zip(names, result.params.tolist(), strict=True)),
        "standard_errors": dict(zip(names, result.bse.tolist(), strict=True)),
    }


def main():
    frame = own_cohort(gaps=False)
    design = sm.add_constant(columns(frame))
    logit = sm.Logit(frame["tkr"], design).fit(method="newton", tol=1e-14, disp=0)
    ols = sm.OLS(frame["jsw_change"], design).fit()
    found = {
        "package": "statsmodels",
        "version": statsmodels.__version__,
        "script": "make_own_studies.py",
        "date": datetime.date(2026, 11, 27).isoformat(),
        "binary": figures(logit),
        "continuous": figures(ols),
    }
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
