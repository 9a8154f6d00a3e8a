"""``hiprisk associate``: the table of a cohort paper."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.options import Parser, add_full
from hiprisk.cli.show.output import (
    note,
    note_findings,
    print_lines,
    print_sentences,
    print_table,
    print_title,
)
from hiprisk.cli.show.participants import show_flow
from hiprisk.cli.study_options import add_study_options, study_of
from hiprisk.cli.tracking_options import add_track_options, check_track, show_and_track
from hiprisk.errors import ConfigError
from hiprisk.outputs import check_output_file, written_whole
from hiprisk.wording.quantities import p_equals, p_value, with_interval

if TYPE_CHECKING:
    from hiprisk.inference.association import AssociationTable
    from hiprisk.inference.association.result import AssociationRow

EXAMPLE = """  hiprisk associate configs/stupar.yaml
  hiprisk associate configs/stupar_hip_knee.yaml --out table.csv
  hiprisk associate configs/stupar.yaml --cohort FILE --set association.cluster=site --json"""

# Columns of the table that are left out where they say nothing.
GROUP, MEASURE, VALUE, EVENTS, MISSING = 0, 2, 3, 6, 7
# How the sentences begin that the short view leaves out: its table has the crude estimate.
LEFT_OUT = ("E-value", "Crude (unadjusted)")
PICTURES = (".png", ".svg", ".pdf")


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    if options.out is not None:
        check_output_file(options.out, force=options.force)
    check_track(options)
    config = study_of(options)
    from hiprisk.inference.association import run_associate

    table = run_associate(config, on_finding=lambda finding: note_findings([finding]))
    if options.out is not None:
        write_table(table, options.out)
    code = show_and_track(
        options,
        table,
        lambda: show_table(table, full=options.full),
        plain=table.to_dict(),
        config=config,
    )
    if options.out is not None:
        note(f"written: {options.out}")
    return code


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "associate",
        description="The adjusted effect of the exposure that the config declares: crude, adjusted "
        "for the confounders, with and without the baseline score, by stratum with the "
        "differences between strata, pooled over imputations, with E-values.",
        example=EXAMPLE,
    )
    add_study_options(parser, workers=False)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="write the table too: .csv, .json (whole result), or a picture (.png, .svg, .pdf)",
    )
    parser.add_argument("--force", action="store_true", help="overwrite the file")
    add_full(parser)
    add_track_options(parser)
    options = parser.parse_args(argv)
    if options.out is not None and options.out.suffix not in (".csv", ".json", *PICTURES):
        raise ConfigError(
            "the table is written as .csv, .json, .png, .svg or .pdf",
            code="USAGE",
            column="--out",
        )
    return options


def write_table(table: AssociationTable, path: Path) -> None:
    """Write the table in the form that the file's name asks for."""
    with written_whole(path) as scratch:
        if path.suffix == ".csv":
            from hiprisk.cohort.formulas import guarded_frame

            guarded_frame(table.to_frame()).to_csv(scratch, index=False)
        elif path.suffix == ".json":
            scratch.write_text(json.dumps(table.to_dict(), indent=1) + "\n", encoding="utf-8")
        else:
            from hiprisk.reporting.plots.association import association_picture

            scratch.write_bytes(association_picture(table, form=path.suffix[1:]))


def show_table(table: AssociationTable, *, full: bool = False) -> None:
    """The table as a person likes to read it; `full` adds who took part and how it was done."""
    print_title(table.title)
    print_sentences(*(one for one in table.sentences if full or not one.startswith(LEFT_OUT)))
    print_lines("")
    _show_estimates(table, full=full)
    _show_differences(table, full=full)
    if not full:
        print_lines("--full adds the E-values, the participants, and how it was estimated.")
        return
    if any(row.e_value is not None for row in table.rows):
        print_lines("", "E-values")
        print_table(
            ["group", "model", "of the estimate", "of the CI's limit"],
            [[row.stratum, row.model.replace("_", " + "), f"{row.e_value.point:.2f}",
              f"{row.e_value.limit:.2f}"] for row in table.rows if row.e_value is not None],
        )  # fmt: skip
    print_lines("", "Participants")
    show_flow(table.flow)
    print_lines("", "How", *(f"  {line}" for line in table.notes))


def _show_estimates(table: AssociationTable, *, full: bool) -> None:
    """Every estimate; a column that says the same of every row is no help."""
    head = ["group", "model", "measure", "value (95 % CI)", "n", "exposed", "events", "missing"]
    columns = list(zip(*(_row(table, row) for row in table.rows), strict=True))
    same = {i for i, column in enumerate(columns) if len(set(column)) == 1}
    left_out = set() if any(columns[EVENTS]) else {EVENTS}
    if not full:
        left_out |= {MISSING} | ({GROUP, MEASURE} & same)
    if MEASURE in left_out:
        head[VALUE] = f"{columns[MEASURE][0]} (95 % CI)"
    shown = [i for i in range(len(columns)) if i not in left_out]
    rows = [[columns[i][row] for i in shown] for row in range(len(table.rows))]
    print_table([head[i] for i in shown], rows)


def _row(table: AssociationTable, row: AssociationRow) -> list[str]:
    return [
        row.stratum,
        row.model.replace("_", " + "),
        row.measure.replace("_", " "),
        with_interval(row.estimate, table.digits),
        f"{row.n}",
        "" if row.n_exposed is None else f"{row.n_exposed}",
        "" if row.n_events is None or table.kind == "continuous" else f"{row.n_events}",
        f"{100.0 * row.share_missing:.0f} %",
    ]


def _show_differences(table: AssociationTable, *, full: bool) -> None:
    if not table.differences:
        return
    print_lines("", "Difference between strata (for ratios, their ratio)")
    one_measure = len({one.measure for one in table.differences}) == 1
    rows = [
        [
            f"{one.stratum} against {one.versus}",
            one.model.replace("_", " + "),
            *([] if one_measure and not full else [one.measure.replace("_", " ")]),
            with_interval(one.estimate, table.digits),
            f"F(1, {one.df:.0f}) = {one.wald:.2f}, {p_equals(one.p_value)}"
            if full
            else p_value(one.p_value),
        ]
        for one in table.differences
    ]
    measure = [] if one_measure and not full else ["measure"]
    print_table(
        ["strata", "model", *measure, "value (95 % CI)", "Wald test" if full else "p"], rows
    )
