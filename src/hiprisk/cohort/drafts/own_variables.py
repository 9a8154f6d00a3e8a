"""A definition of its own for a column that the packaged dictionary lacks."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.cohort.checks.missing_codes import SENTINELS
from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.cohort.drafts.columns import (
    LEAST_OF_A_CODE,
    WHY_LEFT_OUT,
    SampledColumn,
    plain_name,
)
from hiprisk.cohort.drafts.level_words import meant_level, yes_no_of
from hiprisk.cohort.drafts.matching import is_sentinel, missing_codes_among_numbers
from hiprisk.cohort.drafts.proposals import Proposal
from hiprisk.cohort.own_variables import name_problem

SOURCE = "drafted by hiprisk init"
LONGEST_NAME = 60
LONGEST_LABEL = 100
# Whole numbers of so few values may be codes of a category.
MOST_GRADES = 6
FEWEST_LEVELS = 2
# A text for missing lies this far outside all others, in interquartile ranges.
FAR_OUTSIDE = 3.0
GAP_OF_GRADES = 2.0

# Subscales of 0 to 100 whose forms count 100 as best.
_BEST_AT_100 = re.compile(r"(^|_)(hoos|koos|hhs|harris|sf_?(36|12))")
_SCALES = (
    (_BEST_AT_100, (100.0,)),
    (re.compile(r"nrs|vas|pain|schmerz|score|scale"), (10.0, 100.0)),
)
_UNITS = {
    "cm": "cm", "mm": "mm", "m": "m", "kg": "kg", "g": "g", "lb": "lb", "deg": "deg",
    "degrees": "deg", "years": "years", "yrs": "years", "months": "months", "weeks": "weeks",
    "days": "days", "hours": "hours", "min": "minutes", "minutes": "minutes", "s": "s",
    "sec": "s", "seconds": "s", "mmol_l": "mmol/L", "mg_dl": "mg/dL", "mg_l": "mg/L",
    "g_l": "g/L", "g_dl": "g/dL", "mmhg": "mmHg", "percent": "percent", "nm": "Nm", "n": "N",
    "kg_m2": "kg/m2", "nm_kg": "Nm/kg", "bpm": "per minute",
}  # fmt: skip
# A checkbox in a labelled REDCap export.
_CHOICE = re.compile(r"\s*\(choice=(.*)\)$", re.DOTALL)
_IN_BRACKETS = re.compile(r"[\[(]([^\])]*)[\])]\s*$")


def own_proposal(column: SampledColumn, taken: Collection[str]) -> Proposal:
    """A variable of its own for a column, or why it is left out.

    Parameters
    ----------
    column : SampledColumn
    taken : collection of str
        Names that other columns have.
    """
    kind = column.kind
    if kind not in ("number", "category"):
        return Proposal(column=column.name, left_out=WHY_LEFT_OUT[kind])
    variable = Variable(
        name=own_name(column.name, taken), label=own_label(column.name), kind=kind, source=SOURCE
    )
    if kind == "category":
        return category_proposal(column, variable)
    return number_proposal(column, variable)


def own_name(header: str, taken: Collection[str]) -> str:
    """A name of small letters, digits and underscores that nothing else has."""
    name = plain_name(_CHOICE.sub(r" \1", header))[:LONGEST_NAME].strip("_")
    if not name or not name[0].isalpha():
        name = f"column_{name}".strip("_")
    known = {*taken, *load_dictionary()}
    numbers = iter(range(2, len(known) + 3))
    unique = name
    while unique in known or name_problem(unique):
        unique = f"{name}_{next(numbers)}"
    return unique


def own_label(header: str) -> str:
    """The header as people read it."""
    header = _CHOICE.sub(r": \1", header)
    words = " ".join(header.replace("_", " ").split())
    return words[:LONGEST_LABEL] or "unnamed column"


def category_proposal(column: SampledColumn, variable: Variable) -> Proposal:
    """A category whose levels are the codes of the column."""
    if yes_no_of(column.codes):
        return _yes_no_proposal(column.codes, column, variable)
    missing = _sentinels_among_words(column)
    codes = tuple(code for code in column.common if code not in missing)
    n_other = column.rows_of(set(column.codes) - set(column.common))
    if yes_no_of(codes):
        found = _yes_no_proposal(codes, column, variable)
    else:
        found = _levels_proposal(codes, column, variable)
    if found.left_out or not (missing or n_other):
        return found
    doubts = (*found.doubts, *([f"{', '.join(missing)}: missing?"] if missing else []))
    return replace(found, missing=missing, n_other=n_other, doubts=doubts)


def _sentinels_among_words(column: SampledColumn) -> tuple[str, ...]:
    """Codes such as 9 beside words such as ja and nein."""
    if all(code in column.numbers_by_code for code in column.common):
        return ()
    return tuple(code for code in column.common if is_sentinel(code))


def _levels_proposal(codes: Collection[str], column: SampledColumn, variable: Variable) -> Proposal:
    levels = tuple(code for code in codes if "=" not in code)
    if len(levels) < FEWEST_LEVELS:
        return Proposal(column=column.name, left_out=WHY_LEFT_OUT["text"])
    own_doubts = []
    if all(code in column.numbers_by_code for code in levels):
        own_doubts.append("what do the codes mean? put words here and in levels of the mapping")
    return Proposal(
        column=column.name,
        variable=variable.name,
        own=replace(variable, levels=levels),
        own_doubts=tuple(own_doubts),
    )


def _yes_no_proposal(codes: Collection[str], column: SampledColumn, variable: Variable) -> Proposal:
    levels, doubts = {}, []
    for code in codes:
        level, is_certain = meant_level(code, ("no", "yes"))
        if level is not None and code != level:
            levels[code] = level
        if level is not None and not is_certain:
            doubts.append(f"{code} read as {level}?")
    if levels:
        # Stated codes are the only ones that are known.
        levels |= {code: code for code in codes if code in ("no", "yes")}
    return Proposal(
        column=column.name,
        variable=variable.name,
        own=replace(variable, levels=("no", "yes")),
        levels=levels,
        doubts=tuple(doubts),
    )


def number_proposal(column: SampledColumn, variable: Variable) -> Proposal:
    """A number whose ranges are guessed from the values, rounded outwards."""
    missing = list(missing_codes_among_numbers(column))
    doubts = [f"{', '.join(missing)}: missing?"] if missing else []
    sentinels = _sentinels(column)
    if sentinels:
        doubts.append(f"{', '.join(sentinels)} far from all other values: missing?")
        missing += sentinels
    values = np.array([v for c, v in column.numbers_by_code.items() if c not in sentinels])
    whole = bool(np.all(values == np.round(values)))
    soft, hard, why = _ranges(column, values, whole=whole)
    own_doubts = [why]
    if whole and len(values) <= MOST_GRADES:
        own_doubts.append("a category? then kind: category with levels")
    unit = variable.unit or _unit(column.name)
    own = replace(variable, hard=hard, soft=soft, integer=whole and hard[1] <= 1000, unit=unit)
    if hard == (0.0, 100.0) and _BEST_AT_100.search(plain_name(column.name)):
        own = replace(own, integer=False, direction="higher_better")
        own_doubts = ["a scale from 0 to 100 with 100 best? else direction: higher_worse"]
    return Proposal(
        column=column.name,
        variable=variable.name,
        own=own,
        missing=tuple(missing),
        doubts=tuple(doubts),
        own_doubts=tuple(own_doubts),
    )


def _unit(header: str) -> str | None:
    """The unit that a header names in brackets or at its end."""
    inside = _IN_BRACKETS.search(header)
    if inside and plain_name(inside[1]) in _UNITS:
        return _UNITS[plain_name(inside[1])]
    words = plain_name(header).split("_")
    for length in (2, 1):
        if len(words) > length and "_".join(words[-length:]) in _UNITS:
            return _UNITS["_".join(words[-length:])]
    return None


def _sentinels(column: SampledColumn) -> list[str]:
    """Codes such as 999 that several rows hold and that lie far from all other values."""
    codes = column.numbers_by_code
    found = []
    for code, value in codes.items():
        others = np.array([v for c, v in codes.items() if codes[c] not in SENTINELS])
        if value not in SENTINELS or not others.size or column.counts[code] < LEAST_OF_A_CODE:
            continue
        spread = max(float(np.subtract(*np.quantile(others, [0.75, 0.25]))), 1e-9)
        # Among a few grades such as 0 to 4 a gap of two steps is odd enough.
        graded = len(others) <= MOST_GRADES and bool(np.all(others == np.round(others)))
        far = GAP_OF_GRADES if graded else FAR_OUTSIDE * spread
        if max(others.min() - value, value - others.max()) > far:
            found.append(code)
    return found


def _ranges(
    column: SampledColumn, values: Floats, *, whole: bool
) -> tuple[tuple[float, float], tuple[float, float], str]:
    """Soft and hard range, and the question about them."""
    low, high = float(values.min()), float(values.max())
    for words, tops in _SCALES:
        if low >= 0 and words.search(plain_name(column.name)):
            for top in tops:
                if high <= top:
                    why = f"a scale from 0 to {top:g}?"
                    return (0.0, top), (0.0, top), why
    if whole and len(values) <= MOST_GRADES and 0 <= low < high <= 10:
        ends = [code for code, v in column.numbers_by_code.items() if v in (low, high)]
        if all(column.may_show(code) for code in ends):
            return (low, high), (low, high), f"a grade from {low:g} to {high:g}?"
    soft = _rounded_outwards(*(float(v) for v in np.quantile(values, [0.01, 0.99])))
    wide = _rounded_outwards(low, high)
    span = wide[1] - wide[0]
    hard = (wide[0] - span, wide[1] + span)
    if low >= 0:
        hard = (0.0, hard[1])
    return soft, hard, "ranges guessed from the values: which are impossible, which unusual?"


def _rounded_outwards(low: float, high: float) -> tuple[float, float]:
    """A range rounded to a tenth power of its width, so that it shows nobody's value."""
    span = high - low
    step = 10.0 ** max(math.floor(math.log10(span)), -300) if span > 0 else 1.0
    bottom, top = step * math.floor(low / step), step * math.ceil(high / step)
    if bottom == top:
        top += step
    return _shortest(bottom), _shortest(top)


def _shortest(value: float) -> float:
    """Without the digits that a product of floats leaves behind."""
    return float(f"{value:.12g}")
