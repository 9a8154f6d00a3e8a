"""How large a site must be for its own figures, and for its number of people to be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.validation.subgroups.disclosure import suppressed_cells


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumSiteSize:
    """How small a site may be and still be evaluated.

    Attributes
    ----------
    people : int
        With a known outcome.
    events : int
        Events, and people without one, where the outcome is binary.
    """

    people: int = 20
    events: int = 10

    def shortfall(self, y: Floats, *, binary: bool) -> tuple[int, str] | None:
        """How many people are too few in a site, and what the rule asks for; None where none.

        Parameters
        ----------
        y : ndarray, shape (n_rows,)
            Known outcomes of the site.
        binary : bool
        """
        if len(y) < self.people:
            return len(y), f"people with a known outcome, fewer than {self.people}"
        fewer = int(min(y.sum(), len(y) - y.sum())) if binary else self.events
        if fewer < self.events:
            return fewer, f"people in the smaller class, fewer than {self.events}"
        return None

    def in_words(self, *, binary: bool) -> str:
        """What a site needs."""
        words = f"at least {self.people} people with a known outcome"
        return f"{words} and {self.events} with and without the event" if binary else words


def is_binary(outcomes: Floats) -> bool:
    """Whether known outcomes are 0 and 1 alone."""
    return bool(np.isin(outcomes, (0.0, 1.0)).all())


# People and events of each site, None where they must not be shown.
ShownCounts = Mapping[str, tuple[int | None, int | None]]


def shown_counts(
    observed: Floats,
    groups: Integers,
    sites: Integers,
    labels: Sequence[str],
    *,
    binary: bool,
    smallest: int,
) -> ShownCounts:
    """People and events of each site; None where they must not be shown.

    Parameters
    ----------
    observed : ndarray, shape (n_rows,)
        Without missing values.
    groups : ndarray of int, shape (n_rows,)
        Person of each row.
    sites : ndarray of int, shape (n_rows,)
        Position of each row's site in `labels`; negative where it is not known.
    labels : sequence of str
    binary : bool
        Whether events and non-events count too; without, no events are given.
    smallest : int
        Least number of each that may be shown.
    """
    known = sites >= 0
    classes = [known, known & (observed == 1.0), known & (observed == 0.0)][: 3 if binary else 1]
    counts = np.array(
        [
            [len(np.unique(groups[mask & (sites == site)])) for mask in classes]
            for site in range(len(labels))
        ]
    )
    hidden = suppressed_cells(counts, smallest)
    return {
        label: (None, None)
        if hidden[site]
        else (int(counts[site, 0]), int(counts[site, 1]) if binary else None)
        for site, label in enumerate(labels)
    }
