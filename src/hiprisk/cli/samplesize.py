"""``hiprisk samplesize``: sample size of a study."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiprisk.cli.options import Parser, whole_number
from hiprisk.cli.show.output import Progress, print_json, print_lines, print_table, print_title
from hiprisk.cli.study_options import add_config_options, study_of
from hiprisk.errors import ConfigError
from hiprisk.outputs import check_output_file, written_whole

if TYPE_CHECKING:
    from hiprisk.config import SampleSizeSettings, StudyConfig
    from hiprisk.features.design import Design
    from hiprisk.inference.samplesize import Instability, SampleSize

EXAMPLE = """  hiprisk samplesize --type continuous --parameters 20 --r2 0.3 --mean 40 --sd 20
  hiprisk samplesize --type binary --parameters 15 --c-statistic 0.75 --prevalence 0.25 --external
  hiprisk samplesize --type binary --external --lp-mean -1.75 --lp-sd 1.22 --prevalence 0.2
  hiprisk samplesize --type binary --external --risk-alpha 1.33 --risk-beta 1.75 --threshold 0.4
  hiprisk samplesize configs/stupar.yaml --r2 0.3 --external --instability --workers 2"""

STRENGTHS = ("r2", "cox_snell", "nagelkerke", "c_statistic")
EXPECTED = {
    "r2": "expected adjusted R2 of a continuous outcome",
    "cox_snell": "expected Cox-Snell R2 of a binary outcome",
    "nagelkerke": "expected Nagelkerke R2 of a binary outcome",
    "c_statistic": "expected C statistic of a binary outcome",
    "prevalence": "share of people with the event",
    "mean": "mean of the outcome",
    "sd": "standard deviation of the outcome",
    "shrinkage": "smallest expected shrinkage factor (default: 0.9)",
}
TARGETS = {
    "r2_width": "width of the interval of R2 (default: 0.1)",
    "mean_width": "of the mean error (default: a quarter of the standard deviation)",
    "slope_width": "of the calibration slope (default: 0.2)",
    "oe_width": "of observed over expected (default: 0.2)",
    "c_width": "of the C statistic (default: 0.1)",
    "net_benefit_width": "of the standardised net benefit (default: 0.2)",
    "curve_width": "of the calibration curve's band (default: 0.1)",
    "threshold": "threshold probability, for the net benefit",
    "sensitivity": "at the threshold (default: read off the risks)",
    "specificity": "at the threshold (default: read off the risks)",
    "lp_mean": "mean of a normal linear predictor (default: from the C statistic)",
    "lp_sd": "its standard deviation",
    "risk_alpha": "alpha of a beta distribution of the risks, in place of --lp-mean",
    "risk_beta": "its beta",
}
# Only the development of a model asks for these.
OF_DEVELOPMENT = ("shrinkage", "instability", "figure")


@dataclasses.dataclass(frozen=True)
class _Plan:
    """What is asked: the outcome's kind, parameters, people and expectations.

    Without `parameters` external validation alone is planned; `external` are its expectations.
    """

    kind: Any
    parameters: int | None
    n: int | None
    expected: SampleSizeSettings
    external: SampleSizeSettings
    config: StudyConfig | None = None
    design: Design | None = None
    notes: tuple[str, ...] = ()


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    if options.figure is not None:
        check_output_file(options.figure, force=options.force)
    from hiprisk.inference.samplesize import external_size

    plan = _plan_from_config(options) if options.config else _plan_from_options(options)
    development, instability = _development(plan, options)
    external = external_size(plan.kind, plan.external, n=plan.n) if options.external else None
    if options.json:
        parts = [part for part in (development, external, instability) if part is not None]
        print_json(
            {
                "metrics": {one.name: one.to_dict() for part in parts for one in part.estimates()},
                "development": development and development.to_dict(),
                "external": external and external.to_dict(),
                "instability": instability and instability.to_dict(),
                "notes": list(plan.notes),
            }
        )
        return 0
    for size in (development, external):
        if size is not None:
            show_size(size)
    if instability is not None:
        _show_instability(instability)
    if plan.notes:
        print_lines("", *plan.notes)
    return 0


def _development(
    plan: _Plan, options: argparse.Namespace
) -> tuple[SampleSize | None, Instability | None]:
    """Size of a development and its instability; neither where external validation is alone."""
    from hiprisk.inference.samplesize import development_size

    if plan.parameters is None:
        return None, None
    development = development_size(plan.kind, plan.parameters, plan.expected, n=plan.n)
    instability = _instability(plan, options, development) if options.instability else None
    if options.figure is not None:
        _write_figure(development, options.figure)
    return development, instability


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "samplesize",
        description="Sample size to develop a model (Riley's criteria), to validate "
        "it externally (Archer, Riley), and the expected instability of a model of that size.",
        example=EXAMPLE,
    )
    add_config_options(
        parser.add_argument_group("study"),
        optional="study config; parameters, sample size, mean and SD come from it",
    )
    parser.add_argument("--type", choices=["continuous", "binary"], help="of the outcome")
    whole = (
        ("parameters", 1, "candidate parameters: spline terms and levels count"),
        ("n", 1, "available sample size"),
    )
    for name, least, line in whole:
        parser.add_argument(_option(name), type=whole_number(least), metavar="N", help=line)
    for name, line in EXPECTED.items():
        parser.add_argument(_option(name), type=float, metavar="X", help=line)
    parser.add_argument("--figure", type=Path, metavar="FILE", help="PNG of the sample size by R2")
    parser.add_argument("--force", action="store_true", help="overwrite the figure")
    _add_external(parser)
    _add_instability(parser)
    return parser.parse_args(argv)


def _add_external(parser: Parser) -> None:
    group = parser.add_argument_group("external validation, widths of 95 % CIs")
    group.add_argument(
        "--external",
        action="store_true",
        help="size of an external validation; alone where --parameters is not stated",
    )
    for name, line in TARGETS.items():
        group.add_argument(_option(name), type=float, metavar="X", help=line)


def _add_instability(parser: Parser) -> None:
    group = parser.add_argument_group("expected instability")
    group.add_argument(
        "--instability",
        action="store_true",
        help="simulate studies of the available size, else of the size needed",
    )
    whole = (
        ("simulations", 20, None, "simulated studies (default: 200)"),
        ("seed", 0, None, "of the simulation (default: the config's, else 1)"),
        ("workers", 1, 1, "processes; the result does not depend on them (default: 1)"),
    )
    for name, least, default, line in whole:
        group.add_argument(
            _option(name), type=whole_number(least), default=default, metavar="N", help=line
        )


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _plan_from_options(options: argparse.Namespace) -> _Plan:
    from hiprisk.config import SampleSizeSettings

    _check_needed(options)
    for name in ("cohort", "encoding", "set"):
        if getattr(options, name):
            raise ConfigError(f"--{name} belongs to a config, and none is named", code="USAGE")
    expected = _with_options(SampleSizeSettings(), options)
    return _Plan(options.type, options.parameters, options.n, expected, expected)


def _check_needed(options: argparse.Namespace) -> None:
    """Without a config the outcome's type is needed, and parameters but for external validation."""
    if options.type is None:
        raise ConfigError(
            "--type is needed where no config is named",
            code="USAGE",
            column="--type",
            advice="hiprisk samplesize --help has examples",
        )
    if options.parameters is not None:
        return
    if not options.external:
        raise ConfigError(
            "--parameters is needed where no config is named",
            code="USAGE",
            column="--parameters",
            advice="for the size of an external validation alone add --external; "
            "hiprisk samplesize --help has examples",
        )
    given = [_option(name) for name in OF_DEVELOPMENT if getattr(options, name)]
    if given:
        raise ConfigError(
            "belongs to the development of a model, which needs --parameters",
            code="USAGE",
            column=given[0],
            advice="state --parameters too, or leave it out: external validation needs neither",
        )


def _plan_from_config(options: argparse.Namespace) -> _Plan:
    import numpy as np

    from hiprisk.features.design import plan_design
    from hiprisk.inference.samplesize import count_parameters, expected_from_study, in_new_people
    from hiprisk.learning.study_cohort import (
        check_not_case_control,
        select_study_participants,
        study_dictionary,
    )

    config = study_of(options)
    if options.type not in (None, config.outcome.kind):
        raise ConfigError(f"the config's outcome is {config.outcome.kind}", column="--type")
    config = dataclasses.replace(config, samplesize=_with_options(config.samplesize, options))
    design, outcome, n_people, notes = None, None, None, []
    # A planned study is refused too: the sizes are those of a random sample.
    check_not_case_control(config)
    if _has_cohort(config):
        selection = select_study_participants(config)[1]
        people = selection.development
        known = ~np.isnan(people.outcome)
        outcome, n_people = people.outcome[known], len(np.unique(people.groups[known]))
        design = plan_design(config.predictors, selection.dictionary, people.frame)
        notes.append(_source_note(config, n_people))
    else:
        notes.append("No cohort yet: levels counted as the dictionary has them.")
    expected = expected_from_study(config, outcome)
    n = options.n if options.n is not None else n_people
    parameters = expected.parameters or count_parameters(
        config, design, dictionary=study_dictionary(config)
    )
    notes.append(_parameter_note(config, parameters, counted=expected.parameters is None))
    return _Plan(
        config.outcome.kind, parameters, n, expected, in_new_people(config.samplesize, expected),
        config, design, tuple(notes),
    )  # fmt: skip


def _has_cohort(config: StudyConfig) -> bool:
    """A file that is not there yet is no error: sizes are planned before people are asked."""
    from hiprisk.cohort.files.stacking import cohort_files

    file = config.cohort.file
    there = file is not None and all(path.exists() for path in cohort_files(file).on_disk)
    return config.cohort.simulate is not None or there


def _source_note(config: StudyConfig, n: int) -> str:
    kind = "simulated cohort" if config.cohort.simulate is not None else "cohort"
    read_off = "prevalence" if config.outcome.kind == "binary" else "mean and standard deviation"
    return f"{n:,} people with a known outcome in the {kind}; {read_off} are its own unless stated."


def _parameter_note(config: StudyConfig, parameters: int, *, counted: bool) -> str:
    if not counted:
        return f"{parameters} candidate parameters, as stated."
    note = f"{parameters} candidate parameters, counted from the design with levels and splines."
    if config.families.boosting is not None:
        note += " Boosted trees have no such number and usually need a far larger sample."
    if config.families.own:
        names = ", ".join(config.families.own)
        note += f" Own candidates ({names}) are not counted: trees and the like need far more."
    return note


def _with_options(base: SampleSizeSettings, options: argparse.Namespace) -> SampleSizeSettings:
    """The settings with the options laid over them, checked like a config."""
    from hiprisk.config.samplesize import expectations

    given = {name: getattr(options, name) for name in (*EXPECTED, "parameters", "simulations")}
    given = {name: value for name, value in given.items() if value is not None}
    plain = dataclasses.asdict(base)
    if any(name in given for name in STRENGTHS):
        plain |= dict.fromkeys(STRENGTHS)
    targets = {name: getattr(options, name) for name in TARGETS}
    plain["external"] |= {name: value for name, value in targets.items() if value is not None}
    try:
        return expectations(**{**plain, **given})
    except ConfigError as invalid:
        place = (invalid.column or "").removeprefix("external.")
        raise ConfigError(
            invalid.reason,
            column=_option(place) if place else None,
            advice="hiprisk samplesize --help has examples",
        ) from None


def _instability(plan: _Plan, options: argparse.Namespace, development: SampleSize) -> Instability:
    from hiprisk.inference.samplesize import expected_instability, simulated_instability

    assert plan.parameters is not None
    n = plan.n if plan.n is not None else development.n_required
    progress = partial(Progress(), "simulating studies")
    config = plan.config
    # A number of parameters that was stated is not that of the simulated cohort's predictors.
    if (
        config is not None
        and config.cohort.simulate is not None
        and plan.design is not None
        and plan.expected.parameters is None
    ):
        return simulated_instability(
            config, plan.design, n=n, workers=options.workers, progress=progress
        )
    stated = options.seed if config is None else config.seed
    return expected_instability(
        plan.kind, n, plan.parameters, plan.expected,
        seed=1 if stated is None else stated, workers=options.workers, progress=progress,
    )  # fmt: skip


def show_size(size: SampleSize) -> None:
    """The criteria as a table, the answer in words, and what it hangs on."""
    from hiprisk.inference.samplesize.criteria import assumption_in_words

    title = f"Sample size for {size.purpose} ({size.kind} outcome)"
    given = ", ".join(f"{assumption_in_words(name)} {value:.4g}" for name, value in size.given)
    print_title(title)
    print_lines(f"Assumed: {given}.", "")
    head = ["", "criterion", "requires", "participants"]
    if size.n_available is not None:
        head += [f"with {size.n_available:,}", "met"]
    rows = []
    for row in size.criteria:
        mark = ">" if row.binding else "" if row.counted else "(not counted)"
        cells = [mark, row.name, row.what, f"{row.n:,}"]
        if size.n_available is not None:
            cells += ["" if row.reached is None else f"{row.reached:.3f}",
                      "yes" if row.satisfied else "no"]  # fmt: skip
        rows.append(cells)
    print_table(head, rows)
    print_lines("", *size.sentences())
    if size.assumptions:
        print_lines("", "If it were otherwise:")
        print_table(
            ["assumption", "as assumed", "less", "people", "more", "people"],
            [[assumption_in_words(row.name), f"{row.value:.4g}", f"{row.low:.4g}", f"{row.n_low:,}",
              f"{row.high:.4g}", f"{row.n_high:,}"] for row in size.assumptions],
        )  # fmt: skip


def _show_instability(instability: Instability) -> None:
    title = f"Expected instability with {instability.n:,} participants"
    print_lines("")
    print_title(title)
    print_lines(
        f"{instability.n_simulations} simulated studies: {instability.source}, "
        f"{instability.n_parameters} parameters, no penalty.",
        "",
    )
    frame = instability.to_frame()
    print_table(
        ["quantity", "median", "2.5 %", "97.5 %"],
        [[str(row["name"]), *(f"{row[name]:.3f}" for name in ("median", "low", "high"))]
         for row in frame.to_dict("records")],
    )  # fmt: skip
    print_lines("", *instability.sentences())


def _write_figure(size: SampleSize, path: Path) -> None:
    from hiprisk.reporting.plots.samplesize import draw_samplesize
    from hiprisk.reporting.plots.style import as_png

    with written_whole(path) as scratch:
        scratch.write_bytes(as_png(draw_samplesize(size)))
