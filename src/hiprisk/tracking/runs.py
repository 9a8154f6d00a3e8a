"""One MLflow run a study, one nested run a candidate; nothing of a patient is ever logged."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from hiprisk.bundle import Bundle
from hiprisk.config import TrackingSettings
from hiprisk.errors import MissingExtraError, StoreError
from hiprisk.evidence.document import Evidence
from hiprisk.tracking.store import DEFAULT_STORE, ready_store, store_file
from hiprisk.tracking.wheel import write_wheel

MAX_PARAM = 500
SERVING_PACKAGES = ("mlflow", "numpy", "pandas", "pyarrow", "pydantic", "PyYAML")


class StudyRun(Protocol):
    """What a study tells its run."""

    run_id: str | None
    store: str | None

    def log_candidate(self, name: str, params: Mapping[str, float], loss: float) -> None:
        """A tuned family."""

    def log_results(self, evidence: Evidence, bundle: Bundle) -> None:
        """Evidence, figures and the bundle as a model."""


class _NoRun:
    run_id: str | None = None
    store: str | None = None

    def log_candidate(self, name: str, params: Mapping[str, float], loss: float) -> None:
        """Tracking is switched off."""

    def log_results(self, evidence: Evidence, bundle: Bundle) -> None:
        """Tracking is switched off."""


@contextlib.contextmanager
def open_run(
    settings: TrackingSettings,
    *,
    name: str,
    parameters: Mapping[str, Any],
    tags: Mapping[str, str],
) -> Iterator[StudyRun]:
    """Open a study's run; it ends as finished, failed or killed with the block.

    Parameters
    ----------
    settings : TrackingSettings
    name : str
        Of the run.
    parameters : mapping
        The resolved config.
    tags : mapping of str to str

    Raises
    ------
    StoreError
        If the tracking store cannot be used.
    """
    if not settings.enabled:
        yield _NoRun()
        return
    mlflow = _import_mlflow()
    store = os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_STORE
    experiment = _connect(mlflow, store, settings.experiment)
    _sweep(mlflow, experiment)
    with _ended(mlflow, name, experiment, tags) as run_id:
        mlflow.log_params(dict(flattened(parameters)))
        mlflow.log_dict(dict(parameters), "config.json")
        yield _Run(mlflow, run_id, store, settings, experiment)


def _import_mlflow() -> Any:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    try:
        import mlflow
    except ImportError as absent:
        raise MissingExtraError(
            "tracking needs MLflow", advice="pip install 'hiprisk[train]'"
        ) from absent
    return mlflow


def _connect(mlflow: Any, store: str, experiment: str) -> str:
    try:
        with ready_store(store):
            mlflow.set_tracking_uri(store)
            return str(mlflow.set_experiment(experiment).experiment_id)
    except StoreError:
        raise
    except Exception as broken:  # the store raises whatever its driver does
        raise _unusable(store) from broken


def _unusable(store: str) -> StoreError:
    """Names what the user can see: the file of a SQLite store, or the variable that was set."""
    path = store_file(store)
    without = "or train without tracking: --set tracking.enabled=false"
    if path is not None:
        return StoreError(
            "the MLflow store in this file cannot be used",
            file=path.name,
            advice="see that it can be written and that no other program keeps it locked; or move "
            "it away, and the next run makes a new one without the runs recorded so far; "
            f"{without}",
        )
    return StoreError(
        "the MLflow store cannot be used",
        column="MLFLOW_TRACKING_URI",
        advice=f"check the address, {without}",
    )


def _process_tags() -> dict[str, str]:
    boot = Path("/proc/sys/kernel/random/boot_id")
    return {
        "hiprisk.host": socket.gethostname(),
        "hiprisk.pid": str(os.getpid()),
        "hiprisk.boot": boot.read_text().strip() if boot.exists() else "",
    }


def _sweep(mlflow: Any, experiment: str) -> None:
    """Mark runs as killed whose process on this machine is gone."""
    here = _process_tags()
    client = mlflow.MlflowClient()
    query = "attributes.status = 'RUNNING'"
    for run in client.search_runs([experiment], filter_string=query, max_results=100):
        tags = run.data.tags
        same_boot = tags.get("hiprisk.boot") == here["hiprisk.boot"]
        if tags.get("hiprisk.host") != here["hiprisk.host"] or "hiprisk.pid" not in tags:
            continue
        if not same_boot or not Path(f"/proc/{tags['hiprisk.pid']}").exists():
            client.set_terminated(run.info.run_id, status="KILLED")


@contextlib.contextmanager
def _ended(mlflow: Any, name: str, experiment: str, tags: Mapping[str, str]) -> Iterator[str]:
    run = mlflow.start_run(
        run_name=name, experiment_id=experiment, tags={**tags, **_process_tags()}
    )
    try:
        yield str(run.info.run_id)
    except KeyboardInterrupt:
        mlflow.end_run(status="KILLED")
        raise
    except BaseException:
        mlflow.end_run(status="FAILED")
        raise
    mlflow.end_run()


def flattened(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Nested settings as ``a.b.c`` and short texts."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from flattened(item, f"{path}.{key}" if path else str(key))
    else:
        yield path, (json.dumps(value) if not isinstance(value, str) else value)[:MAX_PARAM]


class _Run:
    def __init__(
        self, mlflow: Any, run_id: str, store: str, settings: TrackingSettings, experiment: str
    ) -> None:
        self._mlflow = mlflow
        self.run_id: str | None = run_id
        self.store: str | None = store
        self._settings = settings
        self._experiment = experiment

    def log_candidate(self, name: str, params: Mapping[str, float], loss: float) -> None:
        """A tuned family, as a nested run."""
        with self._mlflow.start_run(
            run_name=name, nested=True, experiment_id=self._experiment, tags=_process_tags()
        ):
            self._mlflow.log_params({"family": name, **params})
            self._mlflow.log_metric("cross_validated_loss", loss)

    def log_results(self, evidence: Evidence, bundle: Bundle) -> None:
        """Metrics with intervals, tables, figures, and the bundle as a model."""
        mlflow = self._mlflow
        mlflow.set_tags({"family": evidence.family, "bundle_sha256": bundle.sha256})
        mlflow.log_metrics(_interval_metrics(evidence))
        mlflow.log_dict(evidence.to_dict(), "evidence.json")
        mlflow.log_dict(_findings(evidence), "cohort_findings.json")
        mlflow.log_text("\n".join(evidence.summary) + "\n", "summary.txt")
        for file in ("card.md", "report.html"):
            mlflow.log_artifact(str(bundle.path / file))
        for folder in ("figures", "tables"):
            mlflow.log_artifacts(str(bundle.path / folder), folder)
        for family in evidence.families:
            if family.trials:
                columns = {key: [trial[key] for trial in family.trials] for key in family.trials[0]}
                mlflow.log_table(columns, f"trials/{family.name}.json")
        self._log_model(bundle)

    def _log_model(self, bundle: Bundle) -> None:
        mlflow = self._mlflow
        with tempfile.TemporaryDirectory() as scratch:
            payload = Path(scratch) / "hiprisk_model"
            shutil.copytree(bundle.path, payload / "bundle")
            wheel = write_wheel(payload)
            info = mlflow.pyfunc.log_model(
                name="model",
                loader_module="hiprisk.tracking.pyfunc",
                data_path=str(payload),
                pip_requirements=_requirements(f"data/{payload.name}/{wheel.name}"),
            )
        if self._settings.register:
            registered = mlflow.register_model(info.model_uri, bundle.name)
            mlflow.MlflowClient().set_registered_model_alias(
                bundle.name, self._settings.alias, registered.version
            )


def _requirements(wheel: str) -> list[str]:
    pinned = [f"{name}=={metadata.version(name)}" for name in SERVING_PACKAGES]
    return [*pinned, wheel]


def _interval_metrics(evidence: Evidence) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, estimate in evidence.metrics().items():
        for end, value in (("", estimate["value"]), ("_low", estimate["low"]),
                           ("_high", estimate["high"])):  # fmt: skip
            if value is not None:
                found[f"{name}{end}"] = value
    return {**found, "n_analysed": float(evidence.n_analysed)}


def _findings(evidence: Evidence) -> dict[str, Any]:
    """Findings without row positions: what was found and how often."""
    kept = ("code", "severity", "column", "count", "message")
    return {"findings": [{key: found[key] for key in kept} for found in evidence.findings]}
