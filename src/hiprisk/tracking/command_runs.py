"""The result of a command as a run that points to its model; no row and no value of a patient."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from hiprisk.bundle import Bundle
from hiprisk.config import TrackingSettings
from hiprisk.errors import StoreError
from hiprisk.tracking.command_results import ResultRun
from hiprisk.tracking.description import NOTE, dataset_fields
from hiprisk.tracking.model_versions import ModelVersion, version_of_bundle, version_of_study
from hiprisk.tracking.results import log_bundle, log_inputs
from hiprisk.tracking.runs import open_run

BEFORE = "_before"
# In MLflow's column of data sets: what the cohort was for.
CONTEXTS = {"validate": "validation", "update": "training", "drift": "monitoring"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedResult:
    """Where a result was logged.

    Attributes
    ----------
    run_id, store, experiment : str or None
    model : ModelVersion or None
        That the run points to; None where the store does not have it.
    not_logged : str or None
        What the store did not take.
    """

    run_id: str | None
    store: str | None
    experiment: str
    model: ModelVersion | None
    not_logged: str | None

    def to_dict(self) -> dict[str, Any]:
        """The keys that ``train --json`` has too, and the model."""
        return {
            "mlflow_run": self.run_id,
            "mlflow_store": self.store,
            "mlflow_model": None if self.model is None else self.model.model_id,
            "not_logged": self.not_logged,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What is logged beside a result's own figures.

    Attributes
    ----------
    settings : TrackingSettings
    parameters : mapping
        How the result was made.
    files : mapping of str to bytes
        Artifacts by path.
    cohort : str
        Name of the cohort.
    outcome : str
        Variable of the outcome, where the result does not say it.
    bundle : Bundle or None
        The model's, for the columns of its data.
    written : Bundle or None
        A new version, which the run logs as a model.
    declared_sha256 : str or None
        Of the study whose newest model the run points to, where the result is not of one model.
    """

    settings: TrackingSettings
    parameters: Mapping[str, Any]
    files: Mapping[str, bytes]
    cohort: str
    outcome: str = ""
    bundle: Bundle | None = None
    written: Bundle | None = None
    declared_sha256: str | None = None


def log_command(found: ResultRun, logged: Logged) -> TrackedResult:
    """Log the result of a command as a run; what the store refuses is told, never raised."""
    sought = _Sought(found, logged)
    try:
        with open_run(
            logged.settings,
            name=f"{found.command} {found.subject or logged.cohort}".strip(),
            parameters=logged.parameters,
            tags=_tags(found, logged),
        ) as run:
            run.log(sought.write)
        run_id, store, refused = run.run_id, run.store, run.not_logged
    except StoreError as problem:
        run_id, store, refused = None, None, str(problem)
    return TrackedResult(
        run_id=run_id,
        store=store,
        experiment=logged.settings.experiment,
        model=sought.model,
        not_logged=refused,
    )


class _Sought:
    """What is written to the open run; the model that it points to is known afterwards."""

    def __init__(self, found: ResultRun, logged: Logged) -> None:
        self._found, self._logged = found, logged
        self.model: ModelVersion | None = None

    def write(self, mlflow: Any) -> None:
        found, logged = self._found, self._logged
        self.model = self._version(mlflow)
        cohort = self._log_inputs(mlflow)
        if logged.written is not None:
            # A new version, logged as train logs one; the alias, which a team may serve by, stays
            # with the version that has it until somebody moves it.
            log_bundle(mlflow, logged.written, logged.settings, cohort=cohort, aliased=False)
        tags = {} if self.model is None else self.model.tags
        mlflow.set_tags({**tags, NOTE: found.description})
        _log_files(mlflow, logged.files)
        # Under the model's id too: its page shows them, with the cohort.
        mlflow.log_metrics(self._metrics(), model_id=self._model_id, dataset=cohort)

    def _metrics(self) -> dict[str, float]:
        """The key metrics; where a new version has its own, those of the model before."""
        found = self._found.metrics
        if self._logged.written is None:
            return dict(found)
        return {name: value for name, value in found.items() if name.endswith(BEFORE)}

    @property
    def _model_id(self) -> str | None:
        return None if self.model is None else self.model.model_id

    def _version(self, mlflow: Any) -> ModelVersion | None:
        experiment = mlflow.active_run().info.experiment_id
        found, declared = self._found, self._logged.declared_sha256
        if found.model is not None and found.model.bundle_sha256:
            return version_of_bundle(mlflow, experiment, found.model.bundle_sha256)
        return version_of_study(mlflow, experiment, declared) if declared else None

    def _log_inputs(self, mlflow: Any) -> Any:
        """The cohort and the model; None where the result does not know its cohort."""
        found, logged = self._found, self._logged
        if not found.fingerprint:
            return None
        known = {"provenance": found.provenance} if found.provenance else {}
        fields = dataset_fields(
            logged.cohort or found.cohort or found.command,
            found.fingerprint,
            counts={**known, **found.counts},
            sheet=None if logged.bundle is None else logged.bundle.sheet,
        )
        context = CONTEXTS.get(found.command, "analysis")
        return log_inputs(mlflow, fields, context=context, model_id=self._model_id)


def _log_files(mlflow: Any, files: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        for path, data in files.items():
            file = Path(scratch) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        mlflow.log_artifacts(scratch)


def _tags(found: ResultRun, logged: Logged) -> dict[str, str]:
    model = found.model
    tags = {
        "command": found.command,
        "outcome": logged.outcome or found.outcome,
        "provenance": found.provenance,
        "cohort_fingerprint": found.fingerprint,
        "hiprisk_version": metadata.version("hiprisk"),
        "model": found.subject,
        "bundle_sha256": "" if model is None else str(model.bundle_sha256 or ""),
        "declared_sha256": logged.declared_sha256 or "",
    }
    return {name: value for name, value in tags.items() if value}
