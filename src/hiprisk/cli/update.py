"""``hiprisk update``: a model updated on a new cohort, as its next version."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.cohort_options import add_cohort_options, requested
from hiprisk.cli.options import Parser, add_full, whole_number
from hiprisk.cli.show.output import metric_label, print_lines, print_sentences, print_table
from hiprisk.cli.show.participants import flow_in_words, show_flow, show_reasons
from hiprisk.cli.tracking_options import add_track_options, check_track, show_and_track
from hiprisk.wording.labels import column_label, sheet_labels
from hiprisk.wording.quantities import p_value, side_by_side, with_interval
from hiprisk.wording.sites import site_rows

if TYPE_CHECKING:
    from hiprisk.metrics.estimate import Estimate
    from hiprisk.validation.updating.methods import LikelihoodTest
    from hiprisk.validation.updating.results import CoefficientChange, UpdateResult

EXAMPLE = """  hiprisk update stupar newcohort.csv --method closed-test
  hiprisk update models/stupar/1 newcohort.csv --method recalibrate --out models
  hiprisk update nhs.csv --mapping configs/cohorts/nhs_proms_hip.yaml \\
      --predictions ohs_post_nhs_predicted --study configs/nhs_proms_hip.yaml \\
      --where cohort_year=2016/17 --method recalibrate --name nhs-recalibrated"""

# Of a re-estimated model the short view has none.
MOST_COEFFICIENTS = 6


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    check_track(options)
    from hiprisk.api.updating import UpdateRequest, updated_model
    from hiprisk.bundle import read_bundle

    shared = requested(options)
    updated = updated_model(
        UpdateRequest(
            **shared,
            method=options.method,
            by_site=options.by_site,
            name_sites=options.name_sites,
            shrinkage=options.shrinkage,
            alpha=options.alpha,
            name=options.name,
            resamples=options.resamples,
            out=options.out,
        )
    )
    path = updated.bundle

    def show() -> None:
        show_update(updated.result, full=options.full)
        print_lines("", f"written: {path}" if path else "nothing written")

    return show_and_track(
        options,
        updated.result,
        show,
        plain=updated.to_dict(),
        bundle=shared["model"] if path is None else read_bundle(path),
        cohort=shared["cohort"].name,
    )


def show_update(result: UpdateResult, *, full: bool = False) -> None:
    """The result as a person likes to read it: before and after, or everything."""
    print_sentences(*result.summary)
    print_lines("")
    test = result.closed_test
    if test is not None:
        pooled = any(t.method is not None for t in test.tests)
        print_table(
            ["closed test", "against", "D2 (F)" if pooled else "chi2", "df", "p"],
            [[t.simpler, t.fuller, f"{t.statistic:.3f}", _df(t), p_value(t.p_value)]
             for t in test.tests],
        )  # fmt: skip
        print_lines(f"chosen at level {test.alpha:g}: {test.chosen}", "")
    _show_metrics(result, full=full)
    changed = [one for one in result.coefficients if full or one.before != one.after]
    if changed and (full or len(changed) <= MOST_COEFFICIENTS):
        _show_coefficients(result, changed)
    print_lines("")
    if full and result.by_site is not None:
        print_table(["site", "people", "own intercept", "shrunken"], site_rows(result.by_site))
        print_lines("")
    if full:
        show_flow(result.flow)
    else:
        print_lines(flow_in_words(result.flow, result.n))
    show_reasons(result.reasons)
    if not full:
        print_lines(
            "--full prints the apparent figures after the update, every coefficient"
            f"{' and site' if result.by_site is not None else ''}, and who was left out."
        )


def _show_metrics(result: UpdateResult, *, full: bool) -> None:
    stages = {"before": result.before, "after, apparent": result.apparent,
              "after, cross-validated": result.after}  # fmt: skip
    if not full:
        del stages["after, apparent"]
    found = [{one.name: one for one in estimates} for estimates in stages.values()]
    rows = [
        [metric_label(name), *(_figure(stage.get(name)) for stage in found)] for name in found[-1]
    ]
    print_table(["metric (95 % CI)", *stages], rows)


def _figure(estimate: Estimate | None) -> str:
    return "" if estimate is None else with_interval(estimate)


def _show_coefficients(result: UpdateResult, shown: Sequence[CoefficientChange]) -> None:
    labels = sheet_labels(result.sheet)
    print_lines("")
    print_table(
        ["coefficient", "before", "after"],
        [[column_label(c.term, labels), *side_by_side(c.before, c.after)] for c in shown],
    )


def _df(test: LikelihoodTest) -> str:
    """Degrees of freedom; over imputations also those below."""
    below = test.df_denominator
    return str(test.df) if below is None else f"{test.df}, {min(below, 1e6):.0f}"


def _level(text: str) -> float:
    level = float(text)
    if not 0.0 < level < 1.0:
        raise argparse.ArgumentTypeError("must lie inside (0, 1)")
    return level


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "update",
        description="Update a model on a new cohort and write it as a new "
        "version that names its parent. The table shows the model before and after, the latter "
        "cross-validated. closed-test chooses the simplest method that the data do not reject.",
        example=EXAMPLE,
    )
    add_cohort_options(parser)
    parser.add_argument("--method", required=True,
                        choices=("intercept", "recalibrate", "reestimate", "closed-test"),
                        help="how much of the model is re-estimated")  # fmt: skip
    parser.add_argument("--by-site", action="store_true",
                        help="let the intercept differ between the cohort's sites, each shrunken "
                        "to the whole; the model has mean and variance between sites")  # fmt: skip
    parser.add_argument("--name-sites", action="store_true",
                        help="with --by-site: make site a variable of the model, whose sheet then "
                        "has the sites' names")  # fmt: skip
    parser.add_argument("--shrinkage", choices=("none", "heuristic"), default="none",
                        help="shrink new coefficients towards the recalibrated ones")  # fmt: skip
    parser.add_argument("--alpha", type=_level, default=0.05, metavar="P",
                        help="level of the closed test (default: 0.05)")  # fmt: skip
    parser.add_argument("--name", metavar="NAME", help="of the model made of --predictions")
    parser.add_argument("--resamples", type=whole_number(50), default=500, metavar="N",
                        help="of persons, behind the intervals (default: 500)")  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="DIR",
                        help="folder of all models (default: where the parent is)")  # fmt: skip
    add_full(parser)
    add_track_options(parser)
    return parser.parse_args(argv)
