"""How large a site must be for its own figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats


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
