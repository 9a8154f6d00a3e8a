"""A small picture of intervals in a terminal."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

UNICODE = {"outer": "·", "inner": "━", "point": "●", "axis": "─", "tick": "┬"}
ASCII = {"outer": "-", "inner": "=", "point": "o", "axis": "-", "tick": "+"}
TICKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One line of the picture; a bound that is None is not drawn."""

    label: str
    point: float
    inner: tuple[float | None, float | None]
    outer: tuple[float | None, float | None]


def draw_bands(
    bands: Sequence[Band], *, low: float, high: float, unit: str, width: int = 51
) -> list[str]:
    """Lines of an axis and of each band on it.

    Parameters
    ----------
    bands : sequence of Band
    low, high : float
        Ends of the axis.
    unit : str
        Stands at the right end of the axis.
    width : int
        Characters from end to end.
    """
    marks = marks_for(getattr(sys.stdout, "encoding", None))
    ticks = [low + (high - low) * i / TICKS for i in range(TICKS + 1)]
    places = [_place(tick, low, high, width) for tick in ticks]
    numbers = [" "] * (width + 8)
    axis = [marks["axis"]] * width
    for tick, place in zip(ticks, places, strict=True):
        text = f"{tick:.3g}"
        start = max(0, place - len(text) // 2)
        numbers[start : start + len(text)] = text
        axis[place] = marks["tick"]
    lines = ["".join(numbers).rstrip() + f"  {unit}", "".join(axis)]
    return lines + [_band_line(band, low, high, width, marks) for band in bands]


def marks_for(encoding: str | None) -> Mapping[str, str]:
    """Signs that the output's encoding can write."""
    try:
        "".join(UNICODE.values()).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def _band_line(band: Band, low: float, high: float, width: int, marks: Mapping[str, str]) -> str:
    cells = [" "] * width
    for kind, (start, end) in (("outer", band.outer), ("inner", band.inner)):
        if start is None or end is None:
            continue
        first, last = (_place(value, low, high, width) for value in (start, end))
        cells[first : last + 1] = [marks[kind]] * (last + 1 - first)
    cells[_place(band.point, low, high, width)] = marks["point"]
    return "".join(cells) + f"  {band.label}"


def _place(value: float, low: float, high: float, width: int) -> int:
    share = (value - low) / (high - low) if high > low else 0.0
    return max(0, min(width - 1, math.floor(share * (width - 1) + 0.5)))
