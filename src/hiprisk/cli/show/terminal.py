"""The terminal that a command writes to: how wide it is, and whether it may be coloured."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Literal, TextIO

# A stream that is no terminal is laid out for one of this width: a file, a mail, a log.
USUAL_COLUMNS = 80
FEWEST_COLUMNS = 40

Style = Literal["error", "warning", "note", "good", "heading", "faint"]

# Of the 16 colours that every terminal has in the user's own palette, so that both a light and a
# dark background stay legible.
_CODES: dict[Style, str] = {
    "error": "1;31",
    "warning": "33",
    "note": "36",
    "good": "32",
    "heading": "1",
    "faint": "2",
}


def columns(stream: TextIO | None = None) -> int:
    """Width that a stream is written for: ``COLUMNS``, else that of its terminal, else 80."""
    stated = os.environ.get("COLUMNS", "")
    if stated.isdigit() and int(stated) > 0:
        return max(FEWEST_COLUMNS, int(stated))
    with contextlib.suppress(AttributeError, ValueError, OSError):
        found = os.get_terminal_size((stream or sys.stdout).fileno()).columns
        return max(FEWEST_COLUMNS, found or USUAL_COLUMNS)
    return USUAL_COLUMNS


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at a stream; one that is closed has nobody."""
    with contextlib.suppress(AttributeError, ValueError):
        return stream.isatty()
    return False


def has_colour(stream: TextIO) -> bool:
    """Whether a stream is coloured.

    ``NO_COLOR`` (no-color.org) forbids it, ``FORCE_COLOR`` and ``CLICOLOR_FORCE`` ask for it; else
    a terminal has colours, unless it is ``TERM=dumb`` or ``CLICOLOR=0`` is set.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if any(
        os.environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")
    ):
        return True
    plain = os.environ.get("TERM") == "dumb" or os.environ.get("CLICOLOR") == "0"
    return is_terminal(stream) and not plain


def styled(text: str, style: Style | None, stream: TextIO | None = None) -> str:
    """A text in a style where its stream has colours; it says the same without."""
    if style is None or not text or not has_colour(stream or sys.stdout):
        return text
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m"
