"""The known name that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str], *, otherwise: str | None = None) -> str | None:
    """Advice that names the nearest known name, never the word itself, or else `otherwise`."""
    import difflib  # only an error needs it, and a prediction counts milliseconds

    near = difflib.get_close_matches(word, sorted({*known} - {word}), n=1)
    return f"did you mean {near[0]}?" if near else otherwise
