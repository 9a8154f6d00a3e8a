"""Which codes of a record mean which variable: a declared map, with units by UCUM."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass as checked_dataclass

from hiprisk.cohort.dictionary import DICTIONARY_PAGE, Variable, load_dictionary
from hiprisk.cohort.items.coding import ItemsSource, items_problem
from hiprisk.cohort.items.instruments import ITEM_NAMES, SCORE_VARIABLES, item_tops
from hiprisk.serving.fhir.units import is_convertible, is_dimensionless
from hiprisk.sheet.format import VariableSpec
from hiprisk.spelling import did_you_mean
from hiprisk.yaml_settings import YamlDocument, parse_document, read_yaml

REFERENCE = "see docs/how-to/record-system.md"

_CODE = re.compile(r"[^\s|]+\|[^\s|,&?#{}]+")
_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True, coerce_numbers_to_str=True)


@checked_dataclass(frozen=True, kw_only=True, config=_STRICT)
class ObservationCode:
    """How one variable is recorded as an Observation.

    Attributes
    ----------
    codes : tuple of str
        ``system|code``; any of them means the variable.
    body_sites : tuple of str
        ``system|code``; if given, only what is recorded of one of them counts.
    units : tuple of str
        UCUM codes of the variable's own scale, where its unit is none that UCUM can convert
        (points of a score), for instance ``["{score}"]``.
    from_range : tuple of float, optional
        Range of the recorded scale, mapped linearly to the variable's hard range.
    values : dict of str to str
        ``system|code``, or ``true`` and ``false``, to the level that each means.
    texts : dict of str to str
        Texts and whole numbers without a code, to the level that each means.
    max_age_days : int, optional
        An older Observation is not used.
    """

    codes: tuple[str, ...] = Field(min_length=1)
    body_sites: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    from_range: tuple[float, float] | None = None
    values: dict[str, str] = Field(default_factory=dict)
    texts: dict[str, str] = Field(default_factory=dict)
    max_age_days: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _codes_have_systems(self) -> ObservationCode:
        _check_codes([*self.codes, *self.body_sites, *self.values])
        if self.from_range is not None and not self.from_range[0] < self.from_range[1]:
            raise ValueError("from_range must ascend")
        return self

    @property
    def is_score(self) -> bool:
        """Whether the scale counts points: a number without a unit is then one of its points."""
        return bool(self.units) and all(map(is_dimensionless, self.units))


@checked_dataclass(frozen=True, kw_only=True, config=_STRICT)
class QuestionnaireItems:
    """How the items of one score are recorded as QuestionnaireResponses.

    Attributes
    ----------
    instrument : str
        Which score the items make.
    questionnaires : tuple of str
        Canonical addresses of the Questionnaire, without version; empty where the items' names are
        in no other questionnaire.
    items : dict of str to str
        Each item of the instrument, and its ``linkId``; or ``system|code``, looked up in the
        Questionnaire.
    answers : dict of str to int
        ``system|code``, or ``true`` and ``false``, to the points that each means, as published.
    coded, reversed, labels, max_missing
        How numbers and texts are coded, and the missing rule; as in a mapping, see
        `hiprisk.cohort.items.coding.ItemsSource`.
    missing : tuple of str
        ``system|code`` or texts of answers that say that there is none.
    max_age_days : int, optional
        An older response is not used.
    """

    instrument: str
    questionnaires: tuple[str, ...] = ()
    items: dict[str, str]
    answers: dict[str, int] = Field(default_factory=dict)
    coded: tuple[int, int] | None = None
    reversed: bool = False
    labels: dict[str, int] = Field(default_factory=dict)
    max_missing: int | None = None
    missing: tuple[str, ...] = ()
    max_age_days: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _are_well_formed(self) -> QuestionnaireItems:
        _check_codes(self.answers)
        return self

    @property
    def coding(self) -> ItemsSource:
        """How the answers are coded, as a mapping has it."""
        return ItemsSource(
            instrument=self.instrument,
            columns=self.items,
            coded=self.coded,
            reversed=self.reversed,
            labels=self.labels,
            max_missing=self.max_missing,
        )


def _check_codes(codes: Iterable[str]) -> None:
    if any(not _CODE.fullmatch(text) for text in codes if text not in ("true", "false")):
        raise ValueError("a code is written system|code, for instance http://loinc.org|39156-5")


@checked_dataclass(frozen=True, kw_only=True, config=_STRICT)
class CodeMap:
    """How a record's fields and codes become variables.

    Attributes
    ----------
    patient : dict of str to str
        Variables read from the Patient: ``birthDate`` (completed years) or ``gender``.
    observations : dict of str to ObservationCode
        Variables that are recorded as Observations.
    questionnaires : dict of str to QuestionnaireItems
        Scores whose items are recorded as QuestionnaireResponses.
    """

    max_age_days: int = Field(default=365, ge=1)
    patient: dict[str, Literal["birthDate", "gender"]] = field(default_factory=dict)
    observations: dict[str, ObservationCode] = field(default_factory=dict)
    questionnaires: dict[str, QuestionnaireItems] = field(default_factory=dict)

    def oldest(self, source: ObservationCode | QuestionnaireItems) -> int:
        """Days beyond which a record of a variable is not used."""
        return source.max_age_days or self.max_age_days


def load_code_map(
    path: Path | str | None = None, *, variables: Sequence[VariableSpec] = ()
) -> CodeMap:
    """The packaged map, with a site's own entries over it.

    Parameters
    ----------
    path : Path or str, optional
    variables : sequence of VariableSpec
        Of the model: kinds, units and levels as its sheet has them, before the dictionary's.

    Raises
    ------
    ConfigError
        If an entry names an unknown variable, unit, level, item or key, or a code comes twice.
    StoreError
        If the file cannot be read.
    """
    packaged = _packaged()
    if path is None:
        return packaged
    document = read_yaml(path, what="code map", reference=REFERENCE)
    site = _code_map(document, variables)
    merged = CodeMap(
        max_age_days=site.max_age_days,
        patient={**packaged.patient, **site.patient},
        observations={**packaged.observations, **site.observations},
        questionnaires=site.questionnaires,
    )
    _check_codes_differ(merged, document)
    return merged


@functools.cache
def _packaged() -> CodeMap:
    text = resources.files("hiprisk.serving.fhir").joinpath("fhir_codes.yaml").read_text("utf-8")
    return code_map_from_text(text, name="fhir_codes.yaml")


def code_map_from_text(
    text: str, *, name: str = "code map", variables: Sequence[VariableSpec] = ()
) -> CodeMap:
    """Build a code map from YAML text; see `load_code_map`."""
    return _code_map(parse_document(text, name=name, reference=REFERENCE), variables)


def _code_map(document: YamlDocument, variables: Sequence[VariableSpec]) -> CodeMap:
    code_map = document.settings(CodeMap)
    known: dict[str, Variable | VariableSpec] = dict(load_dictionary())
    known |= {spec.name: spec for spec in variables}
    for section in ("patient", "observations", "questionnaires"):
        for name in getattr(code_map, section):
            _check_is_clinical(name, known, document, section)
    for name, source in code_map.observations.items():
        _check_observation(known[name], source, document)
    for name, items in code_map.questionnaires.items():
        _check_questionnaire(name, items, document)
    _check_codes_differ(code_map, document)
    return code_map


def _check_is_clinical(
    name: str, known: Mapping[str, Variable | VariableSpec], document: YamlDocument, section: str
) -> None:
    if name not in known or known[name].kind not in ("number", "category"):
        raise document.error(
            f"the dictionary has no clinical variable '{name}'",
            (section, name),
            advice=did_you_mean(name, known, otherwise=DICTIONARY_PAGE),
        )


def _check_observation(
    variable: Variable | VariableSpec, source: ObservationCode, document: YamlDocument
) -> None:
    place = ("observations", variable.name)
    problem = _problem(variable, source)
    if problem:
        raise document.error(problem, place)
    meant = [*source.values.values(), *source.texts.values()]
    # A site's map is for all of its models: a level that this one lacks is refused when it comes.
    packaged = load_dictionary().get(variable.name)
    levels = dict.fromkeys([*variable.levels, *(packaged.levels if packaged else ())])
    document.check_values(meant, levels, place, what="level")


def _problem(variable: Variable | VariableSpec, source: ObservationCode) -> str | None:
    coded = source.values or source.texts
    if variable.kind == "category":
        return None if coded else "a category needs values: codes and what each means"
    if coded:
        return "values belong to a category, and this variable is a number"
    if not is_convertible(variable.unit or "") and not source.units:
        return "name the UCUM codes of this scale in units, for instance ['{score}']"
    if source.from_range is not None and variable.hard is None:
        return "from_range needs a variable with a range"
    return None


def _check_questionnaire(name: str, source: QuestionnaireItems, document: YamlDocument) -> None:
    place = ("questionnaires", name)
    document.check_values([source.instrument], ITEM_NAMES, place, what="instrument")
    scored = SCORE_VARIABLES[source.instrument]
    if scored != name:
        raise document.error(
            f"the instrument '{source.instrument}' scores {scored}, not this variable", place
        )
    problem = items_problem(source.coding)
    if problem:
        # A mapping names columns where a code map names items.
        problem = problem.replace("items.columns", "items").replace("items.", "")
        raise document.error(problem.replace("read from the column", "known as"), place)
    points = item_tops(source.instrument)
    if any(not 0 <= value <= max(points.values()) for value in source.answers.values()):
        raise document.error(
            "answers give each code its points as published, from 0 to "
            f"{max(points.values())}; numbers in another coding take coded",
            place,
        )


def _check_codes_differ(code_map: CodeMap, document: YamlDocument) -> None:
    seen: dict[str, list[tuple[str, ObservationCode]]] = {}
    for variable, source in code_map.observations.items():
        for code in source.codes:
            for other, known in seen.get(code, []):
                # Of the right hip and of the left one code may be two variables.
                apart = source.body_sites and known.body_sites
                if not apart or set(source.body_sites) & set(known.body_sites):
                    raise document.error(
                        f"one code means both '{other}' and '{variable}'",
                        ("observations", variable),
                        advice="tell them apart by body_sites, if the record does",
                    )
            seen.setdefault(code, []).append((variable, source))
