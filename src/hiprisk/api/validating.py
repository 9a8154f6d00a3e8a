"""External validation: a model, or predictions in a column, on people whose outcome is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from hiprisk.api.arguments import check_whole, in_python_words, levels_by_variable
from hiprisk.api.documents import Document
from hiprisk.api.findings import FindingListener, warn_of_finding
from hiprisk.api.subject import (
    Subject,
    SubjectRequest,
    read_imputations,
    read_people,
    read_selected,
    subject_of,
    tell,
    write_files,
)
from hiprisk.bundle import Bundle
from hiprisk.cohort.dictionary import Dictionary
from hiprisk.cohort.files.stacking import CohortPath, in_encoding
from hiprisk.cohort.imputations import ONE_IMPUTATION
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.config import StudyConfig
from hiprisk.config.cohort import SamplingSettings
from hiprisk.errors import ConfigError
from hiprisk.outputs import check_output_folder
from hiprisk.parallel import check_cluster, spread_over
from hiprisk.serving.model import Model
from hiprisk.validation.external.before_outcomes import (
    ExpectedValidation,
    expect_of_cohort,
    expect_of_risks,
)
from hiprisk.validation.external.case_mix import compare_case_mix, has_reference_population
from hiprisk.validation.external.case_mix_results import CaseMix
from hiprisk.validation.external.cohort import ValidationCohort
from hiprisk.validation.external.imputations import validate_imputations
from hiprisk.validation.external.results import ExternalValidation
from hiprisk.validation.external.validation import validate_externally


@dataclass(frozen=True, kw_only=True)
class ValidationRequest(SubjectRequest):
    """What is asked of a validation.

    Attributes
    ----------
    by : sequence of str, optional
        Categories whose levels are evaluated too; None for the usual ones, empty for none.
    sampling : SamplingSettings, optional
        Where cases and controls were sampled apart.
    development : path-like or DataFrame, optional
        The development cohort.
    resamples : int
    out : Path, optional
        Folder of the result.
    force : bool
        Overwrite a validation there.
    workers : int
        Processes; the result does not depend on them.
    """

    by: Sequence[str] | None = None
    sampling: SamplingSettings | None = None
    development: CohortPath | None = None
    resamples: int = 500
    out: Path | None = None
    force: bool = False
    workers: int = 1


def validation(asked: ValidationRequest) -> ExternalValidation:
    """Evaluate what is asked for, and write it where a folder is named."""
    _check_folder(asked)
    subject = subject_of(asked)
    sampling = _sampling(subject, asked)
    people = [replace(one, sampling=sampling) for one in read_imputations(subject, asked)]
    result = _evaluated(subject, people, asked)
    if asked.out is not None:
        write_files(asked.out, result, seed=asked.seed)
    tell(asked, *people[0].warnings)
    return result


def expectation(asked: ValidationRequest) -> ExpectedValidation:
    """What the model expects of a cohort, whether outcomes are known or not."""
    _check_folder(asked)
    subject = subject_of(asked)
    _check_without_outcomes(asked)
    cohort = read_selected(subject, asked)
    how: dict[str, Any] = {"model": subject.identity, "accept_units": asked.accept_units}
    if subject.sheet is None:
        result = expect_of_risks(str(subject.predictions), subject.outcome, cohort, **how)
    else:
        development = subject.expected_in_development
        result = expect_of_cohort(
            subject.sheet, subject.outcome, cohort, development=development, **how
        )
    if asked.out is not None:
        write_files(asked.out, result, seed=asked.seed)
    tell(asked, *result.findings)
    return result


def _check_folder(asked: ValidationRequest) -> None:
    """An earlier validation stays unless force is asked for."""
    if asked.out is None:
        return
    check_output_folder(asked.out)
    there = any((asked.out / name).exists() for name in ("validation.json", "expected.json"))
    if there and not asked.force:
        raise ConfigError(
            "the folder holds a validation already", code="EXISTS", file=asked.out.name,
            advice="add --force, or name another folder",
        )  # fmt: skip


def _check_without_outcomes(asked: ValidationRequest) -> None:
    """Refuse what needs outcomes."""
    given = {"--by": asked.by is not None, "--development": asked.development is not None,
             "--reference": asked.reference is not None,
             "--prevalence": asked.sampling is not None}  # fmt: skip
    for option in (name for name, is_given in given.items() if is_given):
        raise ConfigError(
            f"{option} needs outcomes, and --expected looks at none",
            code="USAGE",
            column=option,
            advice="leave out one of the two",
        )


def _evaluated(
    subject: Subject, people: Sequence[ValidationCohort], asked: ValidationRequest
) -> ExternalValidation:
    """People evaluated, or pooled over their imputations."""
    how: dict[str, Any] = {
        "model": subject.identity,
        "sheet": subject.sheet,
        "n_resamples": asked.resamples,
        "seed": asked.seed,
        "workers": asked.workers,
    }
    if len(people) > 1:
        _check_pooled(asked)
        return validate_imputations(people, subject.outcome, **how)
    case_mix = None if people[0].sampling else _case_mix(subject, people[0], asked)
    return validate_externally(
        people[0],
        subject.outcome,
        by=asked.by,
        case_mix=case_mix,
        development=subject.expected_in_development,
        reference=subject.reference,
        **how,
    )


def _sampling(subject: Subject, asked: ValidationRequest) -> SamplingSettings | None:
    """How people were sampled, as asked or else the study says; checked before reading."""
    sampling = asked.sampling or subject.sampling
    if sampling is None:
        return None
    refused = {
        "--prevalence": (
            subject.outcome.kind != "binary",
            "cases and controls are sampled of a binary outcome, and this one is a number",
        ),
        "--reference": (
            asked.reference is not None,
            "scores of cases and controls are not those of the population, and are not compared",
        ),
        "--development": (
            asked.development is not None,
            "the case mix of cases and controls is not that of the population, and is not compared",
        ),
    }
    for option, (is_refused, reason) in refused.items():
        if is_refused:
            raise ConfigError(reason, code="USAGE", column=option, advice="leave it out")
    return sampling


def _check_pooled(asked: ValidationRequest) -> None:
    """Refuse what is not pooled over imputations, where it was asked for by name."""
    for option, is_given in {
        "--by": bool(asked.by),
        "--development": asked.development is not None,
        "--reference": asked.reference is not None,
    }.items():
        if is_given:
            raise ConfigError(
                f"the file contains stacked imputations, and {option} is not pooled over them",
                code="STACKED_ROWS",
                column=option,
                advice=f"leave {option} out, or {ONE_IMPUTATION}",
            )


def _case_mix(
    subject: Subject, people: ValidationCohort, asked: ValidationRequest
) -> CaseMix | None:
    sheet = subject.sheet
    if sheet is None:
        if asked.development is not None:
            raise ConfigError("--development goes with a bundle", code="USAGE")
        return None
    if asked.development is None:
        return compare_case_mix(sheet, people) if has_reference_population(sheet) else None
    return compare_case_mix(
        sheet,
        people,
        development=read_people(subject, asked, cohort=asked.development),
        seed=asked.seed,
        n_resamples=asked.resamples,
    )


@in_python_words
def validate(
    model: Model | Bundle | Path | str | None = None,
    cohort: CohortPath = (),
    *,
    mapping: CohortMapping | Document | None = None,
    dictionary: Dictionary | Document | None = None,
    predictions: str | None = None,
    study: StudyConfig | Document | None = None,
    outcome: str | None = None,
    event_level: str | None = None,
    where: Mapping[str, Any] | None = None,
    by: Sequence[str] | None = None,
    prevalence: float | Literal["unknown"] | None = None,
    reference: str | None = None,
    development: CohortPath | None = None,
    resamples: int = 500,
    seed: int = 0,
    encoding: str | None = None,
    accept_units: bool = False,
    out: Path | str | None = None,
    force: bool = False,
    workers: int = 1,
    cluster: str | None = None,
    on_finding: FindingListener | None = None,
) -> ExternalValidation:
    """Evaluate a model, or predictions in a column, on people whose outcome is known.

    What ``hiprisk validate`` does: every metric with a 95 % CI (bootstrap of persons), overall and
    by subgroup; calibration, net benefit, case mix against the development cohort, and what the
    model itself expects of these people beside what was observed. Rows that cannot be used are
    counted with a reason.

    Parameters
    ----------
    model : Model, Bundle or path-like, optional
        A bundle, its folder, or ``name`` or ``name@version`` below ``models``; None where
        `predictions` names a column.
    cohort : DataFrame, path-like, or several paths
        One row a person or hip. A frame is read as a file that holds it would be: of pandas, or
        any table with ``__arrow_c_stream__`` or ``to_pandas``; its index is not read.
    mapping : path-like or mapping, optional
        Column mapping; without it columns have the names of the dictionary.
    dictionary : path-like or mapping, optional
        Own variables.
    predictions : str, optional
        Column whose predictions are evaluated.
    study : StudyConfig, path-like or mapping, optional
        Declares the outcome of `predictions`.
    outcome : str, optional
        Variable of the outcome in place of `study`; with a model, in place of its own.
    event_level : str, optional
        Level of `outcome` that is the event; by default yes, 1 or true.
    where : mapping of str to str or list of str, optional
        Only rows that have these levels.
    by : sequence of str, optional
        Categories whose levels are evaluated too; by default sex, age band, site, K-L grade and
        back pain as far as the cohort has them; an empty list for none.
    prevalence : float or 'unknown', optional
        Share of the target population with the event, in (0, 1), where cases and controls were
        sampled apart.
    reference : str, optional
        Column of predictions that the model is compared with on the same people.
    development : DataFrame or path-like, optional
        The development cohort, for the full membership model.
    resamples : int
        Of persons, behind the intervals; at least 50.
    seed : int
        Of the resamples.
    encoding : str, optional
        Of a file whose texts are not UTF-8.
    accept_units : bool
        Go on although a unit looks wrong.
    out : path-like, optional
        Folder for validation.json, tables and figures; nothing is written without it.
    force : bool
        Overwrite a validation there.
    workers : int
        Processes for groups and imputations; the result does not depend on them.
    cluster : str, optional
        A Dask scheduler, ``tcp://HOST:PORT`` or ``tls://HOST:PORT``, whose workers do the work, or
        ``local`` for one of this machine with `workers` processes (``hiprisk[scale]``).
    on_finding : callable, optional
        Told what looks odd; by default a `HipRiskWarning` says it.

    Returns
    -------
    ExternalValidation
        ``to_frame()``: a row a metric; ``to_dict()``: what the command prints with ``--json``.

    Raises
    ------
    InputError
        If the cohort cannot be used, or too few people can be evaluated.
    ConfigError
        If arguments exclude each other, or mapping, dictionary or study break a rule.
    BundleError, StoreError
        If the bundle is not what its manifest promises, or a file cannot be read or written.

    References
    ----------
    .. [1] Riley et al. (2024). Evaluation of clinical prediction models (part 2). BMJ 384,
       e074820. doi:10.1136/bmj-2023-074820
    .. [2] Debray et al. (2015). J Clin Epidemiol 68(3), 279-289.
       doi:10.1016/j.jclinepi.2014.06.018

    Examples
    --------
    >>> import hiprisk
    >>> cohort = hiprisk.simulate_cohort("stupar", n=300, seed=6).frame
    >>> found = hiprisk.validate("invented-womac", cohort, by=[], resamples=50)
    >>> found.n, found.model.name
    (202, 'invented-womac')
    >>> round(found.to_dict()["metrics"]["rmse"]["value"], 2)
    15.55
    >>> found.to_frame().columns.tolist()
    ['variable', 'level', 'n', 'metric', 'value', 'low', 'high']
    """
    check_whole("resamples", resamples, least=50)
    check_whole("seed", seed, least=0)
    check_whole("workers", workers, least=1)
    if cluster is not None:
        check_cluster(cluster)
    asked = ValidationRequest(
        model=model, cohort=in_encoding(cohort, encoding), mapping=mapping, dictionary=dictionary,
        predictions=predictions, study=study, outcome=outcome, event_level=event_level,
        where=levels_by_variable(where), by=by, sampling=_stated_sampling(prevalence),
        reference=reference, development=development, resamples=resamples, seed=seed,
        accept_units=accept_units, out=None if out is None else Path(out), force=force,
        on_finding=on_finding or warn_of_finding,
    )  # fmt: skip
    with spread_over(cluster, workers=workers) as spread:
        return validation(replace(asked, workers=spread))


@in_python_words
def expect(
    model: Model | Bundle | Path | str | None = None,
    cohort: CohortPath = (),
    *,
    mapping: CohortMapping | Document | None = None,
    dictionary: Dictionary | Document | None = None,
    predictions: str | None = None,
    study: StudyConfig | Document | None = None,
    outcome: str | None = None,
    event_level: str | None = None,
    where: Mapping[str, Any] | None = None,
    encoding: str | None = None,
    accept_units: bool = False,
    out: Path | str | None = None,
    force: bool = False,
    on_finding: FindingListener | None = None,
) -> ExpectedValidation:
    """What a model expects of a cohort before its outcomes are known.

    What ``hiprisk validate --expected`` does: performance to be expected of these people if the
    model is right, beside that of its development cohort, so that the effect of case mix stands
    alone. No use is made of outcomes that the cohort has.

    Parameters
    ----------
    model : Model, Bundle or path-like, optional
        A bundle, its folder, or ``name`` or ``name@version`` below ``models``; None where
        `predictions` names a column.
    cohort : DataFrame, path-like, or several paths
        One row a person or hip; see `hiprisk.validate`.
    mapping : path-like or mapping, optional
        Column mapping; without it columns have the names of the dictionary.
    dictionary : path-like or mapping, optional
        Own variables.
    predictions : str, optional
        Column of predictions, in place of a model.
    study : StudyConfig, path-like or mapping, optional
        Declares the outcome of `predictions`.
    outcome : str, optional
        Variable of the outcome, in place of the model's own or of `study`.
    event_level : str, optional
        Level of `outcome` that is the event; by default yes, 1 or true.
    where : mapping of str to str or list of str, optional
        Only rows that have these levels.
    encoding : str, optional
        Of a file whose texts are not UTF-8.
    accept_units : bool
        Go on although a unit looks wrong.
    out : path-like, optional
        Folder for expected.json and its table; nothing is written without it.
    force : bool
        Overwrite a validation there.
    on_finding : callable, optional
        Told what looks odd; by default a `HipRiskWarning` says it.

    Returns
    -------
    ExpectedValidation
        ``to_frame()``: a row a figure; ``to_dict()``: what the command prints with ``--json``.

    Raises
    ------
    InputError, ConfigError, BundleError, StoreError
        As `validate`.

    References
    ----------
    .. [1] van Klaveren et al. (2016). Stat Med 35(23), 4136-4152. doi:10.1002/sim.6997

    Examples
    --------
    >>> import hiprisk
    >>> cohort = hiprisk.simulate_cohort("stupar", n=300, seed=6).frame
    >>> found = hiprisk.expect("invented-womac", cohort)
    >>> found.n
    281
    """
    return expectation(
        ValidationRequest(
            model=model,
            cohort=in_encoding(cohort, encoding),
            mapping=mapping,
            dictionary=dictionary,
            predictions=predictions,
            study=study,
            outcome=outcome,
            event_level=event_level,
            where=levels_by_variable(where),
            accept_units=accept_units,
            out=None if out is None else Path(out),
            force=force,
            on_finding=on_finding or warn_of_finding,
        )
    )


def _stated_sampling(prevalence: float | str | None) -> SamplingSettings | None:
    if prevalence is None:
        return None
    is_share = isinstance(prevalence, int | float) and 0.0 < prevalence < 1.0
    if not is_share and prevalence != "unknown":
        raise ConfigError(
            f"must lie inside (0, 1), 0.12 for 12 in 100, or be unknown; got {prevalence}",
            code="USAGE",
            column="prevalence",
        )
    return SamplingSettings(case_control=prevalence)  # type: ignore[arg-type]  # checked above
