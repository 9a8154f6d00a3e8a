"""Raw values and the one meaning of each; `test_ways_in.py` sends them down every way in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.sheet.format import Column, Derived, Term, VariableSpec
from small_bundle import small_sheet

MISSING = "missing"
BASE = {"age_years": 64, "sex": "female", "lbp_any": "yes", "womac_function_0_100": 40}
OWN = {"marker": 2, "stage": "1", "smoking": "never", "severity": "mild"}


def every_kind_sheet():
    """The small model; also a number without a range, codes, a level `unknown`, degrees."""
    sheet = small_sheet()
    own = (
        VariableSpec(name="marker", label="marker", unit="mg", kind="number", integer=True),
        VariableSpec(name="stage", label="stage", unit="", kind="category", levels=("1", "2", "3")),
        VariableSpec(name="smoking", label="smoking", unit="", kind="category",
                     levels=("never", "none", "unknown")),
        VariableSpec(name="severity", label="severity", unit="", kind="category",
                     levels=("mild", "Severe")),
    )  # fmt: skip
    columns = (
        Column(name="marker", variable="marker"),
        Column(name="stage=2", variable="stage", level="2"),
        Column(name="smoking=unknown", variable="smoking", level="unknown"),
        Column(name="severity=Severe", variable="severity", level="Severe"),
    )
    missing = sheet.missing
    n_old, n_new = len(missing.mean), len(columns)
    covariance = np.eye(n_old + n_new)
    covariance[:n_old, :n_old] = missing.covariance
    return replace(
        sheet,
        variables=(*sheet.variables, *own),
        columns=(*sheet.columns, *columns),
        missing=replace(
            missing,
            mean=(*missing.mean, 2.0, 0.3, 0.2, 0.4),
            covariance=tuple(map(tuple, covariance.tolist())),
            draws=tuple((*draw, 0.1, 0.2, 0.3, -0.2) for draw in missing.draws),
        ),
        derived=(*sheet.derived, Derived(name="square", op="product", of=("marker", "marker"))),
        model=replace(
            sheet.model,
            terms=(
                *sheet.model.terms,
                Term(column="square", basis="linear", coefficients=(0.1,)),
                *(
                    Term(column=column.name, basis="linear", coefficients=(size,))
                    for column, size in zip(columns, (1.5, 4.0, -3.0, 2.5), strict=True)
                ),
            ),
            refits=tuple((*refit, 0.1, 1.5, 4.0, -3.0, 2.5) for refit in sheet.model.refits),
        ),
    )


@dataclass(frozen=True)
class RawValue:
    """A raw value of a variable, and what it is: a value, missing, or the code of a reason."""

    variable: str
    raw: Any
    value: Any = None
    code: str = ""

    def __str__(self):
        return f"{self.variable}={self.raw!r:.30} {type(self.raw).__name__}"


def means(variable, value, *raws):
    return [RawValue(variable, raw, value=value) for raw in raws]


def refused(variable, code, *raws):
    return [RawValue(variable, raw, code=code) for raw in raws]


AGE, PAIN, STAGE, SMOKING, MARKER = "age_years", "lbp_any", "stage", "smoking", "marker"
SEVERITY = "severity"
FUNCTION = "womac_function_0_100"
MISSING_TEXTS = ("", "  ", "NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "None", "unknown",
                 "not known", " Unknown ", "n/a", "NOT KNOWN")  # fmt: skip

TEXTS = [
    *means(AGE, None, *MISSING_TEXTS),
    *means(PAIN, None, "", "NA", "#N/A", "unknown", "Not known", "NULL"),
    *means(STAGE, None, "nan", "None"),
    *means(AGE, 64.5, "64.5", " 64.5 ", "+64.5", "6.45e1", "645E-1", "064.50", "\u00a064.5"),
    *means(AGE, 64.0, "64", "64.", "64.0"),
    *means(MARKER, 3.0, "3", "3.0", "3e0"),
    *means(FUNCTION, 0.5, ".5", "0.5"),
    *refused(AGE, "NOT_A_NUMBER", "64,5", "1,064", "sixty", "64 years", ">89", "0x40", "1_0",
             "64;5", "\uff16\uff14", "\u221264", "1e4000", "TRUE", "1960-03-01", ".", "-", "e5",
             "#VALUE!", "?", "not  known"),
    *refused(AGE, "NOT_FINITE", "1e301", "-1e301", "1e400", "inf", "-inf", "Infinity", "+INF"),
    *refused(MARKER, "NOT_FINITE", "1e301", "inf"),
    *refused(MARKER, "NOT_AN_INTEGER", "2.5"),
    *refused(MARKER, "OVERFLOW", "1e300"),
    *refused(AGE, "OUT_OF_RANGE", "-5", "200", "1e299"),
    *means(PAIN, "yes", "yes", " yes ", "1", "1.0", "1."),
    *means(PAIN, "no", "no", "0", "0.00"),
    *means(PAIN, "yes", "true", "True", "TRUE", "tRUE"),
    *means(PAIN, "no", "false", " False ", "FALSE"),
    *refused(PAIN, "UNKNOWN_CATEGORY", "Yes", "2", "2.0", "T", "y", "1.5", "01", "-1",
             "yes no"),
    *means(STAGE, "2", "2", "2.0", "2.", " 2.00 "),
    *refused(STAGE, "UNKNOWN_CATEGORY", "4", "02", "2.1", "II", "inf", "1e0"),
    # Among degrees None is one of them; the other texts for missing stay what they are.
    *means(SEVERITY, None, "", "NA", "unknown", "null"),
    *means(SEVERITY, "Severe", "Severe"),
    *refused(SEVERITY, "UNKNOWN_CATEGORY", "None", " none ", "NONE", "severe"),
    # A level that would mean missing elsewhere, to the letter and in no other letter case.
    *means(SMOKING, "unknown", "unknown", " unknown "),
    *means(SMOKING, "none", "none"),
    *means(SMOKING, None, "not known", "NA"),
    *refused(SMOKING, "UNKNOWN_CATEGORY", "Unknown", "None", "1"),
]  # fmt: skip

# Of other types than text: as JSON, Parquet, a frame or a program has them.
TYPED = [
    *means(AGE, 64.5, 64.5, np.float64(64.5)),
    *means(AGE, 64.0, 64, 64.0, np.int64(64), np.int16(64)),
    *means(AGE, None, None, float("nan"), np.float64("nan"), pd.NA, pd.NaT),
    *means(STAGE, None, None, float("nan"), pd.NA),
    *means(MARKER, 3.0, 3, 3.0),
    *means(PAIN, "yes", 1, 1.0, np.int64(1), np.float64(1)),
    *means(PAIN, "no", 0, 0.0),
    *means(PAIN, "yes", True, np.bool_(True)),
    *means(PAIN, "no", False, np.bool_(False)),
    *means(STAGE, "2", 2, 2.0),
    *refused(STAGE, "UNKNOWN_CATEGORY", 4, 2.5, True),
    *refused(PAIN, "UNKNOWN_CATEGORY", 2, 2.5),
    *refused(AGE, "NOT_A_NUMBER", True, False, np.bool_(True)),
    *refused(AGE, "NOT_FINITE", 1e301, -1e301, float("inf"), -np.inf, 10**301),
    *refused(MARKER, "NOT_FINITE", 1e301),
    *refused(MARKER, "OVERFLOW", 1e300),
    *refused(AGE, "OUT_OF_RANGE", -5, 200.0, 1e299),
    *refused(MARKER, "NOT_AN_INTEGER", 2.5),
]
