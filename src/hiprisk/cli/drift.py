"""``hiprisk drift``: predictors, predictions and calibration of a model in use."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.api.arguments import TIMES
from hiprisk.cli.cohort_options import add_cohort_options, requested
from hiprisk.cli.options import Parser, add_full
from hiprisk.cli.show.expected import show_expected
from hiprisk.cli.show.output import print_lines, print_sentences, print_styled, print_table
from hiprisk.cli.show.participants import show_flow, show_reasons
from hiprisk.cli.tracking_options import add_track_options, check_track, show_and_track
from hiprisk.errors import ExitCode
from hiprisk.wording.quantities import number, signed_with_interval

if TYPE_CHECKING:
    from hiprisk.validation.drift import DriftReport
    from hiprisk.validation.drift.results import VariableDrift

EXAMPLE = """  hiprisk drift stupar recent.csv
  hiprisk drift stupar recent.csv --time followup_date --strict --out drift"""

STEADY = "steady"
# Of the short view: those that moved, then the next furthest.
MOST_VARIABLES = 8


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    check_track(options)
    from hiprisk.api.drifting import DriftRequest, drift_report

    shared = requested(options)
    report = drift_report(DriftRequest(**shared, time=options.time, out=options.out))

    def show() -> None:
        show_drift(report, full=options.full)
        if options.out is not None:
            print_lines("", f"written: {options.out}")

    code = show_and_track(options, report, show, plain=report.to_dict(), bundle=shared["model"])
    return ExitCode.INPUT_REFUSED if options.strict and report.found else code


def show_drift(report: DriftReport, *, full: bool = False) -> None:
    """The report as a person likes to read it: what moved, or everything."""
    print_styled("heading", f"{report.model.title} ({report.model.name}@{report.model.version})")
    print_lines(f"{report.n_rows} rows of {report.cohort}", "")
    print_sentences(*report.summary)
    print_lines("")
    _show_variables(report, full=full)
    if report.predictions is not None:
        from hiprisk.validation.drift.sentences import predictions_in_words

        print_lines("", f"Predictions: {predictions_in_words(report.predictions)}.")
    _show_expected(report, full=full)
    if report.refused:
        show_reasons(report.refused)
    if report.flow and full:
        print_lines("")
        show_flow(report.flow)
    if report.watch is not None:
        w = report.watch
        print_lines(
            f"Calibration CUSUM: {len(w.times)} points, {w.n_so_far[-1]} participants, largest sum "
            f"{max(map(abs, w.cusum)):.2f}, limit {w.limit:.2f}; observed minus predicted "
            f"{signed_with_interval(w.mean_error)} on average.",
        )
    if not full:
        print_lines("--full prints every variable and event, missing values and who was left out.")


def _show_expected(report: DriftReport, *, full: bool) -> None:
    if report.expected is None:
        print_lines("", f"No expected performance: {report.expected_note}.")
    elif full:
        show_expected(report.expected)
    else:
        print_lines("", *report.expected.sentences)


def _show_variables(report: DriftReport, *, full: bool) -> None:
    """Every variable, or those that moved and the next furthest."""
    shown = list(report.variables)
    if not full:
        moved = [one for one in shown if one.verdict != STEADY]
        steady = sorted((one for one in shown if one.verdict == STEADY), key=_distance)
        shown = (moved + steady)[:MOST_VARIABLES]
    # Missing values that moved are named as such; all of them stand in the full view.
    head = ["variable", "verdict", "decided by", "difference in SD (95 % CI)"]
    missing = ["missing then", "now"] if full else []
    rows = [_variable_row(one) for one in shown]
    print_table([*head, *missing], rows if full else [row[: len(head)] for row in rows])
    if full:
        _show_indices(shown)
    if len(shown) < len(report.variables):
        n = len(report.variables)
        steady_ones = sum(one.verdict == STEADY for one in report.variables)
        print_lines(f"The {len(shown)} furthest from development, of {n}; {steady_ones} steady.")
    for v in report.variables:
        for cause in v.causes:
            print_lines(f"-> {v.label}: {cause}")


def _show_indices(variables: Sequence[VariableDrift]) -> None:
    """Every population stability index, and the rule of the verdicts."""
    from hiprisk.validation.drift.sentences import DRIFT_RULE

    head = ["variable", "PSI", "by chance (95th percentile)"]
    rows = [[one.label, number(one.psi), number(one.psi_by_chance)] for one in variables]
    print_lines("", "Population stability index (PSI):")
    print_table(head, rows)
    print_lines("", DRIFT_RULE)


def _distance(one: VariableDrift) -> float:
    return 0.0 if one.difference is None else -abs(one.difference.value)


def _variable_row(v: VariableDrift) -> list[str]:
    from hiprisk.validation.drift.sentences import drift_criteria

    return [
        v.label,
        v.verdict,
        drift_criteria(v),
        "" if v.difference is None else signed_with_interval(v.difference),
        "" if v.missing_then is None else f"{100 * v.missing_then:.0f} %",
        f"{100 * v.missing_now:.0f} %",
    ]


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "drift",
        description="Monitor a model in use: how far its variables and predictions have moved from "
        "the development cohort (standardised difference, population stability index, missing "
        "values), what performance the model itself expects of these people before outcomes are "
        "known, and, where outcomes are known, whether calibration holds over time.",
        example=EXAMPLE,
    )
    add_cohort_options(parser)
    parser.add_argument("--time", metavar="VARIABLE",
                        help=f"order of the rows (default: {', '.join(TIMES)})")  # fmt: skip
    parser.add_argument("--strict", action="store_true", help="exit 3 on any finding")
    parser.add_argument("--out", type=Path, metavar="DIR",
                        help="folder for drift.json, report, tables and figures")  # fmt: skip
    add_full(parser)
    add_track_options(parser)
    return parser.parse_args(argv)
