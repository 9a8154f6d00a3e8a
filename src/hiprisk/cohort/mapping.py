"""A source's own columns, codes, sentinels and units, mapped to the dictionary."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import field, fields, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, InstanceOf, model_validator
from pydantic.dataclasses import dataclass as checked_dataclass

from hiprisk.cohort.bundled_variables import BundledVariables
from hiprisk.cohort.dictionary import DICTIONARY_PAGE, Dictionary, Variable, load_dictionary
from hiprisk.cohort.items.coding import ItemsSource, items_problem
from hiprisk.cohort.items.instruments import ITEM_NAMES, SCORE_VARIABLES
from hiprisk.cohort.own_variables import DEFINING, combined, load_own_dictionary
from hiprisk.provenance import current_provenance
from hiprisk.spelling import did_you_mean
from hiprisk.values import one_code, twice_with_two_meanings
from hiprisk.yaml_settings import UndecidedLines, YamlDocument, parse_document, read_yaml
from hiprisk.yaml_strict import KeyPath

REFERENCE = "see docs/reference/cohorts.md"

# The unit that others of its kind are told in, and the factor to it.
UNITS: Mapping[str, tuple[str, float]] = {
    "deg": ("deg", 1.0),
    "rad": ("deg", 180.0 / math.pi),
    "cm": ("cm", 1.0),
    "m": ("cm", 100.0),
    "mm": ("cm", 0.1),
    "inch": ("cm", 2.54),
    "kg": ("kg", 1.0),
    "g": ("kg", 0.001),
    "lb": ("kg", 0.45359237),
    "months": ("months", 1.0),
    "years": ("months", 12.0),
    "weeks": ("months", 12.0 / 52.1775),
    "days": ("months", 12.0 / 365.2425),
    "s": ("s", 1.0),
    "minutes": ("s", 60.0),
    "hours": ("s", 3600.0),
}

_OWN = "a variable of your own is declared in a YAML file that dictionary: names"
_VISITS = re.compile(r"_(followup|interim)(?=_)")
# A unit that says both ends, such as points 0-100.
_SCALE = re.compile(r"\b[0-9]+-[0-9]+\b")
_PLAIN_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")

_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True, coerce_numbers_to_str=True)


@checked_dataclass(frozen=True, kw_only=True, config=_STRICT)
class VariableSource:
    """Where one dictionary variable comes from.

    Attributes
    ----------
    column : str, optional
        Column of the source.
    levels : dict of str to str
        Codes of the source and the level that each means.
    missing : tuple of str
        Texts that mean missing, beside the usual ones.
    unit : str, optional
        Unit of the source, where it is not the dictionary's.
    from_range : tuple of float, optional
        Range of the source's scale, mapped linearly to the dictionary's hard range.
    reverse : bool
        The source's scale runs the other way: an angle is negated, a bounded score mirrored.
    items : ItemsSource, optional
        Items that make the score.
    value : str, optional
        The same for every row.
    """

    column: str | None = None
    levels: dict[str, str] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unit: str | None = None
    from_range: tuple[float, float] | None = None
    reverse: bool = False
    items: ItemsSource | None = None
    value: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> VariableSource:
        given = [self.column is not None, self.items is not None, self.value is not None]
        if sum(given) != 1:
            raise ValueError("give exactly one of column, items and value")
        if self.from_range is not None and not self.from_range[0] < self.from_range[1]:
            raise ValueError("from_range must ascend; a scale that runs down takes reverse: true")
        return self


@checked_dataclass(frozen=True, kw_only=True, config=_STRICT)
class TextFormat:
    """How a file is written; what is not stated is detected.

    Attributes
    ----------
    labelled_codes : bool
        Cells hold a code and its label, as in ``1: Yes`` or ``.: Missing form``; numbers are read
        from the code, levels by the whole cell, the code or the label.
    sheet : str, optional
        Which sheet of a workbook, where several hold data.
    delimiter, decimal, encoding : str, optional
        Character between fields, decimal mark, and encoding of the texts, such as ``cp1252``.
    """

    labelled_codes: bool = False
    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None
    encoding: str | None = None
    sheet: str | None = None

    @model_validator(mode="after")
    def _one_character_each(self) -> TextFormat:
        if self.delimiter is not None and (
            len(self.delimiter) != 1
            or not self.delimiter.isascii()
            or self.delimiter in '"\r\n\0'
            or self.delimiter.isalnum()
        ):
            raise ValueError(
                "delimiter must be one character such as ; or a tab: no letter, digit, quote or "
                "line end"
            )
        return self


def _in_current_words(stated: object) -> object:
    """A provenance of an older version as it is written today; what is no word is refused later."""
    return current_provenance(stated) if isinstance(stated, str) else stated


@checked_dataclass(frozen=True, kw_only=True, config=_STRICT)
class CohortMapping:
    """How a source's columns become dictionary variables.

    Attributes
    ----------
    grain : str
        What a row is: ``person`` or ``hip``.
    imputation_column : str, optional
        Names the stacked imputations' number; without it a stacked file is refused.
    imputations : tuple of str
        Which of the stacked imputations are read; empty for all.
    where : dict of str to tuple of str
        Only rows whose source column holds one of these texts are read.
    missing : tuple of str
        Texts that mean missing in every column, beside the usual ones.
    ignore_case : bool
        Columns are found whatever the case of their names, for sources whose releases differ.
    dictionary : Dictionary
        What its variables mean. In YAML the name of a file with the user's own variables, from the
        folder of the mapping.
    undecided : tuple of UndecidedLines
        Lines that a draft asks about and nobody has answered, in its file and its dictionary's;
        no key of the file.
    provenance : str
        Whether the people are ``real`` or ``simulated``; ``unknown`` where nobody says.
    format : TextFormat
        How the file is written; what is not stated is detected.
    variables : dict of str to VariableSource
        Where each variable comes from; the name of a column where nothing else is to be said.
    """

    ignore_case: bool = False
    grain: Literal["person", "hip"] = "person"
    provenance: Annotated[
        Literal["simulated", "real", "unknown"], BeforeValidator(_in_current_words)
    ] = "unknown"
    format: TextFormat = field(default_factory=TextFormat)
    imputation_column: str | None = None
    imputations: tuple[str, ...] = ()
    where: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()
    variables: dict[str, VariableSource] = Field(default_factory=dict)
    dictionary: InstanceOf[Dictionary] = Field(default_factory=load_dictionary, repr=False)
    undecided: tuple[InstanceOf[UndecidedLines], ...] = Field(default=(), repr=False)

    @model_validator(mode="after")
    def _imputations_have_a_column(self) -> CohortMapping:
        if self.imputations and self.imputation_column is None:
            raise ValueError("imputations needs imputation_column")
        return self


def load_mapping(
    path: Path | str,
    *,
    dictionary: Dictionary | None = None,
    bundled: BundledVariables | None = None,
) -> CohortMapping:
    """Read a column mapping.

    Parameters
    ----------
    path : path-like
    dictionary : Dictionary, optional
        The study's; what the mapping's own dictionary says must not contradict it.
    bundled : BundledVariables, optional
        Of the model that is applied: its own variables win over every dictionary.

    Raises
    ------
    ConfigError
        If it has an unknown key, an unknown variable, level, unit or instrument.
    StoreError
        If the file, or the dictionary that it names, cannot be read.
    """
    document = read_yaml(path, what="mapping", reference=REFERENCE)
    return _mapping(document, Path(path).parent, dictionary, bundled)


def mapping_from_text(
    text: str,
    *,
    name: str = "mapping",
    folder: Path | str = ".",
    dictionary: Dictionary | None = None,
    bundled: BundledVariables | None = None,
) -> CohortMapping:
    """Build a mapping from YAML text, the dictionary that it names in a folder."""
    document = parse_document(text, name=name, reference=REFERENCE)
    return _mapping(document, Path(folder), dictionary, bundled)


def _mapping(
    document: YamlDocument,
    folder: Path,
    dictionary: Dictionary | None,
    bundled: BundledVariables | None,
) -> CohortMapping:
    known = _dictionary(document, folder, dictionary)
    document.data["dictionary"] = known if bundled is None else bundled.laid_over(known)
    variables = document.data.get("variables")
    if isinstance(variables, dict):
        document.data["variables"] = {
            key: {"column": value} if isinstance(value, str) else value
            for key, value in variables.items()
        }
    _check_no_definitions(document)
    _check_beside_items(document)
    undecided = tuple(dict.fromkeys((*document.undecided, *known.undecided)))
    mapping = replace(document.settings(CohortMapping), undecided=undecided)
    for key, source in mapping.variables.items():
        _check_source(key, source, document, mapping.dictionary)
    return mapping


def _check_no_definitions(document: YamlDocument) -> None:
    """Raise ConfigError where a mapping says what a variable is: it would not be heeded."""
    variables = document.data.get("variables")
    sources = variables.items() if isinstance(variables, dict) else ()
    foreign = DEFINING - {one.name for one in fields(VariableSource)}
    for name, source in sources:
        defining = sorted(foreign & set(source)) if isinstance(source, dict) else []
        if defining:
            raise document.error(
                "a dictionary says what a variable is; a mapping says where it comes from",
                ("variables", name, defining[0]),
                advice="write it into the YAML file that dictionary: names; "
                "see docs/how-to/own-variables.md",
            )


def _check_beside_items(document: YamlDocument) -> None:
    """Raise ConfigError where what stands beside items is put inside them, or the reverse."""
    variables = document.data.get("variables")
    sources = variables.items() if isinstance(variables, dict) else ()
    of_items = {one.name for one in fields(ItemsSource)}
    for name, source in sources:
        if not isinstance(source, dict):
            continue
        items = source.get("items")
        if isinstance(items, dict) and "missing" in items:
            raise document.error(
                "missing belongs beside items, not inside them",
                ("variables", name, "items", "missing"),
                advice="write it under the variable, at the level of items",
            )
        for key in sorted(of_items & set(source)):
            raise document.error(
                f"{key} stands inside items, not beside them",
                ("variables", name, key),
                advice="write it at the level of instrument and columns",
            )


def _dictionary(document: YamlDocument, folder: Path, dictionary: Dictionary | None) -> Dictionary:
    """The study's dictionary and that which the mapping names, as one."""
    named = document.data.get("dictionary")
    study = dictionary or load_dictionary()
    if named is None:
        return study
    if not isinstance(named, str) or not named:
        raise document.error("must be the name of a YAML file", ("dictionary",))
    both, differ = combined(study, load_own_dictionary(folder / named))
    if differ:
        raise document.error(
            f"the study's dictionary says something else of {', '.join(differ)}",
            ("dictionary",),
            advice="name one dictionary in both, or make the two agree",
        )
    return both


def identity_mapping(columns: list[str], dictionary: Dictionary | None = None) -> CohortMapping:
    """Mapping of a file whose columns have names of the dictionary; others are ignored."""
    known = dictionary or load_dictionary()
    found = {name: VariableSource(column=name) for name in columns if name in known}
    found |= {k: v for k, v in sources_by_name(columns, known).items() if k not in found}
    return CohortMapping(variables=found, dictionary=known)


def sources_by_name(
    columns: list[str], variables: Mapping[str, Variable]
) -> dict[str, VariableSource]:
    """Variables whose column has their name, or else one of their aliases, and no other has."""
    found = {}
    for name, variable in variables.items():
        named = [name] if name in columns else [one for one in variable.aliases if one in columns]
        if len(named) == 1:
            found[name] = VariableSource(column=named[0])
    return found


def _check_source(
    key: str, source: VariableSource, document: YamlDocument, dictionary: Dictionary
) -> None:
    place: KeyPath = ("variables", key)
    variable = dictionary.get(key)
    if variable is None:
        raise document.error(
            f"the dictionary has no variable '{key}'",
            place,
            advice=f"{did_you_mean(key, dictionary, otherwise=DICTIONARY_PAGE)}; {_OWN}",
        )
    if source.items is not None:
        document.check_values([source.items.instrument], ITEM_NAMES, place, what="instrument")
    problem = (
        _level_problem(variable, source)
        or _unit_problem(variable, source)
        or _items_problem(variable, source)
        or _constant_problem(variable, source)
    )
    if problem:
        raise document.error(problem, place)
    if source.levels and variable.levels:
        document.check_values(source.levels.values(), variable.levels, place, what="level")
    _check_no_contradiction(place, source, document)


def _check_no_contradiction(place: KeyPath, source: VariableSource, document: YamlDocument) -> None:
    """Raise ConfigError where two keys of a variable, or two texts of one, exclude each other."""
    meanings: dict[KeyPath, Mapping[str, object]] = {(*place, "levels"): source.levels}
    if source.items is not None:
        meanings[(*place, "items", "labels")] = source.items.labels
        for item, labels in source.items.item_labels.items():
            meanings[(*place, "items", "item_labels", item)] = labels
    missing = {one_code(text.strip()) for text in source.missing}
    for path, by_text in meanings.items():
        twice = twice_with_two_meanings(by_text)
        if twice is not None:
            raise document.error(
                f"'{twice[0]}' and '{twice[1]}' are one code, and mean two things here",
                (*path, twice[1]),
                advice="keep one of the two lines",
            )
        both = [text for text in by_text if one_code(text.strip()) in missing]
        if both:
            raise document.error(
                f"missing of this variable names '{both[0]}' too, and a code is one of both",
                (*path, both[0]),
                advice="take it out of missing, or out of these codes",
            )
    idle = _keys_without_effect(source)
    if idle:
        reason, key = idle
        raise document.error(reason, (*place, key), advice=f"leave {key} out")


def _keys_without_effect(source: VariableSource) -> tuple[str, str] | None:
    """Why a key would do nothing, or would do what is done already; and the key."""
    if source.items is not None and source.from_range is not None:
        return "a score that is made of its items is on its own scale already", "from_range"
    converting = ("from_range", "unit", "levels")
    given = [name for name in converting if source.value is not None and getattr(source, name)]
    if given:
        return "a value for every row is taken as it is", given[0]
    return None


def _level_problem(variable: Variable, source: VariableSource) -> str | None:
    if source.levels and variable.kind == "number":
        return "levels belong to a category, and this variable is a number"
    return None


def unit_factor(given: str, wanted: str | None) -> float | None:
    """Factor from one unit to another; None where they do not measure the same."""
    if given == wanted:
        return 1.0
    base, factor = UNITS.get(given, ("", 0.0))
    wanted_base, wanted_factor = UNITS.get(wanted or "", (None, 1.0))
    return factor / wanted_factor if base == wanted_base else None


def _unit_problem(variable: Variable, source: VariableSource) -> str | None:
    if source.unit is not None and unit_factor(source.unit, variable.unit) is None:
        fitting = [unit for unit in UNITS if unit_factor(unit, variable.unit) is not None]
        known = ", ".join(fitting) or "none"
        return f"the unit '{source.unit}' does not convert to {variable.unit}; known: {known}"
    if (source.from_range or source.reverse) and (variable.kind != "number" or not variable.hard):
        return "from_range and reverse need a number with a range"
    if source.from_range and is_angle(variable):
        return "from_range is of a scale with two ends; an angle has a unit"
    if source.reverse and not (is_angle(variable) or is_bounded_score(variable)):
        return (
            "reverse negates an angle and mirrors a bounded score, and this variable is neither; "
            "a score of your own is one if its dictionary gives it a direction"
        )
    return None


def is_angle(variable: Variable) -> bool:
    """Whether a variable is measured in degrees or radians from zero, to either side."""
    return variable.kind == "number" and unit_factor("deg", variable.unit) is not None


def is_bounded_score(variable: Variable) -> bool:
    """Whether both ends of a variable's range are ends of its scale, as those of 0-100 are.

    The range of a height or an age only says what is credible.
    """
    if variable.kind != "number" or variable.hard is None or is_angle(variable):
        return False
    names_its_ends = _SCALE.search(variable.unit or "") is not None
    return variable.direction is not None or names_its_ends


def _items_problem(variable: Variable, source: VariableSource) -> str | None:
    if source.items is None:
        return None
    instrument = source.items.instrument
    scored = load_dictionary()[SCORE_VARIABLES[instrument]]
    if _VISITS.sub("", variable.name) != scored.name:
        # HOOS where WOMAC is meant would run the other way.
        if variable.name in load_dictionary():
            return f"the instrument '{instrument}' scores {scored.name}, not this variable"
        if (variable.hard, variable.direction) != (scored.hard, scored.direction):
            low, high = scored.hard or (0, 0)
            return (
                f"the instrument '{instrument}' gives a score of {low:g} to {high:g}: declare a "
                f"variable of your own with hard: [{low:g}, {high:g}] and direction: "
                f"{scored.direction}"
            )
    return items_problem(source.items)


def _constant_problem(variable: Variable, source: VariableSource) -> str | None:
    """A value for every row must be one that a cell of the file could hold."""
    if source.value is None:
        return None
    if variable.kind == "number":
        if not _PLAIN_NUMBER.fullmatch(source.value):
            return "value must be a number"
        if variable.hard and not variable.hard[0] <= float(source.value) <= variable.hard[1]:
            return f"value must lie in {variable.hard[0]:g} to {variable.hard[1]:g}"
    if variable.levels and source.value not in variable.levels:
        return f"value must be one of the levels {', '.join(variable.levels)}"
    return None
