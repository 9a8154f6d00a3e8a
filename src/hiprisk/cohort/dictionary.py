"""The clinical dictionary: every variable's meaning, unit, ranges and levels.

One `Dictionary` goes with a cohort from its file to its report: the packaged one, with a study's
own variables and a model's laid over it. Whoever wants to know what a variable means asks that one.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Literal

from hiprisk.sheet.format import Derived, MeasurementError, VariableSpec
from hiprisk.wording.labels import in_words
from hiprisk.yaml_settings import UndecidedLines, parse_document

DICTIONARY_PAGE = "see docs/reference/dictionary.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One clinical variable.

    Attributes
    ----------
    name, label : str
        Short name, and what it is in words.
    kind : str
        ``number``, ``category``, ``identifier`` or ``date``.
    source : str
        Where what is said here was found.
    unit : str or None
        Of a number.
    hard : tuple of float or None
        A number outside is refused.
    soft : tuple of float or None
        A number outside is worth a warning.
    levels : tuple of str
        Levels of a category; empty where any text is a level.
    aliases : tuple of str
        Other names of a column that holds it.
    integer : bool
        Only whole numbers count.
    direction : str or None
        Whether more of a score is worse (``higher_worse``) or better (``higher_better``).
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
    aliases: tuple[str, ...] = ()
    integer: bool = False
    direction: Literal["higher_worse", "higher_better"] | None = None
    monotone: int = 0
    minimal_detectable_change: float | None = None
    measurement_error: MeasurementError | None = None


# Where a variable comes from that no dictionary declares.
FROM_SHEET, FROM_OUTCOME, FROM_FILE = "the model's sheet", "the model's outcome", "the file"
UNDECLARED = frozenset({FROM_SHEET, FROM_OUTCOME, FROM_FILE})


class Dictionary(Mapping[str, Variable]):
    """Variables by name; frozen.

    Parameters
    ----------
    variables : mapping of str to Variable
    derived : mapping of str to tuple of Derived, optional
        Features that a study declares, each with the steps that lead to it.
    changed : iterable of str
        Packaged variables that a user's file says anew.
    undecided : iterable of UndecidedLines
        Lines of users' files that a draft asks about and nobody has answered.
    """

    __slots__ = ("_variables", "changed", "derived", "undecided")

    def __init__(
        self,
        variables: Mapping[str, Variable],
        *,
        derived: Mapping[str, tuple[Derived, ...]] | None = None,
        changed: Iterable[str] = (),
        undecided: Iterable[UndecidedLines] = (),
    ) -> None:
        self._variables = dict(variables)
        self.derived = dict(derived or {})
        self.changed = tuple(sorted(set(changed)))
        self.undecided = tuple(dict.fromkeys(undecided))

    def __getitem__(self, name: str) -> Variable:
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    @property
    def own(self) -> dict[str, Variable]:
        """Variables that the packaged dictionary lacks."""
        packaged = load_dictionary()
        return {name: one for name, one in self.items() if name not in packaged}

    @property
    def undeclared(self) -> dict[str, Variable]:
        """Own variables that no dictionary declares: a model's, or a column that was asked for.

        No mapping can name them, so that they are read from the columns of their names.
        """
        return {name: one for name, one in self.own.items() if one.source in UNDECLARED}

    @property
    def stated(self) -> dict[str, Variable]:
        """Variables that are not as the packaged dictionary has them, or not in it at all."""
        packaged = load_dictionary()
        return {name: one for name, one in self.items() if packaged.get(name) != one}

    def label(self, name: str) -> str:
        """What a person reads for a variable; a name that the dictionary lacks is put in words."""
        if name in self:
            return self[name].label
        return self.derived[name][-1].label if name in self.derived else in_words(name)

    def with_variables(self, more: Iterable[Variable]) -> Dictionary:
        """The same with further variables, which win over those of the same name."""
        added = {variable.name: variable for variable in more}
        if not added:
            return self
        return self._with({**self, **added}, derived=self.derived)

    def overlaid_by(self, other: Dictionary) -> Dictionary:
        """The same with everything that another dictionary states, which wins."""
        return Dictionary(
            {**self, **other.stated},
            derived={**self.derived, **other.derived},
            changed=(*self.changed, *other.changed),
            undecided=(*self.undecided, *other.undecided),
        )

    def with_derived(self, derived: Mapping[str, tuple[Derived, ...]]) -> Dictionary:
        """The same with features that a study declares."""
        return self._with(self, derived={**self.derived, **derived})

    def _with(
        self, variables: Mapping[str, Variable], *, derived: Mapping[str, tuple[Derived, ...]]
    ) -> Dictionary:
        return Dictionary(
            variables, derived=derived, changed=self.changed, undecided=self.undecided
        )

    def with_model(self, specs: Iterable[VariableSpec]) -> Dictionary:
        """The same with a model's variables as its sheet has them, which win.

        A model is applied to what it was fitted on: its units, ranges and levels, whatever a
        dictionary says today.
        """
        return self.with_variables(
            _as_the_sheet_has_it(spec, self.get(spec.name)) for spec in specs
        )


def _as_the_sheet_has_it(spec: VariableSpec, known: Variable | None) -> Variable:
    base = known or Variable(name=spec.name, label=spec.label, kind=spec.kind, source=FROM_SHEET)
    return replace(
        base,
        kind=spec.kind,
        unit=spec.unit or None,
        hard=spec.hard,
        soft=spec.soft,
        levels=spec.levels,
        integer=spec.integer,
    )


@functools.cache
def load_dictionary() -> Dictionary:
    """The packaged dictionary: every variable by name, in the order of the file.

    Raises
    ------
    ConfigError
        If the packaged file contradicts itself.
    """
    text = resources.files("hiprisk.cohort").joinpath("dictionary.yaml").read_text("utf-8")
    return dictionary_from_text(text, name="dictionary.yaml")


def dictionary_from_text(text: str, *, name: str = "dictionary") -> Dictionary:
    """Build a whole dictionary from YAML text; see `load_dictionary`."""
    document = parse_document(text, name=name, reference=DICTIONARY_PAGE)
    for key, entry in document.data.items():
        if isinstance(entry, dict):
            entry["name"] = key
    return Dictionary(document.settings(dict[str, Variable]))
