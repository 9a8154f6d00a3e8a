"""The clinical dictionary: every variable's meaning, unit, ranges and levels."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

from hiprisk.errors import ConfigError
from hiprisk.sheet.format import MeasurementError, VariableSpec
from hiprisk.yaml_strict import parse_yaml

KINDS = ("number", "category", "identifier", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One clinical variable.

    Attributes
    ----------
    hard : tuple of float or None
        A number outside is refused.
    soft : tuple of float or None
        A number outside is worth a warning.
    levels : tuple of str
        Levels of a category; empty where any text is a level.
    monotone : int
        Sign of the effect on worse later hip function that the evidence names; 0 where none.
    minimal_detectable_change : float or None
        In the unit of the score, at 95 %.
    measurement_error : MeasurementError or None
        How far two measurements of an unchanged person differ.
    """

    name: str
    label: str
    kind: Literal["number", "category", "identifier", "date"]
    source: str
    unit: str | None = None
    hard: tuple[float, float] | None = None
    soft: tuple[float, float] | None = None
    levels: tuple[str, ...] = ()
    integer: bool = False
    direction: Literal["higher_worse", "higher_better"] | None = None
    monotone: int = 0
    minimal_detectable_change: float | None = None
    measurement_error: MeasurementError | None = None


@functools.cache
def load_dictionary() -> Mapping[str, Variable]:
    """Every variable by name, in the order of the file.

    Raises
    ------
    ConfigError
        If the packaged file contradicts itself.
    """
    text = resources.files("hiprisk.cohort").joinpath("dictionary.yaml").read_text("utf-8")
    data, _ = parse_yaml(text, name="dictionary.yaml")
    return {name: _variable(name, entry) for name, entry in data.items()}


def _variable(name: str, entry: dict[str, Any]) -> Variable:
    settings = dict(entry)
    for key in ("hard", "soft"):
        if key in settings:
            low, high = settings[key]
            settings[key] = (float(low), float(high))
    settings["levels"] = tuple(settings.get("levels", ()))
    try:
        if "measurement_error" in settings:
            settings["measurement_error"] = MeasurementError(**settings["measurement_error"])
        variable = Variable(name=name, **settings)
    except TypeError as unknown:
        raise ConfigError(str(unknown), file="dictionary.yaml", column=name) from None
    if variable.kind not in KINDS:
        raise ConfigError("kind makes no sense", file="dictionary.yaml", column=name)
    return variable


def variables_beyond(specs: Iterable[VariableSpec]) -> tuple[Variable, ...]:
    """A sheet's variables that the dictionary lacks, as the reader of cohorts takes them."""
    known = load_dictionary()
    return tuple(
        Variable(
            name=spec.name,
            label=spec.label,
            kind=spec.kind,
            source="the model's sheet",
            unit=spec.unit or None,
            hard=spec.hard,
            soft=spec.soft,
            levels=spec.levels,
            integer=spec.integer,
        )
        for spec in specs
        if spec.name not in known
    )
