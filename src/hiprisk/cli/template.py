"""``hiprisk template``: an empty data file for a model."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from hiprisk.cli.options import Parser, add_expected, expected
from hiprisk.cli.show.output import note, print_json, print_lines, print_table
from hiprisk.outputs import check_output_file, written_whole

EXAMPLE = """  hiprisk template stupar
  hiprisk template stupar --out patients.csv"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    from hiprisk.serving.model import load
    from hiprisk.wording.disclaimers import warnings_of
    from hiprisk.wording.reasons import range_text, weight_text

    if options.out is not None:
        from hiprisk.cohort.files.table_writer import output_format

        output_format(options.out)
        check_output_file(options.out, force=options.force)
    model = load(options.bundle, **expected(options))
    specs = model.sheet.variables
    if options.out is not None:
        _write(options.out, ["person_id", *(spec.name for spec in specs)])
    if options.json:
        print_json(
            {
                "out": None if options.out is None else str(options.out),
                "provenance": model.sheet.provenance,
                **({"invented": True} if model.sheet.invented else {}),
                "variables": [
                    {
                        "name": spec.name,
                        "label": spec.label,
                        "kind": spec.kind,
                        "unit": spec.unit,
                        "range": None if spec.hard is None else list(spec.hard),
                        "levels": list(spec.levels),
                        "weight": spec.weight if model.sheet.has_reference_population else None,
                    }
                    for spec in specs
                ],
            }
        )
        return 0
    for warning in warnings_of(model.sheet):
        print_lines(warning, "")
    rows = [
        [spec.name, spec.label, range_text(spec), weight_text(model.sheet, spec)] for spec in specs
    ]
    print_table(["variable", "meaning", "range or levels", "weight"], rows)
    if options.out is not None:
        empty = "leave a cell empty where nothing is known"
        if not model.sheet.has_reference_population:
            empty = "this model fills nothing in: only complete rows get a prediction"
        note(f"written: {options.out}; {empty}")
    return 0


def _write(out: Path, names: list[str]) -> None:
    import contextlib

    from hiprisk.cohort.files.table_writer import output_format, table_of, table_writer
    from hiprisk.cohort.formulas import guarded_names

    kind = output_format(out)
    with written_whole(out) as scratch, contextlib.closing(table_writer(scratch, kind)) as to:
        to.write(table_of({name: [] for name in guarded_names(names)}))


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "template",
        description="List a model's variables with units and ranges, and write an empty data file "
        "with a column for each.",
        example=EXAMPLE,
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="bundle, or name of a model in ./models")
    add_expected(parser)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="empty file to write: csv, csv.gz, parquet or xlsx by its suffix",
    )
    parser.add_argument("--force", action="store_true", help="overwrite the file")
    return parser.parse_args(argv)
