"""Rules that a cohort is held against. They report; they never drop, clip or recode a patient."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from hiprisk.arrays import Bools, Floats
from hiprisk.cohort.checks.items import item_findings
from hiprisk.cohort.checks.missing_codes import SENTINELS, sentinel_findings
from hiprisk.cohort.checks.structure import copy_findings, structure_findings
from hiprisk.cohort.checks.unreadable import unreadable_findings
from hiprisk.cohort.dictionary import Dictionary, Variable, load_dictionary
from hiprisk.cohort.findings import Finding, by_severity, finding_at
from hiprisk.cohort.items.coding import ItemCodes
from hiprisk.cohort.own_variables import changed_findings
from hiprisk.values import (
    UNKNOWN_CATEGORY,
    Note,
    looks_coded_one_two,
    one_code,
    zero_one_codes,
)

BMI_TOLERANCE = 0.15
LEAST_WHOLE = 0.5
# Sums with a missing answer stand between the steps.
SCALED_STEPS = 0.8
# Part of a name, and the largest value between which and the end of the sum it is suspected.
_RAW_SUMS = (("function", 60.0, 68.0), ("pain", 15.0, 20.0), ("odi", 30.0, 50.0))


def check_cohort(
    frame: pd.DataFrame,
    *,
    unreadable: Mapping[Note, Bools],
    grain: str,
    stacked: bool,
    source: Mapping[str, pa.ChunkedArray],
    today: datetime.date | None = None,
    dictionary: Dictionary | None = None,
    unread: Mapping[Note, tuple[str, ...]] | None = None,
    items: Mapping[str, ItemCodes] | None = None,
) -> tuple[Finding, ...]:
    """Hold a whole cohort against every rule.

    Parameters
    ----------
    frame : DataFrame
        Dictionary variables.
    unreadable : mapping
        Masks of cells that could not be read, by code and variable.
    grain : str
        ``person`` or ``hip``.
    stacked : bool
        The mapping says that the file stacks imputations.
    source : mapping of str to array
        The file's own columns, to see what became of their codes.
    today : date, optional
        Dates after it are in the future.
    dictionary : Dictionary, optional
        What the variables of the frame mean; by default the packaged one.
    unread : mapping, optional
        What stood in the cells that could not be read, by code and variable.
    items : mapping of str to ItemCodes, optional
        Codes of the items of each score that was made of items.

    Returns
    -------
    tuple of Finding
        Errors first.
    """
    findings: list[Finding] = []
    if not len(frame):
        findings.append(
            Finding(
                code="NO_ROWS",
                severity="warning",
                message="no row is left: the file has only a header, or the mapping selects none",
                advice="check the export, and where and imputations in the mapping",
            )
        )
        return tuple(findings)
    findings += item_findings(items or {})
    findings += unreadable_findings(unreadable, items or {}, unread or {})
    dictionary = dictionary or load_dictionary()
    findings += changed_findings(dictionary, frame.columns)
    for name in frame.columns:
        variable = dictionary[name]
        if variable.kind == "number":
            findings += number_findings(variable, frame[name].to_numpy(dtype=np.float64))
        elif variable.kind == "category":
            key = Note(UNKNOWN_CATEGORY, name)
            texts = None if unread is None else unread.get(key)
            findings += _shifted_codes(variable, frame[name], unreadable.get(key), texts)
    findings += structure_findings(frame, grain=grain, stacked=stacked, source=source)
    findings += copy_findings(frame)
    findings += _dates(frame, today or datetime.date.today())
    findings += _pairs(frame)
    findings += _flexion_in_contracture(frame)
    findings += _missing_values(frame, {n.variable for n, mask in unreadable.items() if mask.any()})
    return by_severity(findings)


def number_findings(variable: Variable, values: Floats) -> Iterable[Finding]:
    """Range, sentinel, whole-number and unit rules for one variable."""
    known = values[~np.isnan(values)]
    if not known.size:
        return
    unit = variable.unit or ""
    if variable.hard is not None:
        low, high = variable.hard
        outside = (values < low) | (values > high)
        hint = " (a sentinel for missing?)" if np.isin(known, SENTINELS).any() else ""
        yield from finding_at(
            outside,
            "OUT_OF_RANGE",
            "error",
            variable.name,
            f"values lie outside {low:g} to {high:g} {unit}{hint}",
            "name sentinels under missing in the mapping, state the unit, or correct the cells",
        )
    if variable.soft is not None:
        low, high = variable.soft
        unusual = (values < low) | (values > high)
        if variable.hard is not None:
            unusual &= (values >= variable.hard[0]) & (values <= variable.hard[1])
        yield from finding_at(
            unusual,
            "UNUSUAL",
            "warning",
            variable.name,
            f"values are unusual (outside {low:g} to {high:g} {unit})",
            "look at them",
        )
    if variable.integer:
        yield from finding_at(
            ~np.isnan(values) & (values != np.floor(values)),
            "NOT_AN_INTEGER",
            "error",
            variable.name,
            "values are not whole numbers",
            "correct the cells, or map a score rather than an item",
        )
    yield from sentinel_findings(variable, values)
    yield from _wrong_unit(variable, known)


def _wrong_unit(variable: Variable, known: Floats) -> Iterable[Finding]:
    """Degrees given as radians, metres for centimetres, a share for a percentage."""
    if known.size < 10 or variable.soft is None:
        return
    largest = float(np.abs(known).max())
    causes = {
        "deg": (3.2, "radians", "unit: rad"),
        "cm": (3.0, "metres", "unit: m"),
    }
    cause = causes.get(variable.unit or "")
    if variable.hard in ((0.0, 100.0),) and largest <= 1.0 and largest > 0:
        cause = (1.0, "a share from 0 to 1", "from_range: [0, 1]")
    elif cause is None:
        cause = _raw_sum(variable, known, largest)
    if cause is not None and 0 < largest <= cause[0]:
        yield Finding(
            code="UNIT_SUSPECT",
            severity="error" if cause[0] < 4 else "warning",
            column=variable.name,
            count=int(known.size),
            message=f"no value exceeds {largest:.3g}: these look like {cause[1]}, "
            f"not {variable.unit}",
            advice=f"if so, state {cause[2]} in the mapping",
        )


def _raw_sum(variable: Variable, known: Floats, largest: float) -> tuple[float, str, str] | None:
    """The sum of items that scores look like, where it is another than the variable's own."""
    if variable.hard == (0.0, 48.0):
        # Published first with answers from 1 (best) to 5.
        is_older = known.min() >= 12 and 48 < largest <= 60
        older = "the older sum of 12 to 60, in which 60 is worst"
        return (60.0, older, "from_range: [12, 60] and reverse: true") if is_older else None
    # A sum of points is whole, but for those with a missing answer.
    if variable.hard != (0.0, 100.0) or (known == np.round(known)).mean() < LEAST_WHOLE:
        return None
    for part, least, points in _RAW_SUMS:
        if part in variable.name and least < largest <= points:
            if _is_scaled_sum(known, points=points):
                return None  # mapped from the raw sum already, and nobody reached its end
            return points, f"the raw 0-{points:g} sum", f"from_range: [0, {points:g}]"
    return None


def _is_scaled_sum(known: Floats, *, points: float) -> bool:
    """Whether scores of 0-100 are nearly all steps of a sum of whole points."""
    steps = known * points / 100.0
    return float(np.isclose(steps, np.round(steps), atol=1e-6).mean()) >= SCALED_STEPS


def _shifted_codes(
    variable: Variable, levels: pd.Series, unknown: Bools | None, texts: Sequence[str] | None
) -> Iterable[Finding]:
    if unknown is None or texts is None or not zero_one_codes(variable.levels):
        return
    no, yes = variable.levels
    n_twos = sum(one_code(text.strip()) == "2" for text in texts)
    n_given = int(levels.notna().sum()) + len(texts)
    has_no, has_yes = (bool((levels == level).any()) for level in ("no", "yes"))
    if looks_coded_one_two(n_twos, has_no=has_no, has_yes=has_yes, n_given=n_given):
        yield Finding(
            code="SHIFTED_CODES",
            severity="error",
            column=variable.name,
            count=n_twos,
            message=f"the code 2 comes in {n_twos} of {n_given} rows: was it coded 1 and 2? Then "
            f"either 1 is {yes} and 2 is {no}, or 1 is {no} and 2 is {yes}",
            advice="state levels in the mapping",
        )


def _dates(frame: pd.DataFrame, today: datetime.date) -> Iterable[Finding]:
    for name in ("baseline_date", "followup_date"):
        if name in frame.columns:
            # Dates are ISO text here, which sorts as dates do.
            later = [isinstance(day, str) and day > today.isoformat() for day in frame[name]]
            yield from finding_at(
                np.array(later, dtype=bool),
                "FUTURE_DATE",
                "warning",
                name,
                "dates lie in the future",
                "correct the dates, or the computer's clock",
            )


def _pairs(frame: pd.DataFrame) -> Iterable[Finding]:
    if {"baseline_date", "followup_date"} <= set(frame.columns):
        start = pd.to_datetime(frame["baseline_date"], format="%Y-%m-%d", errors="coerce")
        end = pd.to_datetime(frame["followup_date"], format="%Y-%m-%d", errors="coerce")
        yield from finding_at(
            (end <= start).to_numpy(),
            "FOLLOWUP_BEFORE_BASELINE",
            "error",
            "followup_date",
            "follow-up is not after the first visit",
            "correct the dates, or swap them in the mapping",
        )
    if {"height_cm", "weight_kg", "bmi_kg_m2"} <= set(frame.columns):
        computed = frame["weight_kg"] / (frame["height_cm"] / 100.0) ** 2
        off = (frame["bmi_kg_m2"] / computed - 1.0).abs() > BMI_TOLERANCE
        yield from finding_at(
            off.to_numpy(),
            "INCONSISTENT",
            "warning",
            "bmi_kg_m2",
            "body mass index does not fit height and weight",
            "look at the units of all three",
        )


def _flexion_in_contracture(frame: pd.DataFrame) -> Iterable[Finding]:
    """A hip that cannot extend to where its flexion begins cannot be."""
    for side in ("_right", "_left", ""):
        flexion, extension = f"hip_flexion{side}_deg", f"hip_extension{side}_deg"
        if {flexion, extension} <= set(frame.columns):
            # A negative extension is a contracture: the hip rests at that much flexion.
            yield from finding_at(
                (frame[flexion] < -frame[extension]).to_numpy(),
                "INCONSISTENT",
                "warning",
                flexion,
                f"flexion is less than the contracture that {extension} says",
                "look at the signs and units of both",
            )


def _missing_values(frame: pd.DataFrame, unreadable: set[str]) -> Iterable[Finding]:
    """Columns of one value or none; `unreadable` ones have a finding that says why already."""
    for name in frame.columns:
        values = frame[name]
        missing = int(values.isna().sum())
        distinct = values.nunique(dropna=True)
        if missing == len(frame) and name in unreadable:
            continue
        if missing == len(frame):
            yield Finding(
                code="ALL_MISSING",
                severity="warning",
                column=name,
                count=missing,
                message="every row is missing",
                advice="check the mapping",
            )
        elif distinct == 1 and len(frame) > 1 and name != "data_provenance":
            yield Finding(
                code="CONSTANT",
                severity="note",
                column=name,
                count=len(frame),
                message="the same in every row",
                advice="it cannot be a predictor",
            )
        elif missing:
            yield Finding(
                code="MISSING",
                severity="note",
                column=name,
                count=missing,
                message=f"{100.0 * missing / len(frame):.1f} % missing",
                advice="missing predictors are imputed",
            )
