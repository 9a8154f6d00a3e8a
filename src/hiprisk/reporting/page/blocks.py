"""What a report is made of: a first screen, and sections of paragraphs, tables and pictures."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field

from hiprisk.wording.quantities import TOO_FEW

# The two parts of a report: what everybody reads, and what is looked up.
BODY, APPENDIX = "body", "appendix"
# Higher than this, in inches, a figure is illegible in a third of a page of paper.
HIGHEST, HIGHEST_WIDE = 5.6, 6.0
POINTS_AN_INCH = 72.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; cells are text, and columns of figures stand on the right.

    Attributes
    ----------
    strong : tuple of int
        Rows to highlight, by position.
    folded : bool
        Whether the table opens only when asked for, and is named, not printed, on paper.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    strong: tuple[int, ...] = ()
    folded: bool = False

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold figures alone."""
        return tuple(
            all(_is_figure(row[position]) for row in self.rows)
            for position in range(len(self.head))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure, with what it shows in words for those who cannot see it.

    Attributes
    ----------
    name : str
        Of the file: ``calibration.png``.
    png : bytes
        For MLflow and the bundle's folder of figures.
    svg : bytes
        For the page, where there is one: it stays sharp at any size and on paper.
    wide : bool
        Whether it takes a whole line of the page: a forest with its numbers, a flow.
    """

    name: str
    png: bytes
    alt: str
    caption: str = ""
    svg: bytes = b""
    wide: bool = False

    @property
    def uri(self) -> str:
        """The picture inside the page."""
        kind, content = ("svg+xml", self.svg) if self.svg else ("png", self.png)
        return f"data:image/{kind};base64," + base64.b64encode(content).decode()

    @property
    def large(self) -> bool:
        """Whether it needs a page of paper to itself."""
        found = re.search(rb'<svg[^>]* height="([\d.]+)pt"', self.svg)
        highest = HIGHEST_WIDE if self.wide else HIGHEST
        return found is not None and float(found[1]) > POINTS_AN_INCH * highest


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a report: paragraphs, pictures, tables, notes, in this order.

    Attributes
    ----------
    part : str
        `BODY` or `APPENDIX`.
    """

    anchor: str
    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = field(default=())
    part: str = BODY

    @property
    def picture_rows(self) -> tuple[tuple[Picture, ...], ...]:
        """The pictures two a row, as paper has them; a wide or large one is alone in its row."""
        rows: list[list[Picture]] = []
        for picture in self.pictures:
            last = rows[-1] if rows else []
            if len(last) != 1 or any(one.wide or one.large for one in (picture, *last)):
                rows.append([picture])
            else:
                last.append(picture)
        return tuple(map(tuple, rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A figure of a tile: what it is, its value, and its interval or verdict behind it."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One answer of the first screen.

    Attributes
    ----------
    title : str
    lines : tuple of Line
        The first is set largest where it is the only one.
    note : str
        What to compare it with, or how to read it.
    anchor : str
        Of the section that has it in full; empty for none.
    """

    title: str
    lines: tuple[Line, ...]
    note: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstScreen:
    """What a reader sees before scrolling.

    Attributes
    ----------
    verdict : tuple of str
        Two sentences.
    facts : tuple of Line
        For whom, what changes an answer, whether it can be trusted: label and value.
    tiles : tuple of Tile
    picture : Picture or None
    """

    verdict: tuple[str, ...]
    facts: tuple[Line, ...] = ()
    tiles: tuple[Tile, ...] = ()
    picture: Picture | None = None


def _is_figure(text: str) -> bool:
    if text == TOO_FEW:
        return True
    return all(character in "0123456789.,+-e()<% " for character in text.replace(" to ", ""))
