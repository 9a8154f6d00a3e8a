"""``hiprisk validate``: a model, or predictions in a file, on people whose outcome is known."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.cohort_options import (
    Subject,
    add_cohort_options,
    identity_of,
    read_people,
    subject_of,
)
from hiprisk.cli.options import Parser, whole_number
from hiprisk.cli.output import note, print_json, print_lines, print_table
from hiprisk.outputs import check_output_folder

if TYPE_CHECKING:
    from hiprisk.metrics.estimate import Estimate
    from hiprisk.validation.casemix_results import CaseMix
    from hiprisk.validation.external import ExternalValidation
    from hiprisk.validation.flexible import Flexible
    from hiprisk.validation.newpeople import NewPeople
    from hiprisk.validation.subgroup_results import Subgroups

EXAMPLE = """  hiprisk validate stupar newcohort.csv --by sex
  hiprisk validate stupar export.csv --mapping configs/cohorts/source.yaml --out validation
  hiprisk validate nhs.csv --mapping configs/cohorts/nhs_proms_hip.yaml \\
      --predictions ohs_post_nhs_predicted --outcome ohs_followup_0_48"""
MOST_SHIFTS = 8
EVENT_METRICS = (
    "c_statistic",
    "brier",
    "scaled_brier",
    "calibration_in_the_large",
    "calibration_slope",
    "ici",
)


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    if options.out is not None:
        check_output_folder(options.out)
    from hiprisk.validation.external import validate_externally

    _check_free(options.out, force=options.force)
    subject = subject_of(options)
    people = read_people(subject, options)
    result = validate_externally(
        people,
        subject.outcome,
        model=identity_of(subject),
        sheet=subject.sheet,
        by=options.by,
        case_mix=_case_mix(subject, people, options),
        n_resamples=options.resamples,
        seed=options.seed,
    )
    if options.out is not None:
        _write(result, options.out)
    if options.json:
        print_json(result.to_dict())
    else:
        show_validation(result)
        if options.out is not None:
            print_lines("", f"written: {options.out}")
    warn_of(people)
    return 0


def _check_free(folder: Path | None, *, force: bool) -> None:
    """An earlier validation stays unless force is asked for."""
    from hiprisk.errors import ConfigError

    if folder is not None and (folder / "validation.json").exists() and not force:
        raise ConfigError(
            "the folder holds a validation already", code="EXISTS", file=folder.name,
            advice="add --force, or name another folder",
        )  # fmt: skip


def _case_mix(subject: Subject, people: NewPeople, options: argparse.Namespace) -> CaseMix | None:
    from hiprisk.errors import ConfigError
    from hiprisk.validation.casemix import compare_case_mix, knows_its_people

    sheet = subject.sheet
    if sheet is None:
        if options.development is not None:
            raise ConfigError("--development goes with a bundle", code="USAGE")
        return None
    if options.development is None:
        return compare_case_mix(sheet, people) if knows_its_people(sheet) else None
    development = read_people(subject, options, path=options.development)
    return compare_case_mix(
        sheet, people, development=development, seed=options.seed, n_resamples=options.resamples
    )


def show_validation(result: ExternalValidation) -> None:
    """The result as a person likes to read it."""
    model = result.model
    version = f" ({model.name}@{model.version})" if model.version else ""
    print_lines(f"{model.title}{version}", f"predicts {model.estimand}",
                f"judged on {result.cohort}", "")  # fmt: skip
    print_lines(*result.summary, "")
    print_table(["metric", "value", "95 % interval"], estimate_rows(result.metrics))
    for name, reason in result.not_available.items():
        print_lines(f"{name}: not available ({reason})")
    _show_flexible(result.flexible)
    print_lines("")
    print_table(
        ["people", "left out", "remaining"],
        [[step.label, str(step.n_left_out), str(step.n_remaining)] for step in result.flow],
    )
    show_reasons(result.reasons)
    if result.case_mix is not None:
        _show_case_mix(result.case_mix)
    if result.groups is not None:
        _show_groups(result.groups)
    print_lines("", *result.remarks)


def _show_flexible(flexible: Flexible) -> None:
    head = ["metric", "value", "95 % interval"]
    if flexible.errors:
        print_lines("", "Distance from the calibration curve (loess; spline):")
        print_table(head, estimate_rows(flexible.errors))
    if flexible.forecast:
        print_lines("", "Predictive distribution and bounds:")
        print_table(head, estimate_rows(flexible.forecast))
    for event in flexible.events:
        print_lines("", f"Event: {event.label} ({event.n_events:g} of {event.n:g})")
        if event.reason is not None:
            print_lines(f"not judged: {event.reason}")
        main = [e for e in event.estimates if e.name in EVENT_METRICS]
        print_table(head, estimate_rows(main))
    if flexible.decision is not None:
        print_lines("", "The decision curve is in --json and --out.")


def estimate_rows(estimates: Sequence[Estimate]) -> list[list[str]]:
    """Name, value and interval as cells."""
    return [
        [
            e.name,
            f"{e.value:.3f}",
            "" if e.low is None or e.high is None else f"{e.low:.3f} to {e.high:.3f}",
        ]
        for e in estimates
    ]


def show_reasons(reasons: Mapping[str, int]) -> None:
    """Rows without a prediction, by reason."""
    if reasons:
        print_lines("")
        rows = [[code, str(n)] for code, n in sorted(reasons.items())]
        print_table(["no prediction because", "rows"], rows)


def _show_case_mix(case_mix: CaseMix) -> None:
    print_lines("", f"Case mix, the development cohort known from {case_mix.basis}:")
    shifts = sorted(case_mix.columns, key=lambda s: -abs(s.standardised_difference))
    print_table(
        ["column", "development", "here", "difference in SD", "missing here"],
        [
            [
                s.column,
                f"{s.development_mean:.3g}",
                f"{s.new_mean:.3g}",
                f"{s.standardised_difference:+.2f}",
                f"{100 * s.new_missing:.0f} %",
            ]
            for s in shifts[:MOST_SHIFTS]
        ],
    )
    if len(shifts) > MOST_SHIFTS:
        print_lines(f"(the {MOST_SHIFTS} largest of {len(shifts)}; all with --json or --out)")


def _show_groups(result: Subgroups) -> None:
    print_lines("", "By group:", *result.sentences())
    for group in result.groups:
        n = "not shown" if group.suppressed else f"n = {group.n_people}"
        print_lines("", f"{group.grouping} {group.level}: {n}")
        own = [
            row.estimate
            for row in result.estimates
            if (row.grouping, row.level) == (group.grouping, group.level) and row.estimate
        ]
        print_table(["metric", "value", "95 % interval"], estimate_rows(own))


def warn_of(people: NewPeople) -> None:
    """What looked odd, on stderr."""
    for finding in people.warnings:
        note(f"hiprisk: warning[{finding.code}]: {finding.column}: {finding.message} "
             f"({finding.advice})")  # fmt: skip


def _write(result: ExternalValidation, folder: Path) -> None:
    from hiprisk.reporting.lifecycle_files import write_result
    from hiprisk.reporting.plots.external import validation_figures

    tables = {"metrics": result.to_frame()}
    if result.case_mix is not None:
        tables["case_mix"] = result.case_mix.to_frame()
    write_result(
        folder,
        name="validation",
        plain=result.to_dict(),
        tables=tables,
        figures=validation_figures(result),
    )


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "validate",
        description="Judge a model on people whose outcome is known: every metric with its "
        "interval (persons resampled), by groups, and how these people differ from those the "
        "model was developed on. Rows that cannot be used are counted with a reason.",
        example=EXAMPLE,
    )
    add_cohort_options(parser)
    parser.add_argument("--by", nargs="+", default=[], metavar="VARIABLE",
                        help="judge each level of these categories too")  # fmt: skip
    parser.add_argument("--development", type=Path, metavar="FILE",
                        help="the development cohort, for the full membership model")  # fmt: skip
    parser.add_argument("--resamples", type=whole_number(50), default=500, metavar="N",
                        help="of persons, behind the intervals (default: 500)")  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="DIR",
                        help="folder for validation.json, tables and figures")  # fmt: skip
    parser.add_argument("--force", action="store_true", help="overwrite a validation in DIR")
    return parser.parse_args(argv)
