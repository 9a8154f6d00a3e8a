"""Texts that a spreadsheet would run as formulas, made harmless in every file that it may open.

Which cells become formulas was tried in LibreOffice (`experiments/formulas`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import pandas as pd

# What no reader sees: control characters, spaces of Unicode, marks of direction and of byte order.
# Some spreadsheets, and some programs on the way to them, leave it out where a cell begins.
_UNSEEN = (
    r"\x00-\x20\x7f-\xa0\xad"
    "\u061c\u115f\u1160\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufeff\uffa0"
)
# A spreadsheet takes a cell that starts so for a formula: signs as typed, small,
# full-width, and the true minus sign.
_SIGNS = "=+\\-@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20"
_FORMULA = f"^([{_UNSEEN}]*[{_SIGNS}]|[\\x00\\t\\r\\n])"
# First bytes of a cell that may begin so; every other one begins neither a sign nor an unseen one.
_MAY_BE_RISKY = np.zeros(256, dtype=bool)
_MAY_BE_RISKY[[*range(0x21), *range(0x7F, 0x100), *b"=+-@"]] = True
_NUMBER = r"^[ \xa0]*[-+]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][-+]?[0-9]{1,3})?[ \xa0]*$"
# A sign alone, and dashes, are no formula: they often stand for a missing value.
_SIGN_ALONE = f"^[{_UNSEEN}]*([{_SIGNS}]|-+)[{_UNSEEN}]*$"


def guarded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text that a spreadsheet would run, with an apostrophe before it."""
    if not any(map(_may_be_risky, column.chunks)):
        return column
    risky = pc.match_substring_regex(column, _FORMULA)
    for harmless in (_NUMBER, _SIGN_ALONE):
        risky = pc.and_(risky, pc.invert(pc.match_substring_regex(column, harmless)))
    if not pc.any(risky).as_py():
        return column
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)


def _may_be_risky(texts: pa.Array) -> bool:
    """Whether some text begins with a byte that a formula may begin with."""
    _, ends, text = texts.buffers()
    if text is None:
        return False
    ends = np.frombuffer(ends, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    first = ends[:-1][ends[1:] > ends[:-1]]
    return bool(_MAY_BE_RISKY[np.frombuffer(text, dtype=np.uint8)[first]].any())


def guarded_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A table of results whose names and texts no spreadsheet runs; what is no text stays."""
    import pandas as pd  # who guards a scored file needs none

    safe = frame.copy(deep=False)
    for position, dtype in enumerate(frame.dtypes):
        if pd.api.types.is_object_dtype(dtype) or isinstance(
            dtype, pd.StringDtype | pd.CategoricalDtype
        ):
            cells = [guarded_cell(cell) for cell in frame.iloc[:, position]]
            safe.isetitem(position, pd.array(cells, dtype=object))
    safe.columns = pd.Index(guarded_names([str(name) for name in frame.columns]))
    return safe


def guarded_cell(value: object) -> object:
    """A cell that no spreadsheet runs; what is no text stays."""
    if not isinstance(value, str) or not re.match(_FORMULA, value):
        return value
    harmless = re.match(_NUMBER, value) or re.match(_SIGN_ALONE, value)
    return value if harmless else f"'{value}"


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
