"""``hiprisk update``: a model updated on a new cohort, as its next version."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiprisk.cli.cohort_options import (
    Subject,
    add_cohort_options,
    identity_of,
    options_known,
    read_selected,
    subject_of,
)
from hiprisk.cli.options import Parser, whole_number
from hiprisk.cli.show.output import metric_label, print_lines, print_table
from hiprisk.cli.show.validation import show_flow, show_reasons
from hiprisk.cli.tracking_options import add_track_options, check_track, show_and_track
from hiprisk.cli.validate import warn_of
from hiprisk.errors import ConfigError, InputError
from hiprisk.outputs import check_output_folder
from hiprisk.wording.quantities import p_value, with_interval
from hiprisk.wording.sites import site_rows

if TYPE_CHECKING:
    import pandas as pd

    from hiprisk.cohort.reading import Cohort
    from hiprisk.sheet.format import Sheet
    from hiprisk.validation.external.cohort import ValidationCohort
    from hiprisk.validation.updating.methods import LikelihoodTest
    from hiprisk.validation.updating.results import UpdateResult

EXAMPLE = """  hiprisk update stupar newcohort.csv --method closed-test
  hiprisk update models/stupar/1 newcohort.csv --method recalibrate --out models
  hiprisk update nhs.csv --mapping configs/cohorts/nhs_proms_hip.yaml \\
      --predictions ohs_post_nhs_predicted --study configs/nhs_proms_hip.yaml \\
      --where cohort_year=2016/17 --method recalibrate --name nhs-recalibrated"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    if options.name_sites and not options.by_site:
        raise ConfigError("--name-sites goes with --by-site", code="USAGE")
    if options.out is not None:
        check_output_folder(options.out)
    check_track(options)
    from hiprisk.bundle import read_bundle
    from hiprisk.cohort.imputations import split_imputations
    from hiprisk.validation.external.cohort import predict_cohort
    from hiprisk.validation.external.imputations import predict_imputations
    from hiprisk.validation.updating.update import UpdateSettings, update_model

    subject = subject_of(options)
    _check_not_case_control(subject)
    cohort = read_selected(subject, options)
    sheet = _parent_sheet(subject, split_imputations(cohort)[0], options)
    people = predict_imputations(
        cohort,
        subject.outcome,
        lambda part: predict_cohort(
            sheet,
            subject.outcome,
            part,
            accept_units=options.accept_units,
            outcome_in_development=subject.outcome_in_development,
        ),
    )
    settings = UpdateSettings(
        method=options.method,
        shrinkage=options.shrinkage == "heuristic",
        alpha=options.alpha,
        n_resamples=options.resamples,
        seed=options.seed,
        by_site=options.by_site,
        name_sites=options.name_sites,
    )
    try:
        result = update_model(sheet, people, settings, parent=identity_of(subject))
    except InputError as problem:
        if problem.code != "DEGENERATE":
            raise
        raise _degenerate(problem, sheet, people[0].frame, file=cohort.source_name) from None
    path = None if result.chosen == "none" else _write(subject, result, people, options)

    def show() -> None:
        show_update(result)
        print_lines("", f"written: {path}" if path else "nothing written")

    code = show_and_track(
        options,
        result,
        show,
        plain={"bundle": None if path is None else str(path), **result.to_dict()},
        bundle=subject.bundle if path is None else read_bundle(path),
        cohort=cohort.source_name,
    )
    warn_of(people[0])
    return code


def _check_not_case_control(subject: Subject) -> None:
    if subject.sampling is not None:
        raise ConfigError(
            "the study's cases and controls were sampled apart, and an update would take over "
            "their prevalence",
            column="sampling",
            advice="update on people who were not sampled by their outcome",
        )


def _degenerate(problem: InputError, sheet: Sheet, frame: pd.DataFrame, *, file: str) -> InputError:
    """The refusal with the variables that explain it: absent, or always the same."""
    names = [
        spec.name
        for spec in sheet.variables
        if spec.name not in frame.columns or frame[spec.name].dropna().nunique() < 2
    ]
    why = f"; {len(names)} of the model's variables are absent or never vary" if names else ""
    return InputError(
        f"not every coefficient can be fitted: {problem.reason}{why}",
        code="DEGENERATE",
        file=file,
        column=", ".join(names) or None,
        advice="use --method recalibrate, which fits average and spread only"
        + (", or give these columns" if names else ""),
    )


def _parent_sheet(subject: Subject, cohort: Cohort, options: argparse.Namespace) -> Sheet:
    if subject.sheet is not None:
        if options.name is not None:
            raise ConfigError("an updated model keeps its name: leave out --name", code="USAGE")
        return subject.sheet
    from hiprisk.learning.sheets.column_model import column_sheet
    from hiprisk.validation.external.eligibility import check_predictions

    column = str(subject.predictions)
    if subject.bundle is not None or not options_known(subject) or options.name is None:
        raise ConfigError(
            "to make a model of a column give --study FILE, which says what is predicted and "
            "when, and --name NAME for the new model",
            code="USAGE",
        )
    check_predictions(column, subject.outcome, cohort, accept_units=options.accept_units)
    # Reading made a variable of the column, if nothing says what it is.
    variable = subject.dictionary.get(column)
    if variable is None:
        raise ConfigError(
            "to be used later, the column of predictions must be a variable of the dictionary",
            column="--predictions",
            advice="map it in the mapping, for instance to ohs_followup_nhs_predicted_0_48, or "
            "declare it in a file of your own variables (--dictionary)",
        )
    return column_sheet(
        variable,
        cohort.frame[column].to_numpy(dtype=float),
        subject.outcome,
        name=str(options.name),
        title=f"{subject.outcome.label}: {variable.label}, updated",
    )


def _write(
    subject: Subject,
    result: UpdateResult,
    people: Sequence[ValidationCohort],
    options: argparse.Namespace,
) -> Path:
    from hiprisk.bundle import BundleContents, write_bundle
    from hiprisk.config.published import plain_outcome
    from hiprisk.reporting.external_card import updated_card
    from hiprisk.reporting.plots.external import update_figures

    bundle = subject.bundle
    lineage = result.lineage(None if bundle is None else bundle.lineage)
    config: dict[str, Any] = {"name": result.sheet.name}
    config |= bundle.config if bundle is not None else {"outcome": plain_outcome(subject.outcome)}
    contents = BundleContents(
        sheet=result.sheet,
        config={
            **config,
            "update": {
                "method": options.method,
                "shrinkage": options.shrinkage,
                "alpha": options.alpha,
                "seed": options.seed,
                "where": list(options.where),
                **({"by_site": True} if options.by_site else {}),
                **({"name_sites": True} if options.name_sites else {}),
                "parent": {k: v for k, v in lineage.items() if k.startswith("parent_")},
            },
        },
        evidence={
            "name": result.sheet.name,
            "summary": list(result.summary),
            "metrics": result.metrics(),
            "update": result.to_dict(),
            "lineage": lineage,
            "expected": _expected(result.sheet, people, subject),
        },
        run={
            "written": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "lineage": lineage,
        },
        card=updated_card(result),
        cohort_fingerprint=result.cohort_fingerprint,
        created_with={
            "hiprisk": metadata.version("hiprisk"),
            **{name: metadata.version(name) for name in ("numpy", "pandas", "scipy")},
        },
        lineage=lineage,
        files={f"figures/{name}": data for name, data in update_figures(result).items()},
    )
    root = options.out
    if root is None:
        root = Path("models") if bundle is None else bundle.path.resolve().parent.parent
    return write_bundle(root, result.sheet.name if bundle is None else bundle.name, contents)


def _expected(
    sheet: Sheet, people: Sequence[ValidationCohort], subject: Subject
) -> dict[str, Any] | None:
    """What the updated model expects of the people it was updated on; not of imputations."""
    from hiprisk.validation.expected.computing import expected_performance, has_distribution

    if len(people) > 1 or not has_distribution(sheet):
        return None
    return expected_performance(
        sheet, people[0].first_visit, thresholds=subject.outcome.thresholds
    ).to_dict()


def show_update(result: UpdateResult) -> None:
    """The result as a person likes to read it."""
    print_lines(*result.summary, "")
    test = result.closed_test
    if test is not None:
        pooled = any(t.method is not None for t in test.tests)
        print_table(
            ["closed test", "against", "D2 (F)" if pooled else "chi2", "df", "p"],
            [[t.simpler, t.fuller, f"{t.statistic:.3f}", _df(t), p_value(t.p_value)]
             for t in test.tests],
        )  # fmt: skip
        print_lines(f"chosen at level {test.alpha:g}: {test.chosen}", "")
    stages = [
        {e.name: e for e in stage} for stage in (result.before, result.apparent, result.after)
    ]
    print_table(
        ["metric", "before", "after, apparent", "after, cross-validated"],
        [
            [metric_label(name), *("" if name not in s else with_interval(s[name]) for s in stages)]
            for name in stages[2]
        ],
    )
    print_lines("")
    print_table(
        ["coefficient", "before", "after"],
        [[c.term, f"{c.before:.6g}", f"{c.after:.6g}"] for c in result.coefficients],
    )
    if result.by_site is not None:
        print_lines("")
        print_table(["site", "people", "own intercept", "shrunken"], site_rows(result.by_site))
    print_lines("")
    show_flow(result.flow)
    show_reasons(result.reasons)


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
    add_track_options(parser)
    return parser.parse_args(argv)
