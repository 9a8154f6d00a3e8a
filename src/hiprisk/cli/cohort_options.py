"""Options that validate, update and drift share: a model or a column, a cohort, an outcome."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.options import Parser, add_further_files, files_of, whole_number
from hiprisk.cli.show.output import note_findings
from hiprisk.errors import ConfigError

if TYPE_CHECKING:
    from hiprisk.bundle import Bundle
    from hiprisk.cohort.dictionary import Dictionary
    from hiprisk.cohort.files.stacking import CohortFiles
    from hiprisk.cohort.mapping import CohortMapping
    from hiprisk.cohort.reading import Cohort
    from hiprisk.config import OutcomeSettings, StudyConfig
    from hiprisk.config.sampling import SamplingSettings
    from hiprisk.sheet.format import Sheet, TrainingSummary
    from hiprisk.validation.external.cohort import ValidationCohort
    from hiprisk.validation.external.results import ModelIdentity

CAUTIONS = ("INVENTED", "MIXED")


@dataclass(frozen=True)
class Subject:
    """What is judged, on whom."""

    bundle: Bundle | None
    outcome: OutcomeSettings
    mapping: CohortMapping | None
    predictions: str | None
    dictionary: Dictionary
    sampling: SamplingSettings | None = None
    reference: str | None = None

    @property
    def expected_in_development(self) -> dict[str, float] | None:
        """What the sheet expected of its development cohort, by name; None where not known."""
        from hiprisk.validation.expected.results import development_figures

        if self.bundle is None or self.predictions:
            return None
        return development_figures(self.bundle.evidence)

    @property
    def outcome_in_development(self) -> TrainingSummary | None:
        """The outcome's distribution in the development cohort; None where not known."""
        from hiprisk.cohort.shift.outcome_scale import outcome_in_development

        if self.bundle is None or self.predictions:
            return None
        return outcome_in_development(self.bundle.evidence, self.bundle.sheet.outcome.variable)

    @property
    def sheet(self) -> Sheet | None:
        """The model's sheet; None where predictions stand in a column."""
        return None if self.bundle is None or self.predictions else self.bundle.sheet


def add_cohort_options(parser: Parser) -> None:
    """BUNDLE, COHORT, and how to read the cohort."""
    # Left to itself, argparse shows the two names twice, in brackets within brackets.
    parser.usage = f"{parser.prog} [options] [BUNDLE] COHORT"
    parser.add_argument("paths", nargs="*", metavar="[BUNDLE] COHORT",
                        help="bundle or name of a model in ./models (left out with --predictions "
                        "and --outcome or --study), and a cohort file: CSV, Parquet, Excel, "
                        "ODS, SPSS or Stata")  # fmt: skip
    add_further_files(parser)
    add_mapping_options(parser)
    parser.add_argument("--predictions", metavar="COLUMN",
                        help="evaluate the predictions in this column")  # fmt: skip
    parser.add_argument("--study", type=Path, metavar="FILE",
                        help="study config, or a YAML file with its section outcome (and "
                        "sampling) alone, that declares the outcome")  # fmt: skip
    parser.add_argument("--outcome", metavar="VARIABLE",
                        help="variable of the outcome, instead of --study; with a bundle, in place "
                        "of the bundle's own")  # fmt: skip
    parser.add_argument("--event-level", metavar="LEVEL",
                        help="level of --outcome that counts as the event (default: yes, 1 or "
                        "true)")  # fmt: skip
    add_selection_options(parser)


def add_mapping_options(parser: Parser) -> None:
    """How the columns of a cohort are read."""
    parser.add_argument("--mapping", type=Path, metavar="M", help="column mapping (YAML)")
    parser.add_argument("--dictionary", metavar="FILE",
                        help="your own variables (YAML)")  # fmt: skip


def add_selection_options(parser: Parser) -> None:
    """Rows, units, and the seed of the resamples."""
    parser.add_argument("--where", action="append", default=[], metavar="VARIABLE=LEVEL",
                        help="only rows that have this level; may come several times")  # fmt: skip
    parser.add_argument("--accept-units", action="store_true",
                        help="go on although a unit looks wrong")  # fmt: skip
    parser.add_argument("--seed", type=whole_number(0), default=0, metavar="N",
                        help="seed of the resamples (default: 0)")  # fmt: skip


def _names_bundle(options: argparse.Namespace) -> bool:
    """Whether the first path is a bundle: there are two, or the cohort is named by an option."""
    if len(options.paths) > 1:
        return True
    stated = options.study is not None or options.outcome is not None
    return bool(options.further) and not (stated and options.predictions is not None)


def _cohort_files(options: argparse.Namespace) -> CohortFiles:
    rest = options.paths[1:] if _names_bundle(options) else options.paths
    return files_of(options, rest[0] if rest else None)


def subject_of(options: argparse.Namespace) -> Subject:
    """The model and the outcome that options name."""
    if len(options.paths) > 2:
        raise ConfigError(
            "give a bundle and one cohort", code="USAGE",
            advice="a further file of the same cohort is named by --cohort FILE",
        )  # fmt: skip
    if options.event_level is not None and options.outcome is None:
        raise ConfigError("--event-level belongs to --outcome", code="USAGE")
    return _of_bundle(options) if _names_bundle(options) else _of_column(options)


def _of_column(options: argparse.Namespace) -> Subject:
    """Predictions in a column, and what they predict."""
    from hiprisk.config.reading import load_study_outcome
    from hiprisk.validation.external.stated_outcome import outcome_of_variable

    named = [options.study is not None, options.outcome is not None]
    if options.predictions is None or not any(named):
        raise ConfigError(
            "without a bundle, --predictions COLUMN and --study FILE or --outcome VARIABLE "
            "say what is evaluated",
            code="USAGE",
        )
    if all(named):
        raise ConfigError("give one of --study and --outcome", code="USAGE")
    outcome, sampling, study = (
        (None, None, None) if options.study is None else load_study_outcome(options.study)
    )
    mapping, dictionary = _read_by(options, study, None)
    if outcome is None:
        outcome = outcome_of_variable(options.outcome, dictionary, event_level=options.event_level)
    return Subject(
        None, outcome, mapping, _own_name(options.predictions, mapping), dictionary,
        sampling=sampling, reference=_reference(options, mapping),
    )  # fmt: skip


def _of_bundle(options: argparse.Namespace) -> Subject:
    """A model, and what it predicts: its own outcome, or one that is named in its place."""
    from hiprisk.bundle import read_bundle
    from hiprisk.config.published import declared_outcome
    from hiprisk.validation.external.stated_outcome import outcome_in_place

    if options.study is not None:
        raise ConfigError("the bundle declares the outcome: leave out --study", code="USAGE",
                          advice="--outcome VARIABLE names another column of it")  # fmt: skip
    bundle = read_bundle(options.paths[0])
    outcome: OutcomeSettings = declared_outcome(bundle.config, file="config.json")
    if not outcome.levels and bundle.sheet.outcome.levels:
        outcome = replace(outcome, levels=bundle.sheet.outcome.levels)
    mapping, dictionary = _read_by(options, None, bundle)
    if options.outcome not in (None, outcome.variable):
        outcome = outcome_in_place(
            outcome, options.outcome, dictionary, event_level=options.event_level
        )
    predictions = _own_name(options.predictions, mapping)
    reference = _reference(options, mapping)
    return Subject(bundle, outcome, mapping, predictions, dictionary, reference=reference)


def _read_by(
    options: argparse.Namespace, study: StudyConfig | None, bundle: Bundle | None
) -> tuple[CohortMapping | None, Dictionary]:
    """The mapping, and what the variables of the file mean: a model's own ones first."""
    from hiprisk.cohort.bundled_variables import bundled_variables
    from hiprisk.cohort.findings import undecided_findings
    from hiprisk.cohort.mapping import load_mapping
    from hiprisk.cohort.own_variables import dictionary_of
    from hiprisk.config.reading import undecided_in_config

    named = options.dictionary or (None if study is None else study.cohort.dictionary)
    dictionary = dictionary_of(named)
    bundled = None if bundle is None else bundled_variables(bundle.sheet, bundle.config)
    mapping = None
    if options.mapping is not None:
        mapping = load_mapping(options.mapping, dictionary=dictionary, bundled=bundled)
        known = mapping.dictionary
    else:
        known = dictionary if bundled is None else bundled.laid_over(dictionary)
    open_lines = () if options.study is None else undecided_in_config(options.study)
    open_lines = (*open_lines, *(dictionary if mapping is None else mapping).undecided)
    note_findings(undecided_findings(open_lines))
    return mapping, known


def _own_name(column: str | None, mapping: CohortMapping | None) -> str | None:
    """The variable that the mapping makes of a column, or the column itself."""
    if column is None or mapping is None:
        return column
    for name, source in mapping.variables.items():
        if source.column == column:
            return name
    return column


def _reference(options: argparse.Namespace, mapping: CohortMapping | None) -> str | None:
    """The column of a reference prediction; validate alone asks for one."""
    return _own_name(getattr(options, "reference", None), mapping)


def read_people(
    subject: Subject, options: argparse.Namespace, *, path: Path | str | None = None
) -> ValidationCohort:
    """The people of the cohort who can be judged; several imputations of them are refused."""
    cohort = read_selected(subject, options, path=path)
    return _with_predictions(subject, cohort, options)


def read_imputations(subject: Subject, options: argparse.Namespace) -> tuple[ValidationCohort, ...]:
    """The same, once for each imputation that was read."""
    from hiprisk.validation.external.imputations import predict_imputations

    cohort = read_selected(subject, options)
    return predict_imputations(
        cohort, subject.outcome, lambda part: _with_predictions(subject, part, options)
    )


def read_people_of(
    bundle: Path, options: argparse.Namespace
) -> tuple[OutcomeSettings, ValidationCohort]:
    """A bundle's outcome, and the people of the cohort files who can be judged by it."""
    unused = dict.fromkeys(("predictions", "study", "outcome", "event_level"))
    given = argparse.Namespace(**vars(options), **unused, paths=[bundle])
    subject = subject_of(given)
    return subject.outcome, read_people(subject, given)


def _with_predictions(
    subject: Subject, cohort: Cohort, options: argparse.Namespace
) -> ValidationCohort:
    from hiprisk.validation.external.cohort import cohort_of_predictions, predict_cohort
    from hiprisk.validation.external.reference import with_reference

    if subject.reference is not None:
        cohort = with_reference(
            cohort, subject.reference, subject.outcome, accept_units=options.accept_units
        )
    if subject.predictions is not None:
        return cohort_of_predictions(
            subject.predictions, subject.outcome, cohort, accept_units=options.accept_units
        )
    assert subject.sheet is not None
    return predict_cohort(
        subject.sheet,
        subject.outcome,
        cohort,
        accept_units=options.accept_units,
        outcome_in_development=subject.outcome_in_development,
    )


def read_selected(
    subject: Subject, options: argparse.Namespace, *, path: Path | str | None = None
) -> Cohort:
    """The cohort's rows that --where selects."""
    from hiprisk.validation.external.reading import read_validation_cohort, select_rows

    cohort = read_validation_cohort(
        path or _cohort_files(options),
        subject.mapping,
        sheet=subject.sheet,
        outcome=subject.outcome,
        predictions=subject.predictions,
        reference=subject.reference,
        dictionary=subject.dictionary,
    )
    note_findings(finding for finding in cohort.findings if finding.code == "MISSING_COLUMN")
    return select_rows(cohort, _conditions(options.where))


def _conditions(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    wanted: dict[str, tuple[str, ...]] = {}
    for text in texts:
        variable, equals, level = text.partition("=")
        if not equals or not variable or not level:
            raise ConfigError(
                f"'{text}' is not of the form VARIABLE=LEVEL", column="--where",
                advice="for instance --where cohort_year=2018/19",
            )  # fmt: skip
        wanted[variable] = (*wanted.get(variable, ()), level)
    return wanted


def identity_of(subject: Subject) -> ModelIdentity:
    """Name, version and provenance of what is judged."""
    from hiprisk.learning.sheets.export import estimand
    from hiprisk.validation.external.results import ModelIdentity

    bundle = subject.bundle
    if bundle is None or subject.predictions is not None:
        return ModelIdentity(
            name=str(subject.predictions),
            title=f"predictions in the column {subject.predictions}",
            provenance="published",
            estimand=estimand(subject.outcome) if options_known(subject) else subject.outcome.label,
        )
    return ModelIdentity(
        name=bundle.name,
        title=bundle.sheet.title,
        provenance=bundle.sheet.provenance,
        estimand=bundle.sheet.outcome.estimand,
        version=bundle.version,
        bundle_sha256=bundle.sha256,
        cautions=tuple(note for note in bundle.sheet.notes if note.startswith(CAUTIONS)),
    )


def options_known(subject: Subject) -> bool:
    """Whether horizon and population were declared, not made up from the dictionary."""
    from hiprisk.validation.external.stated_outcome import ANYBODY

    return subject.outcome.population != ANYBODY
