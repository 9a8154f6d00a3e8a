"""``hiprisk compare``: what blocks of predictors add."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.options import Parser, add_cluster_option, check_cluster_option, whole_number
from hiprisk.cli.show.output import (
    Progress,
    note,
    note_findings,
    print_lines,
    print_table,
)
from hiprisk.cli.study_options import add_study_options, study_of
from hiprisk.cli.tracking_options import add_track_options, check_track, show_and_track
from hiprisk.outputs import check_output_file, written_whole
from hiprisk.wording.quantities import p_equals, with_interval

if TYPE_CHECKING:
    from hiprisk.inference.increment import AddedValue, Addition, Gain

EXAMPLE = """  hiprisk compare configs/stupar.yaml --add back --add hip_motion --base core
  hiprisk compare configs/stupar.yaml --add hip_motion --base core --base back --workers 2
  hiprisk compare configs/stupar.yaml --cluster tcp://10.0.0.5:8786
  hiprisk compare configs/stupar.yaml --set outcome.thresholds=[0.2,0.4] --out added.json"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    check_cluster_option(options)
    if options.out is not None:
        check_output_file(options.out, force=options.force)
    check_track(options)
    config = study_of(options)
    from hiprisk.inference.increment import Comparison, run_compare
    from hiprisk.parallel import spread_over

    comparison = Comparison(
        base=tuple(options.base or ("core",)),
        add=tuple(options.add),
        n_resamples=options.resamples,
        method="impute_then_bootstrap" if options.fast else "bootstrap_then_impute",
    )
    with spread_over(options.cluster, workers=options.workers) as workers:
        result = run_compare(
            config,
            comparison=comparison,
            workers=workers,
            progress=Progress(),
            announce=note,
            on_finding=lambda finding: note_findings([finding]),
        )
    if options.out is not None:
        _write(options.out, result)
    return show_and_track(
        options, result, lambda: show_added_value(result), plain=result.to_dict(), config=config
    )


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "compare",
        description="Estimate what blocks of predictors add to a base model: optimism-corrected "
        "gains with 95 % CIs, "
        "share of new information, tests, and a verdict against the smallest gain that the study "
        "declared as the minimum important gain. Models are unpenalised; only --out is written.",
        example=EXAMPLE,
    )
    add_study_options(parser)
    add_cluster_option(parser)
    parser.add_argument(
        "--add", action="append", default=[], metavar="BLOCK",
        help="block to add; repeat for more (default: all that are not in the base)",
    )  # fmt: skip
    parser.add_argument(
        "--base", action="append", metavar="BLOCK",
        help="block that every model has; repeat for more (default: core)",
    )  # fmt: skip
    parser.add_argument(
        "--resamples", type=whole_number(20), metavar="N",
        help="bootstrap resamples (default: the config's validation.resamples)",
    )  # fmt: skip
    parser.add_argument(
        "--fast", action="store_true",
        help="impute once before the bootstrap, not in each resample",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the JSON there")
    parser.add_argument("--force", action="store_true", help="overwrite the file")
    add_track_options(parser)
    return parser.parse_args(argv)


def _write(path: Path, result: AddedValue) -> None:
    text = json.dumps(result.to_dict(), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    with written_whole(path) as scratch:
        scratch.write_text(text, encoding="utf-8")
    note(f"written: {path}")


def show_added_value(result: AddedValue) -> None:
    """The result as a person likes to read it."""
    title = f"What is added to {' + '.join(result.base)}: {result.outcome_label}"
    print_lines("", title, "=" * len(title), *result.sentences(), "")
    for one in result.additions:
        _show_addition(result, one)
    print_lines(f"{result.models[0].upper()}{result.models[1:]}; {result.n_resamples} resamples.")
    if result.n_refused:
        print_lines(f"{result.n_refused} further resamples could not be fitted.")
    print_lines(*result.notes)


def _show_addition(result: AddedValue, one: Addition) -> None:
    print_lines(f"{one.label}: {one.verdict}")
    head = ["measure", "scenario", "base", "with it", "gain", "95 % CI"]
    rows = [_row("as it is used", gain) for gain in one.gains]
    for case in one.error_free:
        rows += [_row(case.name, gain) for gain in case.gains]
    print_table(head, rows)
    print_lines(f"share of new information {with_interval(one.new_information)}")
    if not one.tests:
        print_lines("no test: the blocks add no coefficient")
    for test in one.tests:
        second = f", {test.df_denominator:.0f}" if test.df_denominator is not None else ""
        print_lines(
            f"{test.method}: {test.statistic:.2f} on {test.df}{second} degrees of freedom, "
            f"{p_equals(test.p_value)}"
        )
    for case in one.error_free:
        share = with_interval(case.new_information)
        print_lines(f"{case.sentence} Share of new information {share}.")
    print_lines("")


def _row(scenario: str, gain: Gain) -> list[str]:
    estimate = gain.estimate
    unit = f" ({gain.unit})" if gain.unit else ""
    label = f"{gain.label}{unit}{', reduction' if gain.reduction else ''}"
    return [
        label,
        scenario,
        f"{gain.base:.3f}",
        f"{gain.model:.3f}",
        f"{estimate.value:+.3f}",
        f"{estimate.low:+.3f} to {estimate.high:+.3f}",
    ]
