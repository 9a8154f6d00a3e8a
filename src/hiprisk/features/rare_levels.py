"""Levels of categories so rare that many resamples lack them: known before anything is fitted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.cohort.dictionary import Variable
from hiprisk.features.design import Design
from hiprisk.wording.quantities import plural

# A resample of persons lacks k of them with probability e^-k: above one in ten up to 2.
RARE = 2
NO_LEVEL = "the reference level"


@dataclass(frozen=True, slots=True, kw_only=True)
class RareLevel:
    """A level that few people have, or in which few have the event, or few have not.

    Attributes
    ----------
    variable, label, level : str
    n_people : int
    n_events : int or None
        People with the event; None where the outcome is a score.
    """

    variable: str
    label: str
    level: str
    n_people: int
    n_events: int | None

    def in_words(self, *, smallest_cell: int = 1) -> str:
        """The level with its people and events; counts below the smallest cell are not shown."""
        if 0 < self.n_people < smallest_cell:
            return f"{self.label}: {self.level} (fewer than {smallest_cell} people)"
        if self.n_events is not None:
            rarer = min(self.n_events, self.n_people - self.n_events)
            if 0 < rarer < smallest_cell:
                side = "with" if rarer == self.n_events else "without"
                few = f"fewer than {smallest_cell} {side} the event"
                return f"{self.label}: {self.level} ({self.n_people} people, {few})"
        events = "" if self.n_events is None else f", {plural(self.n_events, 'event')}"
        people = "1 person" if self.n_people == 1 else f"{self.n_people} people"
        return f"{self.label}: {self.level} ({people}{events})"


def rare_levels(
    design: Design,
    dictionary: Mapping[str, Variable],
    columns: Floats,
    persons: Integers,
    *,
    events: Floats | None = None,
) -> tuple[RareLevel, ...]:
    """Levels that at most two people have, or in which at most two are of one class.

    Parameters
    ----------
    design : Design
    dictionary : mapping of str to Variable
    columns : ndarray, shape (n_rows, n_columns)
        As `Design.numeric` gives them, of rows with a known outcome.
    persons : ndarray of int, shape (n_rows,)
    events : ndarray, shape (n_rows,), optional
        1 or 0, where the outcome is binary.
    """
    found = []
    # Intercepts of named sites are shrunken: a small one is no obstacle.
    predictors = design.columns[: design.n_imputed]
    for variable in dict.fromkeys(c.variable for c in predictors if c.level is not None):
        for level, has in _levels(design, dictionary[variable], columns):
            n_people = len(np.unique(persons[has]))
            classes = [n_people]
            n_events = None
            if events is not None:
                n_events = len(np.unique(persons[has & (events > 0.0)]))
                classes += [n_events, len(np.unique(persons[has & (events < 1.0)]))]
            if n_people and min(classes) <= RARE:
                found.append(
                    RareLevel(
                        variable=variable,
                        label=dictionary[variable].label,
                        level=level,
                        n_people=n_people,
                        n_events=n_events,
                    )
                )
    return tuple(found)


def _levels(design: Design, variable: Variable, columns: Floats) -> Iterator[tuple[str, Bools]]:
    """Each level with the rows that have it, the reference level first."""
    own = [place for place, c in enumerate(design.columns) if c.variable == variable.name]
    named = [str(design.columns[place].level) for place in own]
    # Levels that nobody has have no column either, and then the reference has no certain name.
    others = [level for level in variable.levels if level not in named]
    reference = others[0] if len(others) == 1 else NO_LEVEL
    yield reference, (columns[:, own] == 0.0).all(axis=1)
    for place, level in zip(own, named, strict=True):
        yield level, columns[:, place] == 1.0
