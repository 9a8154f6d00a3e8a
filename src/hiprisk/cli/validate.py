"""``hiprisk validate``: a model, or predictions in a file, on people whose outcome is known."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiprisk.cli.cohort_options import (
    Subject,
    add_cohort_options,
    identity_of,
    read_imputations,
    read_people,
    read_selected,
    subject_of,
)
from hiprisk.cli.options import Parser, whole_number
from hiprisk.cli.show.output import note_findings, print_lines
from hiprisk.cli.show.validation import show_expected_validation, show_validation
from hiprisk.cli.tracking_options import add_track_options, check_track, show_and_track
from hiprisk.outputs import check_output_folder

if TYPE_CHECKING:
    from hiprisk.config.sampling import SamplingSettings
    from hiprisk.validation.external.before_outcomes import ExpectedValidation
    from hiprisk.validation.external.case_mix_results import CaseMix
    from hiprisk.validation.external.cohort import ValidationCohort
    from hiprisk.validation.external.results import ExternalValidation

    Validation = ExternalValidation | ExpectedValidation

EXAMPLE = """  hiprisk validate stupar newcohort.csv --by sex
  hiprisk validate stupar this_year.csv --expected
  hiprisk validate stupar export.csv --mapping configs/cohorts/source.yaml --out validation
  hiprisk validate nhs.csv --mapping configs/cohorts/nhs_proms_hip.yaml \\
      --predictions ohs_post_nhs_predicted --outcome ohs_followup_0_48"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    if options.out is not None:
        check_output_folder(options.out)
    _check_free(options.out, force=options.force)
    check_track(options)
    subject = subject_of(options)
    if options.expected:
        return _run_expected(subject, options)
    sampling = _sampling(subject, options)
    people = [replace(one, sampling=sampling) for one in read_imputations(subject, options)]
    result = _evaluated(subject, people, options)
    code = _deliver(result, show_validation, subject, options)
    warn_of(people[0])
    return code


def _deliver(
    result: Validation,
    show: Callable[[Any], None],
    subject: Subject,
    options: argparse.Namespace,
) -> int:
    """Write, print and log a result, as far as that is asked for."""
    if options.out is not None:
        _write(result, options.out)

    def show_with_folder() -> None:
        show(result)
        if options.out is not None:
            print_lines("", f"written: {options.out}")

    bundle = None if subject.predictions else subject.bundle
    return show_and_track(options, result, show_with_folder, plain=result.to_dict(), bundle=bundle)


def _run_expected(subject: Subject, options: argparse.Namespace) -> int:
    """What the model expects of a cohort, whether outcomes are known or not."""
    _check_expected(options)
    result = _expected(subject, options)
    code = _deliver(result, show_expected_validation, subject, options)
    note_findings(result.findings)
    return code


def _check_expected(options: argparse.Namespace) -> None:
    """Refuse what needs outcomes."""
    from hiprisk.errors import ConfigError

    given = {"--by": options.by is not None, "--development": options.development is not None,
             "--reference": options.reference is not None,
             "--prevalence": options.prevalence is not None}  # fmt: skip
    for option in (name for name, is_given in given.items() if is_given):
        raise ConfigError(
            f"{option} needs outcomes, and --expected looks at none",
            code="USAGE",
            column=option,
            advice="leave out one of the two",
        )


def _expected(subject: Subject, options: argparse.Namespace) -> ExpectedValidation:
    from hiprisk.validation.external.before_outcomes import expect_of_cohort, expect_of_risks

    cohort = read_selected(subject, options)
    model = identity_of(subject)
    if subject.sheet is None:
        return expect_of_risks(
            str(subject.predictions),
            subject.outcome,
            cohort,
            model=model,
            accept_units=options.accept_units,
        )
    return expect_of_cohort(
        subject.sheet,
        subject.outcome,
        cohort,
        model=model,
        development=subject.expected_in_development,
        accept_units=options.accept_units,
    )


def _evaluated(
    subject: Subject, people: Sequence[ValidationCohort], options: argparse.Namespace
) -> ExternalValidation:
    """People evaluated, or pooled over their imputations."""
    from hiprisk.validation.external.imputations import validate_imputations
    from hiprisk.validation.external.validation import validate_externally

    how: dict[str, Any] = {
        "model": identity_of(subject),
        "sheet": subject.sheet,
        "n_resamples": options.resamples,
        "seed": options.seed,
    }
    if len(people) > 1:
        _check_pooled(options)
        return validate_imputations(people, subject.outcome, **how)
    case_mix = None if people[0].sampling else _case_mix(subject, people[0], options)
    return validate_externally(
        people[0],
        subject.outcome,
        by=options.by,
        case_mix=case_mix,
        development=subject.expected_in_development,
        reference=subject.reference,
        **how,
    )


def _sampling(subject: Subject, options: argparse.Namespace) -> SamplingSettings | None:
    """How people were sampled, as --prevalence or else the study says; checked before reading."""
    from hiprisk.errors import ConfigError

    sampling = options.prevalence or subject.sampling
    if sampling is None:
        return None
    if subject.outcome.kind != "binary":
        raise ConfigError(
            "cases and controls are sampled of a binary outcome, and this one is a number",
            code="USAGE",
            column="--prevalence",
            advice="leave it out",
        )
    if options.reference is not None:
        raise ConfigError(
            "scores of cases and controls are not those of the population, and are not compared",
            code="USAGE",
            column="--reference",
            advice="leave it out",
        )
    if options.development is not None:
        raise ConfigError(
            "the case mix of cases and controls is not that of the population, and is not compared",
            code="USAGE",
            column="--development",
            advice="leave it out",
        )
    return sampling


def _prevalence(text: str) -> SamplingSettings:
    from hiprisk.config.sampling import SamplingSettings

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


def _check_pooled(options: argparse.Namespace) -> None:
    """Refuse what is not pooled over imputations, where it was asked for by name."""
    from hiprisk.cohort.imputations import ONE_IMPUTATION
    from hiprisk.errors import ConfigError

    asked = {"--by": options.by, "--development": options.development,
             "--reference": options.reference}  # fmt: skip
    for option, given in asked.items():
        if given:
            raise ConfigError(
                f"the file contains stacked imputations, and {option} is not pooled over them",
                code="STACKED_ROWS",
                column=option,
                advice=f"leave {option} out, or {ONE_IMPUTATION}",
            )


def _check_free(folder: Path | None, *, force: bool) -> None:
    """An earlier validation stays unless force is asked for."""
    from hiprisk.errors import ConfigError

    names = ("validation.json", "expected.json")
    if folder is not None and any((folder / name).exists() for name in names) and not force:
        raise ConfigError(
            "the folder holds a validation already", code="EXISTS", file=folder.name,
            advice="add --force, or name another folder",
        )  # fmt: skip


def _case_mix(
    subject: Subject, people: ValidationCohort, options: argparse.Namespace
) -> CaseMix | None:
    from hiprisk.errors import ConfigError
    from hiprisk.validation.external.case_mix import compare_case_mix, has_reference_population

    sheet = subject.sheet
    if sheet is None:
        if options.development is not None:
            raise ConfigError("--development goes with a bundle", code="USAGE")
        return None
    if options.development is None:
        return compare_case_mix(sheet, people) if has_reference_population(sheet) else None
    development = read_people(subject, options, path=options.development)
    return compare_case_mix(
        sheet, people, development=development, seed=options.seed, n_resamples=options.resamples
    )


def warn_of(people: ValidationCohort) -> None:
    """What looked odd, on stderr."""
    note_findings(people.warnings)


def _write(result: Validation, folder: Path) -> None:
    from hiprisk.reporting.command_results import files_of_result
    from hiprisk.reporting.result_files import write_result

    write_result(folder, files_of_result(result))


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "validate",
        description="External validation: evaluate a model in a cohort whose outcome is known. "
        "Every metric has "
        "a 95 % CI (bootstrap of persons), overall and by subgroup; case mix is compared with the "
        "development cohort. Rows that cannot be used are counted with a reason. What the model "
        "itself expects of these people stands beside what was observed; --expected tells it "
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
    parser.add_argument("--out", type=Path, metavar="DIR",
                        help="folder for validation.json (with --expected expected.json), "
                        "tables and figures")  # fmt: skip
    parser.add_argument("--force", action="store_true", help="overwrite a validation in DIR")
    add_track_options(parser)
    return parser.parse_args(argv)
