"""What one raw value means: a number, a level, missing, or the code of what is wrong with it.

A cell of a file or frame, a JSON value, an option and a typed text are all read by these rules;
`hiprisk.cohort.cells` applies them to whole columns of text, the calculator page in a browser.

* Blanks around a text do not count.
* A text of `MISSING_TEXTS` means missing in any letter case, unless the variable declares a level
  that differs from it in letter case at most: then only the level itself, to the letter, counts.
* A number is written with a decimal point; beyond 1e300 (or infinite) it is ``NOT_FINITE``.
* ``None`` does not mean missing among levels such as mild and severe (`ANSWER_WORDS`): it would be
  one of them, and is unknown until it is declared.
* Levels are matched to the letter; ``1.0`` and ``1`` are one code, and so is ``true`` in any letter
  case, and ``false``: a CSV file of pandas has ``True`` where Parquet, Excel and JSON have true.
* The levels no and yes are also given as 0 and 1, and as false and true.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

# In lower case, as they are compared.
MISSING_TEXTS = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none", "unknown", "not known"})
# Answers of an English form beside which "None" is one too: how bad, how much, how often. In lower
# case, as they are compared.
ANSWER_WORDS = frozenset(
    {
        *("mild", "moderate", "severe", "extreme", "very mild", "very severe", "slight", "minor"),
        *("low", "medium", "high", "little", "a little", "some", "much", "a lot", "very much"),
        *("never", "rarely", "sometimes", "often", "always", "monthly", "weekly", "daily"),
    }
)
# Beyond this a sum or a product of a few values would no longer fit a float.
LARGEST = 1e300
# RE2 (pyarrow), JavaScript and Python read these patterns alike.
NUMBER = r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?"
INFINITY = r"[-+]?[iI][nN][fF]([iI][nN][iI][tT][yY])?"
WHOLE_WITH_POINT = r"([-+]?[0-9]+)\.0*"
TRUE = "[tT][rR][uU][eE]"
FALSE = "[fF][aA][lL][sS][eE]"

NOT_A_NUMBER = "NOT_A_NUMBER"
NOT_FINITE = "NOT_FINITE"
UNKNOWN_CATEGORY = "UNKNOWN_CATEGORY"
OFF_SCALE = "OFF_SCALE"
AMBIGUOUS_CODE = "AMBIGUOUS_CODE"

_NUMBER = re.compile(NUMBER)
_INFINITY = re.compile(INFINITY)
_WHOLE_WITH_POINT = re.compile(WHOLE_WITH_POINT)
_TRUTH = re.compile(f"{TRUE}|{FALSE}")
# Every whole number up to here is a float of its own.
_LARGEST_CODE = 1e15


class Note(NamedTuple):
    """What is to be said of a row: a code, and the variable that it concerns.

    Attributes
    ----------
    code : str
        Of a reason, such as ``OUT_OF_RANGE``, or of a flag, such as ``UNUSUAL``.
    variable : str
        Empty where the code concerns the row or the model as a whole.
    """

    code: str
    variable: str = ""

    def __str__(self) -> str:
        """As scored files and JSON have it: ``OUT_OF_RANGE(age_years)``."""
        return f"{self.code}({self.variable})" if self.variable else self.code


def text_of(value: object) -> str:
    """The text of a value, trimmed, as JSON would write it; a whole float as a whole number."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > LARGEST:
        # Python refuses to write out thousands of digits.
        return "a number of more than 300 digits"
    if isinstance(value, float | np.floating):
        number = float(value)
        if abs(number) < _LARGEST_CODE and number.is_integer():
            return str(int(number))
    return str(value).strip()


def is_missing(value: object) -> bool:
    """Whether a value says that nothing is known."""
    if isinstance(value, str):
        return value.strip().lower() in MISSING_TEXTS
    if value is None:
        return True
    if isinstance(value, float | np.floating):
        return bool(value != value)
    # What pandas has for missing, known by name: a prediction imports no pandas.
    return type(value).__name__ in ("NAType", "NaTType")


def read_number(value: object) -> tuple[float, str]:
    """A raw value of a number.

    Returns
    -------
    tuple of float and str
        The number, NaN where it is missing or cannot be used; and the code of what is wrong,
        empty where nothing is.
    """
    if isinstance(value, bool | np.bool_):
        return math.nan, NOT_A_NUMBER
    if isinstance(value, int | float | np.integer | np.floating):
        if isinstance(value, int) and abs(value) > LARGEST:
            return math.nan, NOT_FINITE  # it may be too large for a float
        return _within_reach(float(value))
    if is_missing(value):
        return math.nan, ""
    text = str(value).strip()
    if _NUMBER.fullmatch(text):
        return _within_reach(float(text))
    return math.nan, NOT_FINITE if _INFINITY.fullmatch(text) else NOT_A_NUMBER


def _within_reach(number: float) -> tuple[float, str]:
    return (math.nan, NOT_FINITE) if abs(number) > LARGEST else (number, "")


def one_code(text: str) -> str:
    """The text by which a code is known: ``1`` for ``1``, ``1.`` and ``1.0``; true and false.

    A truth has no letter case.
    """
    whole = _WHOLE_WITH_POINT.fullmatch(text)
    if whole:
        return whole[1]
    return text.lower() if _TRUTH.fullmatch(text) else text


def twice_with_two_meanings(meanings: Mapping[str, object]) -> tuple[str, str] | None:
    """The first two texts that are one code and mean different things; None if there are none."""
    first: dict[str, str] = {}
    for text, meaning in meanings.items():
        before = first.setdefault(one_code(text.strip()), text)
        if meanings[before] != meaning:
            return before, text
    return None


def zero_one_codes(levels: Sequence[str]) -> dict[str, str]:
    """The codes 0 and 1 of a category whose levels are no and yes; none of any other."""
    return {"0": "no", "1": "yes"} if set(levels) == {"no", "yes"} else {}


# By their one code.
TRUTHS: Mapping[str, str] = MappingProxyType({"false": "no", "true": "yes"})


def no_yes_codes(levels: Sequence[str]) -> dict[str, str]:
    """What 0 and 1, false and true mean in a category whose levels are no and yes."""
    numbers = zero_one_codes(levels)
    return {**numbers, **TRUTHS} if numbers else {}


# More unknown codes than this are no typing errors, if there are at least three.
MOST_UNKNOWN = 0.05
FEWEST_UNKNOWN = 3


def is_often_unknown(n_unknown: int, n_given: int) -> bool:
    """Whether unknown codes are too frequent among given values to be typing errors."""
    return n_unknown >= FEWEST_UNKNOWN and n_unknown > MOST_UNKNOWN * n_given


def is_coded_one_two(codes: Sequence[str]) -> bool:
    """Whether a no/yes column is coded 1 and 2, so that nobody can tell what its 1 means.

    Parameters
    ----------
    codes : sequence of str
        As `one_code` gives them, of the values that are not missing.
    """
    n_twos = sum(code == "2" for code in codes)
    said = set(codes)
    return looks_coded_one_two(n_twos, has_no="0" in said, has_yes="1" in said, n_given=len(codes))


def looks_coded_one_two(n_twos: int, *, has_no: bool, has_yes: bool, n_given: int) -> bool:
    """The same by counts: of the code 2, of given values, and whether any means no or yes.

    A single 2 is enough where nothing says no; beside a no, one or two of them are typing errors.
    Without a yes nothing is misread: each 2 is refused by itself.
    """
    return n_twos > 0 and has_yes and (not has_no or is_often_unknown(n_twos, n_given))


class LevelReader:
    """Reads the raw values of one category.

    Parameters
    ----------
    levels : sequence of str
        Without levels, and without codes, any text is a level.
    codes : mapping of str to str, optional
        What each text of a file means, in place of the levels' own texts and of 0 and 1.
    missing : collection of str
        Further texts that mean missing, to the letter. They go before the levels' own texts, and
        after the codes.
    """

    def __init__(
        self,
        levels: Sequence[str],
        *,
        codes: Mapping[str, str] | None = None,
        missing: Collection[str] = (),
    ) -> None:
        self._missing = {one_code(text) for text in missing}
        if codes:
            known = dict(codes)
        else:
            own = {**no_yes_codes(levels), **{level: level for level in levels}}
            known = {text: own[text] for text in own if one_code(text) not in self._missing}
        self.takes_any = not levels and not codes
        self.meanings = known
        self._by_code = {one_code(text): level for text, level in reversed(known.items())}
        self._declared = {text.lower() for text in known}
        if self._declared & ANSWER_WORDS:
            self._declared.add("none")

    def meaning(self, text: str) -> str | None:
        """The level that a trimmed text means, None where it means none."""
        return self.meanings.get(text) or self._by_code.get(one_code(text))

    def is_missing(self, text: str) -> bool:
        """Whether a trimmed text that means no level means missing."""
        if one_code(text) in self._missing:
            return True
        folded = text.lower()
        return folded in MISSING_TEXTS and folded not in self._declared

    def read(self, value: object) -> tuple[str | None, str]:
        """The level, None where it is missing or unknown; and ``UNKNOWN_CATEGORY`` or nothing."""
        if not isinstance(value, str) and is_missing(value):
            return None, ""
        text = text_of(value)
        level = self.meaning(text)
        if level is not None or self.is_missing(text):
            return level, ""
        return (one_code(text), "") if self.takes_any else (None, UNKNOWN_CATEGORY)
