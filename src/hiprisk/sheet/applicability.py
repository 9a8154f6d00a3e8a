"""Whether a row may be predicted at all, and whether it is like those of the training cohort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats, Texts
from hiprisk.sheet.evaluate import Columns
from hiprisk.sheet.format import Sheet, VariableSpec
from hiprisk.sheet.patterns import texts_by_pattern

SIMULATED = "SIMULATED_MODEL"
INVENTED = "INVENTED_MODEL"
# Flags of the model itself, on every row: said once wherever there is a place for it.
OF_THE_MODEL = (SIMULATED, INVENTED)
# No joint moves by so little in three directions; half a turn is 3.14 radians.
FEWEST_ANGLES = 3
LARGEST_RADIANS = 3.2


@dataclass(frozen=True, slots=True, kw_only=True)
class RowNotes:
    """One code a row and variable, as a mask, for every code that occurs.

    Attributes
    ----------
    codes : tuple of str
        For instance ``OUT_OF_RANGE(age_years)``.
    masks : tuple of ndarray of bool, each of shape (n_rows,)
    """

    codes: tuple[str, ...]
    masks: tuple[Bools, ...]
    n_rows: int

    def any(self) -> Bools:
        """Rows that have at least one code."""
        found = np.zeros(self.n_rows, dtype=bool)
        for mask in self.masks:
            found |= mask
        return found

    def joined(self) -> Texts:
        """Codes of each row in one text, separated by semicolons; empty where there are none."""
        return texts_by_pattern(self.codes, self.masks, n_rows=self.n_rows)

    def counts(self) -> dict[str, int]:
        """Number of rows of each code."""
        return {code: int(mask.sum()) for code, mask in zip(self.codes, self.masks, strict=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Why rows cannot be used, and what to know of those that can.

    Attributes
    ----------
    reasons : RowNotes
        A row with any of these gets no prediction.
    flags : RowNotes
        Worth knowing; the row is predicted all the same.
    """

    reasons: RowNotes
    flags: RowNotes

    @property
    def usable(self) -> Bools:
        """Rows that may be predicted."""
        return ~self.reasons.any()


def assess(sheet: Sheet, columns: Columns, *, n_rows: int) -> Assessment:
    """Hold every row against the sheet's ranges, levels and training cohort.

    Parameters
    ----------
    sheet : Sheet
    columns : mapping of str to ndarray, each of shape (n_rows,)
        As for `hiprisk.sheet.evaluate.SheetEvaluator.predict`.
    n_rows : int

    Returns
    -------
    Assessment
        Reasons are ``OUT_OF_RANGE``, ``UNKNOWN_CATEGORY``, ``NOT_AN_INTEGER``, ``UNIT_SUSPECT`` (of
        the first angle, where all are so small that they are radians) and ``TOO_MANY_MISSING``;
        flags are ``EXTRAPOLATION`` (outside the first to 99th percentile of training), else
        ``UNUSUAL`` (outside the soft range), ``NOT_IN_TRAINING`` (a level that no
        training row had), ``SIMULATED_MODEL`` and ``INVENTED_MODEL``.
    """
    reasons: dict[str, Bools] = {}
    flags: dict[str, Bools] = {}
    imputed_weight = np.zeros(n_rows)
    for spec in sheet.variables:
        values = columns.get(spec.name)
        if values is None:
            imputed_weight += spec.weight
            continue
        if spec.kind == "number":
            missing = _number_notes(spec, np.asarray(values, dtype=np.float64), reasons, flags)
        else:
            missing = _category_notes(spec, np.asarray(values, dtype=object), reasons, flags)
        imputed_weight[missing] += spec.weight
    reasons |= _in_radians(sheet, columns, reasons)
    reasons["TOO_MANY_MISSING"] = imputed_weight > sheet.max_imputed_weight
    if sheet.provenance == "synthetic":
        flags[SIMULATED] = np.ones(n_rows, dtype=bool)
    if sheet.invented:
        flags[INVENTED] = np.ones(n_rows, dtype=bool)
    return Assessment(reasons=_notes(reasons, n_rows), flags=_notes(flags, n_rows))


def _number_notes(
    spec: VariableSpec,
    values: Floats,
    reasons: dict[str, Bools],
    flags: dict[str, Bools],
) -> Bools:
    missing = np.isnan(values)
    refused = np.isinf(values)
    if spec.hard is not None:
        refused |= _outside(values, *spec.hard)
    reasons[f"OUT_OF_RANGE({spec.name})"] = refused
    if spec.integer:
        reasons[f"NOT_AN_INTEGER({spec.name})"] = ~missing & ~refused & (values != np.floor(values))
    beyond = np.zeros(len(values), dtype=bool)
    training = spec.training
    if training is not None and training.low is not None and training.high is not None:
        beyond = _outside(values, training.low, training.high) & ~refused
        flags[f"EXTRAPOLATION({spec.name})"] = beyond
    if spec.soft is not None:
        # One flag a value, and what the model has not seen weighs more than what is rare.
        flags[f"UNUSUAL({spec.name})"] = _outside(values, *spec.soft) & ~refused & ~beyond
    return missing


def _category_notes(
    spec: VariableSpec,
    values: Texts,
    reasons: dict[str, Bools],
    flags: dict[str, Bools],
) -> Bools:
    missing = np.asarray(values == np.array(None, dtype=object), dtype=bool)
    known = missing.copy()
    shares = spec.training.level_shares if spec.training is not None else ()
    for position, level in enumerate(spec.levels):
        here = np.asarray(values == np.array(level, dtype=object), dtype=bool)
        known |= here
        if shares and shares[position] == 0.0:
            code = f"NOT_IN_TRAINING({spec.name})"
            flags[code] = flags[code] | here if code in flags else here
    reasons[f"UNKNOWN_CATEGORY({spec.name})"] = ~known
    return missing


def _in_radians(sheet: Sheet, columns: Columns, reasons: Mapping[str, Bools]) -> dict[str, Bools]:
    """Rows whose angles, three or more, are all below 3.2: radians, which a range seldom shows.

    A row of nothing but zeros is the same in either unit.
    """
    values = {
        spec.name: np.asarray(columns[spec.name], dtype=np.float64)
        for spec in sheet.variables
        if spec.unit == "deg" and spec.kind == "number" and spec.name in columns
    }
    if len(values) < FEWEST_ANGLES:
        return {}
    angles = np.abs(np.stack(list(values.values())))
    for row, name in zip(angles, values, strict=True):
        for code in ("OUT_OF_RANGE", "NOT_AN_INTEGER"):
            broken = reasons.get(f"{code}({name})")
            if broken is not None:
                row[broken] = np.nan
    given = ~np.isnan(angles)
    largest = np.where(given, angles, 0.0).max(axis=0)
    suspect = (given.sum(axis=0) >= FEWEST_ANGLES) & (largest > 0.0) & (largest < LARGEST_RADIANS)
    first = given.argmax(axis=0)
    return {
        f"UNIT_SUSPECT({name})": suspect & (first == place) for place, name in enumerate(values)
    }


def _outside(values: Floats, low: float, high: float) -> Bools:
    return np.asarray((values < low) | (values > high))


def _notes(found: dict[str, Bools], n_rows: int) -> RowNotes:
    kept = {code: mask for code, mask in found.items() if mask.any()}
    return RowNotes(codes=tuple(kept), masks=tuple(kept.values()), n_rows=n_rows)
