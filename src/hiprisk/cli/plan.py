"""``hiprisk plan``: what a study will do, before anything is fitted."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.options import Parser
from hiprisk.cli.show.output import (
    Progress,
    note_findings,
    print_json,
    print_lines,
    print_table,
    print_title,
)
from hiprisk.cli.study_options import add_study_options, check_names, study_of

if TYPE_CHECKING:
    from hiprisk.planning import PlannedPart, StudyPlan

EXAMPLE = """  hiprisk plan configs/stupar.yaml
  hiprisk plan configs/nhs_proms_hip.yaml --cohort FILE --workers 2
  hiprisk plan configs/stupar.yaml --set validation.resamples=1000 --json"""
NOTHING_FITTED = "Nothing was fitted, logged or written."


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    config = study_of(options)
    check_names(config)
    from hiprisk.planning import plan_study

    plan = plan_study(
        config, out=options.out, workers=options.workers, timed=not options.untimed,
        progress=Progress(),
    )  # fmt: skip
    if options.json:
        print_json(plan.to_dict())
        return 0
    show_plan(plan)
    note_findings(plan.findings)
    return 0


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "plan",
        description="Check a study as train does before its first fit, and say what it will do: "
        "who takes part, parameters and events, sample size, what is fitted how often, and how "
        "long it will take on this machine. Nothing is fitted, logged or written.",
        example=EXAMPLE,
    )
    add_study_options(parser)
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("models"),
        metavar="DIR",
        help="folder of all models, as for train (default: models)",
    )
    parser.add_argument(
        "--untimed", action="store_true", help="count the fits, and measure no time"
    )
    return parser.parse_args(argv)


def show_plan(plan: StudyPlan) -> None:
    """The plan as a person likes to read it."""
    title, *lines = plan.summary
    print_lines("")
    print_title(title)
    print_lines(*lines, "")
    print_table(
        ["people", "left out", "remaining"],
        [[step.label, str(step.n_left_out), str(step.n_remaining)] for step in plan.flow],
    )
    held = (
        ""
        if plan.n_holdout is None
        else f" {plan.n_holdout:,} rows with a known outcome are held out."
    )
    print_lines(
        "",
        f"{100.0 * plan.share_missing:.1f} % of the predictors' values are missing.{held}",
        *(
            f"Event {one.label}: {one.n_with:,} with, {one.n_without:,} without."
            for one in plan.events
        ),
        f"Sample size: {plan.sample_size.sentence}",
        "",
    )
    print_table(["part", "how often", "fits", "time"], [_row(part) for part in plan.parts])
    print_lines("", _total(plan), NOTHING_FITTED)


def _row(part: PlannedPart) -> list[str]:
    return [part.name, part.what, f"{part.n_fits:,}" if part.n_fits else "",
            in_words(part.seconds_low, part.seconds_high)]  # fmt: skip


def _total(plan: StudyPlan) -> str:
    workers = f"{plan.workers} worker{'' if plan.workers == 1 else 's'}"
    said = f"{plan.n_fits:,} fits in all"
    if plan.seconds_low is None:
        return f"{said}."
    took = in_words(plan.seconds_low, plan.seconds_high)
    return (
        f"{said}, about {took} here with {workers}: by the settings and the model type that tuning "
        "will choose, and longer where other work runs beside it."
    )


def in_words(low: float | None, high: float | None) -> str:
    """A range of seconds as a person says it."""
    if low is None or high is None:
        return ""
    if high < 1.0:
        return "under 1 s"
    unit, size = ("s", 1.0) if high < 180.0 else ("min", 60.0) if high < 10_800.0 else ("h", 3600.0)
    ends = [f"{max(value / size, 0.0):.{0 if value / size >= 9.5 or unit == 's' else 1}f}"
            for value in (low, high)]  # fmt: skip
    return f"{ends[0]} {unit}" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]} {unit}"
