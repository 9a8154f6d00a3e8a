"""Some rows of a cohort file as every reader gives them: text, or numbers where they came so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa

from hiprisk.arrays import Integers
from hiprisk.cohort.files.arrow_text import as_text, has_type
from hiprisk.errors import InputError

# What to do with a column whose values nobody can read.
AS_PLAIN = "write it as text, number, date or true and false"


@dataclass(frozen=True)
class TextBlock:
    """Some rows of a file, every column as text.

    Attributes
    ----------
    first_row : int
        Position of the first of them; the first data row is 1.
    given : pyarrow.Table
        Texts; numbers, dates and truths as they came, where the format has types.
    lines : ndarray of int, optional
        Line of the file on which each row starts, where that is not its position and the header.
    repeated : mapping of str to tuple of int
        Names that several columns have, and which columns; none may be used.
    types : mapping of str to str
        Columns whose values are no plain ones, and of what type they are; none may be used.
    labels : mapping of str to mapping
        By column, the label of each code, where the file has them.
    missing : mapping of str to tuple of str
        By column, texts of these rows that the file itself declares missing.
    file : str
        Of several files that are read as one, the name of that which the rows are from.
    lacking : frozenset of str
        Columns that only other ones of those files have; their cells are empty.
    bare_lines : pyarrow.Array, optional
        Of CSV without any quote, the line of each row as it came, behind a line end: nothing but
        its cells and the delimiters between them.
    """

    first_row: int
    given: pa.Table
    lines: Integers | None = None
    repeated: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    file: str = ""
    lacking: frozenset[str] = frozenset()
    bare_lines: pa.Array | None = None

    @property
    def typed(self) -> dict[str, pa.ChunkedArray]:
        """Numbers, dates and truths as they came, by column."""
        columns = zip(self.given.column_names, self.given.columns, strict=True)
        return {name: column for name, column in columns if has_type(column.type)}

    @cached_property
    def table(self) -> pa.Table:
        """Every column as text."""
        return self.with_text(self.given.column_names)

    def with_text(self, names: Iterable[str]) -> pa.Table:
        """The rows with these columns as text, whatever the others are.

        Raises
        ------
        InputError
            If Arrow cannot write a value, such as a time of a zone that is not known.
        """
        table = self.given
        for name in self.typed.keys() & set(names):
            place = table.column_names.index(name)
            table = table.set_column(place, name, self._texts(name))
        return table

    def _texts(self, name: str) -> pa.ChunkedArray:
        try:
            return pa.chunked_array(map(as_text, self.given[name].chunks), pa.string())
        except pa.ArrowException as problem:
            raise InputError(
                f"a column of type {self.given[name].type} holds values that cannot be read",
                code="PARQUET",
                file=self.file,
                column=name,
                advice=AS_PLAIN,
            ) from problem

    @property
    def rows(self) -> Integers:
        """Row of the file of each, as a text editor counts lines: the header is 1."""
        if self.lines is not None:
            return self.lines
        return np.arange(self.given.num_rows, dtype=np.intp) + self.first_row + 1
