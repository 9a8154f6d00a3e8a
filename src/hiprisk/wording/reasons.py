"""Why there is no answer, in words: the rule that a value breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hiprisk.sheet.format import Sheet, VariableSpec

# Reasons that concern no single variable.
NO_ANSWER = {"OVERFLOW": "a value is so large that the model's numbers run out"}
RADIANS = "all angles given are below 3.2, as radians are; degrees are wanted"
_RULES = {
    "OUT_OF_RANGE": "must lie in {}",
    "UNKNOWN_CATEGORY": "must be one of {}",
    "NOT_AN_INTEGER": "must be a whole number in {}",
    "UNIT_SUSPECT": RADIANS,
}


def rule_broken(sheet: Sheet, code: str, name: str | None) -> str:
    """Why there is no answer, of one variable without its label, or of them all."""
    if name is None:
        return NO_ANSWER.get(code, "too little is known for a prediction")
    rule = _RULES.get(code, "must be a number in {}")
    return rule.format(range_text(sheet.variable(name)))


def reason_in_words(sheet: Sheet, reason: str) -> str:
    """A reason as of `hiprisk.sheet.applicability`, in words and with the variable's label."""
    code, _, rest = reason.partition("(")
    name = rest.rstrip(")") or None
    rule = rule_broken(sheet, code, name)
    return rule if name is None else f"{sheet.variable(name).label} {rule}"


def range_text(spec: VariableSpec) -> str:
    """Range and unit, or levels, in words."""
    if spec.kind == "category":
        return ", ".join(spec.levels)
    if spec.hard is None:
        return spec.unit
    low, high = spec.hard
    scaled = f"{low:g}-{high:g}"
    return f"{low:g} to {high:g} {spec.unit.replace(scaled, '').strip()}".strip()
