"""``hiprisk join``: files of one cohort, joined by person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hiprisk.cli.options import Parser
from hiprisk.cli.show.output import print_json, print_lines, print_table

EXAMPLE = """  hiprisk join AllClinical00.txt AllClinical06.txt SubjectChar00.txt Enrollees.txt \\
      --by ID --columns V00AGE,P02SEX,P01BMI,P01BP30,V00WOMADLR,V06WOMADLR --out oai.csv
  hiprisk check oai.csv --mapping configs/cohorts/oai_right_knee.yaml"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    parser = Parser(
        "join",
        description="Join CSV files of one cohort (a file a visit, say) by person. Every person of "
        "any file is kept; cells stay the text that they were.",
        example=EXAMPLE,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV file")
    parser.add_argument("--by", required=True, metavar="COLUMN", help="column of the person")
    parser.add_argument("--columns", default="", metavar="A,B,...",
                        help="columns to take, whatever their case (default: all)")  # fmt: skip
    parser.add_argument("--delimiter", metavar="C", help="where the first line does not tell it")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="joined CSV")
    parser.add_argument("--force", action="store_true", help="overwrite the output")
    options = parser.parse_args(argv)
    from hiprisk.cohort.joining import join_files

    result = join_files(
        options.files,
        options.out,
        by=options.by,
        columns=[name.strip() for name in options.columns.split(",") if name.strip()],
        delimiter=options.delimiter,
        force=options.force,
    )
    if options.json:
        print_json(result.to_dict())
        return 0
    rows = [
        [file.name, str(file.persons), str(file.new_persons), str(len(file.columns))]
        for file in result.files
    ]
    print_table(["file", "persons", "new", "columns"], rows)
    print_lines("", f"{result.persons} persons: {result.out}")
    return 0
