"""Cells as text, read as what the dictionary and the mapping say they are."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.arrays import Bools, Floats, Integers, Texts
from hiprisk.cohort.dictionary import Variable
from hiprisk.cohort.instruments import score_items
from hiprisk.cohort.mapping import UNITS, VariableSource

# Texts that mean "missing" in every column but identifiers.
MISSING_TEXTS = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "#N/A")
_NUMBER = r"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?$"
_PLAIN = re.compile(r"[A-Za-z0-9._#/ ]*|[-+]?[0-9.]+")
# A code, or a missing code such as `.` or `.A`, and the label behind it.
_LABELLED = r"^(?P<code>\.[A-Z]?|-?[0-9]+(?:\.[0-9]+)?):\s*(?P<label>.*)$"
_DATE = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"

Column = Floats | Texts


@dataclass(frozen=True, slots=True)
class CellProblems:
    """Cells of one variable that could not be read, in one block.

    Attributes
    ----------
    code : str
        ``NOT_A_NUMBER``, ``NOT_FINITE``, ``NOT_A_DATE``, ``UNKNOWN_CATEGORY``, ``BAD_ID``.
    mask : ndarray of bool, shape (n_rows,)
    """

    variable: str
    code: str
    mask: Bools


@dataclass(frozen=True, slots=True)
class _Distinct:
    """A column as its distinct texts, trimmed, and which of them each row holds.

    A patient file repeats itself: reading every distinct text once is several times as fast.
    """

    texts: pa.Array
    codes: Integers

    def codes_only(self) -> _Distinct:
        """The same with the labels behind the codes taken off."""
        parts = pc.extract_regex(self.texts, _LABELLED)
        bare = pc.if_else(pc.is_null(parts), self.texts, pc.struct_field(parts, "code"))
        return _Distinct(bare, self.codes)

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> _Distinct:
        encoded = pc.dictionary_encode(column).unify_dictionaries()
        if not len(encoded):
            return cls(pa.array([], pa.string()), np.zeros(0, dtype=np.intp))
        codes = [chunk.indices.to_numpy(zero_copy_only=False) for chunk in encoded.chunks]
        texts = pc.utf8_trim_whitespace(encoded.chunk(0).dictionary)
        return cls(texts, np.concatenate(codes).astype(np.intp, copy=False))


class CellReader:
    """Reads one variable's cells; collects what could not be read."""

    def __init__(
        self,
        variable: Variable,
        source: VariableSource,
        missing: tuple[str, ...],
        decimal: str,
        *,
        labelled: bool = False,
    ) -> None:
        self._labelled = labelled
        self._variable = variable
        self._source = source
        self._missing_texts = {*MISSING_TEXTS, *missing, *source.missing}
        self._missing = pa.array(sorted(self._missing_texts))
        self._decimal = decimal
        # A stated text for missing may be anything, a formula or one with a comma in it too.
        self.missing_is_plain = all(map(_PLAIN.fullmatch, (*missing, *source.missing)))
        self.problems: list[CellProblems] = []

    def read(self, table: pa.Table) -> Column:
        """The variable's value in every row; missing where it is missing or unreadable."""
        source, kind = self._source, self._variable.kind
        if source.value is not None:
            return self._constant(source.value, table.num_rows)
        if source.items is not None:
            items = {
                item: self._numbers(_Distinct.of(table[name]))
                for item, name in source.items.columns.items()
            }
            return self._converted(score_items(source.items.instrument, items))
        column = _Distinct.of(table[str(source.column)])
        if kind == "number":
            return self._converted(self._numbers(column))
        if kind == "category":
            return self._levels(column)
        return self._dates(column) if kind == "date" else self._identifiers(column)

    def _constant(self, value: str, n_rows: int) -> Column:
        if self._variable.kind == "number":
            return np.full(n_rows, float(value))
        return np.full(n_rows, value, dtype=object)

    def _note(self, code: str, bad: Bools, column: _Distinct) -> None:
        """Keep the rows whose text is one of the bad ones."""
        if bad.any():
            self.problems.append(CellProblems(self._variable.name, code, bad[column.codes]))

    def _numbers(self, column: _Distinct) -> Floats:
        if self._labelled:
            column = column.codes_only()
        text = column.texts
        missing = pc.is_in(text, self._missing)
        plain = pc.replace_substring(text, ",", ".") if self._decimal == "," else text
        if self._decimal == ",":
            plain = pc.if_else(pc.match_substring(text, "."), "point", plain)
        fits = pc.match_substring_regex(plain, _NUMBER)
        readable = pc.and_(fits, pc.invert(missing))
        values = np.array(
            pc.cast(pc.if_else(readable, plain, None), pa.float64()).to_numpy(zero_copy_only=False)
        )
        infinite = np.isinf(values)
        values[infinite] = np.nan
        self._note("NOT_A_NUMBER", _mask(pc.and_not(pc.invert(fits), missing)), column)
        self._note("NOT_FINITE", infinite, column)
        return np.asarray(values[column.codes], dtype=np.float64)

    def _converted(self, values: Floats) -> Floats:
        source, hard = self._source, self._variable.hard
        if source.unit is not None:
            values = values * UNITS[source.unit][1]
        if source.from_range is not None and hard is not None:
            low, high = source.from_range
            values = hard[0] + (values - low) * (hard[1] - hard[0]) / (high - low)
        if source.reverse and hard is not None:
            values = hard[0] + hard[1] - values
        return values

    def _levels(self, column: _Distinct) -> Texts:
        meanings = [self._level(cell) for cell in column.texts.to_pylist()]
        self._note("UNKNOWN_CATEGORY", np.array([bad for _, bad in meanings], dtype=bool), column)
        return _spread([level for level, _ in meanings], column)

    def _level(self, cell: str) -> tuple[str | None, bool]:
        """Level that a cell means, and whether it means none that is known."""
        source, variable = self._source, self._variable
        labelled = re.fullmatch(_LABELLED, cell) if self._labelled else None
        if labelled is not None and cell not in source.levels:
            code, label = labelled["code"], labelled["label"].strip()
            own = {level: level for level in variable.levels}
            known = source.levels or {**own, **variable.aliases}
            meant = {known[part] for part in (code, label) if part in known}
            if len(meant) == 1:
                return meant.pop(), False
            # Code and label that mean different levels mean none.
            return None, bool(meant) or code not in self._missing_texts
        if cell in source.levels:
            return source.levels[cell], False
        if cell in self._missing_texts:
            return None, False
        if not variable.levels:
            return cell, False
        if not source.levels and (cell in variable.levels or cell in variable.aliases):
            return variable.aliases.get(cell, cell), False
        return None, True

    def _dates(self, column: _Distinct) -> Texts:
        cells = column.texts.to_pylist()
        missing = pc.is_in(column.texts, self._missing).to_pylist()
        fits = pc.match_substring_regex(column.texts, _DATE).to_pylist()
        real = [fit and _is_in_the_calendar(cell) for cell, fit in zip(cells, fits, strict=True)]
        bad = [not (is_real or empty) for is_real, empty in zip(real, missing, strict=True)]
        self._note("NOT_A_DATE", np.array(bad, dtype=bool), column)
        kept = [cell if is_real else None for cell, is_real in zip(cells, real, strict=True)]
        return _spread(kept, column)

    def _identifiers(self, column: _Distinct) -> Texts:
        # The text stays as it is: 0012 is not 12, and a person may be called NA.
        bad = pc.or_(
            pc.match_substring_regex(column.texts, r"[\x00-\x1f\x7f]"),
            pc.greater(pc.utf8_length(column.texts), 256),
        )
        self._note("BAD_ID", _mask(bad), column)
        return _spread([cell or None for cell in column.texts.to_pylist()], column)


def _is_in_the_calendar(day: str) -> bool:
    """Whether a date that fits the pattern exists; 30 February does not."""
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        return False
    return True


def _spread(meanings: list[str | None], column: _Distinct) -> Texts:
    """The meaning of every row's text."""
    # The added None keeps numpy from reading a list of equal-length texts as anything else.
    lookup = np.array([*meanings, None], dtype=object)
    return np.asarray(lookup[column.codes], dtype=object)


def _mask(values: pa.Array) -> Bools:
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=bool)
