"""Runs that nobody will end any more: their process is gone, or their store was at the time."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from hiprisk.processes.identity import ProcessIdentity, is_gone, this_process

# Under which name a run says which other has all of what it was to hold.
REPLACED_BY = "replaced_by_run"
_MOST = 100


def process_tags() -> dict[str, str]:
    """Tags by which a run tells later whose it was."""
    here = this_process()
    return {
        "hiprisk.host": here.host,
        "hiprisk.pid": str(here.pid),
        "hiprisk.boot": here.boot,
        "hiprisk.started": here.started,
    }


def mark_killed_runs(mlflow: Any, experiment: str) -> None:
    """Mark runs as killed whose process on this machine is gone."""
    for run in _running(mlflow, experiment):
        process = _process_of(run.data.tags)
        if process is not None and is_gone(process):
            _end(mlflow, run, "KILLED")


def end_replaced_runs(
    mlflow: Any, experiment: str, *, study_run: str | None, bundle_sha256: str, by: str
) -> None:
    """End the runs of a bundle that a lost store left RUNNING, once another run has all of it.

    Parameters
    ----------
    mlflow : module
    experiment : str
        Its id.
    study_run : str or None
        The run that the bundle's study opened. The bundle is whole: its study has nothing more to
        log, on whatever machine it ran.
    bundle_sha256 : str
    by : str
        The run that has all of it.
    """
    for run in _running(mlflow, experiment):
        same = run.data.tags.get("bundle_sha256") == bundle_sha256
        process = _process_of(run.data.tags)
        gone = process is not None and is_gone(process)
        if run.info.run_id == by or not (same or run.info.run_id == study_run):
            continue
        if gone or (run.info.run_id == study_run and not _is_here(process)):
            mlflow.MlflowClient().set_tag(run.info.run_id, REPLACED_BY, by)
            _end(mlflow, run, "FAILED")


def end_time(start: int, seconds: float) -> int | None:
    """Milliseconds at which a run ends that began at `start`; None where the clock tells it.

    A clock that was set back would have it end before it began.

    Parameters
    ----------
    start : int
        Milliseconds.
    seconds : float
        How long it took, by a clock that nobody sets.
    """
    expected = start + round(1000 * seconds)
    # Clocks differ by a little, and a server's from ours by more: neither is a clock set back.
    return expected if _now() < max(start, expected - 1000) else None


def _now() -> int:
    return time.time_ns() // 1_000_000


def _running(mlflow: Any, experiment: str) -> Any:
    query = "attributes.status = 'RUNNING'"
    return mlflow.MlflowClient().search_runs([experiment], filter_string=query, max_results=_MOST)


def _end(mlflow: Any, run: Any, status: str) -> None:
    at = max(_now(), run.info.start_time or 0)
    mlflow.MlflowClient().set_terminated(run.info.run_id, status=status, end_time=at)


def _is_here(process: ProcessIdentity | None) -> bool:
    """Whether a process is of this machine, and alive."""
    if process is None or process.host != this_process().host:
        return False
    return not is_gone(process)


def _process_of(tags: Mapping[str, str]) -> ProcessIdentity | None:
    """The process that opened a run; None of a run that is not ours."""
    pid = tags.get("hiprisk.pid", "")
    if not pid.isdecimal():
        return None
    return ProcessIdentity(
        host=tags.get("hiprisk.host", ""),
        boot=tags.get("hiprisk.boot", ""),
        namespace="",
        pid=int(pid),
        started=tags.get("hiprisk.started", ""),
    )
