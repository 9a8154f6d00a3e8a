"""The clinical dictionary: every variable's meaning, unit, ranges and levels."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Literal

from hiprisk.sheet.format import MeasurementError, VariableSpec
from hiprisk.wording.labels import in_words
from hiprisk.yaml_settings import parse_document

DICTIONARY_PAGE = "see docs/reference/dictionary.md"


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
    return dictionary_from_text(text, name="dictionary.yaml")


def dictionary_from_text(text: str, *, name: str = "dictionary") -> Mapping[str, Variable]:
    """Build a dictionary from YAML text; see `load_dictionary`."""
    document = parse_document(text, name=name, reference=DICTIONARY_PAGE)
    for key, entry in document.data.items():
        if isinstance(entry, dict):
            entry["name"] = key
    return document.settings(dict[str, Variable])


def variable_label(name: str) -> str:
    """What a person reads for a variable; a name that the dictionary lacks is given in words."""
    dictionary = load_dictionary()
    return dictionary[name].label if name in dictionary else in_words(name)


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
