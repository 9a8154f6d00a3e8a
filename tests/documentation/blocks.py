"""Blocks of code in README.md and docs, and what must hold for how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_INDENTED = re.compile(r" {4} *\S")
_FENCE = re.compile(r"^( *)(`{3,})(.*)$")
_LIST_OR_NOTE = re.compile(r" *(\* |- |\d+\. |!!! |\?\?\?)")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes
    ----------
    page : str
        The page's path below the project.
    line : int
        Line of the opening fence, from 1.
    language : str
        What stands behind the opening fence.
    text : str
    """

    page: str
    line: int
    language: str
    text: str

    @property
    def first(self) -> str:
        """First line, by which a block is named in the lists of `reasons`."""
        return next((line.strip() for line in self.text.splitlines() if line.strip()), "")

    def __str__(self) -> str:
        return f"{self.page}:{self.line} {self.language}: {self.first[:60]}"


def pages() -> list[str]:
    """README.md and every page of docs."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page.relative_to(ROOT).as_posix() for page in found]


def blocks_of(page: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return list(_blocks(page, (ROOT / page).read_text(encoding="utf-8")))


def _blocks(page: str, text: str) -> Iterator[Block]:
    opened: tuple[int, str, str, str] | None = None
    inside: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        fence = _FENCE.match(line)
        if opened is None:
            if fence:
                opened = (number, fence[1], fence[2], fence[3].strip())
                inside = []
        elif fence and fence[2] == opened[2] and not fence[3].strip():
            yield Block(page, opened[0], opened[3], "\n".join(inside) + "\n")
            opened = None
        else:
            inside.append(line.removeprefix(opened[1]))
    assert opened is None, f"{page}: the block of line {opened and opened[0]} has no end"


def indented_blocks(page: str) -> list[int]:
    """Lines at which a block begins that is indented in place of being fenced."""
    found, fenced, before, last = [], False, "", ""
    for number, line in enumerate((ROOT / page).read_text(encoding="utf-8").splitlines(), 1):
        if _FENCE.match(line):
            fenced = not fenced
        # Below a list or an admonition the indent belongs to that.
        elif not (fenced or before.strip() or _LIST_OR_NOTE.match(last)) and _INDENTED.match(line):
            found.append(number)
        if line.strip() and not line.startswith("  "):
            last = line
        before = line
    return found
