"""Whether an MLflow server answers, checked before a study starts."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from hiprisk.databases.address import is_postgres
from hiprisk.databases.postgres import Database
from hiprisk.errors import StoreError
from hiprisk.processes.environment import environment

# Two tries of four seconds each, with a pause between: ten seconds in all.
WITHOUT = "go on without tracking: train with --set tracking.enabled=false, others without --track"
_IMPATIENT = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "4", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}


def server_of(store: str) -> str | None:
    """Host and port of a server's address, without user and password; None for other addresses."""
    address = urlsplit(store)
    if address.scheme not in ("http", "https") or not address.hostname:
        return None
    host = f"[{address.hostname}]" if ":" in address.hostname else address.hostname
    port = re.search(r":(\d+)$", address.netloc)
    return f"{host}:{port[1]}" if port else host


def database_of(store: str) -> Database | None:
    """The database of a PostgreSQL address; None for other addresses."""
    if not is_postgres(store):
        return None
    return Database(
        address=store, what="the MLflow store", variable="MLFLOW_TRACKING_URI", otherwise=WITHOUT
    )


def ask_server(mlflow: Any, store: str) -> None:
    """Raise unless the server of an address answers within about ten seconds.

    Raises
    ------
    StoreError
        With the server's host, and whether it is silent or refuses.
    """
    try:
        with environment(_IMPATIENT):
            mlflow.MlflowClient(tracking_uri=store).search_experiments(max_results=1)
    except Exception as broken:  # whatever the connection raises
        raise _no_answer(store, str(broken)) from broken


def _no_answer(store: str, said: str) -> StoreError:
    status = re.search(r"error code (\d{3})", said)
    what = f"answers with HTTP status {status[1]}" if status else "does not answer"
    return StoreError(
        f"the MLflow server at {server_of(store)} {what}",
        column="MLFLOW_TRACKING_URI",
        advice=f"start it, correct the address, or {WITHOUT}",
    )
