"""Derived features: those of hips and backs, and those that a study declares."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence

from hiprisk.cohort.dictionary import DICTIONARY_PAGE, Dictionary
from hiprisk.config.derived import DerivedSettings
from hiprisk.errors import ConfigError
from hiprisk.features.back import back_features
from hiprisk.features.hip import hip_features
from hiprisk.sheet.format import Derived
from hiprisk.spelling import did_you_mean

Steps = tuple[Derived, ...]


@functools.cache
def packaged_features() -> Mapping[str, Steps]:
    """Every packaged feature by name, with the steps that lead to it."""
    return {**hip_features(), **back_features()}


def features_of(dictionary: Dictionary) -> dict[str, Steps]:
    """Every feature of a study by name: packaged and declared."""
    return {**packaged_features(), **dictionary.derived}


def roots(steps: Sequence[Derived]) -> list[str]:
    """Variables that steps start from."""
    made = {step.name for step in steps}
    operands = [name for step in steps for name in step.of if isinstance(name, str)]
    return [name.partition("=")[0] for name in operands if name not in made]


def variables_behind(names: Iterable[str], dictionary: Dictionary) -> set[str]:
    """Variables that predictors are made of: themselves, or what they derive from."""
    features = features_of(dictionary)
    return {root for name in names for root in roots(features.get(name, ())) or [name]}


def with_declared(dictionary: Dictionary, declared: Mapping[str, DerivedSettings]) -> Dictionary:
    """The dictionary with the features that a study declares.

    Raises
    ------
    ConfigError
        If a name is taken, an operand is not known or no number, or features go in a circle.
    """
    for name in dictionary.own:
        if name in packaged_features():
            raise ConfigError(
                f"'{name}' is a derived feature of hiprisk, and a variable cannot have its name",
                column=name,
                advice="give your variable another name",
            )
    if not declared:
        return dictionary
    return dictionary.with_derived(_Declared(dictionary, declared).features())


class _Declared:
    """A study's declared features, each with what it needs before it."""

    def __init__(self, dictionary: Dictionary, declared: Mapping[str, DerivedSettings]) -> None:
        self._dictionary = dictionary
        self._declared = declared
        self._found: dict[str, Steps] = {}

    def features(self) -> dict[str, Steps]:
        for name in self._declared:
            if name in self._dictionary or name in packaged_features():
                kind = "variable" if name in self._dictionary else "derived feature"
                raise self._error(name, f"'{name}' is the name of a {kind} already", key="")
        for name in self._declared:
            self._steps(name, ())
        return {name: self._found[name] for name in self._declared}

    def _steps(self, name: str, above: tuple[str, ...]) -> Steps:
        if name in self._found:
            return self._found[name]
        if name in above:
            circle = (*above[above.index(name) :], name)
            raise self._error(name, f"these go in a circle: {' -> '.join(circle)}")
        settings = self._declared[name]
        before: dict[str, Derived] = {}
        for operand in settings.of:
            if isinstance(operand, str):
                before |= {step.name: step for step in self._of(operand, name, above)}
        own = Derived(
            name=name, op=settings.op, of=settings.of, label=settings.label, unit=settings.unit
        )
        self._found[name] = (*before.values(), own)
        return self._found[name]

    def _of(self, operand: str, name: str, above: tuple[str, ...]) -> Steps:
        """Steps that lead to an operand; none for a variable."""
        if operand in self._declared:
            return self._steps(operand, (*above, name))
        if operand in packaged_features():
            return packaged_features()[operand]
        variable_name, is_level, level = operand.partition("=")
        variable = self._dictionary.get(variable_name)
        if variable is None:
            known = [*self._dictionary, *packaged_features(), *self._declared]
            raise self._error(
                name,
                f"'{operand}' is neither a variable of the dictionary nor a derived feature",
                advice=did_you_mean(operand, known, otherwise=DICTIONARY_PAGE),
            )
        if variable.kind == "number" and not is_level:
            return ()
        if variable.kind != "category":
            raise self._error(name, f"'{operand}' is no number ({variable.kind})")
        if not is_level:
            example = f"{variable_name}={(variable.levels or ('level',))[-1]}"
            raise self._error(
                name, f"'{operand}' is a category", advice=f"name one of its levels: {example}"
            )
        if variable.levels and level not in variable.levels:
            raise self._error(
                name,
                f"'{level}' is no level of {variable_name}; known: {', '.join(variable.levels)}",
                advice=did_you_mean(level, variable.levels),
            )
        return ()

    def _error(
        self, name: str, reason: str, *, key: str = ".of", advice: str | None = None
    ) -> ConfigError:
        return ConfigError(reason, column=f"derived.{name}{key}", advice=advice)
