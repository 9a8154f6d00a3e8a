"""Labels and units of variables, blocks and columns: what a person reads for a machine name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from hiprisk.sheet.format import OutcomeSpec, Sheet

# A dataclass with a label: an effect, a row, an axis.
Labelled = TypeVar("Labelled", bound=Any)
# How a metric of a study was evaluated, as its name in the evidence ends, the best first.
EVALUATIONS = {
    "corrected": "optimism-corrected",
    "cross_validated": "cross-validated",
    "out_of_fold": "out-of-fold",
    "holdout": "hold-out",
}
# Predictors are measured then; said where the outcome is the same score.
FIRST_VISIT = "at the first visit"
# The scale at the end of a unit, such as points 0-100.
SCALE = re.compile(r"\s*\(?\b(-?\d+)\s*-\s*(\d+)\)?$")


def in_words(name: str) -> str:
    """A name that has no label of its own, for instance of a block or of a setting."""
    return name.replace("_", " ")


def capital(text: str) -> str:
    """A text that begins a sentence."""
    return text[0].upper() + text[1:]


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: ``age, sex and body mass index``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def blocks_in_words(blocks: Sequence[str], labels: Mapping[str, str] = MappingProxyType({})) -> str:
    """Blocks of predictors by their labels: ``low back pain + hip motion``."""
    return " + ".join(labels.get(block) or in_words(block) for block in blocks)


def unit_of_amount(unit: str) -> str:
    """Unit of an amount, without the range of the scale.

    Examples
    --------
    >>> unit_of_amount("points 0-100")
    'points'
    """
    return SCALE.sub("", unit)


def with_unit(label: str, unit: str | None) -> str:
    """A label with its unit in brackets, where it has one."""
    return f"{label} ({unit})" if unit else label


# How sheets begin the estimand of a dichotomised score; people read of its risk.
CHANCE = "chance of: "


def estimand_in_words(outcome: OutcomeSpec) -> str:
    """What is predicted, in whom and when; of a category with the level that is the event."""
    level, label = outcome.event_level, outcome.label
    if outcome.estimand.startswith(CHANCE):
        return f"risk of: {outcome.estimand.removeprefix(CHANCE)}"
    if level is None:
        return outcome.estimand
    if outcome.estimand.startswith(label):
        return f"risk of {label}: {level}{outcome.estimand.removeprefix(label)}"
    return f"{outcome.estimand} (event: {level})"


def event_in_words(outcome: OutcomeSpec) -> str:
    """The event whose risk is predicted: of a dichotomised score the event, not the score."""
    if outcome.estimand.startswith(CHANCE):
        months = f" in {outcome.horizon_months:g} months"
        return outcome.estimand.removeprefix(CHANCE).partition(months)[0]
    level = outcome.event_level
    return outcome.label if level is None else f"{outcome.label}: {in_words(level)}"


def predictor_label(label: str, outcome: str) -> str:
    """A predictor's label, with its time where the outcome has the same label.

    Examples
    --------
    >>> predictor_label("WOMAC function", outcome="WOMAC function")
    'WOMAC function at the first visit'
    """
    return f"{label} {FIRST_VISIT}" if label == outcome else label


def predictors_labelled(parts: Iterable[Labelled], outcome: str) -> tuple[Labelled, ...]:
    """Effects, rows or axes of predictors, each with its `predictor_label`."""
    return tuple(replace(one, label=predictor_label(one.label, outcome)) for one in parts)


def sheet_labels(sheet: Sheet) -> dict[str, str]:
    """Labels of a sheet's variables and derived columns, by name."""
    labels = {one.name: one.label for one in sheet.derived if one.label}
    outcome = sheet.outcome.label
    labels[sheet.outcome.variable] = outcome
    return labels | {spec.name: predictor_label(spec.label, outcome) for spec in sheet.variables}


def column_label(column: str, labels: Mapping[str, str]) -> str:
    """Label of a numeric column; the indicator of a level has the level behind its variable's.

    Parameters
    ----------
    column : str
        As in a sheet: ``age_years``, ``sex=male``, or ``age_years'`` for a spline's further part.
    labels : mapping of str to str
        By name; a name that is not there is given in words.
    """
    name, equals, level = column.partition("=")
    plain = name.rstrip("'")
    label = labels.get(plain, in_words(plain))
    bends = len(name) - len(plain)
    bent = f", spline term {bends + 1}" if bends else ""
    return f"{label}: {in_words(level)}" if equals else f"{label}{bent}"
