"""A file of any length beside the development cohort, block by block, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hiprisk.arrays import Floats, Integers
from hiprisk.cohort.findings import Finding
from hiprisk.cohort.shift.comparison import FEWEST_NUMBERS, advice_for, compare_with_training
from hiprisk.cohort.shift.units import PROBABILITIES, likely_scale, misfit
from hiprisk.seeding import rng_for
from hiprisk.sheet.format import Sheet, VariableSpec

Columns = Mapping[str, NDArray[np.generic]]

WHOLE_ROWS = 5_000
WINDOW_ROWS = 2_000
# Share of a window's rows that is looked at.
WINDOW_SHARE = 0.25
# Misfit, in standard deviations of training, from which a part of a file is looked into.
STRANGE = 0.8


class RowSample:
    """A uniform sample of the rows of a stream: the same whatever the size of the blocks.

    Parameters
    ----------
    size : int
        Most rows that are kept; of a shorter stream all are.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: dict[str, NDArray[np.generic]] = {}
        self.n_seen = 0

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
        for name, values in columns.items():
            if name not in self._kept:
                self._kept[name] = np.empty(self._size, dtype=values.dtype)
            self._kept[name][places[rows]] = values[rows]
        self.n_seen += len(chances)

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """The rows kept."""
        n_kept = min(self.n_seen, self._size)
        return {name: values[:n_kept] for name, values in self._kept.items()}


class FileComparison:
    """Whether a file, or a part of it, differs from the development cohort.

    Parameters
    ----------
    sheet : Sheet

    Notes
    -----
    A sample of all rows says what `compare_with_training` says of a cohort. Windows of 2,000 rows,
    a quarter of each looked at, find what begins late or ends early; there a number is named only
    where another scale explains it, so that a sorted file is not taken for a wrong one.
    """

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._rng = rng_for(0, "file against training")
        self._whole = RowSample(WHOLE_ROWS)
        self._windows = _Windows(
            [v for v in sheet.variables if v.kind == "number" and v.training is not None]
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

    def findings(self) -> tuple[Finding, ...]:
        """What was found in the whole file, then what only a part of it shows."""
        whole = compare_with_training(self._sheet, self._whole.columns())
        if self._whole.n_seen > WHOLE_ROWS:
            whole = tuple(replace(finding, count=0) for finding in whole)
        told = {finding.column for finding in whole}
        parts = self._windows.findings()
        return (*whole, *(part for part in parts if part.column not in told))


class _Windows:
    """Stretches of a file in which a number came on another scale."""

    def __init__(self, specs: list[VariableSpec]) -> None:
        self._specs = [s for s in specs if s.training and s.training.iqr and s.training.median]
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
            stop = min(len(chances), start + WINDOW_ROWS - self._n_rows)
            rows = start + np.flatnonzero(chances[start:stop] < WINDOW_SHARE)
            self._kept.append(np.column_stack([columns[spec.name][rows] for spec in here]))
            if not self._n_rows:
                self._first_row = int(file_rows[start])
            self._last_row = int(file_rows[stop - 1])
            self._n_rows += stop - start
            start = stop
            if self._n_rows == WINDOW_ROWS:
                self._close()

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
        for place, spec in enumerate(self._specs):
            if known[place] >= FEWEST_NUMBERS and misfit(quantiles[:, place], spec) > STRANGE:
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
