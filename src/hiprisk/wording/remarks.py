"""What a clinician should know beside an answer, in words: no codes, no names of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hiprisk.sheet.applicability import OF_THE_MODEL
from hiprisk.values import Note, read_number, text_of
from hiprisk.wording.quantities import measured
from hiprisk.wording.reasons import flag_in_words
from hiprisk.wording.similarity import NOTHING_KNOWN, TOGETHER

if TYPE_CHECKING:
    from hiprisk.sheet.format import Sheet
    from hiprisk.sheet.similarity import Distance


def remarks(sheet: Sheet, distance: Distance | None, flags: Sequence[Note]) -> list[str]:
    """Sentences without a full stop: similarity to the development cohort, then each flagged value.

    Parameters
    ----------
    sheet : Sheet
    distance : Distance or None
        None where nothing is known by which to tell.
    flags : sequence of Note
        What those of the model itself mean is said elsewhere, and louder.
    """
    first = NOTHING_KNOWN if distance is None else TOGETHER.get(distance.likeness)
    told = [flag_in_words(sheet, flag) for flag in flags if flag.code not in OF_THE_MODEL]
    return [first, *told] if first else told


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
    """A value with its label and unit: ``age: 63 years``."""
    spec = sheet.variable(name)
    number, problem = read_number(value) if spec.kind == "number" else (0.0, "")
    is_number = spec.kind == "number" and not problem
    shown = measured(number, spec.unit) if is_number else text_of(value)
    return f"{spec.label}: {shown.strip()}"
