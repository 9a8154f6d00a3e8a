"""The logged model, run and registered version of a bundle, found by the hash of the bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion:
    """Where MLflow has a model.

    Attributes
    ----------
    model_id : str or None
    run_id : str
        Of the run that logged it.
    registered : str or None
        Registered name and version, as in ``stupar/3``.
    """

    model_id: str | None
    run_id: str
    registered: str | None = None

    @property
    def tags(self) -> dict[str, str]:
        """Tags of a run that points to it."""
        found = {
            "model_id": self.model_id,
            "model_run_id": self.run_id,
            "registered_model_version": self.registered,
        }
        return {name: value for name, value in found.items() if value}


def version_of_bundle(mlflow: Any, experiment: str, sha256: str) -> ModelVersion | None:
    """The newest model of a bundle in an experiment, else in the registry; None without one.

    Parameters
    ----------
    mlflow : module
    experiment : str
        Its id.
    sha256 : str
        ``bundle_sha256``.
    """
    client = mlflow.MlflowClient()
    query = f"tags.bundle_sha256 = '{sha256}'"
    registered = _newest(client.search_model_versions(query))
    name = None if registered is None else f"{registered.name}/{registered.version}"
    logged = client.search_logged_models(experiment_ids=[experiment], filter_string=query)
    if logged:
        return ModelVersion(
            model_id=logged[0].model_id, run_id=logged[0].source_run_id, registered=name
        )
    if registered is None:
        return None
    return ModelVersion(
        model_id=getattr(registered, "model_id", None), run_id=registered.run_id, registered=name
    )


def finished_run_of(mlflow: Any, experiment: str, sha256: str) -> str | None:
    """The newest finished run that holds a bundle as a model; None without one.

    A run that failed, was killed or deleted, or is still open, may lack a part of it.

    Parameters
    ----------
    mlflow : module
    experiment : str
        Its id.
    sha256 : str
        ``bundle_sha256``.
    """
    client = mlflow.MlflowClient()
    query = f"tags.bundle_sha256 = '{sha256}'"
    for model in client.search_logged_models(experiment_ids=[experiment], filter_string=query):
        if model.source_run_id is None:
            continue
        info = client.get_run(model.source_run_id).info
        if info.status == "FINISHED" and info.lifecycle_stage == "active":
            return str(info.run_id)
    return None


def version_of_study(mlflow: Any, experiment: str, declared_sha256: str) -> ModelVersion | None:
    """The newest model that a study of the same declared config has logged; None without one."""
    runs = mlflow.MlflowClient().search_runs(
        [experiment],
        filter_string=f"tags.declared_sha256 = '{declared_sha256}' and tags.bundle_sha256 != ''",
        max_results=1,
    )
    if not runs:
        return None
    sha256 = runs[0].data.tags["bundle_sha256"]
    return version_of_bundle(mlflow, experiment, sha256)


def _newest(versions: Any) -> Any:
    return max(versions, key=lambda one: int(one.version), default=None)
