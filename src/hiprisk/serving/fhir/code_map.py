"""Which codes of a record mean which variable: a declared map, with units by UCUM."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from dataclasses import field
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass as checked_dataclass

from hiprisk.cohort.dictionary import DICTIONARY_PAGE, Variable, load_dictionary
from hiprisk.spelling import did_you_mean
from hiprisk.yaml_settings import YamlDocument, parse_document, read_yaml

REFERENCE = "see docs/how-to/serve.md"

# UCUM code: the dictionary's unit and the factor to it. `{score}` and `1` count points and are
# taken only where the map names them, since points of another scale look the same.
UCUM_UNITS: Mapping[str, tuple[str, float]] = {
    "kg/m2": ("kg/m2", 1.0),
    "m": ("cm", 100.0),
    "cm": ("cm", 1.0),
    "mm": ("cm", 0.1),
    "[in_i]": ("cm", 2.54),
    "kg": ("kg", 1.0),
    "g": ("kg", 0.001),
    "[lb_av]": ("kg", 0.45359237),
    "deg": ("deg", 1.0),
    "rad": ("deg", 180.0 / math.pi),
    "a": ("years", 1.0),
    "mo": ("months", 1.0),
    "wk": ("months", 12.0 / 52.1775),
    "d": ("months", 12.0 / 365.2425),
    "min": ("minutes", 1.0),
}
_CODE = re.compile(r"[^\s|]+\|[^\s|,&?#{}]+")
_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True, coerce_numbers_to_str=True)


@checked_dataclass(frozen=True, kw_only=True, config=_STRICT)
class ObservationCode:
    """How one variable is recorded as an Observation.

    Attributes
    ----------
    codes : tuple of str
        ``system|code``; any of them means the variable.
    units : tuple of str
        UCUM codes of the variable's own scale, where its unit is none that UCUM can convert
        (points of a score), for instance ``["{score}"]``.
    from_range : tuple of float, optional
        Range of the recorded scale, mapped linearly to the dictionary's hard range.
    values : dict of str to str
        ``system|code``, or ``true`` and ``false``, to the level that each means.
    max_age_days : int, optional
        An older Observation is not used.
    """

    codes: tuple[str, ...] = Field(min_length=1)
    units: tuple[str, ...] = ()
    from_range: tuple[float, float] | None = None
    values: dict[str, str] = Field(default_factory=dict)
    max_age_days: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _codes_have_systems(self) -> ObservationCode:
        coded = [*self.codes, *(text for text in self.values if text not in ("true", "false"))]
        if any(not _CODE.fullmatch(text) for text in coded):
            raise ValueError("a code is written system|code, for instance http://loinc.org|39156-5")
        if self.from_range is not None and not self.from_range[0] < self.from_range[1]:
            raise ValueError("from_range must ascend")
        return self


@checked_dataclass(frozen=True, kw_only=True, config=_STRICT)
class CodeMap:
    """How a record's fields and codes become variables.

    Attributes
    ----------
    patient : dict of str to str
        Variables read from the Patient: ``birthDate`` (completed years) or ``gender``.
    """

    max_age_days: int = Field(default=365, ge=1)
    patient: dict[str, Literal["birthDate", "gender"]] = field(default_factory=dict)
    observations: dict[str, ObservationCode] = field(default_factory=dict)


def load_code_map(path: Path | str | None = None) -> CodeMap:
    """The packaged map, with a site's own entries over it.

    Raises
    ------
    ConfigError
        If an entry names an unknown variable, unit, level or key, or a code comes twice.
    StoreError
        If the file cannot be read.
    """
    packaged = _packaged()
    if path is None:
        return packaged
    document = read_yaml(path, what="code map", reference=REFERENCE)
    site = _code_map(document)
    merged = CodeMap(
        max_age_days=site.max_age_days,
        patient={**packaged.patient, **site.patient},
        observations={**packaged.observations, **site.observations},
    )
    _check_codes_differ(merged, document)
    return merged


@functools.cache
def _packaged() -> CodeMap:
    text = resources.files("hiprisk.serving.fhir").joinpath("fhir_codes.yaml").read_text("utf-8")
    return code_map_from_text(text, name="fhir_codes.yaml")


def code_map_from_text(text: str, *, name: str = "code map") -> CodeMap:
    """Build a code map from YAML text; see `load_code_map`."""
    return _code_map(parse_document(text, name=name, reference=REFERENCE))


def _code_map(document: YamlDocument) -> CodeMap:
    code_map = document.settings(CodeMap)
    for variable in (*code_map.patient, *code_map.observations):
        section = "observations" if variable in code_map.observations else "patient"
        known = load_dictionary().get(variable)
        if known is None or known.kind not in ("number", "category"):
            raise document.error(
                f"the dictionary has no clinical variable '{variable}'",
                (section, variable),
                advice=did_you_mean(variable, load_dictionary(), otherwise=DICTIONARY_PAGE),
            )
        source = code_map.observations.get(variable)
        if source is None:
            continue
        problem = _problem(known, source)
        if problem:
            raise document.error(problem, (section, variable))
        document.check_values(
            source.values.values(), known.levels, (section, variable), what="level"
        )
    _check_codes_differ(code_map, document)
    return code_map


def _problem(variable: Variable, source: ObservationCode) -> str | None:
    if variable.kind == "category":
        return None if source.values else "a category needs values: codes and what each means"
    if source.values:
        return "values belong to a category, and this variable is a number"
    own = {unit for unit, _ in UCUM_UNITS.values()}
    if variable.unit not in own and not source.units:
        return "name the UCUM codes of this scale in units, for instance ['{score}']"
    if source.from_range is not None and variable.hard is None:
        return "from_range needs a variable with a range"
    return None


def _check_codes_differ(code_map: CodeMap, document: YamlDocument) -> None:
    seen: dict[str, str] = {}
    for variable, source in code_map.observations.items():
        for code in source.codes:
            if code in seen:
                raise document.error(
                    f"one code means both '{seen[code]}' and '{variable}'",
                    ("observations", variable),
                )
            seen[code] = variable
