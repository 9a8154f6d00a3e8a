"""Rules about rows and columns as a whole: whose rows they are, and what copies what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.arrays import Bools, Floats
from hiprisk.cohort.findings import COPIED_ROWS, Finding, finding_at

# What mice, Stata, SPSS and people call the number of an imputation.
IMPUTATION_NAME = re.compile(
    r"[._]?imp(utation)?([._]?(nr|no|num|number|id))?_?|_mi_m|mi_m|_mj|_i_m"
)
POOLED = (
    "validate, update and associate pool over them; for all else state one, for instance "
    'imputations: ["1"]'
)
COPY_CORRELATION = 0.99
LEAST_ROWS = 20
# Few distinct values agree by chance.
LEAST_DISTINCT = 5
# So many fine measurements do not agree by chance.
LEAST_FINE = 3


def structure_findings(
    frame: pd.DataFrame, *, grain: str, stacked: bool, source: Mapping[str, pa.ChunkedArray]
) -> Iterable[Finding]:
    """Whose rows these are: hips without their person, stacked imputations, repeated persons."""
    if grain == "hip" and "person_id" not in frame.columns:
        yield Finding(
            code="TWO_HIPS_NO_PERSON",
            severity="error",
            column="person_id",
            message="each row is a hip and no column identifies the person: two hips of one "
            "person would be split between folds",
            advice="map person_id",
        )
    # Several imputations of people with nothing missing are the same rows, as they should be.
    if not stacked:
        yield from _copied_rows(frame, source)
    yield from _stack_findings(frame, grain=grain, stacked=stacked, source=source)
    if "person_id" not in frame.columns:
        return
    yield from finding_at(
        frame["person_id"].isna().to_numpy(),
        "NO_ID",
        "warning",
        "person_id",
        "rows have no person",
        "each counts as a person of its own",
    )


def _copied_rows(frame: pd.DataFrame, source: Mapping[str, pa.ChunkedArray]) -> Iterable[Finding]:
    """Rows that repeat an earlier one; without a person only where chance does not make them."""
    measured = frame.drop(columns="person_id", errors="ignore")
    fine = [
        name
        for name in measured.columns
        if measured[name].dtype.kind == "f" and measured[name].nunique() >= LEAST_ROWS
    ]
    alike = np.zeros(len(frame), dtype=bool)
    if len(fine) >= LEAST_FINE:
        known = measured[fine].notna().all(axis=1)
        alike |= (measured.duplicated(keep=False) & known).to_numpy()
    if "person_id" in frame.columns and len(measured.columns):
        alike |= (frame.duplicated(keep=False) & frame["person_id"].notna()).to_numpy()
    yield from finding_at(
        _repeats(frame, source, alike),
        COPIED_ROWS,
        "warning",
        None,
        "rows repeat an earlier row in every column of the file: as if people had been given twice",
        "remove the copies; a copied row makes every interval too narrow",
    )


def _repeats(frame: pd.DataFrame, source: Mapping[str, pa.ChunkedArray], alike: Bools) -> Bools:
    """Which of the rows that look alike repeat an earlier one of them in the file's own columns."""
    rows = np.flatnonzero(alike)
    repeats = np.zeros(len(frame), dtype=bool)
    if source:
        # A column that nothing is made of, an identifier say, tells two people apart too.
        taken = pa.array(rows)
        own = pd.DataFrame({name: cells.take(taken) for name, cells in source.items()})
    else:
        own = frame.iloc[rows]
    repeats[rows] = own.duplicated().to_numpy()
    return repeats


def _stack_findings(
    frame: pd.DataFrame, *, grain: str, stacked: bool, source: Mapping[str, pa.ChunkedArray]
) -> Iterable[Finding]:
    """Imputations taken for people, or else persons who come more often than they may."""
    counts = frame["person_id"].value_counts() if "person_id" in frame.columns else pd.Series([])
    most = int(counts.max()) if len(counts) else 0
    if not stacked and most > 2 and _looks_stacked(counts, source):
        yield _stacked("person_id", len(frame), f"every person comes {most} times")
        return
    numbered = None if stacked else _imputation_like(source)
    if numbered is not None:
        yield _stacked(numbered, len(frame), "rows fall into equal parts numbered by this column")
        return
    if most > 1:
        repeated = frame["person_id"].map(counts).fillna(0).to_numpy() > (
            2 if grain == "hip" else 1
        )
        yield from _repeated(repeated, most, grain=grain, stacked=stacked)


def unnamed_stack(imputation: Sequence[str] | None) -> Iterable[Finding]:
    """Several imputations of people whom no column names, as the mapping's own column tells."""
    numbers = set(imputation or ())
    if len(numbers) > 1:
        yield Finding(
            code="STACKED_ROWS",
            severity="warning",
            column=None,
            count=len(imputation or ()),
            message=f"{len(numbers)} imputations are read, and rows are not people",
            advice=f"map person_id; {POOLED}",
        )


def _repeated(rows: Bools, most: int, *, grain: str, stacked: bool) -> Iterable[Finding]:
    if stacked:
        yield from finding_at(
            rows,
            "STACKED_ROWS",
            "warning",
            "person_id",
            f"up to {most} rows a person: several imputations are read, and rows are not people",
            POOLED,
        )
        return
    yield from finding_at(
        rows,
        "REPEATED_PERSON",
        "error" if grain == "hip" else "warning",
        "person_id",
        "rows share a person" if grain == "person" else "persons have more than two hips",
        "they stay together in every fold; if a row is a hip, state grain: hip",
    )


def _looks_stacked(counts: pd.Series, source: Mapping[str, pa.ChunkedArray]) -> bool:
    most = int(counts.max())
    if int(counts.min()) != most:
        return False
    return any(
        len(column) and pc.count_distinct(column).as_py() in (most, most + 1)
        for column in source.values()
    )


def _stacked(column: str, n_rows: int, sign: str) -> Finding:
    return Finding(
        code="STACKED_IMPUTATIONS",
        severity="error",
        column=column,
        count=n_rows,
        message=f"{sign}: these look like stacked imputations, and would be counted as people",
        advice="name the imputation_column in the mapping",
    )


def _imputation_like(source: Mapping[str, pa.ChunkedArray]) -> str | None:
    """A column that is named as an imputation number and splits the file into equal parts."""
    for name, cells in source.items():
        if IMPUTATION_NAME.fullmatch(name.lower()):
            parts = pc.value_counts(cells).field("counts").to_pylist()
            if len(parts) > 1 and len(set(parts)) == 1 and parts[0] > 1:
                return name
    return None


def copy_findings(frame: pd.DataFrame) -> Iterable[Finding]:
    """Numbers that are the same in every row, and follow-up scores that nearly copy another."""
    numbers = {
        name: frame[name].to_numpy(dtype=np.float64)
        for name in frame.columns
        if frame[name].dtype.kind == "f" and frame[name].nunique() >= LEAST_DISTINCT
    }
    later = [name for name in numbers if "followup" in name and "months" not in name]
    copied: set[str] = set()
    for outcome in later:
        # Not a set: its order changes from run to run, and findings stand in the bundle's hash.
        for name in (name for name in numbers if name not in later):
            if _correlation(numbers[outcome], numbers[name]) > COPY_CORRELATION:
                copied |= {outcome, name}
                yield Finding(
                    code="LEAKAGE_SUSPECT",
                    severity="warning",
                    column=name,
                    count=len(frame),
                    message=f"nearly identical to {outcome}: the correlation exceeds "
                    f"{COPY_CORRELATION:g}",
                    advice="check that each column is mapped to its own variable",
                )
    first: dict[bytes, str] = {}
    for name in (name for name in numbers if name not in copied):
        same = first.setdefault(numbers[name].tobytes(), name)
        if same != name:
            yield Finding(
                code="DUPLICATE_COLUMN",
                severity="warning",
                column=name,
                count=len(frame),
                message=f"the same as {same} in every row",
                advice="check that each column is mapped to its own variable",
            )


def _correlation(one: Floats, other: Floats) -> float:
    """Absolute correlation over the rows where both are known; 0 where it is undefined."""
    known = ~(np.isnan(one) | np.isnan(other))
    if known.sum() < LEAST_ROWS or np.ptp(one[known]) == 0 or np.ptp(other[known]) == 0:
        return 0.0
    # A cell of 1e299 has no square; the correlation is no number then, and beyond no limit.
    with np.errstate(over="ignore", invalid="ignore"):
        return abs(float(np.corrcoef(one[known], other[known])[0, 1]))
