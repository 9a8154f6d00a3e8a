"""A file of any length beside the development cohort, block by block, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiprisk.arrays import Floats, Integers
from hiprisk.cohort.findings import Finding
from hiprisk.cohort.shift.comparison import FEWEST_NUMBERS, advice_for, compare_with_training
from hiprisk.cohort.shift.units import PROBABILITIES, likely_scale, misfits
from hiprisk.seeding import rng_for
from hiprisk.sheet.format import Sheet, VariableSpec

Columns = Mapping[str, NDArray[np.generic]]

WHOLE_ROWS = 5_000
WINDOW_ROWS = 2_000
# Share of a window's rows that is looked at.
WINDOW_SHARE = 0.25
# Misfit, in standard deviations of training, from which a part of a file is looked into.
STRANGE = 0.8


@dataclass(frozen=True, slots=True)
class SampledRows:
    """The rows of a part of a stream that go into the sample, and the places that they take."""

    n_seen: int
    places: Integers
    columns: Columns


class RowSample:
    """A uniform sample of the rows of a stream: the same whatever the size of the blocks.

    Parameters
    ----------
    size : int
        Most rows that are kept; of a shorter stream all are.
    n_before : int
        Rows of the stream that came before and were sampled elsewhere.
    """

    def __init__(self, size: int, *, n_before: int = 0) -> None:
        self._size = size
        self._kept: dict[str, NDArray[np.generic]] = {}
        self._taken = np.zeros(size, dtype=bool)
        self.n_seen = n_before

    def add(self, columns: Columns, chances: Floats) -> None:
        """Take rows in.

        Parameters
        ----------
        columns : mapping of str to ndarray, each of shape (n_rows,)
        chances : ndarray, shape (n_rows,)
            Uniform in [0, 1), one a row.
        """
        positions = np.arange(self.n_seen, self.n_seen + len(chances))
        # Vitter's algorithm R: row t takes a place among t + 1, and is kept if that is within size.
        places = np.where(
            positions < self._size, positions, (chances * (positions + 1)).astype(np.intp)
        )
        rows = np.flatnonzero(places < self._size)
        self._put(places[rows], {name: values[rows] for name, values in columns.items()})
        self.n_seen += len(chances)

    def _put(self, places: Integers, columns: Columns) -> None:
        self._taken[places] = True
        for name, values in columns.items():
            if name not in self._kept:
                self._kept[name] = np.empty(self._size, dtype=values.dtype)
            self._kept[name][places] = values

    def part(self) -> SampledRows:
        """What these rows change in a sample of those before."""
        places = np.flatnonzero(self._taken)
        kept = {name: values[places] for name, values in self._kept.items()}
        return SampledRows(self.n_seen, places, kept)

    def follow(self, part: SampledRows) -> None:
        """Take in rows that follow and were sampled elsewhere."""
        self._put(part.places, part.columns)
        self.n_seen = part.n_seen

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """The rows kept."""
        n_kept = min(self.n_seen, self._size)
        return {name: values[:n_kept] for name, values in self._kept.items()}


class FileComparison:
    """Whether a file, or a part of it, differs from the development cohort.

    Parameters
    ----------
    sheet : Sheet
    n_before : int
        Rows of the file that came before and are compared elsewhere.

    Notes
    -----
    A sample of all rows says what `compare_with_training` says of a cohort. Windows of 2,000 rows,
    a quarter of each looked at, find what begins late or ends early; there a number is named only
    where another scale explains it, so that a sorted file is not taken for a wrong one.
    """

    def __init__(self, sheet: Sheet, *, n_before: int = 0) -> None:
        self._sheet = sheet
        self._rng = rng_for(0, "file against training")
        # One number a row was drawn of those before.
        bits: Any = self._rng.bit_generator
        bits.advance(n_before)
        self._whole = RowSample(WHOLE_ROWS, n_before=n_before)
        self._windows = _Windows(
            [v for v in sheet.variables if v.kind == "number" and v.training is not None],
            n_before=n_before,
        )

    def add(self, columns: Columns, *, rows: Integers, file: str = "") -> None:
        """Take a block in; every block has the same columns.

        Parameters
        ----------
        columns : mapping
        rows : ndarray of int
            Rows of the file.
        file : str
            Of several files, which one.
        """
        own = {v.name: columns[v.name] for v in self._sheet.variables if v.name in columns}
        chances = self._rng.random(len(rows))
        self._whole.add(own, chances)
        self._windows.start(file)
        self._windows.add(own, chances, rows)

    def part(self) -> ComparedPart:
        """What these rows say, for `follow` of the comparison of those before."""
        return ComparedPart(self._whole.part(), self._windows.part())

    def follow(self, part: ComparedPart) -> None:
        """Take in rows of the same file that follow and were compared elsewhere."""
        self._whole.follow(part.sample)
        self._windows.follow(part.windows)

    def findings(self) -> tuple[Finding, ...]:
        """What was found in the whole file, then what only a part of it shows."""
        whole = compare_with_training(self._sheet, self._whole.columns())
        if self._whole.n_seen > WHOLE_ROWS:
            whole = tuple(replace(finding, count=0) for finding in whole)
        told = {finding.column for finding in whole}
        parts = self._windows.findings()
        return (*whole, *(part for part in parts if part.column not in told))


@dataclass(frozen=True, slots=True)
class WindowsPart:
    """Windows of rows that follow others.

    Attributes
    ----------
    head, tail : Stretch
        The rest of a window that had begun before, and the beginning of the last one.
    closes_head : bool
        Whether the window that had begun before ends with its rest.
    deviating : mapping
        First and last row and count by variable, advice and file.
    """

    head: Stretch
    tail: Stretch
    closes_head: bool
    deviating: Mapping[tuple[str, str, str], tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a window: the rows looked at, first and last row of the file, number of rows."""

    kept: tuple[Floats, ...] = ()
    first_row: int = 0
    last_row: int = 0
    n_rows: int = 0


@dataclass(frozen=True, slots=True)
class ComparedPart:
    """What a part of a file says beside the development cohort."""

    sample: SampledRows
    windows: WindowsPart


class _Windows:
    """Stretches of a file in which a number came on another scale."""

    def __init__(self, specs: list[VariableSpec], *, n_before: int = 0) -> None:
        self._specs = [s for s in specs if s.training and s.training.iqr and s.training.median]
        # Rows of the first window that came before.
        self._owed = n_before % WINDOW_ROWS
        self._head: Stretch | None = None
        self._kept: list[Floats] = []
        self._file = ""
        self._first_row = self._last_row = 0
        self._n_rows = 0
        self._deviating: dict[tuple[str, str, str], tuple[int, int, int]] = {}

    def start(self, file: str) -> None:
        """Rows that follow are those of a file: no window goes on from one to the next."""
        if file != self._file:
            self._end()
        self._file = file

    def _end(self) -> None:
        if self._n_rows >= WINDOW_ROWS // 4:
            self._close()
        self._kept, self._n_rows = [], 0

    def add(self, columns: Columns, chances: Floats, file_rows: Integers) -> None:
        here = [spec for spec in self._specs if spec.name in columns]
        if not here:
            return
        self._specs = here
        start = 0
        while start < len(chances):
            stop = min(len(chances), start + WINDOW_ROWS - self._owed - self._n_rows)
            rows = start + np.flatnonzero(chances[start:stop] < WINDOW_SHARE)
            self._kept.append(np.column_stack([columns[spec.name][rows] for spec in here]))
            if not self._n_rows:
                self._first_row = int(file_rows[start])
            self._last_row = int(file_rows[stop - 1])
            self._n_rows += stop - start
            start = stop
            if self._owed and self._n_rows + self._owed == WINDOW_ROWS:
                self._head, self._owed = self._stretch(), 0
                self._kept, self._n_rows = [], 0
            elif self._n_rows == WINDOW_ROWS:
                self._close()

    def _stretch(self) -> Stretch:
        return Stretch(tuple(self._kept), self._first_row, self._last_row, self._n_rows)

    def part(self) -> WindowsPart:
        return WindowsPart(
            head=self._head or Stretch(),
            tail=self._stretch(),
            closes_head=self._head is not None,
            deviating=self._deviating,
        )

    def follow(self, part: WindowsPart) -> None:
        if part.closes_head:
            self._append(part.head)
            self._close()
        for key, (first, last, count) in part.deviating.items():
            began, _, so_far = self._deviating.get(key, (first, 0, 0))
            self._deviating[key] = (began, last, so_far + count)
        if part.tail.n_rows:
            self._append(part.tail)

    def _append(self, stretch: Stretch) -> None:
        if not self._n_rows:
            self._first_row = stretch.first_row
        self._kept += stretch.kept
        self._last_row = stretch.last_row
        self._n_rows += stretch.n_rows

    def _close(self) -> None:
        values = np.sort(np.concatenate(self._kept), axis=0)
        known = len(values) - np.isnan(values).sum(axis=0)
        for place, quantiles in self._examined(values, known):
            spec = self._specs[place]
            scale = likely_scale(quantiles, spec)
            if scale is not None:
                key = (spec.name, advice_for(scale), self._file)
                first, _, count = self._deviating.get(key, (self._first_row, 0, 0))
                self._deviating[key] = (first, self._last_row, count + self._n_rows)
        self._kept, self._n_rows = [], 0

    def _examined(self, values: Floats, known: Integers) -> Iterator[tuple[int, Floats]]:
        """Columns of a window, sorted and missing last, that differ from the development cohort."""
        places = (PROBABILITIES[:, None] * np.maximum(known - 1, 0)).round().astype(np.intp)
        quantiles = np.take_along_axis(values, places, axis=0)
        enough = known >= FEWEST_NUMBERS
        for place in np.flatnonzero(enough & (misfits(quantiles, self._specs) > STRANGE)).tolist():
            yield place, quantiles[:, place]

    def findings(self) -> list[Finding]:
        self._end()
        return [
            Finding(
                code="UNIT_SUSPECT",
                severity="warning",
                column=name,
                count=count,
                rows=(first,),
                files=(file,) if file else (),
                message=f"the values in rows {first} to {last}{file and ' of '}{file} differ "
                "from the development cohort and from the rest of the file",
                advice=f"{advice}; expected if the file is sorted by this variable",
            )
            for (name, advice, file), (first, last, count) in self._deviating.items()
        ]
