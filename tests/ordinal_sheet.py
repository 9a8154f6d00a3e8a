"""An ordinal sheet written down by hand: five values of a score, numbers that can be followed."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import numpy as np

from hiprisk.bundle import BundleContents, write_bundle
from hiprisk.sheet.format import OrdinalModel, Sheet, Term
from small_bundle import small_sheet

VALUES = (0.0, 20.0, 45.0, 70.0, 100.0)
INTERCEPTS = (-1.0, -3.0, -5.0, -7.5)


def ordinal_model(**changes) -> OrdinalModel:
    """P(score >= 20) = F(-1 + X b) and so on down to P(score >= 100)."""
    model = OrdinalModel(
        link="logit",
        values=VALUES,
        intercepts=INTERCEPTS,
        terms=(
            Term(column="age_years", basis="linear", coefficients=(0.02,)),
            Term(
                column="womac_function_0_100",
                basis="rcs",
                coefficients=(0.08, -0.03),
                knots=(15.0, 40.0, 75.0),
            ),
            Term(column="lbp_any=yes", basis="linear", coefficients=(0.5,)),
            Term(column="woman", basis="linear", coefficients=(0.2,)),
        ),
        refits=tuple(
            (
                -1.0 + s,
                -3.0 + s,
                -5.0 + s if step % 5 else -3.0 + s,
                -7.5 + s,
                0.02 + 0.1 * s,
                0.08,
                -0.03,
                0.5 - s,
                0.2,
            )
            for step in range(-20, 21)
            for s in (0.01 * step,)
        ),
    )
    return dataclasses.replace(model, **changes)


def ordinal_sheet(**changes) -> Sheet:
    """The small model with a distribution over the score's own values."""
    return dataclasses.replace(
        small_sheet(),
        family="ordinal",
        model=ordinal_model(**changes),
        distribution=None,
        residual_sd=None,
    )


def fine_score(**changes) -> Sheet:
    """The same over 101 values, so that intervals hardly jump; a covariance, no refits."""
    intercepts = 3.0 - 10.0 * np.linspace(0.0, 1.0, 100) ** 1.2
    size = 105
    covariance = np.full((size, size), 1e-4) + np.diag(np.full(size, 1e-3))
    fine = {
        "values": tuple(np.arange(101.0)),
        "intercepts": tuple(map(float, intercepts)),
        "refits": None,
        "covariance": tuple(map(tuple, covariance.tolist())),
    }
    return ordinal_sheet(**{**fine, **changes})


def write_ordinal_bundle(root, **changes):
    """Write the ordinal model as a bundle; its folder."""
    contents = BundleContents(
        sheet=dataclasses.replace(ordinal_sheet(**changes), name="score"),
        config={"name": "score"},
        evidence={"metrics": {}},
        run={"written": "2026-11-27T00:00:00Z"},
        card="# A score\n",
        cohort_fingerprint="0" * 64,
        created_with={"hiprisk": "0.1.0"},
    )
    return write_bundle(root, "score", contents)


if __name__ == "__main__":
    write_ordinal_bundle(Path(sys.argv[1]))
