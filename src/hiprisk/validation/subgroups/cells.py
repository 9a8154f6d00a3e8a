"""Who is in which group, and which groups are too small to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.metrics.events import EventOutcome
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.validation.subgroups.definitions import Grouping
from hiprisk.validation.subgroups.disclosure import suppressed_cells

EVERYBODY = "everybody"


@dataclass(frozen=True)
class Cell:
    """Rows of one group that may be shown.

    Attributes
    ----------
    grouping : str
    code : int
        Position of the level; 0 for everybody.
    rows : ndarray of int
    """

    grouping: str
    code: int
    rows: Integers

    @property
    def key(self) -> tuple[str, int]:
        """Grouping and code."""
        return self.grouping, self.code


def counts_of(grouping: Grouping, persons: Integers, events: Floats | None) -> Integers:
    """People of each level, and those with and without the event, shape (n_levels, 1 or 3)."""
    masks = [np.ones(len(persons), bool)]
    if events is not None:
        masks += [events == 1.0, events == 0.0]
    counts = [
        [
            len(np.unique(persons[mask & (grouping.codes == code)]))
            for code in range(len(grouping.levels))
        ]
        for mask in masks
    ]
    return np.array(counts, dtype=np.intp).T


def hidden_levels(
    grouping: Grouping, y: Floats, persons: Integers, *, kind: OutcomeKind, smallest: int
) -> Bools:
    """Which levels must not be shown."""
    return suppressed_cells(counts_of(grouping, persons, y if kind == "binary" else None), smallest)


def shown_cells(parted: Sequence[Grouping], hidden: Mapping[str, Bools], n: int) -> list[Cell]:
    """Everybody, and every group that is shown."""
    cells = [Cell(EVERYBODY, 0, np.arange(n))]
    for grouping in parted:
        cells += [
            Cell(grouping.name, int(code), np.flatnonzero(grouping.codes == code))
            for code in np.flatnonzero(~hidden[grouping.name])
        ]
    return cells


def cells_of_event(
    event: EventOutcome,
    parted: Sequence[Grouping],
    hidden: Mapping[str, Bools],
    *,
    persons: Integers,
    smallest: int,
) -> list[Cell]:
    """Groups in which an event may be shown: its own counts must be large enough too."""
    found = [Cell(EVERYBODY, 0, np.flatnonzero(event.known))]
    for grouping in parted:
        codes = np.where(event.known, grouping.codes, -1)
        own = Grouping(grouping.name, grouping.label, grouping.levels, codes)
        left_out = suppressed_cells(
            counts_of(own, persons, event.happened), smallest, already=hidden[grouping.name]
        )
        found += [
            Cell(grouping.name, int(code), np.flatnonzero(codes == code))
            for code in np.flatnonzero(~left_out)
        ]
    return found
