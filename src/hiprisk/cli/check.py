"""``hiprisk check``: what is wrong with a cohort file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.options import Parser, add_cohort, files_of
from hiprisk.cli.show.output import note, print_json, print_lines, print_styled, print_table
from hiprisk.cli.show.terminal import Style
from hiprisk.errors import ExitCode
from hiprisk.values import Note
from hiprisk.wording.quantities import plural

if TYPE_CHECKING:
    from hiprisk.cohort.findings import Finding
    from hiprisk.cohort.reading import Cohort

SHOWN_VARIABLES = 5
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
        _show_findings(cohort, found, values=options.show_values)
    refused = cohort.n_errors or (options.strict and found)
    return ExitCode.INPUT_REFUSED if refused else ExitCode.DONE


def _show_findings(cohort: Cohort, found: Sequence[Finding], *, values: bool) -> None:
    """All findings as a table, then what to do about those that are no mere notes."""
    print_lines(
        f"{cohort.source_name}: {plural(cohort.n_rows, 'row')}, {_whose(cohort)}; "
        f"{plural(len(cohort.frame.columns), 'variable')}, "
        f"{plural(len(cohort.ignored), 'column')} ignored"
        + (f" ({', '.join(cohort.ignored)})" if cohort.ignored else ""),
        "",
    )
    for severity, style in SEVERITIES.items():
        found_here = [one for one in cohort.findings if one.severity == severity]
        if found_here:
            print_styled(style, f"{severity}s")
            rows = [_row(one) for one in found_here]
            print_table(["code", "variable", "count", "what"], rows)
            print_lines("")
    if found:
        print_lines(*_advice(found))
    if values:
        _show_values(cohort, found)
    n_errors = cohort.n_errors
    print_lines("", f"{n_errors} error(s), {len(found) - n_errors} warning(s)")


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
        shown = ", ".join(filter(None, names[:SHOWN_VARIABLES]))
        more = len(names) - SHOWN_VARIABLES
        what = " ".join(filter(None, [code, shown, f"and {more} more" if more > 0 else ""]))
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
    parser.add_argument(
        "--show-values", action="store_true", help="show the cells found (they are patients')"
    )
    return parser.parse_args(argv)
