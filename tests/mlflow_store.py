"""An empty MLflow store, made once in a test run: its seventy steps take seconds."""

from pathlib import Path

from shared_results import made_once


def empty_store(tmp_path_factory, folder):
    """Address of an empty store in a folder."""
    path = Path(folder) / "mlflow.db"
    path.write_bytes(made_once(tmp_path_factory, "mlflow_store", lambda: _make(tmp_path_factory)))
    return f"sqlite:///{path}"


def _make(tmp_path_factory):
    from hiprisk.tracking.store import locked_store

    path = tmp_path_factory.mktemp("empty_store") / "mlflow.db"
    with locked_store(f"sqlite:///{path}"):
        return path.read_bytes()
