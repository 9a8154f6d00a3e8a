"""A small bundle written down by hand: no fit, numbers that can be followed on paper."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from hiprisk.bundle import BundleContents, write_bundle
from hiprisk.sheet.format import (
    Column,
    Derived,
    Distribution,
    Event,
    LinearModel,
    MissingModel,
    OutcomeSpec,
    Sheet,
    Term,
    TrainingSummary,
    VariableSpec,
)


def small_sheet(*, kind="continuous", provenance="simulated"):
    """Function at follow-up: 10 + 0.1 age + 0.6 baseline + 5 (back pain) + 2 (woman)."""
    number = TrainingSummary(low=45.0, high=85.0, median=65.0, iqr=12.0)
    binary = kind == "binary"
    scale = 0.05 if binary else 1.0
    return Sheet(
        name="small",
        title="A small model",
        family="logistic" if binary else "linear",
        provenance=provenance,
        intended_use="Tests only.",
        outcome=OutcomeSpec(
            variable="womac_function_followup_0_100",
            label="WOMAC function",
            unit="probability" if binary else "points 0-100",
            kind=kind,
            estimand="WOMAC function in 12 months, if no hip replacement by then; nobody",
            horizon_months=12.0,
            higher_is="worse",
            lower=None if binary else 0.0,
            upper=None if binary else 100.0,
            baseline=None if binary else "womac_function_0_100",
            events=()
            if binary
            else (
                Event(
                    name="worsening",
                    label="worse by at least 10 points",
                    direction="above",
                    reference="baseline",
                    value=10.0,
                ),
                Event(
                    name="acceptable_state",
                    label="41.2 or less",
                    direction="below",
                    reference="fixed",
                    value=41.2,
                ),
            ),
        ),
        variables=(
            VariableSpec(
                name="age_years",
                label="age",
                unit="years",
                kind="number",
                hard=(18.0, 110.0),
                soft=(40.0, 90.0),
                weight=0.1,
                training=number,
            ),
            VariableSpec(
                name="sex",
                label="sex",
                unit="",
                kind="category",
                levels=("female", "male"),
                weight=0.05,
                training=TrainingSummary(level_shares=(0.6, 0.4)),
            ),
            VariableSpec(
                name="lbp_any",
                label="low back pain",
                unit="",
                kind="category",
                levels=("no", "yes"),
                weight=0.1,
                training=TrainingSummary(level_shares=(0.42, 0.58)),
            ),
            VariableSpec(
                name="womac_function_0_100",
                label="WOMAC function",
                unit="points 0-100",
                kind="number",
                hard=(0.0, 100.0),
                soft=(0.0, 100.0),
                weight=0.75,
                training=TrainingSummary(low=2.0, high=85.0, median=38.0, iqr=26.0),
            ),
        ),
        columns=(
            Column(name="age_years", variable="age_years"),
            Column(name="sex=male", variable="sex", level="male"),
            Column(name="lbp_any=yes", variable="lbp_any", level="yes"),
            Column(name="womac_function_0_100", variable="womac_function_0_100"),
        ),
        missing=MissingModel(
            mean=(65.0, 0.4, 0.58, 40.0),
            covariance=(
                (64.0, 0.0, 0.0, 20.0),
                (0.0, 0.24, 0.0, 0.0),
                (0.0, 0.0, 0.2436, 1.0),
                (20.0, 0.0, 1.0, 361.0),
            ),
            draws=((1.0, 0.5, -0.5, 1.0), (-1.0, -0.5, 0.5, -1.0)),
        ),
        derived=(Derived(name="woman", op="difference", of=(1.0, "sex=male")),),
        model=LinearModel(
            link="logit" if binary else "identity",
            intercept=-2.0 if binary else 10.0,
            terms=(
                Term(column="age_years", basis="linear", coefficients=(0.1 * scale,)),
                Term(column="womac_function_0_100", basis="linear", coefficients=(0.6 * scale,)),
                Term(column="lbp_any=yes", basis="linear", coefficients=(5.0 * scale,)),
                Term(column="woman", basis="linear", coefficients=(2.0 * scale,)),
            ),
            refits=tuple(
                (
                    (-2.0 if binary else 10.0) + 0.01 * step,
                    0.1 * scale,
                    0.6 * scale,
                    5.0 * scale,
                    2.0 * scale,
                )
                for step in range(-20, 21)
            ),
        ),
        distribution=None
        if binary
        else Distribution(
            probabilities=(0.025, 0.1, 0.5, 0.9, 0.975),
            quantiles=(-2.0, -1.25, 0.0, 1.25, 2.0),
            levels=(20.0, 60.0),
            scales=(10.0, 16.0),
        ),
        residual_sd=None if binary else 14.0,
    )


def write_small_bundle(
    root, *, kind="continuous", provenance="simulated", name="small", evidence=None, config=None,
    files=None,
):  # fmt: skip
    """Write the small model as a bundle; its folder."""
    small = {"metrics": {"r2_corrected": {"value": 0.3, "low": None, "high": None}}}
    contents = BundleContents(
        sheet=dataclasses.replace(small_sheet(kind=kind, provenance=provenance), name=name),
        config={"name": name, **(config or {})},
        evidence=small | (evidence or {}),
        run={"written": "2026-11-22T00:00:00Z"},
        card="# A small model\n",
        cohort_fingerprint="0" * 64,
        created_with={"hiprisk": "0.1.0"},
        files=files or {},
    )
    return write_bundle(root, name, contents)


if __name__ == "__main__":
    write_small_bundle(Path(sys.argv[1]))
