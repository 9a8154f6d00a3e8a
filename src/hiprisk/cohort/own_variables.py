"""A user's own variables: a YAML file of the packaged dictionary's schema, laid over it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from hiprisk.cohort.dictionary import DICTIONARY_PAGE, Dictionary, Variable, load_dictionary
from hiprisk.cohort.findings import Finding
from hiprisk.sheet.format import MeasurementError
from hiprisk.yaml_settings import YamlDocument, parse_document, read_yaml

DICTIONARY_CHANGED = "DICTIONARY_CHANGED"
LONGEST_NAME = 64
_NAME = re.compile(r"[a-z][a-z0-9_]*")
# Columns that scoring adds, and options of `hiprisk predict` that are no variables.
_SCORED = ("risk", "predicted", "lower_80", "upper_80", "lower_95", "upper_95", "imputed", "flags",
           "reason")  # fmt: skip
_OPTIONS = ("bundle", "source", "from", "record", "fhir", "fhir_codes", "show_values", "why",
            "json", "help", "expect_sha256", "trusted_key", "trusted_keys")  # fmt: skip
# What a packaged variable is, and what packaged rules and features count on.
_FIXED = ("kind", "unit", "direction")
_OF_NUMBERS = ("unit", "hard", "soft", "integer", "direction",
               "minimal_detectable_change", "measurement_error")  # fmt: skip
REQUIRED = ("label", "kind")
_COMPARED = {
    "label": "label", "hard": "hard range", "soft": "soft range", "levels": "levels",
    "integer": "whole numbers only", "monotone": "expected sign",
    "minimal_detectable_change": "minimal detectable change",
    "measurement_error": "measurement error",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableEntry:
    """What a user's file says of one variable; None where it says nothing. See `Variable`."""

    label: str | None = None
    kind: Literal["number", "category", "identifier", "date"] | None = None
    source: str | None = None
    unit: str | None = None
    hard: tuple[float, float] | None = None
    soft: tuple[float, float] | None = None
    levels: tuple[str, ...] | None = None
    aliases: tuple[str, ...] | None = None
    integer: bool | None = None
    direction: Literal["higher_worse", "higher_better"] | None = None
    monotone: Literal[-1, 0, 1] | None = None
    minimal_detectable_change: float | None = None
    measurement_error: MeasurementError | None = None

    @property
    def stated(self) -> dict[str, Any]:
        """What the file says."""
        pairs = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in pairs if value is not None}


# Keys that say what a variable is.
DEFINING = frozenset(VariableEntry.__dataclass_fields__)


def load_own_dictionary(path: Path | str) -> Dictionary:
    """The packaged dictionary with a user's file laid over it.

    Raises
    ------
    ConfigError
        If the file is not strict YAML, an entry breaks a rule, a name cannot be used, or a
        packaged variable is given another kind, unit or direction.
    StoreError
        If the file cannot be read.
    """
    return from_document(read_yaml(path, what="dictionary", reference=DICTIONARY_PAGE))


def dictionary_of(path: Path | str | None) -> Dictionary:
    """The dictionary of whoever may name a file of own variables: without one, the packaged."""
    return load_dictionary() if path is None else load_own_dictionary(path)


def own_dictionary_from_text(text: str, *, name: str = "variables.yaml") -> Dictionary:
    """Build a dictionary from YAML text; see `load_own_dictionary`."""
    return from_document(parse_document(text, name=name, reference=DICTIONARY_PAGE))


def from_document(document: YamlDocument) -> Dictionary:
    """Build a dictionary from entries that were read; see `load_own_dictionary`."""
    packaged = load_dictionary()
    entries = document.settings(dict[str, VariableEntry])
    found = {}
    for name, entry in entries.items():
        known = packaged.get(name)
        try:
            if known is None:
                check_usable(name_problem(name))
                found[name] = _new(name, entry, source=document.name)
            else:
                found[name] = stated_anew(known, entry.stated)
            check_variable(found[name])
        except BrokenEntry as rule:
            raise document.error(rule.reason, _place(document, name, rule.key)) from None
    _check_aliases(found, packaged, document)
    changed = [name for name in found if name in packaged and list(_changes(found[name]))]
    return Dictionary({**packaged, **found}, changed=changed, undecided=document.undecided)


class BrokenEntry(Exception):
    """A rule that an entry breaks, and the key that does; never seen by a user as it is."""

    def __init__(self, reason: str, key: str = "") -> None:
        super().__init__(reason)
        self.reason, self.key = reason, key


def _place(document: YamlDocument, name: str, key: str) -> tuple[str, ...]:
    return (name, key) if key and (name, key) in document.lines else (name,)


def name_problem(name: str) -> str | None:
    """Why a variable of one's own cannot have a name; None where it can."""
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        return (
            "a name is made of small letters, digits and underscores, begins with a letter and has "
            f"at most {LONGEST_NAME} characters"
        )
    return reserved_problem(name)


def reserved_problem(name: str) -> str | None:
    """Why a name cannot be used where models are used: it means something else there."""
    if name in _SCORED or name.startswith("chance_"):
        return f"'{name}' is the name of a column that scoring adds"
    if name in _OPTIONS:
        return f"'{name}' is an option of hiprisk predict"
    return None


def check_usable(problem: str | None) -> None:
    """Raise `BrokenEntry` if there is a problem with a name."""
    if problem:
        raise BrokenEntry(f"{problem}: choose another name")


def _new(name: str, entry: VariableEntry, *, source: str) -> Variable:
    for key in REQUIRED:
        if getattr(entry, key) is None:
            raise BrokenEntry(
                f"the packaged dictionary has no variable '{name}', and a new one needs label and "
                "kind",
                key,
            )
    return Variable(**{"name": name, "source": source, **entry.stated})


def stated_anew(known: Variable, stated: Mapping[str, Any]) -> Variable:
    """A packaged variable with what is said anew of it.

    A hard range that is said alone narrows the packaged soft one to what lies inside.

    Raises
    ------
    BrokenEntry
        If it is given another kind, unit or direction: then it is another variable.
    """
    for key in _FIXED:
        if key in stated and stated[key] != getattr(known, key):
            raise BrokenEntry(
                f"the {key} of the packaged variable is {getattr(known, key) or 'none'} and stays "
                "so: give yours a name of its own",
                key,
            )
    if known.name == "data_provenance" and "levels" in stated:
        raise BrokenEntry("which levels mean simulated people is fixed", "levels")
    anew = replace(known, **stated)
    return anew if "soft" in stated else replace(anew, soft=_inside(anew.soft, anew.hard))


def _inside(
    soft: tuple[float, float] | None, hard: tuple[float, float] | None
) -> tuple[float, float] | None:
    """A soft range as far as a hard one allows it."""
    if soft is None or hard is None:
        return soft
    low, high = max(soft[0], hard[0]), min(soft[1], hard[1])
    return (low, high) if low < high else None


def check_variable(variable: Variable) -> None:
    """Raise `BrokenEntry` if what is said of a variable contradicts itself."""
    if not variable.label.strip():
        raise BrokenEntry("a label is needed: what a person reads", "label")
    if variable.kind != "number":
        for key in _OF_NUMBERS:
            if getattr(variable, key):
                raise BrokenEntry(f"{key} belongs to a number, and this is: {variable.kind}", key)
    if variable.levels:
        _check_levels(variable)
    _check_ranges(variable)
    error = variable.measurement_error
    if error is not None and not 0.0 < error.low <= error.high:
        raise BrokenEntry("low and high must be positive and ascend", "measurement_error")


def _check_levels(variable: Variable) -> None:
    levels = variable.levels
    if variable.kind != "category":
        raise BrokenEntry(f"levels belong to a category, and this is: {variable.kind}", "levels")
    if len(levels) < 2 or len(set(levels)) < len(levels):
        raise BrokenEntry("a category has two or more levels, each once", "levels")
    if any(level != level.strip() or not level for level in levels):
        raise BrokenEntry("a level is a text without blanks around it", "levels")
    if any("=" in level for level in levels):
        raise BrokenEntry("a level has no equals sign", "levels")


def _check_ranges(variable: Variable) -> None:
    for key in ("hard", "soft"):
        ends = getattr(variable, key)
        if ends is not None and not (all(map(math.isfinite, ends)) and ends[0] < ends[1]):
            raise BrokenEntry(f"{key} must be two finite numbers that ascend", key)
    hard, soft = variable.hard, variable.soft
    if hard and soft and not hard[0] <= soft[0] < soft[1] <= hard[1]:
        raise BrokenEntry(
            f"the soft range must lie inside the hard range, {hard[0]:g} to {hard[1]:g}", "soft"
        )


def _check_aliases(
    found: Mapping[str, Variable], packaged: Mapping[str, Variable], document: YamlDocument
) -> None:
    owner: dict[str, str] = dict.fromkeys({*packaged, *found}, "")
    for name, variable in found.items():
        for alias in variable.aliases:
            if alias in owner and alias != name:
                of = owner[alias] or alias
                raise document.error(f"'{alias}' is a name of '{of}' already", (name, "aliases"))
            owner[alias] = name


def _changes(variable: Variable) -> Iterator[str]:
    """What is said anew of a packaged variable, in words."""
    before = load_dictionary()[variable.name]
    for key, words in _COMPARED.items():
        old, new = getattr(before, key), getattr(variable, key)
        if old != new:
            yield f"{words} {_shown(key, new)} (packaged: {_shown(key, old)})"


def _shown(key: str, value: Any) -> str:
    if value is None or value == ():
        return "none"
    if key in ("hard", "soft"):
        return f"{value[0]:g} to {value[1]:g}"
    if key == "measurement_error":
        return f"{value.low:g} to {value.high:g}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def changed_findings(dictionary: Dictionary, names: Iterable[str]) -> Iterator[Finding]:
    """A note for each packaged variable of a cohort that a user's file says anew."""
    present = set(names)
    for name in dictionary.changed:
        # A model that is applied may have it as it is packaged.
        changes = list(_changes(dictionary[name])) if name in present else []
        if changes:
            yield Finding(
                code=DICTIONARY_CHANGED,
                severity="note",
                column=name,
                message=f"redefined: {'; '.join(changes)}",
                advice="say so wherever results are compared with others'",
            )


def combined(one: Dictionary, other: Dictionary) -> tuple[Dictionary, tuple[str, ...]]:
    """Two dictionaries as one, and the variables of which they say different things."""
    stated = one.stated
    differ = [name for name, said in other.stated.items() if stated.get(name, said) != said]
    return one.overlaid_by(other), tuple(sorted(differ))
