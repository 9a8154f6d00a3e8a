"""``hiprisk compare``: what blocks of predictors add."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.options import (
    Parser,
    add_cluster_option,
    add_full,
    check_cluster_option,
    whole_number,
)
from hiprisk.cli.show.added_value import show_added_value
from hiprisk.cli.show.output import Progress, note, note_findings
from hiprisk.cli.study_options import add_study_options, study_of
from hiprisk.cli.tracking_options import add_track_options, check_track, show_and_track
from hiprisk.outputs import check_output_file, written_whole

if TYPE_CHECKING:
    from hiprisk.inference.increment import AddedValue

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
        options,
        result,
        lambda: show_added_value(result, full=options.full),
        plain=result.to_dict(),
        config=config,
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
    add_full(parser)
    add_track_options(parser)
    return parser.parse_args(argv)


def _write(path: Path, result: AddedValue) -> None:
    text = json.dumps(result.to_dict(), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    with written_whole(path) as scratch:
        scratch.write_text(text, encoding="utf-8")
    note(f"written: {path}")
