"""Models of R rms written down as sheets: a spline of age, body mass index and a site."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from hiprisk.sheet.format import (
    Column,
    LinearModel,
    MissingModel,
    Term,
    TrainingSummary,
    VariableSpec,
)
from small_bundle import small_sheet

ORACLES = Path(__file__).parent / "oracles"
SITES = ("a", "b", "c")


@cache
def effects():
    """Figures of R for what predictors do in two such models."""
    return json.loads((ORACLES / "effects.json").read_text())


def number(name, low, high, median=None):
    return VariableSpec(name=name, label=name, unit="", kind="number",
                        training=TrainingSummary(low=low, high=high, median=median))  # fmt: skip


def rms_sheet(
    coefficients, knots, *, kind="binary", age=(50.0, 85.0), bmi=(20.0, 36.0), shares=(),
    refits=None, residual_sd=None,
):  # fmt: skip
    """A sheet with these coefficients; `age` and `bmi` are the range and, where known, median."""
    intercept, *of_age, of_bmi, site_b, site_c = coefficients
    site = VariableSpec(name="site", label="site", unit="", kind="category", levels=SITES,
                        training=TrainingSummary(level_shares=tuple(shares)))  # fmt: skip
    whole = small_sheet(kind=kind)
    return replace(
        whole,
        # A score of R has no ends.
        outcome=replace(whole.outcome, lower=None, upper=None, baseline=None, events=()),
        residual_sd=residual_sd,
        variables=(number("age", *age), number("bmi", *bmi), site),
        columns=(Column(name="age", variable="age"), Column(name="bmi", variable="bmi"),
                 Column(name="site=b", variable="site", level="b"),
                 Column(name="site=c", variable="site", level="c")),
        missing=MissingModel(mean=(0.0,) * 4, covariance=tuple(map(tuple, np.eye(4).tolist())),
                             draws=((0.0,) * 4,)),
        derived=(),
        model=LinearModel(
            link="logit" if kind == "binary" else "identity",
            intercept=intercept,
            terms=(
                Term(column="age", basis="rcs", knots=tuple(knots), coefficients=tuple(of_age)),
                Term(column="bmi", basis="linear", coefficients=(of_bmi,)),
                Term(column="site=b", basis="linear", coefficients=(site_b,)),
                Term(column="site=c", basis="linear", coefficients=(site_c,)),
            ),
            refits=None if refits is None else tuple(map(tuple, refits)),
        ),
    )  # fmt: skip


def sheet_of_effects(kind):
    """The linear or the logistic model of `effects`."""
    r = effects()
    return rms_sheet(
        r["logistic" if kind == "binary" else "linear"]["coefficients"],
        r["knots"],
        kind=kind,
        age=(*r["range"]["age"], r["typical"]["age"]),
        bmi=(*r["range"]["bmi"], r["typical"]["bmi"]),
        shares=r["shares"],
        refits=r["logistic" if kind == "binary" else "linear"]["refits"],
        residual_sd=None if kind == "binary" else r["residual_sd"],
    )


def of_model(kind):
    """What R says of it."""
    return effects()["logistic" if kind == "binary" else "linear"]
