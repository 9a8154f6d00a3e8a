"""Rows sorted by which of their columns are missing, in blocks of bounded memory.

Rows of one pattern share the regression of what they lack on what is known. Patterns that lack
about as many columns are worked on together, padded with columns that nothing is correlated with.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers

# Numbers that the largest array of a block holds: 1 MiB of them, which a processor keeps at hand.
LARGEST_BLOCK = 1 << 17
# Fewer patterns that lack equally many columns are padded, to be worked on with others.
FEW_PATTERNS = 200
# Rows a pattern with which a product of matrices a pattern is faster than one a row.
MANY_ROWS = 20
# So many columns fit into one whole number of 64 bits.
_BITS = 62


@dataclass(frozen=True, slots=True)
class PatternBatch:
    """Rows that follow each other and lack about as many columns.

    Attributes
    ----------
    first, last : int
        From row `first` to before row `last`.
    pattern : ndarray of int, shape (n_rows,)
        Pattern of each row, ascending from 0.
    lacking : ndarray of int, shape (n_patterns, width)
        Columns that each pattern lacks, ascending, then padding columns.
    """

    first: int
    last: int
    pattern: Integers
    lacking: Integers

    def cells(self, n_columns: int) -> Integers:
        """Where the missing values of each row stand among all values of the batch's rows."""
        rows = np.arange(len(self.pattern)) * n_columns
        return np.asarray(rows[:, np.newaxis] + self.lacking[self.pattern])

    def pairs(self, n_columns: int) -> Integers:
        """Where the entries of missing columns stand in a matrix of all, for each pattern."""
        lacking = self.lacking
        return np.asarray(lacking[:, :, np.newaxis] * n_columns + lacking[:, np.newaxis, :])

    def product(self, matrices: Floats, vectors: Floats) -> Floats:
        """The matrix of each row's pattern times its vector."""
        if len(vectors) > MANY_ROWS * len(matrices):
            ends = np.searchsorted(self.pattern, np.arange(len(matrices) + 1))
            parts = zip(matrices, itertools.pairwise(ends), strict=True)
            return np.concatenate([vectors[first:last] @ one.T for one, (first, last) in parts])
        return np.asarray((matrices[self.pattern] @ vectors[:, :, np.newaxis])[:, :, 0])


@dataclass(frozen=True, slots=True)
class MissingPatterns:
    """All rows of some data by what they lack.

    Attributes
    ----------
    order : ndarray of int, shape (n_rows,)
        Positions of the rows, by number of missing columns, then pattern, then position.
    pattern : ndarray of int, shape (n_rows,)
        Pattern of each row in that order, ascending from 0.
    missing : ndarray of bool, shape (n_patterns, n_columns)
    width : ndarray of int, shape (n_patterns,)
        To how many columns what a pattern lacks is padded.
    n_padding : int
        How many columns the widest padding takes.
    """

    order: Integers
    pattern: Integers
    missing: Bools
    width: Integers = field(repr=False)
    n_padding: int

    @classmethod
    def of(cls, missing: Bools) -> MissingPatterns:
        """Patterns of the rows of a mask, shape (n_rows, n_columns)."""
        first, code = _numbered(missing)
        counts = missing[first].sum(axis=1)
        ranks = np.argsort(counts, kind="stable")
        place = np.empty(len(ranks), dtype=np.intp)
        place[ranks] = np.arange(len(ranks))
        pattern = place[code]
        order = np.argsort(pattern, kind="stable")
        counts = counts[ranks]
        width = _padded_widths(counts)
        padding = int((width - counts).max(initial=0))
        return cls(order, pattern[order], missing[first[ranks]], width, padding)

    @property
    def n_missing(self) -> Integers:
        """How many columns each row lacks, in order."""
        return np.asarray(self.missing.sum(axis=1)[self.pattern])

    def blocks(self, pattern: Integers) -> Iterator[slice]:
        """Cut rows of ascending patterns where the matrices of a block's rows grow too large."""
        cost = np.cumsum((self.width**2)[pattern] + self.missing.shape[1])
        total = int(cost[-1]) if len(cost) else 0
        ends = np.searchsorted(cost, np.arange(LARGEST_BLOCK, total, LARGEST_BLOCK))
        for first, last in zip([0, *ends], [*ends, len(cost)], strict=True):
            if last > first:
                yield slice(int(first), int(last))

    def batches(self, pattern: Integers) -> tuple[PatternBatch, ...]:
        """Batches of rows of ascending patterns; rows that lack nothing are in none."""
        widths = self.width[pattern]
        starts = np.flatnonzero(np.diff(widths, prepend=0))
        ends = np.append(starts[1:], len(widths))[: len(starts)]
        return tuple(
            self._batch(int(first), int(last), pattern[first:last])
            for first, last in zip(starts, ends, strict=True)
        )

    def _batch(self, first: int, last: int, pattern: Integers) -> PatternBatch:
        changed = np.diff(pattern, prepend=pattern[0]) != 0
        own = pattern[np.append(0, np.flatnonzero(changed))]
        missing = self.missing[own]
        counts = missing.sum(axis=1)[:, np.newaxis]
        place = np.arange(self.width[own[0]])
        lacking = missing.shape[1] + place - counts
        lacking[place < counts] = np.nonzero(missing)[1]
        return PatternBatch(first, last, np.cumsum(changed), lacking)


def padded_matrix(matrix: Floats, width: int) -> Floats:
    """The matrix with uncorrelated padding columns of variance 1 behind its own."""
    padded = np.eye(width)
    padded[: len(matrix), : len(matrix)] = matrix
    return padded


def _padded_widths(counts: Integers) -> Integers:
    """A power of two where few patterns lack as many columns, at most the widest pattern."""
    powers = 2 ** np.ceil(np.log2(np.maximum(counts, 2))).astype(np.intp)
    padded = np.minimum(powers, counts.max(initial=0))
    few = np.bincount(counts)[counts] < FEW_PATTERNS
    return np.asarray(np.where(few & (counts > 0), padded, counts))


def _numbered(missing: Bools) -> tuple[Integers, Integers]:
    """First row of each pattern, and the number of each row's pattern."""
    code = np.zeros(len(missing), dtype=np.int64)
    for start in range(0, missing.shape[1], _BITS):
        part = missing[:, start : start + _BITS]
        word = part @ (1 << np.arange(part.shape[1], dtype=np.int64))
        if start:
            _, code = np.unique(code, return_inverse=True)
            _, word = np.unique(word, return_inverse=True)
        code = code * (int(word.max(initial=0)) + 1) + word if start else word
    _, first, code = np.unique(code, return_index=True, return_inverse=True)
    return first, code
