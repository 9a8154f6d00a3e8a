"""What validate, update, drift, associate and compare found, as MLflow runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any, Protocol, TypeVar

from hiprisk.bundle import Bundle, read_bundle
from hiprisk.config import StudyConfig, TrackingSettings
from hiprisk.config.reading import resolved
from hiprisk.learning.study_identity import declared_hash
from hiprisk.reporting.results.command_results import files_of_result
from hiprisk.reporting.results.result_files import ResultFiles
from hiprisk.tracking.command_results import run_of_result
from hiprisk.tracking.command_runs import Logged, TrackedResult, log_command
from hiprisk.tracking.description import cohort_name
from hiprisk.validation.drift import DriftReport
from hiprisk.validation.external.results import ExternalValidation
from hiprisk.validation.external.sites import SITE
from hiprisk.validation.updating.results import UpdateResult

# Points in time of fewer people show when somebody was seen, and what came of it.
SMALLEST_STEP = 10


class _Grouped(Protocol):
    """A row of a result by group."""

    @property
    def grouping(self) -> str:
        """Name of the variable."""


Row = TypeVar("Row", bound=_Grouped)


def track_result(
    result: Any,
    *,
    bundle: Bundle | Path | str | None = None,
    config: StudyConfig | None = None,
    experiment: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    cohort: str = "",
) -> TrackedResult:
    """Log a result as an MLflow run that points to its model.

    The run has a description, tags, key metrics, the cohort as a data set (fingerprint and counts,
    no row), and JSON, tables, figures and a page of the result as artifacts. Where MLflow has the
    model (`hiprisk train`, `hiprisk track`), it is an input of the run, and its page shows the
    metrics. The store is ``mlflow.db`` in the current folder unless MLFLOW_TRACKING_URI says
    otherwise.

    Parameters
    ----------
    result : ExternalValidation, ExpectedValidation, UpdateResult, DriftReport, AssociationTable \
or AddedValue
    bundle : Bundle or path-like, optional
        The model's; of an update the new version, which is logged as a model. It says the
        experiment and the columns of the data.
    config : StudyConfig, optional
        The study of an association or a comparison.
    experiment : str, optional
        In place of that of the bundle or the study.
    parameters : mapping, optional
        How the result was made; the whole config of a study by default.
    cohort : str, optional
        Name of the cohort, where the result does not say it.

    Returns
    -------
    TrackedResult
        `not_logged` says what the store did not take: the result is not lost by it.

    Raises
    ------
    InputError
        If this is the result of something else.
    MissingExtraError
        If MLflow is not installed.
    """
    found = run_of_result(result)
    opened = read_bundle(bundle) if isinstance(bundle, str | Path) else bundle
    settings = _settings(opened, config)
    if experiment is not None:
        settings = replace(settings, experiment=experiment)
    stated = {} if config is None else resolved(config)
    is_new = (
        isinstance(result, UpdateResult)
        and opened is not None
        and (opened.sha256 != result.parent.bundle_sha256)
    )
    logged = Logged(
        settings=settings,
        parameters={"command": found.command, **(stated if parameters is None else parameters)},
        files=artifacts_of(files_of_result(_published(result))),
        cohort=PurePath(cohort or found.cohort).stem or cohort_name(stated.get("cohort", {})),
        outcome=_outcome(opened, config),
        bundle=opened,
        written=opened if is_new else None,
        declared_sha256=declared_hash(stated) if stated else None,
    )
    return log_command(found, logged)


def _outcome(bundle: Bundle | None, config: StudyConfig | None) -> str:
    if config is not None:
        return config.outcome.variable
    return "" if bundle is None else bundle.sheet.outcome.variable


def _settings(bundle: Bundle | None, config: StudyConfig | None) -> TrackingSettings:
    """How the study tracks; a result is logged because somebody asks, whatever the study says."""
    if config is not None:
        return replace(config.tracking, enabled=True)
    stated = {} if bundle is None else bundle.config.get("tracking", {})
    return TrackingSettings(**{**stated, "enabled": True})


def artifacts_of(files: ResultFiles) -> dict[str, bytes]:
    """Files of a result where MLflow's pages look best: a page, tables, figures, JSON."""
    placed = {".csv": "tables/", ".png": "figures/"}
    contents = files.contents()
    return {f"{placed.get(PurePath(name).suffix, '')}{name}": contents[name] for name in contents}


def _published(result: Any) -> Any:
    """A result without what names a site or shows single people: a store is read by a team."""
    if isinstance(result, DriftReport):
        return without_small_steps(result)
    return without_names_of_sites(result) if isinstance(result, ExternalValidation) else result


def without_names_of_sites(result: ExternalValidation) -> ExternalValidation:
    """A validation without its groups by site; its calibration curves by site have numbers."""
    groups = result.groups
    if groups is None:
        return result

    def others(rows: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(row for row in rows if row.grouping != SITE)

    kept = replace(
        groups,
        groups=others(groups.groups),
        estimates=others(groups.estimates),
        heterogeneity=others(groups.heterogeneity),
        benefits=others(groups.benefits),
        further=others(groups.further),
    )
    return replace(result, groups=kept)


def without_small_steps(report: DriftReport) -> DriftReport:
    """A drift report without its points in time where few people stand behind one."""
    if report.watch is None:
        return report
    counts = report.watch.n_so_far
    steps = [now - before for before, now in zip((0, *counts), counts, strict=False)]
    if min(steps) >= SMALLEST_STEP:
        return report
    return replace(
        report,
        watch=None,
        watch_note=f"points in time of fewer than {SMALLEST_STEP} people are not logged",
    )
