"""Cells as text, read as what the dictionary and the mapping say they are."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.arrays import Bools, Floats, Integers, Texts
from hiprisk.cohort.dictionary import Variable
from hiprisk.cohort.items.coding import ItemCodes, ItemCounter, ItemsSource
from hiprisk.cohort.items.instruments import off_scale, score_items
from hiprisk.cohort.mapping import VariableSource, is_angle, unit_factor
from hiprisk.values import (
    AMBIGUOUS_CODE,
    ANSWER_WORDS,
    FALSE,
    INFINITY,
    LARGEST,
    MISSING_TEXTS,
    NOT_A_NUMBER,
    NOT_FINITE,
    NUMBER,
    OFF_SCALE,
    TRUE,
    UNKNOWN_CATEGORY,
    WHOLE_WITH_POINT,
    LevelReader,
    Note,
    one_code,
    read_number,
)

_MISSING = pa.array(sorted(MISSING_TEXTS))
_PLAIN = re.compile(r"[A-Za-z0-9._#/ ]*|[-+]?[0-9.]+")
# What SAS has for missing, and OAI with it: a dot, or one of the 27 special codes.
_SAS_MISSING = r"\.[A-Za-z_]?"
# A code, or a missing code such as `.` or `.A`, and the label behind it.
_LABELLED = rf"^(?P<code>{_SAS_MISSING}|-?[0-9]+(?:\.[0-9]+)?):\s*(?P<label>.*)$"
_WITH_COMMA = re.compile(r"^([-+]?[0-9]+),([0-9]*)$")
_DATE = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"

Column = Floats | Texts


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
    """Reads one variable's cells by the rules of `hiprisk.values`, a column at a time.

    Attributes
    ----------
    problems : dict of Note to ndarray of bool
        Rows whose cell could not be read: ``NOT_A_NUMBER``, ``NOT_FINITE``, ``NOT_A_DATE``,
        ``UNKNOWN_CATEGORY``, ``OFF_SCALE``, ``AMBIGUOUS_CODE`` or ``BAD_ID``; once each, however
        many items of a score it is true of.
    items : ItemCodes, optional
        How often each code of the items came, once a score was read from its items.
    """

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
        self._levels = LevelReader(
            variable.levels, codes=source.levels, missing={*missing, *source.missing}
        )
        self._stated_missing = one_codes(
            pa.array(sorted({*missing, *source.missing}), pa.string()), decimal
        )
        self._decimal = decimal
        # A stated text for missing may be anything, a formula or one with a comma in it too.
        self.missing_is_plain = all(map(_PLAIN.fullmatch, (*missing, *source.missing)))
        self.problems: dict[Note, Bools] = {}
        self.items: ItemCodes | None = None
        # The item's column that is being read, and those with unreadable cells, by code.
        self._item_column = ""
        self._item_columns: dict[str, list[str]] = {}

    def check(self, table: pa.Table) -> None:
        """Find the cells of an identifier that cannot be read, without its values."""
        column = pc.utf8_trim_whitespace(table[str(self._source.column)])
        bad = _mask(_is_bad_identifier(column))
        if bad.any():
            self._note_rows("BAD_ID", bad)

    def read(self, table: pa.Table) -> Column:
        """The variable's value in every row; missing where it is missing or unreadable."""
        source, kind = self._source, self._variable.kind
        if source.value is not None:
            return self._constant(source.value, table.num_rows)
        if source.items is not None:
            return self._converted(self._score(source.items, table))
        column = _Distinct.of(table[str(source.column)])
        if kind == "number":
            return self._converted(self._numbers(column))
        if kind == "category":
            return self._categories(column)
        return self._dates(column) if kind == "date" else self._identifiers(column)

    @property
    def takes_numbers(self) -> bool:
        """Whether a number is what its text says: no text of one stands for missing or a label."""
        stated = self._labelled or len(self._stated_missing)
        is_column = self._source.column is not None and self._source.items is None
        return self._variable.kind == "number" and is_column and not stated and self._decimal == "."

    def read_numbers(self, column: pa.ChunkedArray) -> Floats:
        """The same as `read` of the texts of numbers that came as such (`is_exact`)."""
        values = np.array(pc.cast(column, pa.float64(), safe=False).to_numpy(), dtype=np.float64)
        beyond = np.abs(values) > LARGEST
        if beyond.any():
            self._note_rows(NOT_FINITE, beyond)
            values[beyond] = np.nan
        return self._converted(values)

    def _score(self, source: ItemsSource, table: pa.Table) -> Floats:
        counter = ItemCounter(source)
        columns = {item: _Distinct.of(table[name]) for item, name in source.columns.items()}
        labelled = {
            item: self._label_points(source, item, column.texts.to_pylist())
            for item, column in columns.items()
        }
        self._note_undecided(source, columns, labelled)
        answers = {}
        for item, column in columns.items():
            self._item_column = source.columns[item]
            is_label = ~np.isnan(labelled[item])
            others = _Distinct(pc.if_else(pa.array(is_label), "", column.texts), column.codes)
            codes = self._distinct_numbers(others)
            counter.add(codes, np.bincount(column.codes, minlength=len(codes)))
            points = np.where(is_label, labelled[item], source.points(item, codes))
            off = off_scale(points, source.top(item))
            self._note(OFF_SCALE, off, column)
            answers[item] = np.where(off, np.nan, points)[column.codes]
        self._item_column = ""
        self.items = counter.result({code: tuple(own) for code, own in self._item_columns.items()})
        return score_items(
            source.instrument, answers, top=source.stated_top, max_missing=source.max_missing
        )

    def _label_points(self, source: ItemsSource, item: str, texts: list[str]) -> Floats:
        """Points of the distinct texts that are labels, or have one behind their code."""
        points = source.labelled_points(item, texts)
        if self._decimal == ",":
            pointed = source.labelled_points(item, [_with_point(text) for text in texts])
            points = np.where(np.isnan(points), pointed, points)
        if not self._labelled:
            return points
        parts = [re.fullmatch(_LABELLED, text) for text in texts]
        behind = [
            part["label"].strip() if part and not part["code"].startswith(".") else ""
            for part in parts
        ]
        return np.where(np.isnan(points), source.labelled_points(item, behind), points)

    def _note_undecided(
        self,
        source: ItemsSource,
        columns: Mapping[str, _Distinct],
        labelled: Mapping[str, Floats],
    ) -> None:
        """Note a None among answers in words: it is one of them, or means that there is none."""
        undecided = {}
        for item, column in columns.items():
            is_none = _mask(pc.equal(pc.utf8_lower(column.texts), "none"))
            stated = _mask(pc.is_in(one_codes(column.texts, self._decimal), self._stated_missing))
            undecided[item] = is_none & np.isnan(labelled[item]) & ~stated
        if not any(mask.any() for mask in undecided.values()):
            return
        texts = {text for column in columns.values() for text in column.texts.to_pylist()}
        if any(read_number(text)[1] == NOT_A_NUMBER for text in texts):
            for item, mask in undecided.items():
                self._item_column = source.columns[item]
                self._note(AMBIGUOUS_CODE, mask, columns[item])

    def _constant(self, value: str, n_rows: int) -> Column:
        if self._variable.kind == "number":
            return np.full(n_rows, float(value))
        return np.full(n_rows, value, dtype=object)

    def _note(self, code: str, bad: Bools, column: _Distinct) -> None:
        """Keep the rows whose text is one of the bad ones."""
        if bad.any():
            self._note_rows(code, bad[column.codes])

    def _note_rows(self, code: str, rows: Bools) -> None:
        if self._item_column:
            own = self._item_columns.setdefault(code, [])
            own += [self._item_column] if self._item_column not in own else []
        note = Note(code, self._variable.name)
        self.problems[note] = self.problems[note] | rows if note in self.problems else rows

    def _is_stated_missing(self, text: str) -> bool:
        return one_code(text) in self._stated_missing.to_pylist()

    def _is_missing(self, texts: pa.Array) -> pa.Array:
        missing = pc.is_in(pc.utf8_lower(texts), _MISSING)
        if self._labelled:
            missing = pc.or_(missing, pc.match_substring_regex(texts, f"^{_SAS_MISSING}$"))
        if not len(self._stated_missing):
            return missing
        return pc.or_(missing, pc.is_in(one_codes(texts, self._decimal), self._stated_missing))

    def _numbers(self, column: _Distinct) -> Floats:
        return np.asarray(self._distinct_numbers(column)[column.codes], dtype=np.float64)

    def _distinct_numbers(self, column: _Distinct) -> Floats:
        """The number of each distinct text."""
        if self._labelled:
            column = column.codes_only()
        text = column.texts
        plain = pc.replace_substring(text, ",", ".") if self._decimal == "," else text
        if self._decimal == ",":
            plain = pc.if_else(pc.match_substring(text, "."), "point", plain)
        fits = pc.match_substring_regex(plain, f"^({NUMBER})$")
        readable = fits
        if len(self._stated_missing):
            # A stated text for missing may look like a number.
            readable = pc.and_(fits, pc.invert(self._is_missing(text)))
        values = np.array(
            pc.cast(pc.if_else(readable, plain, None), pa.float64()).to_numpy(zero_copy_only=False)
        )
        self._note_unreadable(column, plain, _mask(fits))
        beyond = np.abs(values) > LARGEST
        values[beyond] = np.nan
        self._note(NOT_FINITE, beyond, column)
        return np.asarray(values, dtype=np.float64)

    def _note_unreadable(self, column: _Distinct, plain: pa.Array, fits: Bools) -> None:
        """Note the texts that are neither numbers nor missing: mostly there are few of them."""
        rest = np.flatnonzero(~fits)
        if not rest.size:
            return
        missing = _mask(self._is_missing(column.texts.take(pa.array(rest))))
        infinite = _mask(pc.match_substring_regex(plain.take(pa.array(rest)), f"^({INFINITY})$"))
        for code, bad in ((NOT_A_NUMBER, ~missing & ~infinite), (NOT_FINITE, ~missing & infinite)):
            whole = np.zeros(len(fits), dtype=bool)
            whole[rest] = bad
            self._note(code, whole, column)

    def _converted(self, values: Floats) -> Floats:
        source, hard = self._source, self._variable.hard
        if source.unit is not None:
            values = values * (unit_factor(source.unit, self._variable.unit) or math.nan)
        if source.from_range is not None and hard is not None:
            low, high = source.from_range
            values = hard[0] + (values - low) * (hard[1] - hard[0]) / (high - low)
        if source.reverse and is_angle(self._variable):
            values = 0.0 - values  # the negative of zero would be -0.0
        elif source.reverse and hard is not None:
            values = hard[0] + hard[1] - values
        beyond = np.abs(values) > LARGEST
        if beyond.any():
            self._note_rows(NOT_FINITE, beyond)
            values = np.where(beyond, np.nan, values)
        return values

    def _categories(self, column: _Distinct) -> Texts:
        texts = [self._with_point(text) for text in column.texts.to_pylist()]
        meanings = [self._level(cell) for cell in texts]
        if self._levels.takes_any and any(text.lower() in ANSWER_WORDS for text in texts):
            undecided = [
                text.lower() == "none" and not self._is_stated_missing(text) for text in texts
            ]
            self._note(AMBIGUOUS_CODE, np.array(undecided, dtype=bool), column)
        self._note(UNKNOWN_CATEGORY, np.array([bool(bad) for _, bad in meanings]), column)
        return _spread([level for level, _ in meanings], column)

    def _with_point(self, text: str) -> str:
        """A code such as ``1,0`` with a decimal point, where the file has decimal commas."""
        known = self._decimal == "." or self._levels.meaning(text) is not None
        return text if known or self._levels.is_missing(text) else _with_point(text)

    def _level(self, cell: str) -> tuple[str | None, str]:
        """Level that a cell means, and ``UNKNOWN_CATEGORY`` where it means none that is known."""
        labelled = re.fullmatch(_LABELLED, cell) if self._labelled else None
        if labelled is None or self._levels.meaning(cell) is not None:
            return (None, "") if self._is_missing_code(cell) else self._levels.read(cell)
        code, label = labelled["code"], labelled["label"].strip()
        meant = {self._levels.meaning(part) for part in (code, label)} - {None}
        if len(meant) == 1:
            return meant.pop(), ""
        # Code and label that mean different levels mean none.
        missing = not meant and (self._levels.is_missing(code) or self._is_missing_code(code))
        return None, "" if missing else UNKNOWN_CATEGORY

    def _is_missing_code(self, text: str) -> bool:
        """Whether a text is one of SAS's codes for missing, and no level of the mapping."""
        special = self._labelled and re.fullmatch(_SAS_MISSING, text) is not None
        return special and self._levels.meaning(text) is None

    def _dates(self, column: _Distinct) -> Texts:
        if self._labelled:
            column = column.codes_only()
        cells = column.texts.to_pylist()
        missing = self._is_missing(column.texts).to_pylist()
        fits = pc.match_substring_regex(column.texts, _DATE).to_pylist()
        real = [fit and _is_in_the_calendar(cell) for cell, fit in zip(cells, fits, strict=True)]
        bad = [not (is_real or empty) for is_real, empty in zip(real, missing, strict=True)]
        self._note("NOT_A_DATE", np.array(bad, dtype=bool), column)
        kept = [cell if is_real else None for cell, is_real in zip(cells, real, strict=True)]
        return _spread(kept, column)

    def _identifiers(self, column: _Distinct) -> Texts:
        # The text stays as it is: 0012 is not 12, and a person may be called NA.
        self._note("BAD_ID", _mask(_is_bad_identifier(column.texts)), column)
        return _spread([cell or None for cell in column.texts.to_pylist()], column)


def is_labelled_code(text: str) -> bool:
    """Whether a cell holds a code and its label, or one of SAS's codes for missing."""
    bare = text.strip()
    return re.fullmatch(rf"{_LABELLED}|{_SAS_MISSING}", bare) is not None


def _is_in_the_calendar(day: str) -> bool:
    """Whether a date that fits the pattern exists; 30 February does not."""
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        return False
    return True


def _is_bad_identifier(texts: pa.Array) -> pa.Array:
    return pc.or_(
        pc.match_substring_regex(texts, r"[\x00-\x1f\x7f]"),
        pc.greater(pc.utf8_length(texts), 256),
    )


def _spread(meanings: list[str | None], column: _Distinct) -> Texts:
    """The meaning of every row's text."""
    # The added None keeps numpy from reading a list of equal-length texts as anything else.
    lookup = np.array([*meanings, None], dtype=object)
    return np.asarray(lookup[column.codes], dtype=object)


def _mask(values: pa.Array) -> Bools:
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=bool)


def _with_point(text: str) -> str:
    """A number with a decimal comma with a decimal point; another text stays."""
    return _WITH_COMMA.sub(r"\1.\2", text)


def one_codes(texts: pa.Array, decimal: str = ".") -> pa.Array:
    """`one_code` of every text, by the decimal sign of the file."""
    if decimal == ",":
        texts = pc.replace_substring_regex(texts, _WITH_COMMA.pattern, r"\1.\2")
    texts = pc.replace_substring_regex(texts, f"^{WHOLE_WITH_POINT}$", r"\1")
    for pattern, truth in ((TRUE, "true"), (FALSE, "false")):
        texts = pc.replace_substring_regex(texts, f"^{pattern}$", truth)
    return texts
