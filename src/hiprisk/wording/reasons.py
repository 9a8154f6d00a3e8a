"""Why a row has no prediction, and what a flag means, in words; ranges and levels in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hiprisk.sheet.applicability import NEW_SITE
from hiprisk.values import Note, text_of
from hiprisk.wording.labels import in_words, with_unit
from hiprisk.wording.quantities import in_unit
from hiprisk.wording.sites import new_site_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hiprisk.sheet.format import Sheet, VariableSpec

# A value set is no unit of an amount: it follows in brackets.
TARIFF = "tariff"
_WHOLE_ROW = {
    "OVERFLOW": "a value is so large that the model's numbers run out",
    "TOO_MANY_MISSING": "too little is known for a prediction",
    "NOT_SELECTED": "the mapping does not select the row",
}
_RULES = {
    "AMBIGUOUS_CODE": "has an answer None, which is either no complaints or no answer",
    "NOT_A_NUMBER": "must be a number{}",
    "NOT_FINITE": "must be a number below 1e300",
    "NOT_AN_INTEGER": "must be a whole number{}",
    "OFF_SCALE": "has an answer to an item that is not on the item's scale",
    "OUT_OF_RANGE": "must lie{}",
    "UNIT_SUSPECT": "all angles given are below 3.2, as radians are; degrees are wanted",
    "UNKNOWN_CATEGORY": "must be one{}",
}
_ADVICE = {
    "AMBIGUOUS_CODE": "state None in the mapping, under labels of the items or under missing",
    "OVERFLOW": "check the values and their units",
    "OFF_SCALE": "check the answers, and how the mapping says that the items are coded",
    "OUT_OF_RANGE": "check the value and its unit",
    "NOT_A_NUMBER": "give a number with a decimal point",
    "NOT_FINITE": "check the value and its unit",
    "NOT_AN_INTEGER": "give a whole number",
    "UNKNOWN_CATEGORY": "give one of the levels",
    "UNIT_SUSPECT": "give degrees: radians times 57.3",
    "TOO_MANY_MISSING": "give more, or the more important, variables",
}
_FLAGS = {
    "UNUSUAL": "is an unusual value",
    "EXTRAPOLATION": "lies outside the range of the development cohort",
    "NOT_IN_TRAINING": "has a level that nobody in the development cohort had",
}


def rule_broken(sheet: Sheet, reason: Note) -> str:
    """Why there is no answer, of one variable without its label, or of the whole row."""
    if not reason.variable:
        return _WHOLE_ROW[reason.code]
    return _RULES[reason.code].format(_within(sheet.variable(reason.variable)))


def reason_in_words(sheet: Sheet, reason: Note) -> str:
    """The same with the variable's label."""
    rule = rule_broken(sheet, reason)
    return f"{sheet.variable(reason.variable).label} {rule}" if reason.variable else rule


def refusal_in_words(reason: str, labels: Mapping[str, str]) -> str:
    """A reason as counts of rows know it, without the sheet: its code, and the variable's name.

    Parameters
    ----------
    reason : str
        ``OUT_OF_RANGE:age_years``, or ``TOO_MANY_MISSING`` of a whole row.
    labels : mapping of str to str
        Of variables, by name; one that is not there is given in words.

    Examples
    --------
    >>> refusal_in_words("OUT_OF_RANGE:age_years", {"age_years": "age"})
    'age: out of range'
    >>> refusal_in_words("TOO_MANY_MISSING", {})
    'too little is known for a prediction'
    """
    code, _, variable = reason.partition(":")
    if not variable:
        return _WHOLE_ROW.get(code, in_words(code.lower()))
    return f"{labels.get(variable, in_words(variable))}: {in_words(code.lower())}"


def advice_on(reason: Note) -> str | None:
    """What to do about a reason."""
    return _ADVICE.get(reason.code)


def came_text(value: object) -> str:
    """The end of a message that says what came."""
    return f", got {text_of(value)[:40]!r}"


def flag_in_words(sheet: Sheet, flag: Note) -> str:
    """What is to be known of a value, with the variable's label."""
    if flag.code == NEW_SITE:
        return new_site_sentence(sheet)
    return f"{sheet.variable(flag.variable).label} {_FLAGS[flag.code]}"


def range_text(spec: VariableSpec) -> str:
    """Range and unit, or levels, in words."""
    if spec.kind == "category":
        return ", ".join(spec.levels)
    if spec.hard is None:
        return _usual_range(spec) or spec.unit or "a number"
    low, high = spec.hard
    unit = spec.unit.replace(f"{low:g}-{high:g}", "").strip()
    if unit.endswith(TARIFF):
        return with_unit(f"{low:g} to {high:g}", unit)
    return in_unit(f"{low:g} to {high:g}", unit)


def _within(spec: VariableSpec) -> str:
    """End of a rule: of which levels or in which range."""
    if spec.kind == "category":
        return f" of {range_text(spec)}"
    if spec.hard is not None:
        return f" in {range_text(spec)}"
    usual = _usual_range(spec)
    if usual:
        return f" ({usual})"
    return f" in {spec.unit}" if spec.unit else ""


def _usual_range(spec: VariableSpec) -> str:
    """First to 99th percentile of the development cohort with the unit; empty where not known."""
    held = spec.training
    if held is None or held.low is None or held.high is None:
        return ""
    return f"usually {held.low:.4g} to {held.high:.4g} {spec.unit}".strip()


def weight_text(sheet: Sheet, spec: VariableSpec) -> str:
    """Share of the model's information that goes with a variable, in words."""
    return f"{100 * spec.weight:.0f} %" if sheet.has_reference_population else "not available"
