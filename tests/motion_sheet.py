"""The small model, which also knows three ranges of hip motion (with no part in the answer)."""

import dataclasses

import numpy as np

from hiprisk.bundle import BundleContents, write_bundle
from hiprisk.sheet.format import Column, TrainingSummary, VariableSpec
from small_bundle import small_sheet

# Mean and standard deviation in training.
MOTION = {
    "hip_flexion_deg": (105.0, 18.0),
    "hip_internal_rotation_deg": (22.0, 11.0),
    "hip_abduction_deg": (30.0, 10.0),
}


def motion_sheet():
    sheet = small_sheet()
    specs, columns = list(sheet.variables), list(sheet.columns)
    for name, (mean, sd) in MOTION.items():
        z = np.array([-2.326, -0.6745, 0.0, 0.6745, 2.326]) * sd + mean
        low, q25, median, q75, high = map(float, z)
        training = TrainingSummary(low=low, high=high, median=median, iqr=q75 - q25)
        label = name.removesuffix("_deg").replace("_", " ")
        specs.append(VariableSpec(name=name, label=label, unit="deg", kind="number",
                                  hard=(-30.0, 160.0), weight=0.0, training=training))  # fmt: skip
        columns.append(Column(name=name, variable=name))
    n_own, n_all = len(sheet.columns), len(columns)
    wide = np.diag([1.0] * n_own + [sd**2 for _, sd in MOTION.values()])
    wide[:n_own, :n_own] = sheet.missing.covariance
    missing = dataclasses.replace(
        sheet.missing,
        mean=(*sheet.missing.mean, *(mean for mean, _ in MOTION.values())),
        covariance=tuple(map(tuple, wide.tolist())),
        draws=tuple((*draw, *[0.0] * (n_all - n_own)) for draw in sheet.missing.draws),
    )
    return dataclasses.replace(
        sheet, variables=tuple(specs), columns=tuple(columns), missing=missing
    )


def write_motion_bundle(root, name="moving"):
    contents = BundleContents(
        sheet=dataclasses.replace(motion_sheet(), name=name),
        config={"name": name}, evidence={}, run={}, card="x",
        cohort_fingerprint="0" * 64, created_with={},
    )  # fmt: skip
    return write_bundle(root, name, contents)
