"""Frames of simulated people, as a notebook has them."""

import numpy as np
import pandas as pd

from hiprisk.cohort.simulation.simulate import simulate_cohort

# Names of the packaged dictionary.
PREDICTORS = ["age_years", "sex", "bmi_kg_m2", "lbp_any", "womac_function_0_100"]
OUTCOME = "womac_function_followup_0_100"


def stupar_frame(n=300, seed=1996):
    """Predictors with gaps and the outcome of people whose outcome is known."""
    frame = simulate_cohort("stupar", n=n, seed=seed, lbp_effect=5).frame
    return frame.loc[frame[OUTCOME].notna(), [*PREDICTORS, OUTCOME]].reset_index(drop=True)


def own_frame(n=200, seed=3, missing=0.1):
    """Predictors that the dictionary does not have, of all the types of a frame, and outcomes."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "Grip (kg)": rng.normal(30.0, 8.0, n),
            "falls": rng.poisson(1.0, n),
            "smoker": rng.random(n) < 0.3,
            "work": rng.choice(["none", "part", "full"], n),
            "grade": pd.Categorical(rng.integers(0, 4, n)),
        }
    )
    lp = 0.05 * frame["Grip (kg)"] - 0.4 * frame["falls"] + frame["smoker"] - 1.0
    score = pd.Series(50.0 + 8.0 * lp + rng.normal(0.0, 5.0, n), name="score")
    event = pd.Series(np.where(lp + rng.logistic(size=n) > 0, "worse", "not worse"), name="state")
    frame.loc[rng.random(n) < missing, "Grip (kg)"] = np.nan
    frame["work"] = frame["work"].where(rng.random(n) >= missing)
    return frame, score, event
