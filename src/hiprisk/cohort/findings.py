"""What a check found: a code, a severity, how many rows and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from hiprisk.arrays import Bools
from hiprisk.yaml_settings import UndecidedLines

UNDECIDED_LINES = "UNDECIDED_LINES"
COPIED_ROWS = "COPIED_ROWS"
FITTED_TO_THESE_PEOPLE = "FITTED_TO_THESE_PEOPLE"
Severity = Literal["error", "warning", "note"]
SHOWN_ROWS = 10
# A smaller count could point at one person; table 1 has the same bound.
SMALLEST_COUNT = 5
_ORDER = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check found.

    Attributes
    ----------
    count : int
        Rows concerned; 0 where it concerns the file.
    rows : tuple of int
        At most ten of their rows in the file, as a text editor counts them: the header is row 1.
    files : tuple of str
        The file of each of these rows, where several are read as one.
    source_column : str, optional
        Column of the file that the variable `column` is made of, where it has another name.
    """

    code: str
    severity: Severity
    message: str
    advice: str
    column: str | None = None
    count: int = 0
    rows: tuple[int, ...] = ()
    files: tuple[str, ...] = ()
    source_column: str | None = None

    @property
    def subject(self) -> str:
        """What it is about as it is shown: the variable, and its column where that is another."""
        name = self.column or ""
        return f"{name} (column {self.source_column})" if self.source_column else name

    @property
    def told(self) -> str:
        """The message of a refusal, which names the variable in a place of its own."""
        return (
            f"column {self.source_column}: {self.message}" if self.source_column else self.message
        )

    @property
    def places(self) -> list[str]:
        """The rows as they are shown, with their file where there are several."""
        if not self.files:
            return [str(row) for row in self.rows]
        return [f"{file} {row}" for file, row in zip(self.files, self.rows, strict=True)]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = asdict(self)
        plain["rows"] = list(self.rows)
        for key in ("files", "source_column"):
            del plain[key]
        if self.files:
            plain["files"] = list(self.files)
        if self.source_column is not None:
            plain["source_column"] = self.source_column
        return plain

    def summarised(self) -> dict[str, Any]:
        """What may be published: no positions of rows, and None for a count that is small."""
        plain = self.to_dict()
        del plain["rows"]
        plain.pop("files", None)
        plain.pop("source_column", None)
        if 0 < self.count < SMALLEST_COUNT:
            plain["count"] = None
        return plain


def finding_at(
    mask: Bools,
    code: str,
    severity: Severity,
    column: str | None,
    message: str,
    advice: str,
) -> Iterable[Finding]:
    """One finding for the rows of a mask, counted from 1 in it; none where it is empty."""
    rows = np.flatnonzero(mask)
    if rows.size:
        yield Finding(
            code=code,
            severity=severity,
            column=column,
            count=int(rows.size),
            rows=tuple(int(row) + 1 for row in rows[:SHOWN_ROWS]),
            message=message,
            advice=advice,
        )


def copied_row_counts(findings: Iterable[Finding]) -> list[int | None]:
    """How many rows are copies, where a finding says so; None for a count that is small."""
    return [
        one.count if one.count >= SMALLEST_COUNT else None
        for one in findings
        if one.code == COPIED_ROWS
    ]


def fitted_cautions(findings: Iterable[Finding]) -> list[str]:
    """Sentences that people are those whom the model was fitted to: said before any figure."""
    return [
        f"{one.message[0].upper()}{one.message[1:]}."
        for one in findings
        if one.code == FITTED_TO_THESE_PEOPLE
    ]


def undecided_findings(files: Iterable[UndecidedLines]) -> Iterable[Finding]:
    """A warning for each file in which guesses of a draft stand unconfirmed."""
    for file in dict.fromkeys(files):
        yield Finding(
            code=UNDECIDED_LINES,
            severity="warning",
            message=str(file),
            advice="answer them and delete the comment",
        )


def by_severity(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then warnings, then notes; otherwise in the order found."""
    return tuple(sorted(findings, key=lambda finding: _ORDER[finding.severity]))
