"""A model in use: how far variables, predictions and calibration have moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hiprisk.api.arguments import TIMES, check_whole, in_python_words, levels_by_variable
from hiprisk.api.documents import Document
from hiprisk.api.findings import FindingListener, warn_of_finding
from hiprisk.api.subject import (
    Subject,
    SubjectRequest,
    predicted,
    read_selected,
    subject_of,
    tell,
    write_files,
)
from hiprisk.bundle import Bundle
from hiprisk.cohort.dictionary import Dictionary
from hiprisk.cohort.files.stacking import CohortPath, in_encoding
from hiprisk.cohort.findings import Finding
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.reading import Cohort
from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.participants.flow import FlowStep
from hiprisk.outputs import check_output_folder
from hiprisk.serving.model import Model
from hiprisk.validation.drift import DriftReport, report_drift
from hiprisk.validation.drift.cusum import CalibrationCusum, calibration_cusum
from hiprisk.validation.external.cohort import outcome_warnings

# Names of persons and of sites order nothing, and a watch would show them as its points in time.
NO_TIMES = ("site", "person_id")


@dataclass(frozen=True, kw_only=True)
class DriftRequest(SubjectRequest):
    """What is asked of a watch over a model.

    Attributes
    ----------
    time : str, optional
        Variable that orders the rows; else the first of the usual ones.
    out : Path, optional
        Folder of the result.
    """

    time: str | None = None
    out: Path | None = None


def drift_report(asked: DriftRequest) -> DriftReport:
    """Report the drift that is asked for, and write it where a folder is named."""
    if asked.out is not None:
        check_output_folder(asked.out)
    subject = subject_of(asked)
    if subject.sheet is None:
        raise ConfigError("drift needs a bundle", code="USAGE", column="--predictions",
                          advice="hiprisk update --predictions makes one of a column")  # fmt: skip
    cohort = read_selected(subject, asked)
    watch, why_not, flow = _watch(subject, cohort, asked)
    report = report_drift(
        subject.sheet,
        cohort,
        model=subject.identity,
        watch=watch,
        watch_note=why_not,
        flow=flow,
        findings=_of_the_outcome(subject, cohort),
        thresholds=subject.outcome.thresholds,
        development=subject.expected_in_development,
    )
    if asked.out is not None:
        write_files(asked.out, report, seed=asked.seed)
    tell(asked, *report.findings)
    return report


def _of_the_outcome(subject: Subject, cohort: Cohort) -> Sequence[Finding]:
    """Cells of the outcome that cannot be used, where the file has it."""
    if subject.outcome.variable not in cohort.frame.columns:
        return ()
    return outcome_warnings(cohort, subject.outcome, subject.outcome_in_development)


def _watch(
    subject: Subject, cohort: Cohort, asked: DriftRequest
) -> tuple[CalibrationCusum | None, str, Sequence[FlowStep]]:
    """The watch, or why there is none, and whom it is of."""
    time = asked.time or next((name for name in TIMES if name in cohort.frame.columns), None)
    if time is None:
        return None, f"no time in the file ({', '.join(TIMES)}, or --time COLUMN)", ()
    if time in NO_TIMES:
        raise ConfigError(
            f"{time} has no order in time",
            code="USAGE",
            column="--time",
            advice="name a date, a year or a number that grows with time",
        )
    if time not in cohort.frame.columns:
        raise InputError("the cohort has no such time", code="MISSING_COLUMN",
                         file=cohort.source_name, column=time,
                         advice="map it in the mapping")  # fmt: skip
    if subject.outcome.variable not in cohort.frame.columns:
        return None, f"the outcome {subject.outcome.variable} is not in the file", ()
    try:
        return _watched(subject, cohort, asked, time)
    except InputError as refusal:
        if asked.time and refusal.code == "NO_TIME":
            raise
        return None, refusal.reason, ()


def _watched(
    subject: Subject, cohort: Cohort, asked: DriftRequest, time: str
) -> tuple[CalibrationCusum, str, Sequence[FlowStep]]:
    people = predicted(subject, cohort, asked)
    known = people.frame[time].notna().to_numpy()
    assert subject.sheet is not None
    watch = calibration_cusum(
        people.observed[known],
        people.predicted[known],
        _as_texts(people.frame[time].tolist(), known.tolist()),
        kind=subject.outcome.kind,
        groups=people.groups[known],
        n_fitted=subject.sheet.n_people,
        seed=asked.seed,
    )
    n_known = int(known.sum())
    step = FlowStep(
        label=f"{people.dictionary.label(time)} unknown",
        n_left_out=len(known) - n_known,
        n_remaining=n_known,
    )
    return watch, "", (*people.flow, step)


def _as_texts(values: Sequence[object], known: Sequence[bool]) -> list[str]:
    """Known times as texts that sort as they do."""
    kept = [value for value, is_known in zip(values, known, strict=True) if is_known]
    return [f"{v:015.3f}" if isinstance(v, float) else str(v) for v in kept]


@in_python_words
def drift(
    model: Model | Bundle | Path | str,
    cohort: CohortPath,
    *,
    mapping: CohortMapping | Document | None = None,
    dictionary: Dictionary | Document | None = None,
    outcome: str | None = None,
    event_level: str | None = None,
    where: Mapping[str, Any] | None = None,
    time: str | None = None,
    seed: int = 0,
    encoding: str | None = None,
    accept_units: bool = False,
    out: Path | str | None = None,
    on_finding: FindingListener | None = None,
) -> DriftReport:
    """Monitor a model in use.

    What ``hiprisk drift`` does: how far variables and predictions have moved from the development
    cohort (standardised difference, population stability index, missing values), what performance
    the model itself expects of these people, and, where outcomes are known, whether calibration
    holds over time (CUSUM of observed minus predicted with a simulated limit).

    Parameters
    ----------
    model : Model, Bundle or path-like
        A bundle, its folder, or ``name`` or ``name@version`` below ``models``.
    cohort : DataFrame, path-like, or several paths
        One row a person or hip; see `hiprisk.validate`.
    mapping : path-like or mapping, optional
        Column mapping; without it columns have the names of the dictionary.
    dictionary : path-like or mapping, optional
        Own variables.
    outcome : str, optional
        Variable of the outcome, in place of the model's own or of `study`.
    event_level : str, optional
        Level of `outcome` that is the event; by default yes, 1 or true.
    where : mapping of str to str or list of str, optional
        Only rows that have these levels.
    encoding : str, optional
        Of a file whose texts are not UTF-8.
    time : str, optional
        Variable that orders the rows; by default the first that the cohort has of
        followup_date, baseline_date and cohort_year.
    seed : int
        Of the simulated limit.
    accept_units : bool
        Go on although a unit looks wrong.
    out : path-like, optional
        Folder for drift.json, tables and figures; nothing is written without it.
    on_finding : callable, optional
        Told what looks odd; by default a `HipRiskWarning` says it.

    Returns
    -------
    DriftReport
        ``to_frame()``: a row a variable; ``to_dict()``: what the command prints with ``--json``;
        ``found`` is True where something moved.

    Raises
    ------
    InputError, ConfigError, BundleError, StoreError
        As `hiprisk.validate`.

    References
    ----------
    .. [1] Davis et al. (2020). J Biomed Inform 112, 103611. doi:10.1016/j.jbi.2020.103611

    Examples
    --------
    >>> import hiprisk
    >>> cohort = hiprisk.simulate_cohort("stupar", n=300, seed=6).frame
    >>> report = hiprisk.drift("invented-womac", cohort)
    >>> report.found
    True
    >>> report.summary[2]
    'Predictor drift: age.'
    """
    check_whole("seed", seed, least=0)
    return drift_report(
        DriftRequest(
            model=model,
            cohort=in_encoding(cohort, encoding),
            mapping=mapping,
            dictionary=dictionary,
            outcome=outcome,
            event_level=event_level,
            where=levels_by_variable(where),
            accept_units=accept_units,
            seed=seed,
            time=time,
            out=None if out is None else Path(out),
            on_finding=on_finding or warn_of_finding,
        )
    )
