"""Column names of a file: trimmed, none empty, none twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hiprisk.cohort.files.text_block import AS_PLAIN, TextBlock
from hiprisk.errors import InputError

MAX_COLUMNS = 2_000
_LINE_END = re.compile(r"\s*[\r\n]\s*")


@dataclass(frozen=True, slots=True)
class ColumnNames:
    """The columns of a file.

    Attributes
    ----------
    names : tuple of str
        One a column, no two the same: a column without a name is ``unnamed_3``, one whose name
        comes several times ``Complete? (column 5)``.
    repeated : mapping of str to tuple of int
        Names that come several times, and the columns that have them, counted from 1.
    """

    names: tuple[str, ...]
    repeated: Mapping[str, tuple[int, ...]]


def column_names(raw: Sequence[str], file: str) -> ColumnNames:
    """The names of a header as the columns are known by.

    Raises
    ------
    InputError
        If there are too many columns.
    """
    if len(raw) > MAX_COLUMNS:
        raise InputError(
            f"the file has {len(raw)} columns, at most {MAX_COLUMNS} are read",
            code="TOO_MANY_COLUMNS",
            file=file,
        )
    # A line end within a name is how a spreadsheet wraps it.
    whole = [_LINE_END.sub(" ", name).strip() for name in raw]
    names = [name or f"unnamed_{at}" for at, name in enumerate(whole, start=1)]
    counts = Counter(names)
    repeated = {
        name: tuple(at for at, other in enumerate(names, start=1) if other == name)
        for name, count in counts.items()
        if count > 1
    }
    own = [
        f"{name} (column {at})" if name in repeated else name
        for at, name in enumerate(names, start=1)
    ]
    return ColumnNames(tuple(own), repeated)


def check_usable(block: TextBlock, wanted: Iterable[str], file: str) -> None:
    """Raise InputError if a column that is wanted comes several times or holds no plain values.

    Other columns may.
    """
    for name in wanted:
        if name in block.repeated:
            at = block.repeated[name]
            raise InputError(
                f"the column name '{name}' comes {len(at)} times, in columns "
                f"{', '.join(map(str, at[:5]))}",
                code="DUP_COLUMN",
                file=file,
                advice="rename one of them, or say in a mapping which is meant: "
                f"'{name} (column {at[0]})'",
            )
        if name in block.types:
            raise InputError(
                f"a column of type {block.types[name]} is not plain",
                code="PARQUET",
                file=file,
                column=name,
                advice=AS_PLAIN,
            )
