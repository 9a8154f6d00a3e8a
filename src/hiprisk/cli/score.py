"""``hiprisk score``: a cohort file."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.options import (
    Parser,
    add_cluster_option,
    add_cohort,
    add_expected,
    check_cluster_option,
    expected,
    files_of,
    whole_number,
)
from hiprisk.cli.show.output import note, note_findings, print_json, print_lines, print_table
from hiprisk.errors import ExitCode
from hiprisk.wording.quantities import plural

if TYPE_CHECKING:
    from hiprisk.serving.files.summary import ScoreResult
    from hiprisk.serving.model import Model

EXAMPLE = """  hiprisk score stupar cohort.csv --out scored.csv
  hiprisk score models/stupar/1 export.csv --mapping configs/cohorts/source.yaml --out scored.csv
  hiprisk score stupar export.csv --out scored.csv --summary refused.csv
  hiprisk score stupar cohort.csv --out scored.csv --cluster tcp://10.0.0.5:8786"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    check_cluster_option(options)
    from hiprisk.parallel import fork_server

    with fork_server("hiprisk.cli.score_imports", workers=_likely_workers(options)):
        return _score(options)


def _likely_workers(options: argparse.Namespace) -> int:
    """In how many processes a file is likely to be scored: what it holds is not known yet."""
    from hiprisk.serving.files.processes import likely_workers

    paths = [Path(one) for one in (options.cohort, *options.further) if one is not None]
    if options.cluster is not None or len(paths) != 1:
        return 1
    # Files of CSV to CSV, whose suffix may be another: then the processes come a little later.
    if not {options.out.suffix, paths[0].suffix} <= {".csv", ".tsv", ".txt", ".gz"}:
        return 1
    try:
        return options.workers or likely_workers(paths[0])
    except OSError:
        return 1


def _score(options: argparse.Namespace) -> int:
    from hiprisk.cohort.bundled_variables import bundled_variables
    from hiprisk.cohort.findings import undecided_findings
    from hiprisk.cohort.mapping import load_mapping
    from hiprisk.parallel import spread_over
    from hiprisk.serving.files.score import score_file
    from hiprisk.serving.model import load

    model = load(options.bundle, **expected(options))
    mapping = None
    if options.mapping:
        bundled = bundled_variables(model.sheet, model.bundle.config)
        mapping = load_mapping(options.mapping, bundled=bundled)
    processes = options.workers or os.cpu_count() or 1
    with spread_over(options.cluster, workers=processes) as spread:
        result = score_file(
            model,
            files_of(options, options.cohort),
            options.out,
            mapping=mapping,
            force=options.force,
            accept_units=options.accept_units,
            raw_text=options.raw_text,
            progress=_progress if sys.stderr.isatty() else None,
            summary=options.summary,
            digits=options.digits,
            # Unasked, the file says whether a second process is worth its start.
            workers=options.workers if options.cluster is None else spread,
        )
    if options.json:
        print_json(result.to_dict())
    else:
        show_score(result)
    if not result.n_rows:
        note("hiprisk: warning: the file has a header and no rows")
    elif result.n_not_selected == result.n_rows:
        note("hiprisk: warning: the mapping selects no row (see where and imputations)")
    note_findings(undecided_findings(mapping.undecided if mapping else ()))
    note_findings(result.findings)
    _note_absent(result, model)
    _note_few_residuals(model)
    return ExitCode.SOME_ROWS_REFUSED if result.n_refused else ExitCode.DONE


def _note_few_residuals(model: Model) -> None:
    from hiprisk.wording.availability import few_residuals_in_words

    if few := few_residuals_in_words(model.sheet):
        note(f"hiprisk: {few}")


def _note_absent(result: ScoreResult, model: Model) -> None:
    if not result.absent:
        return
    specs = [model.sheet.variable(name) for name in result.absent]
    named = "; ".join(f"{spec.label} ({spec.name})" for spec in specs)
    one = len(specs) == 1
    imputed = f" and {'was' if one else 'were'} imputed" if result.n_scored else ""
    note(
        f"hiprisk: {len(specs)} of the model's variables {'is' if one else 'are'} not in the file"
        f"{imputed}: {named} (if the file has {'it' if one else 'one'} under another name, rename "
        "the column, or name it in a --mapping)"
    )


def show_score(result: ScoreResult) -> None:
    """What became of the file, as a person likes to read it."""
    from hiprisk.wording.disclaimers import model_warnings

    if warnings := model_warnings(
        result.provenance, invented=result.invented, surrogate=result.surrogate
    ):
        print_lines(*warnings)
    print_lines(f"{result.n_scored} of {plural(result.n_rows, 'row')} scored: {result.out}")
    if result.n_not_selected:
        print_lines(f"{plural(result.n_not_selected, 'row')} not selected by the mapping: "
                    "NOT_SELECTED, no prediction")  # fmt: skip
    how = _dialect_words(result)
    if how:
        print_lines(f"written as the file came: {how}")
    counts = result.to_frame()
    for kind, head in (("refused", "refused because"), ("imputed", ""), ("flag", "flagged")):
        part = counts[counts["kind"] == kind]
        if kind == "imputed":
            names = [f"{name} ({n})" for name, n in zip(part["variable"], part["rows"], strict=True)
                     if name not in result.absent]  # fmt: skip
            if names:
                print_lines("", "Imputed, in how many rows: " + ", ".join(names))
        elif len(part):
            print_lines("")
            cells = part[["code", "variable", "rows"]].astype(str).to_numpy().tolist()
            print_table([head, "variable", "rows"], cells)
            if kind == "refused":
                print_lines(f"The column reason of {result.out} says why, row by row.")


def _dialect_words(result: ScoreResult) -> str:
    names = {";": "semicolons", "\t": "tabs", "|": "bars"}
    delimiter, decimal = result.dialect.delimiter, result.dialect.decimal
    between = names.get(delimiter)
    return " and ".join(
        part
        for part in (
            f"{between} between columns" if between else "",
            "decimal commas" if decimal == "," else "",
            "" if result.dialect.encoding == "utf-8" else f"texts in {result.dialect.encoding}",
        )
        if part
    )


def _progress(n_rows: int) -> None:
    sys.stderr.write(f"\r\x1b[K{n_rows} rows")
    sys.stderr.flush()


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "score",
        description="Score a cohort file. Every row comes back in its place with all its "
        "columns; a row that cannot be used has a reason in place of a prediction.",
        example=EXAMPLE,
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="bundle, or name of a model in ./models")
    add_expected(parser)
    add_cohort(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="FILE",
                        help="scored file: csv, csv.gz, parquet or xlsx by its suffix")  # fmt: skip
    parser.add_argument("--mapping", type=Path, metavar="M", help="column mapping (YAML)")
    parser.add_argument("--summary", type=Path, metavar="FILE",
                        help="write the counts by reason and by variable and the warnings, as "
                        "JSON, or as a table if FILE ends in .csv")  # fmt: skip
    parser.add_argument("--force", action="store_true", help="overwrite the output and the summary")
    parser.add_argument("--accept-units", action="store_true",
                        help="score although a unit looks wrong")  # fmt: skip
    parser.add_argument("--raw-text", action="store_true",
                        help="do not guard texts that a spreadsheet would run")  # fmt: skip
    parser.add_argument("--digits", type=whole_number(1, 15), metavar="N",
                        help="significant digits of the added numbers, 1 to 15 "
                        "(default: all)")  # fmt: skip
    parser.add_argument("--workers", type=whole_number(1), metavar="N",
                        help="processes for a large CSV file to CSV; the result is the same "
                        "(default: 2 from 32 MiB on, if there are two processors)")  # fmt: skip
    add_cluster_option(parser)
    return parser.parse_args(argv)
