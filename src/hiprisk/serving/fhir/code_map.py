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

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass as checked_dataclass

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.errors import ConfigError, StoreError
from hiprisk.yaml_strict import parse_yaml

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
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise StoreError(
            "the code map cannot be read", file=path.name, advice="name a YAML file"
        ) from problem
    site = code_map_from_text(text, name=path.name)
    merged = CodeMap(
        max_age_days=site.max_age_days,
        patient={**packaged.patient, **site.patient},
        observations={**packaged.observations, **site.observations},
    )
    _check_codes_differ(merged, path.name)
    return merged


@functools.cache
def _packaged() -> CodeMap:
    text = resources.files("hiprisk.serving.fhir").joinpath("fhir_codes.yaml").read_text("utf-8")
    return code_map_from_text(text, name="fhir_codes.yaml")


def code_map_from_text(text: str, *, name: str = "code map") -> CodeMap:
    """Build a code map from YAML text; see `load_code_map`."""
    data, lines = parse_yaml(text, name=name)
    try:
        code_map = TypeAdapter(CodeMap).validate_python(data)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False)[0]
        place = tuple(first["loc"])
        line = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), 0)
        key = ".".join(map(str, place))
        raise ConfigError(
            first["msg"].removeprefix("Value error, "),
            file=name,
            column=f"{key} (line {line})" if line else key,
        ) from None
    for variable in (*code_map.patient, *code_map.observations):
        problem = _problem(variable, code_map.observations.get(variable))
        if problem:
            part = "observations" if variable in code_map.observations else "patient"
            line = lines.get((part, variable), 0)
            raise ConfigError(problem, file=name, column=f"{part}.{variable} (line {line})")
    _check_codes_differ(code_map, name)
    return code_map


def _problem(name: str, source: ObservationCode | None) -> str | None:
    variable = load_dictionary().get(name)
    if variable is None or variable.kind not in ("number", "category"):
        return f"the dictionary has no clinical variable '{name}'"
    if source is None:
        return None
    stray = sorted(set(source.values.values()) - set(variable.levels))
    if variable.kind == "category":
        if stray:
            return f"'{stray[0]}' is no level; the levels are {', '.join(variable.levels)}"
        return None if source.values else "a category needs values: codes and what each means"
    if source.values:
        return "values belong to a category, and this variable is a number"
    own = {unit for unit, _ in UCUM_UNITS.values()}
    if variable.unit not in own and not source.units:
        return "name the UCUM codes of this scale in units, for instance ['{score}']"
    if source.from_range is not None and variable.hard is None:
        return "from_range needs a variable with a range"
    return None


def _check_codes_differ(code_map: CodeMap, name: str) -> None:
    seen: dict[str, str] = {}
    for variable, source in code_map.observations.items():
        for code in source.codes:
            if code in seen:
                raise ConfigError(
                    f"one code means both '{seen[code]}' and '{variable}'",
                    file=name,
                    column=f"observations.{variable}",
                )
            seen[code] = variable
