"""Lines of a YAML draft: what is open, and what must be quoted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hiprisk.yaml_settings import UNDECIDED

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff]")
_HEAD = (
    "# Drafted by hiprisk init for {source}. Every line with DECIDE needs a person: replace the",
    "# word DECIDE by an answer beside it, or correct or confirm the line, and delete the comment.",
)


def head(source: str) -> list[str]:
    """The first lines of every draft."""
    return [line.format(source=printable(source)) for line in _HEAD]


def n_undecided(text: str) -> int:
    """Lines of a draft that need a person."""
    return sum(UNDECIDED in line for line in text.splitlines()[len(_HEAD) :])


def undecided(key: str, answers: Sequence[str], *, why: str = "") -> str:
    """A key without a value: the file is refused until one of the answers stands there."""
    reason = f"; {why}" if why else ""
    return f"{key}: {UNDECIDED}  # one of: {', '.join(map(printable, answers))}{reason}"


def doubtful(line: str, doubts: Sequence[str]) -> str:
    """A line with a guess, and what a person must confirm."""
    return f"{line}  # {UNDECIDED}: {printable('; '.join(doubts))}" if doubts else line


def printable(text: str) -> str:
    """Text as a comment holds it, in one line."""
    return _UNPRINTABLE.sub("?", text)


def quoted(text: str) -> str:
    """Text in double quotes as YAML has them, whatever it holds."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped) + '"'


def quoted_list(texts: Sequence[str]) -> str:
    """A list in one line."""
    return "[" + ", ".join(map(quoted, texts)) + "]"
