"""``hiprisk join``: files of one cohort, joined by person."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.options import Parser
from hiprisk.cli.show.output import note, print_json, print_lines, print_table
from hiprisk.errors import ConfigError
from hiprisk.wording.quantities import plural

if TYPE_CHECKING:
    from hiprisk.cohort.joining import JoinedFile

EXAMPLE = """  hiprisk join AllClinical00.txt AllClinical06.txt SubjectChar00.txt \\
      Enrollees.txt --by ID --columns \\
      V00AGE,P02SEX,P01BMI,P01BP30,V00WOMADLR,V06WOMADLR --out oai.csv
  hiprisk join export.csv --by record_id --event-column redcap_event_name \\
      --events baseline_arm_1,month_12_arm_1 --out joined.csv
  hiprisk check oai.csv --mapping configs/cohorts/oai_right_knee.yaml"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    from hiprisk.cohort.joining import join_files

    result = join_files(
        options.files,
        options.out,
        by=options.by,
        columns=_names(options.columns),
        delimiter=options.delimiter,
        encoding=options.encoding,
        event_column=options.event_column,
        events=_names(options.events),
        where=_conditions(options.where),
        force=options.force,
        raw_text=options.raw_text,
    )
    _note_empty_events(result.files)
    if result.guarded:
        note(f"hiprisk: {plural(result.guarded, 'text')} that a spreadsheet would run as a formula "
             "got an apostrophe before it; --raw-text leaves it")  # fmt: skip
    if options.json:
        print_json(result.to_dict())
        return 0
    print_table(["file", "persons", "new", "columns"], [_row(file) for file in result.files])
    print_lines("", f"{result.persons} persons: {result.out}")
    return 0


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "join",
        description="Join files of one cohort (a file a visit, say), or the events of one file, by "
        "person. Every person of any file is kept; cells stay the text that they were (one that a "
        "spreadsheet would run gets an apostrophe before it), and CSV is written as the first file "
        "is.",
        example=EXAMPLE,
    )
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="CSV, Parquet, Excel, ODS, SPSS or Stata file",
    )
    parser.add_argument("--by", required=True, metavar="COLUMN", help="column of the person")
    parser.add_argument("--columns", default="", metavar="A,B,...",
                        help="columns to take, whatever their case (default: all)")  # fmt: skip
    parser.add_argument("--delimiter", metavar="C", help="where the first line does not tell it")
    parser.add_argument(
        "--encoding", metavar="E", help="of texts that are not UTF-8, such as cp1252"
    )
    parser.add_argument("--event-column", metavar="COLUMN",
                        help="column of the event in a file with a row a person and event: each "
                        "event is joined as a file of its own, columns named A_EVENT")  # fmt: skip
    parser.add_argument("--events", default="", metavar="A,B,...",
                        help="which events, in this order (default: all); of a single one the "
                        "columns keep their names")  # fmt: skip
    parser.add_argument("--where", action="append", default=[], metavar="COLUMN=TEXT",
                        help="only rows whose column holds this text, which may be empty; may come "
                        "several times")  # fmt: skip
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="FILE",
        help="joined file: csv, csv.gz, parquet or xlsx by its suffix",
    )
    parser.add_argument("--force", action="store_true", help="overwrite the output")
    parser.add_argument("--raw-text", action="store_true",
                        help="do not guard texts that a spreadsheet would run")  # fmt: skip
    return parser.parse_args(argv)


def _row(file: JoinedFile) -> list[str]:
    name = file.name if file.event is None else f"{file.name}, {file.event}"
    return [name, str(file.persons), str(file.new_persons), str(len(file.columns))]


def _note_empty_events(files: Sequence[JoinedFile]) -> None:
    for file in files:
        if file.event is not None and not file.persons:
            note(
                f"hiprisk: warning[MISSING_EVENT]: {file.name}: no row has the event "
                f"'{file.event}'; its columns are empty (check the event's name, unless nobody "
                "has come to it yet)"
            )


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _conditions(texts: Sequence[str]) -> dict[str, str]:
    wanted = {}
    for text in texts:
        column, equals, cell = text.partition("=")
        if not equals or not column:
            raise ConfigError(f"'{text}' is not of the form COLUMN=TEXT", column="--where")
        wanted[column] = cell
    return wanted
