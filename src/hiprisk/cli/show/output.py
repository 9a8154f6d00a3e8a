"""What commands print: tables and JSON on stdout, progress on stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hiprisk.cohort.findings import Finding

PLAIN_EVERY_SECONDS = 10.0


def print_json(value: Any) -> None:
    """One JSON object on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")


def print_lines(*lines: str) -> None:
    """Lines on stdout."""
    sys.stdout.write("\n".join(lines) + "\n")


def metric_label(name: str) -> str:
    """What a person reads for the name of a metric."""
    # The registry brings NumPy and SciPy, which a command's help must not wait for.
    from hiprisk.metrics.registry import label_of

    return label_of(name)


def note(line: str) -> None:
    """A line on stderr."""
    sys.stderr.write(f"{line}\n")


def note_findings(findings: Iterable[Finding]) -> None:
    """Findings on stderr, a line each."""
    for finding in findings:
        note_finding(finding.to_dict(), subject=finding.subject, places=finding.places)


def note_finding(
    plain: Mapping[str, Any], *, subject: str | None, places: Sequence[str] = ()
) -> None:
    """A finding, as JSON and evidence have it, as a line on stderr."""
    kind = "note" if plain["severity"] == "note" else "warning"
    place = f"{subject}: " if subject else ""
    note(
        f"hiprisk: {kind}[{plain['code']}]: {place}{plain['message']} ({plain['advice']})"
        + _rows_in_words(plain.get("count") or 0, places)
    )


def _rows_in_words(n_rows: int, places: Sequence[str]) -> str:
    """How many rows, and the first of them."""
    if not places:
        return ""
    first = ", ".join(places)
    if n_rows > len(places):
        return f": {n_rows} rows, the first {first}"
    return f": row{'s' if len(places) > 1 else ''} {first}"


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Aligned columns; those whose cells are all numbers are aligned on the right."""
    if not rows:
        return
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    numeric = [all(_is_number(str(row[i])) for row in rows) for i in range(len(head))]
    lines = []
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = [
            str(cell).rjust(width) if right else str(cell).ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    print_lines(*lines)


def _is_number(text: str) -> bool:
    return not text or text.lstrip("+-").replace(".", "", 1).replace(",", "").isdigit()


class Progress:
    """Progress of long work on stderr: a line rewritten on a terminal, else now and then a line."""

    def __init__(self) -> None:
        self._stage = ""
        self._began = self._last = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say how far a stage is, with the time left."""
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._began = stage, now
            self._last = now - PLAIN_EVERY_SECONDS / 2
        finished = done == total
        spent = now - self._began
        left = spent / max(done, 1) * (total - done)
        text = f"{stage}: {done}/{total}, {_clock(spent)} so far, {_clock(left)} left"
        if finished:
            text = f"{stage}: {total}/{total} in {_clock(spent)}"
        if self._terminal:
            sys.stderr.write(f"\r\x1b[K{text}" + ("\n" if finished else ""))
            sys.stderr.flush()
        elif finished or now - self._last >= PLAIN_EVERY_SECONDS:
            note(text)
            self._last = now


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
