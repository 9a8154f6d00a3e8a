"""What one Observation says of one variable: a number, a level, or why it cannot be read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hiprisk.serving.fhir.code_map import ObservationCode
from hiprisk.serving.fhir.units import code_of, factor_to, is_dimensionless
from hiprisk.sheet.format import VariableSpec
from hiprisk.values import NOT_A_NUMBER, is_missing, one_code, read_number, text_of

# What a component says anew; all else it has from its Observation.
_OWN_OF_COMPONENT = ("code", "component", "contained", "dataAbsentReason")


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that was read.

    Attributes
    ----------
    converted_from : str
        UCUM code of the record's unit, or its scale, where it was converted; else empty.
    items : str
        How many items a score was computed from, in words; empty where it was recorded itself.
    """

    value: float | str
    converted_from: str = ""
    items: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a value cannot be read; a key of `hiprisk.serving.fhir.record.REASONS`."""

    code: str


def observation_parts(observation: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """An Observation, and each of its components as an Observation of its own."""
    yield observation
    components = observation.get("component")
    if not isinstance(components, list):
        return
    shared = {
        key: value
        for key, value in observation.items()
        if key not in _OWN_OF_COMPONENT and not key.startswith("value")
    }
    for component in components:
        if isinstance(component, dict):
            yield {**shared, **component}


def codes_of(concept: object) -> list[str]:
    """``system|code`` of each coding of a CodeableConcept."""
    coding = concept.get("coding") if isinstance(concept, dict) else None
    entries = coding if isinstance(coding, list) else []
    return [coded(entry) for entry in entries if isinstance(entry, dict)]


def coded(coding: Mapping[str, Any]) -> str:
    """``system|code`` of one Coding."""
    return f"{coding.get('system')}|{coding.get('code')}"


def is_of_body_site(observation: Mapping[str, Any], source: ObservationCode) -> bool:
    """Whether an Observation may be of the body site that a variable is of.

    One without a site may be: it has its reason when it is read.
    """
    sites = codes_of(observation.get("bodySite"))
    return not source.body_sites or not sites or bool(set(sites) & set(source.body_sites))


def read_observation(
    observation: Mapping[str, Any], variable: VariableSpec, source: ObservationCode
) -> Reading | Unreadable:
    """The value of an Observation, on the variable's own scale."""
    if observation.get("dataAbsentReason"):
        return Unreadable("DATA_ABSENT")
    if source.body_sites and not codes_of(observation.get("bodySite")):
        return Unreadable("BODY_SITE")
    if variable.kind == "category":
        return _level(observation, source)
    return _number(observation, variable, source)


def _number(
    observation: Mapping[str, Any], variable: VariableSpec, source: ObservationCode
) -> Reading | Unreadable:
    quantity = observation.get("valueQuantity")
    unit: str | None = ""
    if isinstance(quantity, dict):
        value = quantity.get("value")
        if quantity.get("comparator"):
            return Unreadable("COMPARATOR")
        unit = code_of(quantity)
    else:
        value = bare_value(observation)
    # A Quantity has a number in JSON, not the text of one.
    if is_missing(value) or (isinstance(quantity, dict) and isinstance(value, str)):
        return Unreadable("NO_VALUE")
    number, problem = read_number(value)
    if problem == NOT_A_NUMBER:
        return Unreadable("NO_VALUE")
    factor = _factor(unit, variable, source)
    if factor is None:
        return Unreadable("UNIT")
    # What is too large stays so in every unit: the model refuses it by its own rule.
    number = math.inf if problem else number * factor
    return _on_own_scale(number, str(unit), factor, variable, source)


def bare_value(element: Mapping[str, Any]) -> object:
    """The number or text of an element that has no unit; None where it has neither.

    R4 has `valueDecimal` in answers only; an Observation that carries one is as clear.
    """
    for key, kinds in (("valueInteger", int), ("valueDecimal", int | float), ("valueString", str)):
        value = element.get(key)
        if isinstance(value, kinds) and not isinstance(value, bool):
            return value
    return None


def _factor(unit: str | None, variable: VariableSpec, source: ObservationCode) -> float | None:
    """Factor from a unit to the variable's own; None where it cannot be told."""
    if unit is None:
        return None
    if unit in source.units:
        return 1.0
    if source.is_score and (unit == "" or is_dimensionless(unit)):
        return 1.0
    return factor_to(variable.unit, unit) if unit else None


def _on_own_scale(
    number: float,
    unit: str,
    factor: float,
    variable: VariableSpec,
    source: ObservationCode,
) -> Reading:
    if source.from_range is None or variable.hard is None:
        return Reading(number, unit if factor != 1.0 else "")
    low, high = source.from_range
    span = variable.hard[1] - variable.hard[0]
    number = variable.hard[0] + (number - low) * span / (high - low)
    return Reading(number, unit or f"{low:g} to {high:g}")


def _level(observation: Mapping[str, Any], source: ObservationCode) -> Reading | Unreadable:
    truth = observation.get("valueBoolean")
    concept = observation.get("valueCodeableConcept")
    codes = [str(truth).lower()] if isinstance(truth, bool) else codes_of(concept)
    if codes:
        levels = {source.values[code] for code in codes if code in source.values}
    else:
        text = concept.get("text") if isinstance(concept, dict) else bare_value(observation)
        if is_missing(text) or not source.texts:
            return Unreadable("NO_VALUE")
        code = one_code(text_of(text))
        levels = {level for key, level in source.texts.items() if one_code(key) == code}
    return Reading(levels.pop()) if len(levels) == 1 else Unreadable("UNKNOWN_CODE")
