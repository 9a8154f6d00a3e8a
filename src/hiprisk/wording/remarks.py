"""What a clinician should know beside an answer, in words: no codes, no names of columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hiprisk.serving.model import NO_ANSWER, RADIANS, Model, range_text
from hiprisk.serving.values import as_number, as_text
from hiprisk.sheet.applicability import OF_THE_MODEL
from hiprisk.wording.similarity import NOTHING_KNOWN, TOGETHER

_FLAGS = {
    "UNUSUAL": "is an unusual value",
    "EXTRAPOLATION": "lies outside what the model has seen",
    "NOT_IN_TRAINING": "has a level that nobody had whom the model learned from",
}


def remarks(model: Model, values: Mapping[str, Any]) -> list[str]:
    """Sentences without a full stop: how unlike the patient is, then each value that stands out.

    Parameters
    ----------
    model : Model
    values : mapping
        As `PatientPrediction.to_dict` of `Model.explain`. What the flags of the model itself mean
        is said elsewhere, and louder.
    """
    distance = values["explanation"]["distance"]
    first = NOTHING_KNOWN if distance is None else TOGETHER.get(distance["likeness"])
    flags = [_flag(model, flag) for flag in values["flags"] if flag not in OF_THE_MODEL]
    return [first, *flags] if first else flags


def _flag(model: Model, flag: str) -> str:
    code, _, name = flag.rstrip(")").partition("(")
    return f"{model.sheet.variable(name).label} {_FLAGS[code]}"


def basis_of(model: Model, given: Mapping[str, object], values: Mapping[str, Any]) -> list[str]:
    """What an answer rests on, a line a value in the sheet's order; nothing that was filled in.

    Parameters
    ----------
    model : Model
    given : mapping
        As for `Model.predict`.
    values : mapping
        As `PatientPrediction.values`.
    """
    used = [spec.name for spec in model.sheet.variables]
    return [
        value_in_words(model, name, given[name])
        for name in used
        if name in given and name not in values["imputed"]
    ]


def value_in_words(model: Model, name: str, value: object) -> str:
    """A value with its label and unit: ``age: 63 years``."""
    spec = model.sheet.variable(name)
    number = as_number(value) if spec.kind == "number" else None
    shown = as_text(value) if number is None else f"{number:g} {spec.unit}"
    return f"{spec.label}: {shown.strip()}"


def rule_broken(model: Model, code: str, name: str | None) -> str:
    """Why there is no answer, of one variable without its label, or of them all."""
    if name is None:
        return NO_ANSWER.get(code, "too little is known for a prediction")
    rules = {
        "OUT_OF_RANGE": "must lie in {}",
        "UNKNOWN_CATEGORY": "must be one of {}",
        "NOT_AN_INTEGER": "must be a whole number in {}",
        "UNIT_SUSPECT": RADIANS,
    }
    return rules.get(code, "must be a number in {}").format(range_text(model.sheet.variable(name)))


def reason_in_words(model: Model, reason: str) -> str:
    """A reason as of `hiprisk.sheet.applicability`, in words and with the variable's label."""
    code, _, rest = reason.partition("(")
    name = rest.rstrip(")") or None
    rule = rule_broken(model, code, name)
    return rule if name is None else f"{model.sheet.variable(name).label} {rule}"
