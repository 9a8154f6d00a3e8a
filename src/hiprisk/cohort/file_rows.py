"""Where the rows of a cohort stand: in which row, of which file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from hiprisk.arrays import Integers
from hiprisk.cohort.findings import Finding


class _Rows(Protocol):
    @property
    def file(self) -> str: ...

    @property
    def rows(self) -> Integers: ...


@dataclass(frozen=True, slots=True)
class FileRows:
    """Row and file of each row that was read.

    Attributes
    ----------
    rows : ndarray of int
        Lines of a CSV as a text editor counts them, rows of a sheet: the header is row 1.
    files : tuple of str
        Names of the files, where several are read as one; else empty.
    numbers : ndarray of int, optional
        Which of the files each row is from; None where there is one.
    """

    rows: Integers
    files: tuple[str, ...] = ()
    numbers: Integers | None = None

    @classmethod
    def of(cls, blocks: Sequence[_Rows]) -> FileRows:
        """The rows of blocks, one after the other."""
        rows = np.concatenate([block.rows for block in blocks])
        files = tuple(dict.fromkeys(block.file for block in blocks if block.file))
        if not files:
            return cls(rows)
        numbers = [np.full(len(block.rows), files.index(block.file)) for block in blocks]
        return cls(rows, files, np.concatenate(numbers))

    def take(self, places: Integers) -> FileRows:
        """Some of the rows."""
        numbers = None if self.numbers is None else self.numbers[places]
        return replace(self, rows=self.rows[places], numbers=numbers)

    def file(self, place: int) -> str:
        """Name of the file of a row; empty where there is one."""
        return "" if self.numbers is None else self.files[self.numbers[place]]

    def place(self, row: int, file: str = "") -> int:
        """Position of a row of a file."""
        if self.numbers is None:
            return int(np.searchsorted(self.rows, row))
        same = (self.rows == row) & (self.numbers == self.files.index(file))
        return int(np.flatnonzero(same)[0])

    def in_the_file(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings with rows of the file in place of positions from 1."""
        return [
            replace(
                finding,
                rows=tuple(int(self.rows[row - 1]) for row in finding.rows),
                files=tuple(self.file(row - 1) for row in finding.rows) if self.files else (),
            )
            for finding in findings
        ]
