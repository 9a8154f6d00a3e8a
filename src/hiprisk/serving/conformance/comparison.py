"""Answers of another implementation compared with a model's test pack."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hiprisk.errors import BundleError, InputError
from hiprisk.serving.conformance.pack import TOLERANCE, Answer, Pack
from hiprisk.sheet.answers import TEXT_COLUMNS
from hiprisk.sheet.document.strict_json import parse_strict
from hiprisk.values import is_missing, read_number

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A value in which an implementation differs."""

    vector: str
    key: str
    expected: Any
    got: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Result of a conformance test.

    Attributes
    ----------
    n_vectors, n_equal : int
    lacking : tuple of str
        Vectors without an answer.
    differences : tuple of Difference
        All of them, in the order of the vectors.
    largest : mapping of str to float
        Largest difference of each number, relative to its size where that is above 1.
    """

    n_vectors: int
    n_equal: int
    lacking: tuple[str, ...]
    differences: tuple[Difference, ...]
    largest: Mapping[str, float]

    @property
    def is_equal(self) -> bool:
        """Whether every vector was answered as expected."""
        return self.n_equal == self.n_vectors

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "equal": self.is_equal,
            "n_vectors": self.n_vectors,
            "n_equal": self.n_equal,
            "lacking": list(self.lacking),
            "differences": [
                {"vector": d.vector, "key": d.key, "expected": d.expected, "got": d.got}
                for d in self.differences[:MOST_SHOWN]
            ],
            "n_differences": len(self.differences),
            "largest": dict(self.largest),
        }


def compare(
    pack: Pack, answers: Mapping[str, Answer], *, tolerance: float = TOLERANCE
) -> Comparison:
    """Compare the answers of another implementation with a pack's.

    Every number of a scored file must be there and agree to `tolerance`, relative to its size where
    that is above 1. A refused vector must come without numbers. ``imputed``, ``flags``, ``reason``
    and ``explanation`` are compared where an answer has them.

    Parameters
    ----------
    pack : Pack
    answers : mapping of str to mapping
        By the vector's name.
    tolerance : float
    """
    lacking, found = [], []
    wrong = set()
    largest: dict[str, float] = {}
    for vector, expected in zip(pack.vectors, pack.answers, strict=True):
        if vector.name not in answers:
            lacking.append(vector.name)
            wrong.add(vector.name)
            continue
        seen = _Comparer(vector.name, tolerance, largest)
        seen.compare(expected, answers[vector.name], pack.columns)
        found += seen.differences
        wrong |= {difference.vector for difference in seen.differences}
    return Comparison(
        n_vectors=len(pack.vectors),
        n_equal=len(pack.vectors) - len(wrong),
        lacking=tuple(lacking),
        differences=tuple(found),
        largest=largest,
    )


class _Comparer:
    """Compares one vector's answers, key by key."""

    def __init__(self, vector: str, tolerance: float, largest: dict[str, float]) -> None:
        self._vector = vector
        self._tolerance = tolerance
        self._largest = largest
        self.differences: list[Difference] = []

    def compare(self, expected: Answer, got: Answer, columns: Sequence[str]) -> None:
        for name in columns:
            if name in TEXT_COLUMNS:
                if name in got:
                    self._codes(name, expected[name], got[name])
            else:
                self._value(name, expected[name], got.get(name))
        if "explanation" in got and "explanation" in expected:
            self._value("explanation", expected["explanation"], got["explanation"])

    def _codes(self, key: str, expected: Any, got: Any) -> None:
        given = [code for code in got.split(";") if code] if isinstance(got, str) else got
        if not isinstance(given, list) or sorted(given, key=str) != sorted(expected):
            self._differ(key, expected, got)

    def _value(self, key: str, expected: Any, got: Any) -> None:
        if isinstance(expected, dict):
            # More keys than ours are no fault of another implementation.
            same = isinstance(got, dict) and set(got) >= set(expected)
            for name in expected if same else ():
                self._value(f"{key}.{name}", expected[name], got[name])
        elif isinstance(expected, list):
            same = isinstance(got, list) and len(got) == len(expected)
            pairs = zip(_ordered(expected), _ordered(got), strict=True) if same else ()
            for one, other in pairs:
                self._value(f"{key}[]", one, other)
        elif isinstance(expected, float | int) and not isinstance(expected, bool):
            same = self._number(key, float(expected), got)
        else:
            same = expected == got
        if not same:
            self._differ(key, expected, got)

    def _number(self, key: str, expected: float, got: Any) -> bool:
        if isinstance(got, bool) or not isinstance(got, float | int) or not math.isfinite(got):
            return False
        # Relative to large numbers, absolute for small ones: a contribution of 0 has no relative
        # error.
        difference = abs(expected - got) / max(1.0, abs(expected))
        self._largest[key] = max(self._largest.get(key, 0.0), difference)
        return difference <= self._tolerance

    def _differ(self, key: str, expected: Any, got: Any) -> None:
        self.differences.append(
            Difference(vector=self._vector, key=key, expected=expected, got=got)
        )


def _ordered(items: list[Any]) -> list[Any]:
    """Entries that name a variable by that name: equals may come in either order."""
    if all(isinstance(item, dict) and "variable" in item for item in items):
        return sorted(items, key=lambda item: str(item["variable"]))
    return items


def read_answers(raw: bytes, *, name: str) -> dict[str, Answer]:
    """Answers of another implementation, from JSON or CSV as in the pack.

    Raises
    ------
    InputError
        If the text is neither, or an answer does not name its vector, or names it twice.
    """
    is_json = raw.lstrip()[:1] in (b"[", b"{")
    rows = _json_rows(raw, name) if is_json else _csv_rows(raw, name)
    found: dict[str, Answer] = {}
    # The header of a CSV file is its row 1.
    for position, row in enumerate(rows, start=1 if is_json else 2):
        vector = row.get("vector")
        if not isinstance(vector, str) or vector in found:
            raise InputError(
                "an answer does not name its vector, or one is answered twice",
                code="BAD_ANSWERS",
                file=name,
                row=position,
                advice='each needs a "vector", as in expected.json or expected.csv',
            )
        found[vector] = {key: value for key, value in row.items() if key != "vector"}
    return found


def _json_rows(raw: bytes, name: str) -> list[dict[str, Any]]:
    try:
        document = parse_strict(raw, name=name)
    except BundleError as refusal:
        raise InputError(refusal.reason, code=refusal.code, file=name) from None
    if not isinstance(document, list) or not all(isinstance(row, dict) for row in document):
        raise InputError("the file must hold a list of objects", code="BAD_ANSWERS", file=name)
    return document


def _csv_rows(raw: bytes, name: str) -> list[dict[str, Any]]:
    try:
        lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise InputError(
            "the file is neither JSON nor CSV", code="BAD_ANSWERS", file=name
        ) from None
    head, *body = lines or [[]]
    ragged = [i for i, line in enumerate(body, start=2) if len(line) != len(head)]
    if ragged or len(set(head)) < len(head):
        raise InputError(
            "a row has more or fewer cells than the header, or a column comes twice",
            code="RAGGED",
            file=name,
            row=ragged[0] if ragged else None,
        )
    return [
        {key: _read_cell(key, cell) for key, cell in zip(head, line, strict=True)} for line in body
    ]


def _read_cell(key: str, cell: str) -> Any:
    if key == "vector" or key in TEXT_COLUMNS:
        return cell
    if is_missing(cell):
        return None
    number, problem = read_number(cell)
    return cell if problem else number
