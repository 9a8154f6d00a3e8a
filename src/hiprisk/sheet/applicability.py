"""Whether a row may be predicted at all, and whether it is like those of the development cohort."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats, Texts
from hiprisk.errors import InputError
from hiprisk.provenance import is_simulated
from hiprisk.sheet.columns import Columns, GivenColumns
from hiprisk.sheet.format import Sheet, VariableSpec
from hiprisk.sheet.patterns import RowPatterns, row_patterns
from hiprisk.values import LARGEST, NOT_FINITE, UNKNOWN_CATEGORY, Note

SIMULATED = "SIMULATED_MODEL"
INVENTED = "INVENTED_MODEL"
# A site that a model with named sites does not know.
NEW_SITE = "NEW_SITE"
# Flags of the model itself, on every row: said once wherever there is a place for it.
OF_THE_MODEL = (SIMULATED, INVENTED)
# No joint moves by so little in three directions; half a turn is 3.14 radians.
FEWEST_ANGLES = 3
LARGEST_RADIANS = 3.2
# Variables that a refusal names.
MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RowNotes:
    """The rows of each note that occurs.

    Attributes
    ----------
    masks : mapping of Note to ndarray of bool, each of shape (n_rows,)
        In the order in which a row's notes are told.
    """

    masks: Mapping[Note, Bools]
    n_rows: int

    def any(self) -> Bools:
        """Rows that have at least one note."""
        found = np.zeros(self.n_rows, dtype=bool)
        for mask in self.masks.values():
            found |= mask
        return found

    def joined(self) -> Texts:
        """Notes of each row in one text, separated by semicolons; empty where there are none."""
        return self.patterns().spread()

    def patterns(self) -> RowPatterns:
        """The same, each text once."""
        names = [str(note) for note in self.masks]
        return row_patterns(names, list(self.masks.values()), n_rows=self.n_rows)

    def counts(self) -> dict[Note, int]:
        """Number of rows of each note."""
        return {note: int(mask.sum()) for note, mask in self.masks.items()}

    def of_row(self, row: int) -> tuple[Note, ...]:
        """Notes of one row."""
        return tuple(note for note, mask in self.masks.items() if mask[row])

    def among(self, rows: Bools) -> RowNotes:
        """The same notes of some of the rows, and of no other row."""
        if rows.all():
            return self
        return _notes({note: mask & rows for note, mask in self.masks.items()}, self.n_rows)


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

    @property
    def new_sites(self) -> Bools | None:
        """Rows of a site that the model does not have; None where there are none."""
        return next((m for note, m in self.flags.masks.items() if note.code == NEW_SITE), None)


def assess(sheet: Sheet, given: GivenColumns) -> Assessment:
    """Hold every row against the sheet's ranges, levels and development cohort.

    Returns
    -------
    Assessment
        Reasons are those of what could not be read, then of each variable ``OUT_OF_RANGE``,
        ``NOT_FINITE``, ``UNKNOWN_CATEGORY`` or ``NOT_AN_INTEGER``, then ``UNIT_SUSPECT`` (of the
        first angle, where all are so small that they are radians) and ``TOO_MANY_MISSING`` (a
        value that is wrong does not count as missing); flags are ``EXTRAPOLATION`` (outside the
        first to 99th percentile of training), else ``UNUSUAL`` (outside the soft range),
        ``NOT_IN_TRAINING`` (a level that no training row had), ``NEW_SITE`` (none of the model's
        named sites: the mean stands in for it), ``SIMULATED_MODEL`` and ``INVENTED_MODEL``.
    """
    n_rows, columns = given.n_rows, given.columns
    # A row that nobody can be sure to find again is no use, whatever the model needs.
    reasons = {note: mask for note, mask in given.unreadable.items() if note.code == "BAD_ID"}
    flags: dict[Note, Bools] = {}
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
        for note, mask in given.unreadable.items():
            if note.variable == spec.name:
                reasons[note] = reasons[note] | mask if note in reasons else mask
                missing &= ~mask
        if spec.name == sheet.site_variable:
            new = reasons.pop(Note(UNKNOWN_CATEGORY, spec.name))
            # Nothing more could be given of it, so that it does not weigh as missing values do.
            flags[Note(NEW_SITE, spec.name)] = new
            missing &= ~new
        imputed_weight[missing] += spec.weight
    reasons |= _in_radians(sheet, columns, reasons)
    reasons[Note("TOO_MANY_MISSING")] = imputed_weight > sheet.max_imputed_weight
    if is_simulated(sheet.provenance):
        flags[Note(SIMULATED)] = np.ones(n_rows, dtype=bool)
    if sheet.invented:
        flags[Note(INVENTED)] = np.ones(n_rows, dtype=bool)
    return Assessment(reasons=_notes(reasons, n_rows), flags=_notes(flags, n_rows))


def _number_notes(
    spec: VariableSpec,
    values: Floats,
    reasons: dict[Note, Bools],
    flags: dict[Note, Bools],
) -> Bools:
    missing = np.isnan(values)
    refused = np.zeros(len(values), dtype=bool)
    if spec.hard is not None:
        refused = _outside(values, *spec.hard)
    reasons[Note("OUT_OF_RANGE", spec.name)] = refused
    huge = np.abs(values) > LARGEST
    if huge.any():
        reasons[Note("OUT_OF_RANGE", spec.name)] = refused & ~huge
        reasons[Note(NOT_FINITE, spec.name)] = huge
        refused = refused | huge
    if spec.integer:
        broken = ~missing & ~refused & (values != np.floor(values))
        reasons[Note("NOT_AN_INTEGER", spec.name)] = broken
    beyond = np.zeros(len(values), dtype=bool)
    training = spec.training
    if training is not None and training.low is not None and training.high is not None:
        beyond = _outside(values, training.low, training.high) & ~refused
        flags[Note("EXTRAPOLATION", spec.name)] = beyond
    if spec.soft is not None:
        # One flag a value, and what the model has not seen weighs more than what is rare.
        flags[Note("UNUSUAL", spec.name)] = _outside(values, *spec.soft) & ~refused & ~beyond
    return missing


def _category_notes(
    spec: VariableSpec,
    values: Texts,
    reasons: dict[Note, Bools],
    flags: dict[Note, Bools],
) -> Bools:
    missing = np.asarray(values == np.array(None, dtype=object), dtype=bool)
    known = missing.copy()
    shares = spec.training.level_shares if spec.training is not None else ()
    for position, level in enumerate(spec.levels):
        here = np.asarray(values == np.array(level, dtype=object), dtype=bool)
        known |= here
        if shares and shares[position] == 0.0:
            note = Note("NOT_IN_TRAINING", spec.name)
            flags[note] = flags[note] | here if note in flags else here
    reasons[Note(UNKNOWN_CATEGORY, spec.name)] = ~known
    return missing


def _in_radians(sheet: Sheet, columns: Columns, reasons: Mapping[Note, Bools]) -> dict[Note, Bools]:
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
        for code in ("OUT_OF_RANGE", "NOT_AN_INTEGER", NOT_FINITE):
            broken = reasons.get(Note(code, name))
            if broken is not None:
                row[broken] = np.nan
    given = ~np.isnan(angles)
    largest = np.where(given, angles, 0.0).max(axis=0)
    suspect = (given.sum(axis=0) >= FEWEST_ANGLES) & (largest > 0.0) & (largest < LARGEST_RADIANS)
    first = given.argmax(axis=0)
    return {
        Note("UNIT_SUSPECT", name): suspect & (first == place) for place, name in enumerate(values)
    }


def refuse_other_letter_case(
    absent: Sequence[str], names: Iterable[str], *, file: str | None = None
) -> None:
    """Raise InputError if a variable that seems absent is there, unmapped or in another case."""
    folded = {name.strip().lower(): name for name in names}
    alike = [name for name in absent if name in folded]
    if alike:
        raise InputError(
            f"{len(absent)} of the model's variables are lacking, {alike[0]} among them",
            code="MISSING_COLUMN",
            file=file,
            advice="the file has a column of that name, which the mapping leaves out: name it there"
            if folded[alike[0]] == alike[0]
            else f"did you mean {folded[alike[0]]}? Names are matched exactly",
        )


def refuse_unpredictable(sheet: Sheet, present: Collection[str], *, file: str) -> None:
    """Raise InputError if no row can be predicted for lack of the variables that a file lacks."""
    lacking = sorted((v for v in sheet.variables if v.name not in present), key=lambda v: -v.weight)
    if sum(spec.weight for spec in lacking) <= sheet.max_imputed_weight:
        return
    named = [f"{spec.label} ({spec.name})" for spec in lacking[:MOST_NAMED] if spec.weight > 0.0]
    more = sum(spec.weight > 0.0 for spec in lacking) - len(named)
    raise InputError(
        f"no row can be predicted without {'; '.join(named)}"
        + (f" and {more} more" if more else ""),
        code="MISSING_COLUMN",
        file=file,
        column=lacking[0].name,
        advice="hiprisk template lists the model's variables; a mapping names their columns",
    )


def _outside(values: Floats, low: float, high: float) -> Bools:
    return np.asarray((values < low) | (values > high))


def _notes(found: Mapping[Note, Bools], n_rows: int) -> RowNotes:
    kept = {note: mask for note, mask in found.items() if mask.any()}
    return RowNotes(masks=kept, n_rows=n_rows)
