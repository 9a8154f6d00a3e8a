"""What commands print: tables and JSON on stdout, progress on stderr."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from hiprisk.cli.show.layout import table_lines, wrapped
from hiprisk.cli.show.terminal import Style, columns, has_colour, is_terminal, styled

if TYPE_CHECKING:
    from hiprisk.cohort.findings import Finding

PLAIN_EVERY_SECONDS = 10.0
WARNINGS = ("SIMULATED DATA", "CAUTION", "INVENTED")
# Words of a verdict, which say the same without their colour.
VERDICTS: tuple[tuple[str, Style], ...] = (
    (r"\b[Ii]nconclusive( at this sample size)?\b", "warning"),
    (r"\b(some|much) drift\b", "warning"),
    (r"\bPredictions are too (high|low|extreme|moderate)\b", "warning"),
    (r"\badds? less than the minimum important gain\b", "note"),
    (r"\badds?(?=:)", "good"),
    (r"\bNo evidence of miscalibration\b", "good"),
    (r"\bNo evidence that predictions are too extreme or too moderate\b", "good"),
    (r"\bNo (predictor drift|update is needed)\b", "good"),
)
ITEMS = ("- ", "-> ", "* ", "** ")


def print_json(value: Any) -> None:
    """One JSON object on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")


def print_lines(*lines: str) -> None:
    """Lines on stdout, broken at spaces where they are wider than the terminal."""
    _print(lines)


def print_styled(style: Style, *lines: str) -> None:
    """The same in a style, on a terminal with colours."""
    _print(lines, style)


def print_title(title: str) -> None:
    """A title, underlined."""
    broken = wrapped(title, columns())
    print_styled("heading", *broken, "=" * max(map(len, broken)))


def print_fields(fields: Iterable[tuple[str, str]]) -> None:
    """Names and texts in two columns, a text's further lines below its first."""
    found = list(fields)
    size = max(len(name) for name, _ in found) + 2
    for name, text in found:
        lines = wrapped(text, columns() - size)
        print_lines(f"{name:<{size}}{lines[0]}", *(" " * size + line for line in lines[1:]))


def print_sentences(*sentences: str) -> None:
    """Sentences on what was found; warnings are coloured, and the words of a verdict."""
    for sentence in sentences:
        if sentence.startswith(WARNINGS) or not has_colour(sys.stdout):
            _print([sentence], "warning" if sentence.startswith(WARNINGS) else None)
            continue
        text = "\n".join(_fitted(sentence, columns()))
        for words, style in VERDICTS:
            text = re.sub(words.replace(" ", r"\s+"), partial(_coloured, style), text)
        sys.stdout.write(text + "\n")


def _coloured(style: Style, found: re.Match[str]) -> str:
    return styled(found[0], style)


def _print(lines: Iterable[str], style: Style | None = None) -> None:
    width = columns()
    broken = [
        piece for line in lines for part in line.split("\n") for piece in _fitted(part, width)
    ]
    sys.stdout.write("\n".join(styled(line, style) for line in broken) + "\n")


def _fitted(line: str, width: int) -> list[str]:
    """A line in pieces; those of an item of a list are indented below it."""
    return wrapped(line, width, hanging=2 if line.lstrip().startswith(ITEMS) else 0)


def n_lines(lines: Iterable[str]) -> int:
    """How many lines of the terminal some take."""
    return sum(len(_fitted(line, columns())) for line in lines)


def n_table_lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """How many lines of the terminal a table takes."""
    return len(list(table_lines(head, rows, columns()))) if rows else 0


def metric_label(name: str) -> str:
    """What a person reads for the name of a metric."""
    # The registry brings NumPy and SciPy, which a command's help must not wait for.
    from hiprisk.metrics.registry import label_of

    return label_of(name)


def note(line: str, style: Style | None = None) -> None:
    """A line on stderr: as it is in a log, broken at spaces on a terminal."""
    lines = wrapped(line, columns(sys.stderr), hanging=2) if is_terminal(sys.stderr) else [line]
    sys.stderr.write("".join(f"{styled(one, style, sys.stderr)}\n" for one in lines))


def note_findings(findings: Iterable[Finding]) -> None:
    """Findings on stderr, a line each."""
    for finding in findings:
        note_finding(finding.to_dict(), subject=finding.subject, places=finding.places)


def note_finding(
    plain: Mapping[str, Any], *, subject: str | None, places: Sequence[str] = ()
) -> None:
    """A finding, as JSON and evidence have it, as a line on stderr."""
    kind: Style = "note" if plain["severity"] == "note" else "warning"
    place = f"{subject}: " if subject else ""
    note(
        f"hiprisk: {kind}[{plain['code']}]: {place}{plain['message']} ({plain['advice']})"
        + _rows_in_words(plain.get("count") or 0, places),
        kind,
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
    """Aligned columns that fit the terminal."""
    if not rows:
        return
    for line, in_head in table_lines(head, rows, columns()):
        _print([line], "heading" if in_head else None)


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
