"""Whether a patient is like those that a model learned from, in words that every way out shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hiprisk.sheet.distance import Distance, distance

if TYPE_CHECKING:
    from hiprisk.serving.patient import Model

LIKENESS = {
    "alike": "like those that the model learned from",
    "less_usual": "less usual than 19 in 20 of those that the model learned from",
    "unlike": "unlike those that the model learned from: fewer than 1 in 100 are as far out",
}
SHORT_LIKENESS = {
    "alike": "Like those learned from",
    "less_usual": "Less usual than 19 in 20 of those learned from",
    "unlike": "Unlike those learned from (fewer than 1 in 100 are as far out)",
}
_WARNINGS = {
    "less_usual": "Note: taken together, these values are less usual than 19 in 20 of those "
    "learned from.",
    "unlike": "WARNING: taken together, these values are unlike those learned from; check them.",
}
_NOTHING_KNOWN = "Note: nothing is known by which to tell whether the model fits this patient."


def likeness_warning(found: Distance | None) -> str | None:
    """One line for whoever reads the answer; None where the patient is like those learned from.

    Values that are each possible may be impossible together, which only the distance shows.

    Parameters
    ----------
    found : Distance or None
        None where nothing is known.
    """
    return _NOTHING_KNOWN if found is None else _WARNINGS.get(found.likeness)


def warning_for(model: Model, patient: Mapping[str, object]) -> str | None:
    """The same line for values by name, as `Model.predict` takes them.

    Raises
    ------
    InputError
        If a name is no variable of the model.
    """
    columns, _ = model.columns_of(patient)
    known = model.evaluator.numeric_columns(columns, 1)
    return likeness_warning(distance(model.sheet, known))
