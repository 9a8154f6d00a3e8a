"""Texts of a scored file that are harmless in a spreadsheet."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

# A spreadsheet takes a cell that starts so for a formula; the last four are the full-width forms.
_FORMULA = "^[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_NUMBER = r"^[-+]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][-+]?[0-9]{1,3})?$"


def guarded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text that a spreadsheet would run, with an apostrophe before it."""
    risky = pc.match_substring_regex(column, _FORMULA)
    if not pc.any(risky).as_py():
        return column
    risky = pc.and_(risky, pc.invert(pc.match_substring_regex(column, _NUMBER)))
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)


def guarded_names(names: list[str]) -> list[str]:
    """Column names that no spreadsheet runs, each still unlike all others."""
    taken = set(names)
    safe = []
    for name in names:
        shown = name
        while re.match(_FORMULA, shown) or (shown != name and shown in taken):
            shown = f"'{shown}"
        taken.add(shown)
        safe.append(shown)
    return safe
