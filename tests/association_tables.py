"""Studies of an exposure in simulated people, the same fit by hand, and a table by hand."""

from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.config import load_config
from hiprisk.inference.association import AssociationRow, AssociationTable, associate
from hiprisk.learning.participants.flow import FlowStep
from hiprisk.learning.participants.selection import select_participants
from hiprisk.metrics.estimate import Estimate

CONFIGS = Path(__file__).parents[1] / "configs"
NO_SPLINES = "association.splines={}"


def study(*overrides, name="stupar_hip_knee"):
    quick = ("imputation.imputations=3",)
    return load_config(CONFIGS / f"{name}.yaml", overrides=[*quick, *overrides])


def table_of(cohort, config):
    frame = cohort if isinstance(cohort, pd.DataFrame) else cohort.frame
    return associate(config, select_participants(frame, config), provenance="simulated")


def by_hand(frame, *, baseline, stratum=None):
    keep = (frame["hip_replacement_before_followup"] == "no").to_numpy(copy=True)
    if stratum is not None:
        keep &= (frame["joint"] == stratum).to_numpy()
    part = frame.loc[keep]
    columns = [
        part["lbp_any"] == "yes",
        part["age_years"],
        part["sex"] == "male",
        part["bmi_kg_m2"],
        part["comorbidity_count"],
    ]
    if stratum != "knee":
        columns.append(part["knee_oa"] == "yes")
    if baseline:
        columns.append(part["womac_function_0_100"])
    if stratum is None:
        columns.append(part["joint"] == "knee")
    x = np.column_stack([column.to_numpy(float) for column in columns])
    return x, part["womac_function_followup_0_100"].to_numpy(float)


def row(value=5.0, low=2.0, high=8.0, *, model="adjusted", stratum="all", **known):
    """A row of a table written by hand."""
    measure = known.pop("measure", "mean_difference")
    defaults = {"se": 1.5, "df": 90.0, "share_missing": 0.1, "n": 100, "n_exposed": 40,
                "n_events": None, "n_clusters": 100}  # fmt: skip
    estimate = Estimate(name=f"{measure}_{model}_{stratum}", value=value, low=low, high=high)
    return AssociationRow(
        stratum=stratum, model=model, measure=measure, estimate=estimate, **{**defaults, **known}
    )  # fmt: skip


def table_by_hand(rows, **known):
    """A table of real people written by hand."""
    defaults = {
        "title": "T", "provenance": "real", "exposure": "low back pain: yes vs no",
        "outcome": "WOMAC function", "unit": "points", "higher_is": "worse", "kind": "continuous",
        "confounders": ("age_years", "sex"), "baseline": None, "strata": None,
        "covariance": "HC3", "n_imputations": 1, "differences": (), "negative_control": None,
        "flow": (FlowStep(label="enrolled", n_left_out=0, n_remaining=100),), "notes": (),
        "sentences": (),
    }  # fmt: skip
    return AssociationTable(rows=tuple(rows), **{**defaults, **known})
