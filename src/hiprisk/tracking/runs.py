"""One MLflow run a study, one nested run a candidate; nothing of a patient is ever logged."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from hiprisk.bundle import Bundle
from hiprisk.cohort.bundled_variables import BUNDLED
from hiprisk.config import TrackingSettings
from hiprisk.databases.address import driver_address, is_postgres, without_password
from hiprisk.databases.postgres import SECONDS_TO_CONNECT
from hiprisk.errors import HipRiskError, MissingExtraError, StoreError
from hiprisk.processes.garbage import no_garbage_search
from hiprisk.processes.locks import HeldError, exclusive
from hiprisk.tracking.lost_runs import end_replaced_runs, end_time, mark_killed_runs, process_tags
from hiprisk.tracking.model_versions import finished_run_of
from hiprisk.tracking.results import log_bundle
from hiprisk.tracking.server import WITHOUT, ask_server, database_of, server_of
from hiprisk.tracking.store import DEFAULT_STORE, check_store, locked_store, store_file

if TYPE_CHECKING:
    from hiprisk.parallel import StageProgress

MAX_PARAM = 500
ARTIFACTS = "mlruns"
# What MLflow's pages read: which kind of experiment this is.
EXPERIMENT_KIND = "mlflow.experimentKind"
MODEL_TRAINING = "custom_model_development"
SECONDS_FOR_ANOTHER = 120


class StudyRun(Protocol):
    """The interface between a study and its run."""

    run_id: str | None
    store: str | None
    not_logged: str | None

    def log_candidate(self, name: str, params: Mapping[str, Any], loss: float) -> None:
        """A tuned family."""

    def log_results(self, bundle: Bundle) -> None:
        """Evidence, figures and the bundle as a model."""

    def log(self, write: Callable[[Any], None]) -> None:
        """Whatever a function writes, which is given the module mlflow."""

    def replace(self, bundle: Bundle) -> None:
        """End the runs of a bundle that this one has all of."""


class _NoRun:
    run_id: str | None = None
    store: str | None = None
    not_logged: str | None = None

    def log_candidate(self, name: str, params: Mapping[str, Any], loss: float) -> None:
        """Tracking is switched off."""

    def log_results(self, bundle: Bundle) -> None:
        """Tracking is switched off."""

    def log(self, write: Callable[[Any], None]) -> None:
        """Tracking is switched off."""

    def replace(self, bundle: Bundle) -> None:
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
    store = _store()
    experiment = _connect(mlflow, store, settings.experiment)
    try:
        mark_killed_runs(mlflow, experiment)
        started = mlflow.start_run(
            run_name=name, experiment_id=experiment, tags={**tags, **process_tags()}
        )
        run = _Run(
            mlflow, str(started.info.run_id), store, settings, experiment,
            began=started.info.start_time,
        )  # fmt: skip
        mlflow.log_params(dict(flattened(parameters)))
        mlflow.log_dict(dict(parameters), "config.json")
    except Exception as broken:  # the store raises whatever its driver does
        raise _unusable(store, broken) from broken
    with _ending_with(run):
        yield run


def check_tracking(settings: TrackingSettings, tell: StageProgress) -> None:
    """Raise if MLflow is absent or cannot take a run; called before any work is done.

    Parameters
    ----------
    settings : TrackingSettings
    tell : callable
        Told stage, done and total.

    Raises
    ------
    ConfigError, MissingExtraError, StoreError
    """
    if not settings.enabled:
        return
    if importlib.util.find_spec("mlflow") is None:
        raise _absent()
    store = _store()
    host = server_of(store)
    if host is None:
        # What a driver says of a silent server, MLflow would repeat for two minutes.
        check_store(store, settings.experiment, tell)
        return
    stage = f"asking the MLflow server at {host}"
    tell(stage, 0, 1)
    ask_server(_import_mlflow(), store)
    tell(stage, 1, 1)


def _store() -> str:
    store = os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_STORE
    return driver_address(store, variable="MLFLOW_TRACKING_URI") if is_postgres(store) else store


def _import_mlflow() -> Any:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    # MLflow's own seven tries wait for minutes; what a server refuses is logged later.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")
    # Standard output is ours: --json promises one object and nothing else.
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    # libpq's own, for the connections that MLflow makes.
    os.environ.setdefault("PGCONNECT_TIMEOUT", str(SECONDS_TO_CONNECT))
    # It prints tracebacks and statements of what we tell in a line.
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)
    try:
        with no_garbage_search():
            import mlflow
    except ImportError as absent:
        raise _absent() from absent
    return mlflow


def _absent() -> MissingExtraError:
    return MissingExtraError("tracking needs MLflow", advice="pip install 'hiprisk[train]'")


def _connect(mlflow: Any, store: str, experiment: str) -> str:
    try:
        with locked_store(store):
            mlflow.set_tracking_uri(store)
            _place_artifacts(mlflow, store, experiment)
            chosen = mlflow.set_experiment(experiment)
            _mark_as_model_training(mlflow, chosen)
            return str(chosen.experiment_id)
    except HipRiskError:
        raise
    except Exception as broken:  # the store raises whatever its driver does
        raise _unusable(store, broken) from broken


def _place_artifacts(mlflow: Any, store: str, experiment: str) -> None:
    """Have artifacts of a new experiment beside an SQLite store's file.

    MLflow's own default is the current folder, wherever the store is.
    """
    path = store_file(store)
    if path is None or mlflow.get_experiment_by_name(experiment) is not None:
        return
    name = re.sub(r"[^\w.-]+", "-", experiment)
    folder = path.parent / ARTIFACTS / name
    mlflow.create_experiment(experiment, artifact_location=folder.as_uri())


def _mark_as_model_training(mlflow: Any, experiment: Any) -> None:
    """Have MLflow open the experiment among models, not GenAI; a kind that is set stays."""
    if EXPERIMENT_KIND not in experiment.tags:
        mlflow.MlflowClient().set_experiment_tag(
            experiment.experiment_id, EXPERIMENT_KIND, MODEL_TRAINING
        )


def _unusable(store: str, broken: Exception) -> HipRiskError:
    """Name what the user can see: the file of an SQLite store, or the variable that was set."""
    database = database_of(store)
    if database is not None:
        return database.refusal(broken)
    path = store_file(store)
    if path is not None:
        return StoreError(
            "the MLflow store in this file cannot be used",
            file=path.name,
            advice="see that it can be written and that no other program keeps it locked; or move "
            "it away, and the next run makes a new one without the runs recorded so far; "
            f"or {WITHOUT}",
        )
    return StoreError(
        "the MLflow store cannot be used",
        column="MLFLOW_TRACKING_URI",
        advice=f"check the address, or {WITHOUT}",
    )


@contextlib.contextmanager
def _ending_with(run: _Run) -> Iterator[None]:
    """End a run as its block ends; a store that is lost by then costs the run, not the study."""
    status = "FAILED"
    try:
        yield
        status = "FINISHED"
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        try:
            run.end(status)
        except Exception as refused:  # whatever the store raises
            run.note_failure(refused)


def flattened(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Nested settings as ``a.b.c`` and short texts."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from flattened(item, f"{path}.{key}" if path else str(key))
    else:
        yield path, (json.dumps(value) if not isinstance(value, str) else value)[:MAX_PARAM]


class _Run:
    """An open run. What the store refuses is kept for later: tracking never stops a study."""

    def __init__(
        self,
        mlflow: Any,
        run_id: str,
        store: str,
        settings: TrackingSettings,
        experiment: str,
        *,
        began: int | None = None,
    ) -> None:
        self._mlflow = mlflow
        self._began = began
        self._clock = time.monotonic()
        self.run_id: str | None = run_id
        self.store: str | None = without_password(store)
        self.not_logged: str | None = None
        self._settings = settings
        self._experiment = experiment
        self._pending: list[tuple[str, Mapping[str, Any], float]] = []

    def log_candidate(self, name: str, params: Mapping[str, Any], loss: float) -> None:
        """A tuned family, as a nested run."""
        self._pending.append((name, params, loss))
        # Where the last one was refused, the next try comes with the results.
        if len(self._pending) == 1:
            with contextlib.suppress(Exception):
                self._log_pending()

    def _log_pending(self) -> None:
        while self._pending:
            name, params, loss = self._pending[0]
            with self._mlflow.start_run(
                run_name=name, nested=True, experiment_id=self._experiment, tags=process_tags()
            ):
                self._mlflow.log_params({"family": name, **params})
                self._mlflow.log_metric("cross_validated_loss", loss)
            del self._pending[0]

    def log_results(self, bundle: Bundle) -> None:
        """Metrics with intervals, tables, figures, and the bundle as a model."""

        def write(mlflow: Any) -> None:
            self._log_pending()
            log_bundle(mlflow, bundle, self._settings)

        self.log(write)

    def log(self, write: Callable[[Any], None]) -> None:
        """Whatever a function writes; what the store refuses is noted."""
        try:
            write(self._mlflow)
        except Exception as refused:  # whatever the store raises
            self.note_failure(refused)

    def end(self, status: str) -> None:
        """End the run in the store."""
        status = "FAILED" if self.not_logged else status
        self._mlflow.end_run(status=status)
        spent = time.monotonic() - self._clock
        at = None if self._began is None else end_time(self._began, spent)
        if at is not None:
            self._mlflow.MlflowClient().set_terminated(self.run_id, status=status, end_time=at)

    def replace(self, bundle: Bundle) -> None:
        """End the runs of a bundle that a lost store left RUNNING: this one has all of it."""
        end_replaced_runs(
            self._mlflow,
            self._experiment,
            study_run=bundle.run.get("mlflow_run"),
            bundle_sha256=bundle.sha256,
            by=str(self.run_id),
        )

    def note_failure(self, refused: Exception) -> None:
        """Note that the store did not accept everything; the bundle is complete."""
        held_back = ", ".join(name for name, _, _ in self._pending)
        what = f"the candidates {held_back} and the results" if held_back else "all of the results"
        self.not_logged = self.not_logged or f"MLflow did not take {what} ({_why(refused)})"


def _why(refused: Exception) -> str:
    # SQLite's own words, whatever MLflow wraps them in.
    if "database is locked" in str(refused):
        return "another program keeps the store locked"
    return type(refused).__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedBundle:
    """The run that holds a bundle.

    Attributes
    ----------
    run_id : str
    store : str
        Its address, without a password.
    already_logged : bool
        Whether the run was there before.
    """

    run_id: str
    store: str
    already_logged: bool = False


def track_bundle(
    bundle: Bundle, tell: StageProgress | None = None, *, again: bool = False
) -> TrackedBundle:
    """Log a bundle as a run of its own, for instance because its study's run was lost.

    Runs of the same bundle that a lost store left RUNNING are told FAILED.

    Parameters
    ----------
    bundle : Bundle
    tell : callable, optional
        Told what is waited for.
    again : bool
        Log it although a finished run of the experiment holds it.

    Raises
    ------
    MissingExtraError, StoreError
        If the store cannot be used or does not take it.
    """
    settings = TrackingSettings(**{**bundle.config.get("tracking", {}), "enabled": True})
    tell = tell or (lambda stage, done, total: None)
    check_tracking(settings, tell)
    with _only_one_of(bundle, tell):
        before = None if again else _finished_run(settings, bundle)
        return _log_anew(bundle, settings) if before is None else before


@contextlib.contextmanager
def _only_one_of(bundle: Bundle, tell: StageProgress) -> Iterator[None]:
    """Wait for another process that logs the same bundle: what it logs need not be logged again.

    Where the lock beside the bundle cannot be made, there is none.
    """
    lock = bundle.path.with_name(f".{bundle.path.name}.track.lock")
    with contextlib.ExitStack() as held:
        # Who has held it for longer than any bundle takes is not waited for.
        with contextlib.suppress(OSError, HeldError):
            held.enter_context(
                exclusive(
                    lock,
                    text="",
                    wait=SECONDS_FOR_ANOTHER,
                    waiting=lambda _: tell("waiting for another track of this bundle", 0, 1),
                    unlocked=lambda: None,
                )
            )
        yield


def _log_anew(bundle: Bundle, settings: TrackingSettings) -> TrackedBundle:
    # It brings the learning libraries, which a study has loaded by now and nothing else needs.
    from hiprisk.learning.study_identity import declared_hash

    tags = {
        "cohort_fingerprint": str(bundle.manifest.get("cohort_fingerprint", "")),
        "provenance": bundle.provenance,
        **({"declared_sha256": declared_hash(bundle.study["config"])} if bundle.study else {}),
        "logged_later": "true",
    }
    parameters = {key: value for key, value in bundle.config.items() if key != BUNDLED}
    with open_run(settings, name=bundle.name, parameters=parameters, tags=tags) as run:
        for family in bundle.evidence.get("families", ()):
            of_class = {key: family[key] for key in ("estimator",) if key in family}
            run.log_candidate(family["name"], {**of_class, **family["params"]}, family["loss"])
        run.log_results(bundle)
        if run.not_logged is None:
            run.log(lambda _: run.replace(bundle))
    if run.not_logged is not None:
        raise StoreError(run.not_logged, advice="try again when the store is in order")
    return TrackedBundle(run_id=str(run.run_id), store=str(run.store))


def _finished_run(settings: TrackingSettings, bundle: Bundle) -> TrackedBundle | None:
    mlflow, store = _import_mlflow(), _store()
    experiment = _connect(mlflow, store, settings.experiment)
    try:
        found = finished_run_of(mlflow, experiment, bundle.sha256)
    except Exception as broken:  # the store raises whatever its driver does
        raise _unusable(store, broken) from broken
    if found is None:
        return None
    return TrackedBundle(run_id=found, store=without_password(store), already_logged=True)
