"""``hiprisk validate``: a model, or predictions in a file, on people whose outcome is known."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.cohort_options import add_cohort_options, requested
from hiprisk.cli.options import (
    Parser,
    add_cluster_option,
    add_full,
    check_cluster_option,
    whole_number,
)
from hiprisk.cli.show.output import print_lines
from hiprisk.cli.show.validation import show_expected_validation, show_validation
from hiprisk.cli.tracking_options import add_track_options, check_track, show_and_track
from hiprisk.errors import ConfigError

if TYPE_CHECKING:
    from hiprisk.bundle import Bundle
    from hiprisk.config.cohort import SamplingSettings
    from hiprisk.validation.external.before_outcomes import ExpectedValidation
    from hiprisk.validation.external.results import ExternalValidation

EXAMPLE = """  hiprisk validate stupar newcohort.csv --by sex
  hiprisk validate stupar this_year.csv --expected
  hiprisk validate stupar newcohort.csv --cluster tcp://10.0.0.5:8786
  hiprisk validate stupar export.csv --mapping configs/cohorts/source.yaml --out validation
  hiprisk validate nhs.csv --mapping configs/cohorts/nhs_proms_hip.yaml \\
      --predictions ohs_post_nhs_predicted --outcome ohs_followup_0_48"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    _check_cluster(options)
    check_track(options)
    from hiprisk.api.validating import ValidationRequest, expectation, validation

    shared = requested(options)
    asked = ValidationRequest(
        **shared,
        reference=options.reference,
        by=options.by,
        sampling=options.prevalence,
        development=options.development,
        resamples=options.resamples,
        out=options.out,
        force=options.force,
    )
    bundle = None if options.predictions else shared["model"]
    if options.expected:
        expected = expectation(asked)
        in_words = partial(show_expected_validation, expected, full=options.full)
        return _show(expected, in_words, bundle, options)
    from hiprisk.parallel import spread_over

    with spread_over(options.cluster, workers=options.workers) as workers:
        result = validation(replace(asked, workers=workers))
    return _show(result, partial(show_validation, result, full=options.full), bundle, options)


def _check_cluster(options: argparse.Namespace) -> None:
    check_cluster_option(options)
    if options.expected and options.cluster is not None:
        raise ConfigError(
            "--expected is computed at once, and has no work for a cluster", code="USAGE",
            column="--cluster", advice="leave out one of the two",
        )  # fmt: skip


def _show(
    result: ExternalValidation | ExpectedValidation,
    in_words: Callable[[], None],
    bundle: Bundle | None,
    options: argparse.Namespace,
) -> int:
    """Print and log a result, as far as that is asked for."""

    def show_with_folder() -> None:
        in_words()
        if options.out is not None:
            print_lines("", f"written: {options.out}")

    return show_and_track(options, result, show_with_folder, plain=result.to_dict(), bundle=bundle)


def _prevalence(text: str) -> SamplingSettings:
    from hiprisk.config.cohort import SamplingSettings

    if text == "unknown":
        return SamplingSettings(case_control="unknown")
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0.0 < share < 1.0:
        raise argparse.ArgumentTypeError(
            f"must lie inside (0, 1), 0.12 for 12 in 100, or be unknown; got {text}"
        )
    return SamplingSettings(case_control=share)


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "validate",
        description="External validation: evaluate a model in a cohort whose outcome is known. "
        "Every metric has "
        "a 95 % CI (bootstrap of persons), overall and by subgroup; case mix is compared with the "
        "development cohort. Rows that cannot be used are counted with a reason. What the model "
        "itself expects of these people is compared with what was observed; --expected reports it "
        "before outcomes are known.",
        example=EXAMPLE,
    )
    add_cohort_options(parser)
    parser.add_argument("--by", nargs="*", metavar="VARIABLE",
                        help="evaluate each level of these categories too (default: sex, age band, "
                        "site, K-L grade and back pain, as far as the file has them; --by alone: "
                        "none)")  # fmt: skip
    parser.add_argument("--expected", action="store_true",
                        help="what the model expects of these people, without a look at outcomes: "
                        "the cohort need not have any")  # fmt: skip
    parser.add_argument("--prevalence", type=_prevalence, metavar="P",
                        help="cases and controls were sampled apart: share with the event in the "
                        "target population, or unknown")  # fmt: skip
    parser.add_argument("--reference", metavar="COLUMN",
                        help="compare with the predictions in this column, on the same people: "
                        "scores in their parts, Murphy diagram")  # fmt: skip
    parser.add_argument("--development", type=Path, metavar="FILE",
                        help="the development cohort, for the full membership model")  # fmt: skip
    parser.add_argument("--resamples", type=whole_number(50), default=500, metavar="N",
                        help="of persons, behind the intervals (default: 500)")  # fmt: skip
    parser.add_argument("--workers", type=whole_number(1), default=1, metavar="N",
                        help="processes for groups and imputations; the result does not depend on "
                        "them (default: 1)")  # fmt: skip
    add_cluster_option(parser)
    parser.add_argument("--out", type=Path, metavar="DIR",
                        help="folder for validation.json (with --expected expected.json), "
                        "report, tables and figures")  # fmt: skip
    parser.add_argument("--force", action="store_true", help="overwrite a validation in DIR")
    add_full(parser)
    add_track_options(parser)
    return parser.parse_args(argv)
