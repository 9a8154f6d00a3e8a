"""What a person types or a program sends, as the values that a sheet takes."""

from __future__ import annotations

import re

import numpy as np

_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")

_LARGEST = 1e300

# Texts that mean "not known", whoever says them.
NOT_KNOWN = frozenset({"", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "unknown"})


def as_number(value: object) -> float | None:
    """A finite number, or text that is one; None for anything else."""
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, int | float | np.integer | np.floating):
        if isinstance(value, int) and abs(value) > _LARGEST:
            return None  # it may be too large for a float
        number = float(value)
        return number if abs(number) <= _LARGEST else None
    text = str(value).strip()
    if not text.isascii() or not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if abs(number) <= _LARGEST else None


def as_text(value: object) -> str:
    """The text of a value, trimmed; of a number of thousands of digits only that it is one."""
    if isinstance(value, int) and abs(value) > _LARGEST:
        return "a number of more than 300 digits"
    return str(value).strip()


def is_not_known(value: object) -> bool:
    """Whether a value means that nothing is known."""
    if value is None:
        return True
    if isinstance(value, float):
        return value != value
    if type(value).__name__ in ("NAType", "NaTType"):
        # What pandas has for missing, known by name: a prediction imports no pandas.
        return True
    return isinstance(value, str) and value.strip() in NOT_KNOWN
