"""What the columns of an unknown file hold: numbers, categories, dates, identifiers, free text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.arrays import Floats
from hiprisk.cohort.checks.missing_codes import SENTINELS
from hiprisk.cohort.drafts.level_words import is_level_word
from hiprisk.values import LARGEST, MISSING_TEXTS, NUMBER

MOST_LEVELS = 12
# A code that fewer rows hold may be a person's answer in words: it is not written down.
LEAST_OF_A_CODE = 3
LONGEST_CODE = 40
# A column is one of numbers if this share of its rows are numbers; the others are asked about.
NUMBERS_FROM = 0.8
# Among fewer rows, all different says nothing.
FEWEST_IDENTIFIERS = 10

_NUMBER = re.compile(NUMBER)
_DATE = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{2}|\d{4}))([ T]\d{1,2}:\d{2}.*)?"
)
_IDENTIFYING = re.compile(
    r"(^|_)(id|ids|identifier|mrn|name|surname|first_?name|last_?name|initials|e_?mail|phone|"
    r"address|postcode|zip|nhs_?number|ssn|insurance_?n(r|o|umber)|"
    r"(pat|patient(en)?|fall|case|stud(y|ie|ien)?|subject|proband(en)?)_?(nr|no|id|nummer|number))($|_)"
)

Kind = Literal["empty", "constant", "number", "category", "date", "identifier", "text"]

WHY_LEFT_OUT: Mapping[str, str] = {
    "empty": "every cell is empty",
    "constant": "the same in every row",
    "date": "a date is no predictor as it is",
    "identifier": "it names a person or a record",
    "text": "free text, or codes that too few rows share to be written down",
}


@dataclass(frozen=True, kw_only=True)
class SampledColumn:
    """The distinct texts of a column, trimmed, and how many rows hold each.

    Attributes
    ----------
    name : str
        Header of the column.
    counts : mapping of str to int
        Without the empty text.
    decimal : str
        Decimal mark of the file.
    """

    name: str
    counts: Mapping[str, int]
    decimal: str = "."

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Texts that do not say "missing", sorted."""
        return tuple(sorted(text for text in self.counts if text.lower() not in MISSING_TEXTS))

    @cached_property
    def common(self) -> tuple[str, ...]:
        """Codes that may be written down: few, short, and held by several rows or known words."""
        if len(self.codes) > MOST_LEVELS:
            return ()
        return tuple(code for code in self.codes if self.may_show(code))

    def may_show(self, code: str) -> bool:
        """Whether a draft may hold a code: it is no person's own answer."""
        shared = self.counts[code] >= LEAST_OF_A_CODE and len(code) <= LONGEST_CODE
        return shared or is_level_word(code)

    @cached_property
    def numbers_by_code(self) -> Mapping[str, float]:
        """The codes that are numbers."""
        found = {}
        for code in self.codes:
            plain = code.replace(",", ".") if self.decimal == "," else code
            if _NUMBER.fullmatch(plain) and abs(float(plain)) <= LARGEST:
                found[code] = float(plain)
        return found

    @cached_property
    def numbers(self) -> Floats:
        """Distinct numbers, ascending."""
        return np.unique(np.array(list(self.numbers_by_code.values()), dtype=np.float64))

    @cached_property
    def n_known(self) -> int:
        """Rows whose cell does not say "missing"."""
        return sum(self.counts[code] for code in self.codes)

    @cached_property
    def common_texts(self) -> tuple[str, ...]:
        """The few codes that are no numbers."""
        texts = tuple(code for code in self.codes if code not in self.numbers_by_code)
        return texts if len(texts) <= MOST_LEVELS else ()

    def rows_of(self, codes: Iterable[str]) -> int:
        """Rows that hold one of these codes."""
        return sum(self.counts[code] for code in codes)

    @property
    def numeric_share(self) -> float:
        """Share of the known rows that hold a number."""
        n_numbers = self.rows_of(self.numbers_by_code)
        return n_numbers / self.n_known if self.n_known else 0.0

    @cached_property
    def kind(self) -> Kind:
        """What the column holds."""
        if not self.codes:
            return "empty"
        if len(self.codes) == 1 and self.n_known > 1:
            return "constant"
        if all(_DATE.fullmatch(code) for code in self.codes):
            return "date"
        if self._is_identifier():
            return "identifier"
        if self.numeric_share >= NUMBERS_FROM:
            return "category" if self._is_pair_of_codes() else "number"
        return "category" if self.common else "text"

    def _is_identifier(self) -> bool:
        all_different = len(self.codes) >= 0.9 * self.n_known
        if _IDENTIFYING.search(plain_name(self.name)) and (all_different or not self.common):
            return True
        if self.n_known < FEWEST_IDENTIFIERS or not all_different:
            return False
        # The numbers of records: whole, all different, without gaps.
        numbers = self.numbers
        whole = len(numbers) == self.n_known and bool(np.all(numbers == np.round(numbers)))
        return whole and bool(np.ptp(numbers) == len(numbers) - 1)

    def _is_pair_of_codes(self) -> bool:
        # A stray 9 among 0 and 1 does not make a number of them.
        codes = self.numbers_by_code
        numbers = np.unique([v for c, v in codes.items() if v not in SENTINELS or self.may_show(c)])
        small = bool(np.all((numbers == np.round(numbers)) & (numbers >= 0) & (numbers <= 9)))
        return len(numbers) == 2 and small


def sampled_columns(table: pa.Table, *, decimal: str = ".") -> dict[str, SampledColumn]:
    """The columns of a table of text."""
    return {
        name: SampledColumn(name=name, counts=_counts(table[name]), decimal=decimal)
        for name in table.column_names
    }


def _counts(cells: pa.ChunkedArray) -> dict[str, int]:
    counted = pc.value_counts(pc.utf8_trim_whitespace(cells)).to_pylist()
    return {entry["values"]: entry["counts"] for entry in counted if entry["values"]}


def plain_name(header: str) -> str:
    """A header in small letters, digits and underscores, without accents."""
    folded = unicodedata.normalize("NFKD", header.replace("ß", "ss"))
    ascii_only = folded.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", ascii_only.lower()).strip("_")
