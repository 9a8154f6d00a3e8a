"""Phrases and numbers that the short and the long form of a patient's answer share."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from hiprisk.cli.show.output import print_lines, print_styled
from hiprisk.cli.show.terminal import Style, columns
from hiprisk.wording.quantities import amount, vanishes

if TYPE_CHECKING:
    from hiprisk.sheet.format import Sheet

NO_PEOPLE = "The development cohort of this model is not known, so no comparison is possible."
MOST_PARTS = 5
MOST_COLUMNS = 100


def moves_text(sheet: Sheet, low: float, high: float) -> str:
    """How far the answer moves, as a range, with as many digits as keep it one and not zero."""
    low, high = sorted((low, high))
    for digits in (1, 2, 3):
        least, most = amount(sheet, low, digits=digits), amount(sheet, high, digits=digits)
        least = least.split(" ")[0]
        one_figure = math.isclose(low, high, rel_tol=1e-6)
        vanished = low > 0.0 and float(least) == 0.0
        if not vanished and (one_figure or least != most.split(" ")[0]):
            break
    return f"+/- {most}" if least == most.split(" ")[0] else f"+/- {least} to {most}"


def heading(text: str) -> None:
    """A line that opens a part."""
    print_styled("heading", "", text)


def some_of(sheet: Sheet, names: tuple[str, ...], most: int = MOST_PARTS) -> str:
    """Labels of variables, the first few of many."""
    labels = [sheet.variable(name).label for name in names]
    if len(labels) <= most + 1:
        return "; ".join(labels)
    return "; ".join(labels[:most]) + f"; and {len(labels) - most} more"


def cost_words(sheet: Sheet, wider: float, *, new_site: bool = False) -> str:
    """What the unknown variables cost; empty where it rounds to nothing.

    The interval of a score moves in whole steps of it, so that it may stay as it is. A new site's
    part cannot be told from the rest.
    """
    if vanishes(sheet, wider):
        return ""
    if not sheet.has_outcome_distribution:
        what = "The unknown values and the new site" if new_site else "The unknown values alone"
        return f"{what} span a range of {amount(sheet, wider)} (80 %)."
    what = "This and the new site widen" if new_site else "This widens"
    return f"{what} the 80 % prediction interval by {amount(sheet, wider)}."


def variables_counted(sheet: Sheet, not_known: Collection[str], *, new_site: bool) -> str:
    """How many variables the model knows of a patient.

    They are fewer than its columns: a category has one for each level but the first.
    """
    n = len(sheet.variables) - len(not_known) - new_site
    return f"{n} variable{'' if n == 1 else 's'}"


def filled_words(lacking: Collection[str], variables: Collection[str]) -> str:
    """Whether what a part rests on was imputed, wholly or partly; empty where all is known."""
    gone = sum(name in lacking for name in variables)
    if not gone:
        return ""
    return "imputed" if gone == len(variables) else "partly imputed"


def print_wrapped(text: str, *, indent: int = 0, style: Style | None = None) -> None:
    """Print a text in lines that fit the terminal, of at most 100 columns."""
    width = min(MOST_COLUMNS, columns())
    lines = [" " * indent + line for line in wrapped(text, width - indent)]
    if style is None:
        print_lines(*lines)
    else:
        print_styled(style, *lines)


def wrapped(text: str, width: int) -> Iterable[str]:
    """A text in lines of at most `width`."""
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
