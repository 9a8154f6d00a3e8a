"""A model updated on a new cohort, as its next version."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, get_args

import pandas as pd

from hiprisk.api.arguments import (
    check_choice,
    check_whole,
    in_python_words,
    levels_by_variable,
)
from hiprisk.api.documents import Document
from hiprisk.api.findings import FindingListener, warn_of_finding
from hiprisk.api.subject import Subject, SubjectRequest, read_selected, subject_of, tell
from hiprisk.bill_of_materials import bill_of_what_is_used
from hiprisk.bundle import Bundle, BundleContents, write_bundle
from hiprisk.bundle.manifest import REPORT
from hiprisk.cohort.dictionary import Dictionary
from hiprisk.cohort.files.stacking import CohortPath, in_encoding
from hiprisk.cohort.imputations import split_imputations
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.reading import Cohort
from hiprisk.config import StudyConfig
from hiprisk.config.published import plain_outcome
from hiprisk.errors import ConfigError, InputError
from hiprisk.learning.sheets.column_model import column_sheet
from hiprisk.outputs import check_output_folder
from hiprisk.reporting.results.external_card import updated_card
from hiprisk.serving.model import Model
from hiprisk.sheet.format import Sheet
from hiprisk.validation.expected.computing import expected_performance, has_distribution
from hiprisk.validation.external.cohort import ValidationCohort, predict_cohort
from hiprisk.validation.external.eligibility import check_predictions
from hiprisk.validation.external.imputations import predict_imputations
from hiprisk.validation.updating.results import UpdateResult
from hiprisk.validation.updating.update import UpdateSettings, update_model

Method = Literal["intercept", "recalibrate", "reestimate", "closed-test"]
Shrinkage = Literal["none", "heuristic"]


@dataclass(frozen=True, kw_only=True)
class UpdateRequest(SubjectRequest):
    """What is asked of an update.

    Attributes
    ----------
    method : str
        How much of the model is estimated anew.
    by_site, name_sites : bool
        Intercepts of sites; the sites' names in the model.
    shrinkage : str
        ``none`` or ``heuristic``.
    alpha : float
        Level of the closed test.
    name : str, optional
        Of a model that is made of a column of predictions.
    resamples : int
    out : Path, optional
        Folder of all models; else that of the parent.
    """

    method: Method
    by_site: bool = False
    name_sites: bool = False
    shrinkage: Shrinkage = "none"
    alpha: float = 0.05
    name: str | None = None
    resamples: int = 500
    out: Path | None = None


@dataclass(frozen=True, kw_only=True)
class UpdatedModel:
    """An update and the bundle that was written of it.

    Attributes
    ----------
    bundle : Path or None
        The new version; None where the test chose to leave the model as it is.
    result : UpdateResult
        The model before and after.
    """

    bundle: Path | None
    result: UpdateResult

    def to_frame(self) -> pd.DataFrame:
        """One row a metric and stage: before; after, apparent; after, cross-validated."""
        return self.result.to_frame()

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk update --json`` prints."""
        path = None if self.bundle is None else str(self.bundle)
        return {"bundle": path, **self.result.to_dict()}


def updated_model(asked: UpdateRequest) -> UpdatedModel:
    """Update what is asked for, and write the new version."""
    if asked.name_sites and not asked.by_site:
        raise ConfigError("--name-sites goes with --by-site", code="USAGE")
    if asked.out is not None:
        check_output_folder(asked.out)
    subject = subject_of(asked)
    _check_not_case_control(subject)
    cohort = read_selected(subject, asked)
    sheet = _parent_sheet(subject, split_imputations(cohort)[0], asked)
    people = predict_imputations(
        cohort,
        subject.outcome,
        lambda part: predict_cohort(
            sheet,
            subject.outcome,
            part,
            accept_units=asked.accept_units,
            outcome_in_development=subject.outcome_in_development,
        ),
    )
    try:
        result = update_model(sheet, people, _settings(asked), parent=subject.identity)
    except InputError as problem:
        if problem.code != "DEGENERATE":
            raise
        raise _degenerate(problem, sheet, people[0].frame, file=cohort.source_name) from None
    path = None if result.chosen == "none" else _write(subject, result, people, asked)
    tell(asked, *people[0].warnings)
    return UpdatedModel(bundle=path, result=result)


def _settings(asked: UpdateRequest) -> UpdateSettings:
    return UpdateSettings(
        method=asked.method,
        shrinkage=asked.shrinkage == "heuristic",
        alpha=asked.alpha,
        n_resamples=asked.resamples,
        seed=asked.seed,
        by_site=asked.by_site,
        name_sites=asked.name_sites,
    )


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


def _parent_sheet(subject: Subject, cohort: Cohort, asked: UpdateRequest) -> Sheet:
    if subject.sheet is not None:
        if asked.name is not None:
            raise ConfigError("an updated model keeps its name: leave out --name", code="USAGE")
        return subject.sheet
    column = str(subject.predictions)
    if subject.bundle is not None or not subject.outcome_is_declared or asked.name is None:
        raise ConfigError(
            "to make a model of a column give --study FILE, which says what is predicted and "
            "when, and --name NAME for the new model",
            code="USAGE",
        )
    check_predictions(column, subject.outcome, cohort, accept_units=asked.accept_units)
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
        name=str(asked.name),
        title=f"{subject.outcome.label}: {variable.label}, updated",
    )


def _write(
    subject: Subject,
    result: UpdateResult,
    people: Sequence[ValidationCohort],
    asked: UpdateRequest,
) -> Path:
    # matplotlib is imported where something is drawn, and nowhere else.
    from hiprisk.reporting.results.report import Made
    from hiprisk.reporting.results.update_report import update_report

    bundle = subject.bundle
    report = update_report(result)
    lineage = result.lineage(
        None if bundle is None else bundle.lineage,
        parent_fingerprint=None if bundle is None else bundle.manifest["cohort_fingerprint"],
    )
    contents = BundleContents(
        sheet=result.sheet,
        config=_config(subject, result.sheet.name, asked, lineage),
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
        bill=bill_of_what_is_used(["train"]),
        lineage=lineage,
        files={
            REPORT: report.html(Made.today(seed=asked.seed)).encode(),
            **{f"figures/{one.name}": one.png for one in report.pictures},
        },
    )
    root = asked.out
    if root is None:
        root = Path("models") if bundle is None else bundle.path.resolve().parent.parent
    return write_bundle(root, result.sheet.name if bundle is None else bundle.name, contents)


def _config(
    subject: Subject, name: str, asked: UpdateRequest, lineage: Mapping[str, Any]
) -> dict[str, Any]:
    """The parent's config, or the outcome alone, with what was asked of the update."""
    bundle = subject.bundle
    config: dict[str, Any] = {"name": name}
    config |= bundle.config if bundle is not None else {"outcome": plain_outcome(subject.outcome)}
    where = [f"{column}={one}" for column, levels in asked.where.items() for one in levels]
    update = {
        "method": asked.method,
        "shrinkage": asked.shrinkage,
        "alpha": asked.alpha,
        "seed": asked.seed,
        "where": where,
        **({"by_site": True} if asked.by_site else {}),
        **({"name_sites": True} if asked.name_sites else {}),
        "parent": {key: value for key, value in lineage.items() if key.startswith("parent_")},
    }
    return {**config, "update": update}


def _expected(
    sheet: Sheet, people: Sequence[ValidationCohort], subject: Subject
) -> dict[str, Any] | None:
    """What the updated model expects of the people it was updated on; not of imputations."""
    if len(people) > 1 or not has_distribution(sheet):
        return None
    return expected_performance(
        sheet, people[0].first_visit, thresholds=subject.outcome.thresholds
    ).to_dict()


@in_python_words
def update(
    model: Model | Bundle | Path | str | None = None,
    cohort: CohortPath = (),
    *,
    method: Method,
    mapping: CohortMapping | Document | None = None,
    dictionary: Dictionary | Document | None = None,
    predictions: str | None = None,
    study: StudyConfig | Document | None = None,
    name: str | None = None,
    outcome: str | None = None,
    event_level: str | None = None,
    where: Mapping[str, Any] | None = None,
    by_site: bool = False,
    name_sites: bool = False,
    shrinkage: Shrinkage = "none",
    alpha: float = 0.05,
    resamples: int = 500,
    seed: int = 0,
    encoding: str | None = None,
    accept_units: bool = False,
    out: Path | str | None = None,
    on_finding: FindingListener | None = None,
) -> UpdatedModel:
    """Update a model on a new cohort and write it as its next version.

    What ``hiprisk update`` does. The new version stands beside its parent, or below `out`.

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
    method : {'intercept', 'recalibrate', 'reestimate', 'closed-test'}
        How much is estimated anew: the intercept; intercept and slope; every coefficient;
        or the simplest of these that the data do not reject.
    name : str, optional
        Of the model that is made of `predictions`.
    by_site : bool
        Let the intercept differ between sites, each shrunken to the whole.
    name_sites : bool
        With `by_site`: make site a variable of the model.
    shrinkage : {'none', 'heuristic'}
        Whether new coefficients are shrunken towards the recalibrated ones.
    alpha : float
        Level of the closed test, inside (0, 1).
    resamples : int
        Of persons, behind the intervals; at least 50.
    seed : int
        Of the resamples.
    accept_units : bool
        Go on although a unit looks wrong.
    out : path-like, optional
        Folder of all models; by default that of the parent.
    on_finding : callable, optional
        Told what looks odd; by default a `HipRiskWarning` says it.

    Returns
    -------
    UpdatedModel
        ``to_frame()``: the metrics before and after; ``to_dict()``: what the command prints with
        ``--json``; ``bundle``: the new version, for `hiprisk.load`.

    Raises
    ------
    InputError, ConfigError, BundleError, StoreError
        As `hiprisk.validate`; nothing is written then.

    References
    ----------
    .. [1] Vergouwe et al. (2017). Stat Med 36(28), 4529-4539. doi:10.1002/sim.7179
    .. [2] Steyerberg et al. (2004). Stat Med 23(16), 2567-2586. doi:10.1002/sim.1844

    Examples
    --------
    >>> import hiprisk
    >>> from pathlib import Path
    >>> cohort = hiprisk.simulate_cohort("stupar", n=300, seed=6).frame
    >>> updated = hiprisk.update("invented-womac", cohort, method="recalibrate", resamples=50)
    >>> updated.bundle.relative_to(Path.cwd()).as_posix()
    'models/invented-womac/2'
    >>> round(updated.result.intercept, 2), round(updated.result.slope, 2)
    (-7.88, 1.2)
    """
    check_choice("method", method, get_args(Method))
    check_choice("shrinkage", shrinkage, get_args(Shrinkage))
    check_whole("resamples", resamples, least=50)
    check_whole("seed", seed, least=0)
    if not 0.0 < alpha < 1.0:
        raise ConfigError(f"must lie inside (0, 1), got {alpha}", code="USAGE", column="alpha")
    return updated_model(
        UpdateRequest(
            model=model,
            cohort=in_encoding(cohort, encoding),
            method=method,
            mapping=mapping,
            dictionary=dictionary,
            predictions=predictions,
            study=study,
            name=name,
            outcome=outcome,
            event_level=event_level,
            where=levels_by_variable(where),
            by_site=by_site,
            name_sites=name_sites,
            shrinkage=shrinkage,
            alpha=alpha,
            resamples=resamples,
            accept_units=accept_units,
            seed=seed,
            out=None if out is None else Path(out),
            on_finding=on_finding or warn_of_finding,
        )
    )
