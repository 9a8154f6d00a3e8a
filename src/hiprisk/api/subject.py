"""What validate, update and drift share: a model or a column, a cohort, an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from hiprisk.api.documents import (
    Document,
    bundle_of,
    mapping_of,
    own_dictionary,
    stated_outcome,
)
from hiprisk.api.findings import FindingListener, warn_of_finding
from hiprisk.api.fitted_people import reference_people, with_fitted_people
from hiprisk.bundle import Bundle
from hiprisk.cohort.bundled_variables import bundled_variables
from hiprisk.cohort.dictionary import Dictionary
from hiprisk.cohort.files.stacking import CohortPath
from hiprisk.cohort.findings import Finding, undecided_findings
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.reading import Cohort
from hiprisk.cohort.shift.outcome_scale import outcome_in_development
from hiprisk.config import OutcomeSettings, StudyConfig
from hiprisk.config.cohort import SamplingSettings
from hiprisk.config.published import declared_outcome
from hiprisk.config.reading import undecided_in_config
from hiprisk.errors import ConfigError
from hiprisk.learning.sheets.export import estimand
from hiprisk.serving.model import Model
from hiprisk.sheet.format import Sheet, TrainingSummary
from hiprisk.validation.expected.results import development_figures
from hiprisk.validation.external.cohort import (
    ValidationCohort,
    cohort_of_predictions,
    predict_cohort,
)
from hiprisk.validation.external.imputations import predict_imputations
from hiprisk.validation.external.reading import read_validation_cohort, rows_with
from hiprisk.validation.external.reference import with_reference
from hiprisk.validation.external.results import ModelIdentity
from hiprisk.validation.external.stated_outcome import (
    ANYBODY,
    outcome_in_place,
    outcome_of_variable,
)

CAUTIONS = ("INVENTED", "SURROGATE", "MIXED")


@dataclass(frozen=True, kw_only=True)
class SubjectRequest:
    """What is asked for: as options of the command or arguments of the function say it.

    Attributes
    ----------
    model : Model, Bundle or path-like, optional
        None where predictions stand in a column.
    cohort : path-like, several, or DataFrame
    mapping, dictionary, study : optional
        A path, a mapping, or what was read of it.
    predictions, reference : str, optional
        Columns of predictions that are evaluated, and that the model is compared with.
    outcome, event_level : str, optional
        Variable of the outcome in place of a study's or the bundle's; its level that is the event.
    where : mapping of str to tuple of str
        Levels that rows must have.
    accept_units : bool
        Go on although a unit looks wrong.
    seed : int
    on_finding : callable
        Told what looks odd, a finding at a time.
    """

    model: Model | Bundle | Path | str | None
    cohort: CohortPath
    mapping: CohortMapping | Document | None = None
    dictionary: Dictionary | Document | None = None
    study: StudyConfig | Document | None = None
    predictions: str | None = None
    reference: str | None = None
    outcome: str | None = None
    event_level: str | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    accept_units: bool = False
    seed: int = 0
    on_finding: FindingListener = warn_of_finding


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
        if self.bundle is None or self.predictions:
            return None
        return development_figures(self.bundle.evidence)

    @property
    def outcome_in_development(self) -> TrainingSummary | None:
        """The outcome's distribution in the development cohort; None where not known."""
        if self.bundle is None or self.predictions:
            return None
        return outcome_in_development(self.bundle.evidence, self.bundle.sheet.outcome.variable)

    @property
    def sheet(self) -> Sheet | None:
        """The model's sheet; None where predictions stand in a column."""
        return None if self.bundle is None or self.predictions else self.bundle.sheet

    @property
    def outcome_is_declared(self) -> bool:
        """Whether horizon and population were declared, not made up from the dictionary."""
        return self.outcome.population != ANYBODY

    @property
    def identity(self) -> ModelIdentity:
        """Name, version and provenance of what is judged."""
        bundle = self.bundle
        if bundle is None or self.predictions is not None:
            declared = self.outcome_is_declared
            return ModelIdentity(
                name=str(self.predictions),
                title=f"predictions in the column {self.predictions}",
                provenance="published",
                estimand=estimand(self.outcome) if declared else self.outcome.label,
            )
        return ModelIdentity(
            name=bundle.name,
            title=bundle.sheet.title,
            provenance=bundle.sheet.provenance,
            estimand=bundle.sheet.outcome.estimand,
            version=bundle.version,
            bundle_sha256=bundle.sha256,
            cautions=tuple(note for note in bundle.sheet.notes if note.startswith(CAUTIONS)),
            reference_people=reference_people(bundle),
        )


def subject_of(asked: SubjectRequest) -> Subject:
    """The model and the outcome that are asked for.

    Raises
    ------
    ConfigError, BundleError, StoreError
        If it is not clear what is evaluated, or a file cannot be read.
    """
    if asked.event_level is not None and asked.outcome is None:
        raise ConfigError("--event-level belongs to --outcome", code="USAGE")
    return _of_column(asked) if asked.model is None else _of_bundle(asked)


def _of_column(asked: SubjectRequest) -> Subject:
    """Predictions in a column, and what they predict."""
    named = [asked.study is not None, asked.outcome is not None]
    if asked.predictions is None or not any(named):
        raise ConfigError(
            "without a bundle, --predictions COLUMN and --study FILE or --outcome VARIABLE "
            "say what is evaluated",
            code="USAGE",
        )
    if all(named):
        raise ConfigError("give one of --study and --outcome", code="USAGE")
    outcome, sampling, study = (
        (None, None, None) if asked.study is None else stated_outcome(asked.study)
    )
    mapping, dictionary = _read_by(asked, study, None)
    if outcome is None:
        outcome = outcome_of_variable(str(asked.outcome), dictionary, event_level=asked.event_level)
    return Subject(
        None, outcome, mapping, _own_name(asked.predictions, mapping), dictionary,
        sampling=sampling, reference=_own_name(asked.reference, mapping),
    )  # fmt: skip


def _of_bundle(asked: SubjectRequest) -> Subject:
    """A model, and what it predicts: its own outcome, or one that is named in its place."""
    if asked.study is not None:
        raise ConfigError("the bundle declares the outcome: leave out --study", code="USAGE",
                          advice="--outcome VARIABLE names another column of it")  # fmt: skip
    assert asked.model is not None
    bundle = bundle_of(asked.model)
    outcome: OutcomeSettings = declared_outcome(bundle.config, file="config.json")
    if not outcome.levels and bundle.sheet.outcome.levels:
        outcome = replace(outcome, levels=bundle.sheet.outcome.levels)
    mapping, dictionary = _read_by(asked, None, bundle)
    if asked.outcome is not None and asked.outcome != outcome.variable:
        outcome = outcome_in_place(
            outcome, asked.outcome, dictionary, event_level=asked.event_level
        )
    predictions = _own_name(asked.predictions, mapping)
    reference = _own_name(asked.reference, mapping)
    return Subject(bundle, outcome, mapping, predictions, dictionary, reference=reference)


def _read_by(
    asked: SubjectRequest, study: StudyConfig | None, bundle: Bundle | None
) -> tuple[CohortMapping | None, Dictionary]:
    """The mapping, and what the variables of the file mean: a model's own ones first."""
    named = asked.dictionary or (None if study is None else study.cohort.dictionary)
    dictionary = own_dictionary(named)
    bundled = None if bundle is None else bundled_variables(bundle.sheet, bundle.config)
    mapping = None
    if asked.mapping is not None:
        mapping = mapping_of(asked.mapping, dictionary=dictionary, bundled=bundled)
        known = mapping.dictionary
    else:
        known = dictionary if bundled is None else bundled.laid_over(dictionary)
    open_lines = undecided_in_config(asked.study) if isinstance(asked.study, Path | str) else ()
    open_lines = (*open_lines, *(dictionary if mapping is None else mapping).undecided)
    tell(asked, *undecided_findings(open_lines))
    return mapping, known


def _own_name(column: str | None, mapping: CohortMapping | None) -> str | None:
    """The variable that the mapping makes of a column, or the column itself."""
    if column is None or mapping is None:
        return column
    for name, source in mapping.variables.items():
        if source.column == column:
            return name
    return column


def tell(asked: SubjectRequest, *findings: Finding) -> None:
    """Tell findings to whoever listens."""
    for finding in findings:
        asked.on_finding(finding)


def write_files(folder: Path, result: Any, *, seed: int) -> None:
    """Write a result's JSON, report, tables and figures into a folder."""
    # matplotlib is imported where something is drawn, and nowhere else.
    from hiprisk.reporting.results.command_results import files_of_result
    from hiprisk.reporting.results.report import Made
    from hiprisk.reporting.results.result_files import write_result

    write_result(folder, files_of_result(result), Made.today(seed=seed))


def read_selected(
    subject: Subject, asked: SubjectRequest, *, cohort: CohortPath | None = None
) -> Cohort:
    """The cohort's rows that `where` selects; of the request's cohort or of another one."""
    read = read_validation_cohort(
        asked.cohort if cohort is None else cohort,
        subject.mapping,
        sheet=subject.sheet,
        outcome=subject.outcome,
        predictions=subject.predictions,
        reference=subject.reference,
        dictionary=subject.dictionary,
    )
    tell(asked, *(finding for finding in read.findings if finding.code == "MISSING_COLUMN"))
    rows = rows_with(read, asked.where)
    if subject.sheet is None:
        return read if rows.all() else read.take(np.flatnonzero(rows))
    assert subject.bundle is not None
    return with_fitted_people(subject.bundle, read, rows)


def read_people(
    subject: Subject, asked: SubjectRequest, *, cohort: CohortPath | None = None
) -> ValidationCohort:
    """The people of the cohort who can be judged; several imputations of them are refused."""
    return _with_predictions(subject, read_selected(subject, asked, cohort=cohort), asked)


def read_imputations(subject: Subject, asked: SubjectRequest) -> tuple[ValidationCohort, ...]:
    """The same, once for each imputation that was read."""
    return predict_imputations(
        read_selected(subject, asked),
        subject.outcome,
        lambda part: _with_predictions(subject, part, asked),
    )


def _with_predictions(subject: Subject, cohort: Cohort, asked: SubjectRequest) -> ValidationCohort:
    how: dict[str, Any] = {"accept_units": asked.accept_units}
    if subject.reference is not None:
        cohort = with_reference(cohort, subject.reference, subject.outcome, **how)
    if subject.predictions is not None:
        return cohort_of_predictions(subject.predictions, subject.outcome, cohort, **how)
    return predicted(subject, cohort, asked)


def predicted(subject: Subject, cohort: Cohort, asked: SubjectRequest) -> ValidationCohort:
    """The people of a cohort with the predictions of the model's own sheet."""
    assert subject.sheet is not None
    return predict_cohort(
        subject.sheet,
        subject.outcome,
        cohort,
        accept_units=asked.accept_units,
        outcome_in_development=subject.outcome_in_development,
    )
