"""Numbers, shares and estimates with their intervals, as text."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Protocol

from hiprisk.wording.labels import SCALE, unit_of_amount

if TYPE_CHECKING:
    from hiprisk.sheet.format import Sheet

NONE = "-"
# Beyond what usual digits show.
MOST_DECIMALS = 6
TOO_FEW = "too few to show"
# Units that are no amount: their number says which one.
RANKS = ("grade", "level", "stage", "class")
_MINUS = re.compile(r"(?<![\w.)-])-(?=\.?\d)")


class WithInterval(Protocol):
    """A value with its interval; an end is None where there is none."""

    @property
    def value(self) -> float:
        """The value."""

    @property
    def low(self) -> float | None:
        """Lower end."""

    @property
    def high(self) -> float | None:
        """Upper end."""


def number(value: float | None, digits: int = 3) -> str:
    """A number with so many digits after the point; a dash where there is none."""
    return NONE if value is None else f"{value:z.{digits}f}"


def typeset(text: str) -> str:
    r"""A text with minus signs as a page or a picture prints them.

    Plain text (terminal, Markdown, JSON, CSV) keeps the hyphen, which every terminal shows and
    every program reads as a number.

    Examples
    --------
    >>> ascii(typeset("-0.2 (-0.3 to 0.1), scale 0-4"))
    "'\\u22120.2 (\\u22120.3 to 0.1), scale 0-4'"
    """
    return _MINUS.sub("\N{MINUS SIGN}", text)


def decimals(spread: float | None, usual: int) -> int:
    """Digits after the point for an outcome that scatters so much about its prediction.

    The usual ones are for a scatter of 1 or more; a smaller one needs more.

    Examples
    --------
    >>> decimals(15.0, 1), decimals(0.4, 1), decimals(0.04, 1), decimals(None, 1)
    (1, 2, 3, 1)
    """
    if spread is None or not 0.0 < spread < 1.0:
        return usual
    return usual + min(-math.floor(math.log10(spread)), MOST_DECIMALS)


def interval_digits(estimate: WithInterval, usual: int = 2) -> int:
    """Digits after the point of a value with an interval: the ends keep two that count.

    The usual ones are for an interval that is a fifth of a unit wide, or wider. A value without an
    interval has one more: nothing says that it is not sure.
    """
    if estimate.low is None or estimate.high is None:
        return usual + 1
    return decimals(5.0 * (estimate.high - estimate.low), usual)


def score_decimals(sheet: Sheet, usual: int) -> int:
    """Digits after the point in which a model's continuous outcome is shown."""
    return decimals(sheet.residual_sd if sheet.outcome.kind == "continuous" else None, usual)


def contribution_decimals(sheet: Sheet, usual: int) -> int:
    """The same of contributions; those of a risk itself are small beside log odds."""
    return usual + 1 if sheet.predicts_risk_itself else score_decimals(sheet, usual)


def level_text(sheet: Sheet, value: float) -> str:
    """A prediction in words."""
    if sheet.outcome.kind == "binary":
        return f"{100 * value:.1f} %"
    return f"{value:.{score_decimals(sheet, 1)}f}"


def amount(sheet: Sheet, value: float, *, digits: int = 1) -> str:
    """A difference of predictions in words: points of the score, or of a risk in percent."""
    if sheet.outcome.kind == "binary":
        return f"{100 * value:.{digits}f} percentage points"
    return f"{value:.{score_decimals(sheet, digits)}f}"


def vanishes(sheet: Sheet, value: float) -> bool:
    """Whether a difference of predictions rounds to 0 as it is shown."""
    return float(amount(sheet, value).split(" ")[0]) == 0.0


def side_by_side(*values: float) -> tuple[str, ...]:
    """Coefficients that are compared: of the largest, below 1, four digits count.

    As of other values without an interval, three stand after the point of larger ones.

    Examples
    --------
    >>> side_by_side(0.01234567, -0.0091), side_by_side(1.0, 0.8925), side_by_side(0.0, 0.0)
    (('0.01235', '-0.00910'), ('1.000', '0.892'), ('0.000', '0.000'))
    """
    digits = decimals(max(map(abs, values)), 3)
    return tuple(number(value, digits) for value in values)


def signed(value: float, digits: int = 3) -> str:
    """The same with its sign."""
    return f"{value:+z.{digits}f}"


def setting_text(value: object) -> str:
    """A setting of a model type, or of an estimator of somebody else.

    Examples
    --------
    >>> setting_text(0.031415926), setting_text(300), setting_text(None), setting_text("sqrt")
    ('0.03142', '300', 'none', 'sqrt')
    """
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def measured(value: float, unit: str) -> str:
    """A measured value with its unit, and the scale that the unit states behind it.

    One of what is counted is singular; a grade or level stands before its number.

    Examples
    --------
    >>> measured(1.0, "conditions"), measured(2.0, "conditions"), measured(1.0, "kg/m2")
    ('1 condition', '2 conditions', '1 kg/m2')
    >>> measured(34.7, "points 0-100"), measured(2.0, "grade 0-4")
    ('34.7 points (0 to 100)', 'grade 2 (0 to 4)')
    """
    scale, word = SCALE.search(unit), unit_of_amount(unit)
    counted = value == 1.0 and len(word) > 2 and word.isalpha() and word.endswith("s")
    shown = in_unit(f"{value:g}", word.removesuffix("s") if counted else word)
    return f"{shown} ({scale[1]} to {scale[2]})" if scale else shown


def in_unit(amount: str, word: str) -> str:
    """An amount or a range in its unit: ``2 points``, but ``grade 2``."""
    return f"{word} {amount}" if word in RANKS else f"{amount} {word}".strip()


def percent(share: float | None, digits: int = 1) -> str:
    """A share in percent."""
    return NONE if share is None else f"{100.0 * share:.{digits}f} %"


def p_value(value: float) -> str:
    """A p-value as papers print it."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def p_equals(value: float) -> str:
    """The same inside a sentence: ``p = 0.012``, ``p < 0.001``."""
    return f"p {'' if value < 0.001 else '= '}{p_value(value)}"


def interval(low: float | None, high: float | None, digits: int = 3) -> str:
    """Low to high; a dash where an end is missing."""
    if low is None or high is None:
        return NONE
    return f"{low:z.{digits}f} to {high:z.{digits}f}"


def with_interval(estimate: WithInterval, digits: int | None = None) -> str:
    """Value and interval in one cell, with digits by the interval unless they are given.

    Examples
    --------
    >>> from hiprisk.metrics.estimate import Estimate
    >>> with_interval(Estimate(name="rmse", value=15.213, low=14.8, high=15.7))
    '15.21 (14.80 to 15.70)'
    """
    value, ends = number_and_interval(estimate, digits)
    return value if ends == NONE else f"{value} ({ends})"


def number_and_interval(estimate: WithInterval, digits: int | None = None) -> tuple[str, str]:
    """The same in two cells."""
    shown = interval_digits(estimate) if digits is None else digits
    return number(estimate.value, shown), interval(estimate.low, estimate.high, shown)


def signed_with_interval(estimate: WithInterval, digits: int | None = None) -> str:
    """Value and interval with their signs."""
    value, low, high = estimate.value, estimate.low, estimate.high
    shown = interval_digits(estimate) if digits is None else digits
    if low is None or high is None:
        return signed(value, shown)
    return f"{signed(value, shown)} ({signed(low, shown)} to {signed(high, shown)})"


def share_with_interval(estimate: WithInterval, digits: int = 1) -> str:
    """A share in percent with its interval, in one cell."""
    if estimate.low is None or estimate.high is None:
        return percent(estimate.value, digits)
    ends = interval(100.0 * estimate.low, 100.0 * estimate.high, digits)
    return f"{percent(estimate.value, digits)} ({ends})"


def with_ci(estimate: WithInterval, digits: int | None = None, *, unit: str = "") -> str:
    """Value and 95 % confidence interval inside a sentence: ``1.2 points (95 % CI 0.4 to 2.0)``.

    Digits are by the interval unless they are given.
    """
    value, ends = number_and_interval(estimate, digits)
    return _in_sentence(value, unit, ends)


def signed_with_ci(estimate: WithInterval, digits: int | None = None, *, unit: str = "") -> str:
    """The same with signs, for a difference or a gain."""
    value, _, ends = signed_with_interval(estimate, digits).partition(" (")
    return _in_sentence(value, unit, ends.removesuffix(")") or NONE)


def _in_sentence(value: str, unit: str, ends: str) -> str:
    shown = f"{value} {unit}".rstrip()
    return shown if ends == NONE else f"{shown} (95 % CI {ends})"


def people_or_rows(n_people: int, n_rows: int) -> str:
    """What a count of rows counts: people only where each has one row."""
    return "people" if n_people == n_rows else "rows"


def people_counted(n_people: int, n_rows: int) -> str:
    """How many people: 300 people, or 240 rows of 120 people where somebody has several."""
    people = "1 person" if n_people == 1 else f"{n_people} people"
    return people if n_people == n_rows else f"{n_rows} rows of {people}"


def plural(n: int, what: str) -> str:
    """A number of things: 1 row, 2 rows."""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def months_in_words(months: float) -> str:
    """A length of time: 1 month, 36 months."""
    return plural(int(months), "month") if months == int(months) else f"{months:g} months"


def patient_interval(level: int | str, *, kind: str) -> str:
    """What the interval of one patient is called; a risk has no prediction interval.

    Parameters
    ----------
    level : int or str
        In percent.
    kind : str
        Of the outcome: ``continuous`` or ``binary``.
    """
    name = "of bootstrap models" if kind == "binary" else "prediction interval"
    return f"{level} % {name}"
