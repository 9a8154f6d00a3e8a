"""``hiprisk drift``: predictors, predictions and calibration of a model in use."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.cohort_options import (
    Subject,
    add_cohort_options,
    identity_of,
    read_selected,
    subject_of,
)
from hiprisk.cli.options import Parser
from hiprisk.cli.show.expected import show_expected
from hiprisk.cli.show.output import note_findings, print_lines, print_table
from hiprisk.cli.show.validation import show_flow
from hiprisk.cli.tracking_options import add_track_options, check_track, show_and_track
from hiprisk.errors import ConfigError, ExitCode
from hiprisk.outputs import check_output_folder
from hiprisk.wording.quantities import signed_with_interval

if TYPE_CHECKING:
    from hiprisk.cohort.findings import Finding
    from hiprisk.cohort.reading import Cohort
    from hiprisk.learning.participants import FlowStep
    from hiprisk.metrics.estimate import Estimate
    from hiprisk.validation.drift import DriftReport
    from hiprisk.validation.drift.cusum import CalibrationCusum

EXAMPLE = """  hiprisk drift stupar recent.csv
  hiprisk drift stupar recent.csv --time followup_date --strict --out drift"""
TIMES = ("followup_date", "baseline_date", "cohort_year")


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    if options.out is not None:
        check_output_folder(options.out)
    check_track(options)
    from hiprisk.validation.drift import report_drift

    subject = subject_of(options)
    if subject.sheet is None:
        raise ConfigError("drift needs a bundle", code="USAGE", column="--predictions",
                          advice="hiprisk update --predictions makes one of a column")  # fmt: skip
    cohort = read_selected(subject, options)
    watch, why_not, flow = _watch(subject, cohort, options)
    report = report_drift(
        subject.sheet,
        cohort,
        model=identity_of(subject),
        watch=watch,
        watch_note=why_not,
        flow=flow,
        findings=_of_the_outcome(subject, cohort),
        thresholds=subject.outcome.thresholds,
        development=subject.expected_in_development,
    )
    if options.out is not None:
        _write(report, options.out)

    def show() -> None:
        show_drift(report)
        if options.out is not None:
            print_lines("", f"written: {options.out}")

    code = show_and_track(options, report, show, plain=report.to_dict(), bundle=subject.bundle)
    note_findings(report.findings)
    return ExitCode.INPUT_REFUSED if options.strict and report.found else code


def _of_the_outcome(subject: Subject, cohort: Cohort) -> Sequence[Finding]:
    """Cells of the outcome that cannot be used, where the file has it."""
    from hiprisk.validation.external.cohort import outcome_warnings

    if subject.outcome.variable not in cohort.frame.columns:
        return ()
    return outcome_warnings(cohort, subject.outcome, subject.outcome_in_development)


def _watch(
    subject: Subject, cohort: Cohort, options: argparse.Namespace
) -> tuple[CalibrationCusum | None, str, Sequence[FlowStep]]:
    """The watch, or why there is none, and whom it is of."""
    from hiprisk.errors import InputError
    from hiprisk.learning.participants import FlowStep
    from hiprisk.validation.drift.cusum import calibration_cusum
    from hiprisk.validation.external.cohort import predict_cohort

    assert subject.sheet is not None
    time = options.time or next((name for name in TIMES if name in cohort.frame.columns), None)
    if time is None:
        return None, f"no time in the file ({', '.join(TIMES)}, or --time COLUMN)", ()
    if time not in cohort.frame.columns:
        raise InputError("the cohort has no such time", code="MISSING_COLUMN",
                         file=cohort.source_name, column=time,
                         advice="map it in the mapping")  # fmt: skip
    if subject.outcome.variable not in cohort.frame.columns:
        return None, f"the outcome {subject.outcome.variable} is not in the file", ()
    try:
        people = predict_cohort(
            subject.sheet,
            subject.outcome,
            cohort,
            accept_units=options.accept_units,
            outcome_in_development=subject.outcome_in_development,
        )
        known = people.frame[time].notna().to_numpy()
        watch = calibration_cusum(
            people.observed[known],
            people.predicted[known],
            _as_texts(people.frame[time].tolist(), known.tolist()),
            kind=subject.outcome.kind,
            groups=people.groups[known],
            n_fitted=subject.sheet.n_people,
            seed=options.seed,
        )
    except InputError as refusal:
        if options.time and refusal.code == "NO_TIME":
            raise
        return None, refusal.reason, ()
    n_known = int(known.sum())
    step = FlowStep(
        label=f"{people.dictionary.label(time)} unknown",
        n_left_out=len(known) - n_known,
        n_remaining=n_known,
    )
    return watch, "", (*people.flow, step)


def _as_texts(values: Sequence[object], known: Sequence[bool]) -> list[str]:
    """Known times as texts that sort as they do."""
    kept = [value for value, is_known in zip(values, known, strict=True) if is_known]
    return [f"{v:015.3f}" if isinstance(v, float) else str(v) for v in kept]


def show_drift(report: DriftReport) -> None:
    """The report as a person likes to read it."""
    print_lines(
        f"{report.model.title} ({report.model.name}@{report.model.version})",
        f"{report.n_rows} rows of {report.cohort}",
        "",
        *report.summary,
        "",
    )
    _show_variables(report)
    if report.predictions is not None:
        p = report.predictions
        print_lines(
            "",
            f"predictions: mean {p.mean_now:.3g} (SD {p.sd_now:.3g}), in development "
            f"{p.mean_then:.3g} (SD {p.sd_then:.3g}): {p.verdict}",
        )
    if report.expected is not None:
        show_expected(report.expected)
    else:
        print_lines("", f"No expected performance: {report.expected_note}.")
    if report.refused:
        print_lines("")
        rows = [[code, str(n)] for code, n in sorted(report.refused.items())]
        print_table(["no prediction because", "rows"], rows)
    if report.flow:
        print_lines("")
        show_flow(report.flow)
    if report.watch is not None:
        w = report.watch
        print_lines(
            "",
            f"calibration CUSUM: {len(w.times)} points, {w.n_so_far[-1]} participants, largest sum "
            f"{max(map(abs, w.cusum)):.2f}, limit {w.limit:.2f}; observed minus predicted "
            f"{w.mean_difference:+.3g}{_ends(w.mean_error)} on average",
        )


def _show_variables(report: DriftReport) -> None:
    print_table(
        [
            "variable",
            "verdict",
            "difference in SD (95 % CI)",
            "PSI",
            "expected by chance",
            "missing then",
            "missing now",
        ],
        [
            [
                v.label,
                v.verdict,
                "" if v.difference is None else signed_with_interval(v.difference, 2),
                _number(v.psi, ".3f"),
                _number(v.psi_by_chance, ".3f"),
                "" if v.missing_then is None else f"{100 * v.missing_then:.0f} %",
                f"{100 * v.missing_now:.0f} %",
            ]
            for v in report.variables
        ],
    )
    for v in report.variables:
        for cause in v.causes:
            print_lines(f"-> {v.label}: {cause}")


def _ends(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f" ({estimate.low:+.3g} to {estimate.high:+.3g})"


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _write(report: DriftReport, folder: Path) -> None:
    from hiprisk.reporting.command_results import files_of_result
    from hiprisk.reporting.result_files import write_result

    write_result(folder, files_of_result(report))


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
                        help="folder for drift.json, tables and figures")  # fmt: skip
    add_track_options(parser)
    return parser.parse_args(argv)
