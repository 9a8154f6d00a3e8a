"""Lines and tables that fit a number of columns, broken at spaces alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

GAP = "  "
NARROW = 20
# Stands for a space at which no line is broken, while lines are laid out.
_FIXED = "\x00"
_BELONG_TOGETHER = re.compile(
    r"(?<=\d) (?=%)|(?<=%) (?=CI\b)|(?<=\bn) (?== )|(?<=\bp) (?=[=<] )|(?<=[=<]) (?=[-+\d])"
)
_NUMBER = re.compile(r"[-+]?[\d,]*\.?\d+(e[-+]\d+)?( %)?")
_INTERVAL = re.compile(r"\([-+.\d]+ to [-+.\d]+\)|^[-+.\d]+ to [-+.\d]+$")


def wrapped(text: str, width: int, *, hanging: int = 0) -> list[str]:
    """A text in lines of at most `width`, as long as its words allow.

    The lines keep the text's indentation, those after the first `hanging` more; a line that fits
    is left as it is.
    """
    if len(text) <= width:
        return [text]
    indent = " " * (len(text) - len(text.lstrip(" ")))
    lines, line = [], indent
    for word in _words(text.strip(" ")):
        between = " " if line.strip(" ") else ""
        if between and len(line) + 1 + len(word) > width:
            lines.append(line)
            line, between = indent + " " * hanging, ""
        line += between + word
    return [*lines, line]


def _words(text: str) -> list[str]:
    """Parts between which a line may be broken; spaces in a row stay."""
    fixed = _BELONG_TOGETHER.sub(_FIXED, text)
    return [word.replace(_FIXED, " ") for word in re.split(r"(?<=\S) (?=\S)", fixed)]


def table_lines(
    head: Sequence[str], rows: Sequence[Sequence[str]], width: int
) -> Iterator[tuple[str, bool]]:
    """Lines of a table, and whether each belongs to its head.

    Columns whose cells are all numbers are aligned on the right. Where the table is wider than
    `width`, its headings are broken at spaces first, then its widest cells; one that does not fit
    even so is turned, a line a cell.
    """
    texts = [[str(cell) for cell in row] for row in (head, *rows)]
    right = [all(_is_number(row[i]) for row in texts[1:]) for i in range(len(head))]
    widths = _widths(texts, width)
    if widths is None:
        yield from _turned(texts, width)
        return
    place: list[Callable[[str, int], str]] = [str.rjust if one else str.ljust for one in right]
    broken = _Breaker(texts, widths)
    for number, row in enumerate(texts):
        for line in broken.lines(row):
            cells = [put(cell, size) for put, cell, size in zip(place, line, widths, strict=True)]
            yield GAP.join(cells).rstrip(), number == 0
        if number == 0:
            yield GAP.join("-" * size for size in widths), True


def _widths(texts: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """Widths of the columns; None where not even their longest words fit."""
    by_column = list(zip(*texts, strict=True))
    widths = [max(map(len, column)) for column in by_column]
    room = width - len(GAP) * (len(widths) - 1)
    # A heading costs two or three lines once, a broken cell a line each time, and figures are
    # read down their column.
    for least in (_with_broken_head, _with_broken_texts, _with_broken_cells):
        smallest = [least(column) for column in by_column]
        while sum(widths) > room:
            widest = max(range(len(widths)), key=lambda i: (widths[i] > smallest[i], widths[i]))
            if widths[widest] <= smallest[widest]:
                break
            widths[widest] -= 1
        if sum(widths) <= room:
            return widths
    return None


def _with_broken_head(column: Sequence[str]) -> int:
    return max(_longest_word(column[0]), *(len(cell) for cell in column[1:]))


def _with_broken_texts(column: Sequence[str]) -> int:
    if any(_INTERVAL.search(cell) for cell in column):
        return _with_broken_head(column)
    # A column of single words is worse to read than an interval in two lines.
    return max(_with_broken_cells(column), min(NARROW, max(map(len, column))))


def _with_broken_cells(column: Sequence[str]) -> int:
    return max(map(_longest_word, column))


def _longest_word(cell: str) -> int:
    return max(map(len, _cell_words(cell)), default=0)


def _cell_words(cell: str) -> list[str]:
    """As of a line; an interval in brackets stays whole."""
    return _words(_INTERVAL.sub(lambda found: found[0].replace(" ", _FIXED), cell))


class _Breaker:
    """Cells broken to the widths of their columns."""

    def __init__(self, texts: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        self._widths = widths
        # Where the first column is broken, its further lines must not look like rows.
        self._hanging = 2 if max(len(row[0]) for row in texts) > widths[0] > 12 else 0

    def lines(self, row: Sequence[str]) -> list[list[str]]:
        """A row's lines, each with a cell a column."""
        cells = [self._cell(cell, place) for place, cell in enumerate(row)]
        height = max(map(len, cells))
        return [
            [cell[line] if line < len(cell) else "" for cell in cells] for line in range(height)
        ]

    def _cell(self, cell: str, place: int) -> list[str]:
        width = self._widths[place]
        if len(cell) <= width:
            return [cell]
        hanging = self._hanging if place == 0 and _longest_word(cell) <= width - 2 else 0
        lines, line = [], ""
        for word in _cell_words(cell):
            if line and len(line) + 1 + len(word) > width:
                lines.append(line)
                line = " " * hanging
            line += (" " if line.strip(" ") else "") + word
        return [*lines, line]


def _turned(texts: Sequence[Sequence[str]], width: int) -> Iterator[tuple[str, bool]]:
    """A row as lines: its first cell, and below it heading and cell of the others."""
    head = texts[0]
    for row in texts[1:]:
        for line in wrapped(row[0] or head[0], width):
            yield line, True
        for name, cell in zip(head[1:], row[1:], strict=True):
            if cell:
                for line in wrapped(f"  {name}: {cell}", width, hanging=2):
                    yield line, False


def _is_number(text: str) -> bool:
    return not text or _NUMBER.fullmatch(text) is not None


def said_once(sentences: Sequence[str]) -> list[str]:
    """Sentences of several lines without what they repeat, which stands once below them.

    A sentence behind the first of its line that other lines have too is replaced by a star.
    """
    split = [re.split(r"(?<=\.) (?=[A-Z])", line) for line in sentences]
    behind = [one for line in split for one in dict.fromkeys(line[1:])]
    repeated = [one for one in dict.fromkeys(behind) if behind.count(one) > 1]
    marks = {one: "*" * (place + 1) for place, one in enumerate(repeated)}
    lines = [line[0] + "".join(f" {marks.get(one, one)}" for one in line[1:]) for line in split]
    return [*lines, *(f"{mark} {one}" for one, mark in marks.items())]
