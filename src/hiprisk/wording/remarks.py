"""What a clinician should know beside an answer, in words: no codes, no names of columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hiprisk.sheet.applicability import OF_THE_MODEL
from hiprisk.wording.similarity import NOTHING_KNOWN, TOGETHER

if TYPE_CHECKING:
    from hiprisk.sheet.format import Sheet

_FLAGS = {
    "UNUSUAL": "is an unusual value",
    "EXTRAPOLATION": "lies outside the range of the development cohort",
    "NOT_IN_TRAINING": "has a level that nobody in the development cohort had",
}


def remarks(sheet: Sheet, values: Mapping[str, Any]) -> list[str]:
    """Sentences without a full stop: similarity to the development cohort, then each flagged value.

    Parameters
    ----------
    sheet : Sheet
    values : mapping
        As `PatientPrediction.to_dict` of `Model.explain`. What the flags of the model itself mean
        is said elsewhere, and louder.
    """
    distance = values["explanation"]["distance"]
    first = NOTHING_KNOWN if distance is None else TOGETHER.get(distance["likeness"])
    flags = [_flag(sheet, flag) for flag in values["flags"] if flag not in OF_THE_MODEL]
    return [first, *flags] if first else flags


def _flag(sheet: Sheet, flag: str) -> str:
    code, _, name = flag.rstrip(")").partition("(")
    return f"{sheet.variable(name).label} {_FLAGS[code]}"


def basis_of(sheet: Sheet, given: Mapping[str, object], values: Mapping[str, Any]) -> list[str]:
    """The values that an answer used, a line each in the sheet's order; no imputed ones.

    Parameters
    ----------
    sheet : Sheet
    given : mapping
        As for `Model.predict`.
    values : mapping
        As `PatientPrediction.values`.
    """
    used = [spec.name for spec in sheet.variables]
    return [
        value_in_words(sheet, name, given[name])
        for name in used
        if name in given and name not in values["imputed"]
    ]


def value_in_words(sheet: Sheet, name: str, value: object) -> str:
    """A value that was used, with its label and unit: ``age: 63 years``."""
    spec = sheet.variable(name)
    text = str(value).strip()
    # A value that was used has been read: its text is a number or a level.
    shown = f"{float(text):g} {spec.unit}" if spec.kind == "number" else text
    return f"{spec.label}: {shown.strip()}"
