"""The patient whom others are compared with: an average one without the study's exposure.

Most people of a cohort may have the exposure. Compared with a patient who has it too, nobody's
prediction would show what it does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hiprisk.sheet.explanation.exposure import Exposure
from hiprisk.sheet.explanation.reference_patient import typical_patient
from hiprisk.sheet.format import Sheet, VariableSpec
from hiprisk.wording.reference import ABSENT_LEVELS, AVERAGE_PATIENT, without_exposure

# The exposure of a model whose study declares none: the question that this package is for.
USUAL_EXPOSURE = "lbp_any"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePatient:
    """Whom the contributions are relative to.

    Attributes
    ----------
    patient : mapping of str to float or str
        A value for each variable of the sheet.
    words : str
        Who that is.
    """

    patient: Mapping[str, float | str]
    words: str


def reference_patient(sheet: Sheet, config: Mapping[str, Any]) -> ReferencePatient:
    """The typical patient without the exposure, where the model has one that can be absent.

    Parameters
    ----------
    sheet : Sheet
        One that `has_reference_population`.
    config : mapping
        The bundle's resolved config; empty for a model that no study was run for.

    Notes
    -----
    The exposure is that of the section ``association``, else low back pain. Absent is a category's
    level of reference (or "no") and a number's 0. Other variables of its block describe the same
    exposure (how strong it is) and are absent with it, unless the block holds a confounder or the
    baseline score.
    """
    typical = typical_patient(sheet)
    exposure, absent = _exposure_and_absent(sheet, config)
    if exposure is None or absent is None:
        return ReferencePatient(patient=typical, words=AVERAGE_PATIENT)
    companions = _companions(sheet, config, exposure.name)
    patient = {**typical, **companions, exposure.name: absent}
    return ReferencePatient(patient=patient, words=without_exposure(exposure, absent))


def exposure_of(sheet: Sheet, config: Mapping[str, Any]) -> Exposure | None:
    """The exposure of a model as a category with its level of reference; None where it has none.

    Parameters
    ----------
    sheet : Sheet
    config : mapping
        As of `reference_patient`.
    """
    exposure, absent = _exposure_and_absent(sheet, config)
    if exposure is None or absent is None or exposure.kind != "category":
        return None
    companions = _companions(sheet, config, exposure.name)
    companions.pop(exposure.name, None)
    return Exposure(variable=exposure.name, reference=str(absent), companions=companions)


def _exposure_and_absent(
    sheet: Sheet, config: Mapping[str, Any]
) -> tuple[VariableSpec | None, float | str | None]:
    declared = config.get("association") or {}
    exposure = _variable(sheet, declared.get("exposure", USUAL_EXPOSURE))
    return exposure, None if exposure is None else _absent_exposure(exposure, declared)


def _companions(sheet: Sheet, config: Mapping[str, Any], exposure: str) -> dict[str, float | str]:
    declared = config.get("association") or {}
    blocks = (config.get("blocks") or {}).values()
    block: Sequence[str] = next((names for names in blocks if exposure in names), ())
    if {*config.get("confounders", ()), declared.get("baseline")} & set(block):
        return {}
    found = {spec.name: _absent(spec) for spec in sheet.variables if spec.name in block}
    return {name: value for name, value in found.items() if value is not None}


def _variable(sheet: Sheet, name: str) -> VariableSpec | None:
    return next((spec for spec in sheet.variables if spec.name == name), None)


def _absent_exposure(spec: VariableSpec, declared: Mapping[str, Any]) -> float | str | None:
    """The level that a study compares with; as in `hiprisk associate` the first, if unstated."""
    stated = declared.get("reference")
    if stated in spec.levels:
        return str(stated)
    return spec.levels[0] if declared and spec.kind == "category" else _absent(spec)


def _absent(spec: VariableSpec) -> float | str | None:
    """The value that means none of it; None where there is no such value."""
    if spec.kind == "category":
        return next((level for level in spec.levels if level in ABSENT_LEVELS), None)
    return 0.0 if spec.hard is not None and spec.hard[0] == 0.0 else None
