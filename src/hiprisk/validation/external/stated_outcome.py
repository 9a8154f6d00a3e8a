"""An outcome that is named by its variable alone, without a study that declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hiprisk.cohort.dictionary import Variable
from hiprisk.config import OutcomeSettings
from hiprisk.config.published import DeclaredOutcome
from hiprisk.errors import ConfigError
from hiprisk.learning.event_codes import CONVENTIONS
from hiprisk.spelling import did_you_mean
from hiprisk.values import one_code

OPTION = "--outcome"
EVENT_OPTION = "--event-level"
# Of an outcome that nobody declared.
ANYBODY = "the people of the file"


def outcome_of_variable(
    name: str, dictionary: Mapping[str, Variable], *, event_level: str | None = None
) -> DeclaredOutcome:
    """An outcome as the dictionary describes its variable.

    Parameters
    ----------
    name : str
        A number, or a category with levels.
    dictionary : mapping of str to Variable
        Packaged variables, a user's own, or a model's.
    event_level : str, optional
        Level of a category that counts as the event; yes, 1 or true where it has such levels.

    Raises
    ------
    ConfigError
        If there is no such variable, or nobody says which level is the event.
    """
    variable = _variable(name, dictionary)
    event = _event_of(variable, event_level)
    return DeclaredOutcome(
        variable=variable.name,
        label=variable.label,
        kind="continuous" if event is None else "binary",
        unit=(variable.unit or "") if event is None else "probability",
        higher_is="better" if variable.direction == "higher_better" else "worse",
        horizon_months=1.0,
        population=ANYBODY,
        bounds=variable.hard if event is None else None,
        event_level=event,
        levels=variable.levels if event is not None else (),
    )


def outcome_in_place(
    declared: OutcomeSettings,
    name: str,
    dictionary: Mapping[str, Variable],
    *,
    event_level: str | None = None,
) -> OutcomeSettings:
    """What a model predicts, read from another variable: of another visit, for instance.

    Raises
    ------
    ConfigError
        If the variable is of another kind, or on another scale than the model predicts.
    """
    variable = _variable(name, dictionary)
    is_category = variable.kind == "category"
    if is_category != (declared.event_level is not None):
        raise ConfigError(
            f"the model predicts {_kind(category=not is_category)}, and {name} is "
            f"{_kind(category=is_category)}",
            column=OPTION,
        )
    if is_category:
        event = _event_of(variable, event_level or _same_level(declared.event_level, variable))
        return replace(declared, variable=name, label=variable.label, event_level=event,
                       levels=variable.levels)  # fmt: skip
    if event_level is not None:
        raise ConfigError("a number has no levels", column=EVENT_OPTION)
    if declared.bounds is not None and variable.hard not in (None, declared.bounds):
        raise ConfigError(
            f"the model predicts a score of {declared.bounds[0]:g} to {declared.bounds[1]:g}, and "
            f"{name} runs from {variable.hard[0]:g} to {variable.hard[1]:g}",
            column=OPTION,
            advice="map the column with from_range to a variable of the model's scale",
        )
    _check_unit(declared, variable, dictionary)
    return replace(declared, variable=name, label=variable.label)


def _check_unit(
    declared: OutcomeSettings, variable: Variable, dictionary: Mapping[str, Variable]
) -> None:
    """Raise ConfigError if a number counts in another unit, or the other way, than the model's."""
    name, own = variable.name, dictionary.get(declared.variable)
    predicted = declared.unit
    if declared.dichotomise is not None:
        # Its unit is that of the probability; the score has the variable's.
        predicted = (own.unit or "") if own is not None else ""
    bounds = declared.bounds
    ours, theirs = (_bare_unit(unit, bounds) for unit in (predicted, variable.unit or ""))
    # Equal bounds say the scale too, where nobody states a unit.
    same_scale = bounds is not None and variable.hard is not None
    unknown = declared.dichotomise is not None and not ours
    if ours != theirs and not unknown and not (same_scale and not (ours and theirs)):
        came = f"{name} is in {variable.unit}" if theirs else f"{name} has no unit"
        raise ConfigError(
            f"the model predicts {predicted or 'a number without a unit'}, and {came}",
            column=OPTION,
            advice="name a variable that is the model's outcome in its unit; a mapping converts "
            "the units of columns",
        )
    other_way = {"worse": "higher_better", "better": "higher_worse"}[declared.higher_is]
    if variable.direction == other_way:
        raise ConfigError(
            f"the model predicts a number that is {declared.higher_is} where it is higher, and "
            f"{name} runs the other way",
            column=OPTION,
            advice="map the column to a variable of the model's direction",
        )


def _bare_unit(unit: str, bounds: tuple[float, float] | None) -> str:
    """A unit without the scale that may stand in it, in one letter case."""
    if bounds is not None:
        unit = unit.replace(f"{bounds[0]:g}-{bounds[1]:g}", "")
    return " ".join(unit.casefold().split())


def _kind(*, category: bool) -> str:
    return "a level of a category" if category else "a number"


def _same_level(event_level: str | None, variable: Variable) -> str | None:
    return event_level if event_level in variable.levels else None


def _variable(name: str, dictionary: Mapping[str, Variable]) -> Variable:
    variable = dictionary.get(name)
    if variable is None or variable.kind not in ("number", "category"):
        raise ConfigError(
            f"the dictionary has no number or category '{name}'",
            column=OPTION,
            advice=did_you_mean(
                name,
                dictionary,
                otherwise="see docs/reference/dictionary.md, or give --study FILE, or "
                "--dictionary FILE with variables of your own",
            ),
        )
    return variable


def _event_of(variable: Variable, stated: str | None) -> str | None:
    """Level that counts as the event; None for a number."""
    if variable.kind == "number":
        if stated is not None:
            raise ConfigError("a number has no levels", column=EVENT_OPTION)
        return None
    by_code = {one_code(level): level for level in variable.levels}
    if stated is not None:
        if one_code(stated) not in by_code:
            raise ConfigError(
                f"'{stated}' is no level of {variable.name}",
                column=EVENT_OPTION,
                advice=f"it has {', '.join(variable.levels)}" if variable.levels
                else "declare its levels in a dictionary",
            )  # fmt: skip
        return by_code[one_code(stated)]
    for no, yes in CONVENTIONS:
        if by_code.keys() == {no, yes}:
            return by_code[yes]
    levels = ", ".join(variable.levels) or "none are declared"
    raise ConfigError(
        f"which level of {variable.name} is the event?",
        column=OPTION,
        advice=f"state {EVENT_OPTION} LEVEL; its levels: {levels}",
    )
