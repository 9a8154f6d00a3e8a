"""Names of predictors beside a plot."""

from __future__ import annotations

import textwrap

LETTERS = 24


def short(name: str, letters: int) -> str:
    """A name in at most so many letters.

    Examples
    --------
    >>> short("moderate", 5), short("none", 5)
    ('mode…', 'none')
    """
    return name if len(name) <= letters else f"{name[: letters - 1].rstrip()}…"


def two_lines(name: str) -> str:
    """A name in at most two lines, shortened where it is longer.

    Examples
    --------
    >>> two_lines("Hip flexion, worse side")
    'Hip flexion, worse side'
    >>> two_lines("Knee osteoarthritis or knee pain").split(chr(10))
    ['Knee osteoarthritis or', 'knee pain']
    """
    return "\n".join(textwrap.wrap(name, LETTERS, max_lines=2, placeholder=" …"))
