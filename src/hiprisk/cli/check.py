"""``hiprisk check``: what is wrong with a cohort file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.options import Parser, add_cohort, add_full, files_of
from hiprisk.cli.show.output import (
    n_lines,
    n_table_lines,
    note,
    print_json,
    print_lines,
    print_styled,
    print_table,
)
from hiprisk.cli.show.terminal import Style
from hiprisk.errors import ExitCode
from hiprisk.values import Note
from hiprisk.wording.quantities import plural

if TYPE_CHECKING:
    from hiprisk.cohort.findings import Finding
    from hiprisk.cohort.reading import Cohort

MOST_LINES = 40
SHOWN_VARIABLES = 5
HEAD = ("code", "variable", "count", "what")
MORE = "--full prints every finding with its rows."
SEVERITIES: dict[str, Style] = {"error": "error", "warning": "warning", "note": "note"}

EXAMPLE = """  hiprisk check cohort.csv
  hiprisk check export.csv --mapping configs/cohorts/nhs_proms_hip.yaml --strict"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    from hiprisk.api.checking import checked

    check = checked(
        files_of(options, options.cohort), mapping=options.mapping, dictionary=options.dictionary
    )
    cohort = check.cohort
    found = [finding for finding in cohort.findings if finding.severity != "note"]
    if options.json:
        print_json(check.to_dict())
    else:
        _show_findings(cohort, found, full=options.full)
        if options.show_values:
            _show_values(cohort, found)
    refused = cohort.n_errors or (options.strict and found)
    return ExitCode.INPUT_REFUSED if refused else ExitCode.DONE


def _show_findings(cohort: Cohort, found: Sequence[Finding], *, full: bool) -> None:
    """Findings by severity, then what to do about those that are no mere notes."""
    whole = _View(
        [_about(cohort, ", ".join(cohort.ignored))],
        {key: [_row(one) for one in of] for key, of in _by_severity(cohort).items()},
        _advice(found),
    )
    view = whole if full else _shortened(whole, cohort)
    print_lines(*view.about, "")
    for severity, rows in view.tables.items():
        print_styled(SEVERITIES[severity], f"{severity}s")
        print_table(HEAD, rows)
        print_lines("")
    if view.advice:
        print_lines(*view.advice)
    n_errors = cohort.n_errors
    print_lines("", f"{n_errors} error(s), {len(found) - n_errors} warning(s)")
    if view is not whole:
        print_lines(MORE)


@dataclass(frozen=True)
class _View:
    """What is printed of a check."""

    about: list[str]
    tables: dict[str, list[list[str]]]
    advice: list[str]

    @property
    def n_lines(self) -> int:
        """How many lines of the terminal it takes, with the count of errors and what `MORE` is."""
        tables = sum(n_table_lines(HEAD, rows) + 2 for rows in self.tables.values())
        return n_lines([*self.about, *self.advice, MORE]) + tables + 3


def _shortened(whole: _View, cohort: Cohort) -> _View:
    """The view in at most 40 lines: findings of one code share a row, notes before errors."""
    view = whole
    for severity in reversed(SEVERITIES):
        if view.n_lines <= MOST_LINES:
            return view
        about = [_about(cohort, _first_names(cohort.ignored))]
        tables = dict(view.tables)
        if severity in tables:
            tables[severity] = _rows_by_code(_by_severity(cohort)[severity])
        view = _View(about, tables, view.advice)
    n_kept = len(view.advice)
    while view.n_lines > MOST_LINES and n_kept > 0:
        n_kept -= 1
        more = f"-> {len(whole.advice) - n_kept} more: --full says what to do about them"
        view = _View(view.about, view.tables, [*whole.advice[:n_kept], more])
    return view


def _by_severity(cohort: Cohort) -> dict[str, list[Finding]]:
    found = {
        severity: [one for one in cohort.findings if one.severity == severity]
        for severity in SEVERITIES
    }
    return {severity: findings for severity, findings in found.items() if findings}


def _rows_by_code(findings: Sequence[Finding]) -> list[list[str]]:
    """One row a code: how many variables, and those with the most rows."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    return [_row(of[0]) if len(of) == 1 else _row_of_code(of) for of in by_code.values()]


def _row_of_code(findings: Sequence[Finding]) -> list[str]:
    most = sorted(findings, key=lambda one: -one.count)
    names = [f"{one.subject or one.message} {one.count or ''}".strip() for one in most]
    first = "most rows: " if most[0].count else ""
    what = "variables" if all(one.column for one in findings) else "findings"
    return [findings[0].code, f"{len(findings)} {what}", "", first + _first_names(names)]


def _first_names(names: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = len(names) - SHOWN_VARIABLES
    return ", ".join(names[:SHOWN_VARIABLES]) + (f" and {more} more" if more > 0 else "")


def _about(cohort: Cohort, ignored: str) -> str:
    return (
        f"{cohort.source_name}: {plural(cohort.n_rows, 'row')}, {_whose(cohort)}; "
        f"{plural(len(cohort.frame.columns), 'variable')}, "
        f"{plural(len(cohort.ignored), 'column')} ignored" + (f" ({ignored})" if ignored else "")
    )


def _row(finding: Finding) -> list[str]:
    places = ", ".join(finding.places[:5]) + (" ..." if finding.count > 5 and finding.rows else "")
    what = (
        f"{finding.message}; at {'row' if len(finding.places) == 1 else 'rows'} {places}"
        if places
        else finding.message
    )
    return [finding.code, finding.subject or "", str(finding.count or ""), what]


def _advice(found: Sequence[Finding]) -> list[str]:
    """What to do, one line where findings of one code have the same advice."""
    columns: dict[tuple[str, str], list[str]] = {}
    for finding in found:
        columns.setdefault((finding.code, finding.advice), []).append(finding.column or "")
    lines = []
    for (code, advice), names in columns.items():
        what = f"{code} {_first_names([name for name in names if name])}".strip()
        lines.append(f"-> {what}: {advice}")
    return lines


def _whose(cohort: Cohort) -> str:
    if cohort.grain != "person" or "person_id" not in cohort.frame.columns:
        return f"one a {cohort.grain}"
    persons = cohort.frame["person_id"]
    n_persons = persons.nunique() + int(persons.isna().sum())
    return "one a person" if n_persons == len(persons) else f"of {n_persons} persons"


def _show_values(cohort: Cohort, found: Sequence[Finding]) -> None:
    """The cells that findings are about, on stderr: they may be patients'."""
    for finding in found:
        if finding.column in cohort.frame.columns and finding.rows:
            unread = cohort.unread_cells.get(Note(finding.code, str(finding.column)))
            values = cohort.frame[finding.column]
            places = zip(finding.rows, finding.files or [""] * len(finding.rows), strict=True)
            cells = unread or [str(values.iloc[cohort.place(*place)]) for place in places]
            note(f"   {finding.code} {finding.column}: {', '.join(cells)}")


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "check",
        description="Read a cohort file as training and scoring do, and list the findings. "
        "Nothing is changed; no cell is shown unless --show-values is given.",
        example=EXAMPLE,
    )
    add_cohort(parser)
    parser.add_argument("--mapping", type=Path, metavar="M", help="column mapping (YAML)")
    parser.add_argument("--dictionary", metavar="FILE", help="your own variables (YAML)")
    parser.add_argument("--strict", action="store_true", help="exit 3 on any warning too")
    add_full(parser)
    parser.add_argument(
        "--show-values", action="store_true", help="show the cells found (they are patients')"
    )
    return parser.parse_args(argv)
