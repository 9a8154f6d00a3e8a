"""SIGKILL of a real MLflow server while `hiprisk track` logs to it, then both once more.

    python experiments/faults/tracking_server.py --kills 5 --seed 1

Each time a bundle is logged to a server of its own experiment, which is killed at a moment drawn
uniformly over an undisturbed run, started again, and given the bundle again. Wanted: the first
command ends with 5, or 0 where it was done; the second with 0; one run is FINISHED, none RUNNING
(the others FAILED or KILLED), and the model is registered once for each run that FINISHED.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TESTS = Path(__file__).parents[2] / "tests"
sys.path.insert(0, str(TESTS))
BIN = Path(sys.executable).parent


class Server:
    """An MLflow server on a port of this machine, its store in the current folder."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        words = [
            BIN / "mlflow", "server", "--backend-store-uri", "sqlite:///server.db",
            "--artifacts-destination", "artifacts", "--host", "127.0.0.1",
            "--port", str(self.port), "--workers", "1",
        ]  # fmt: skip
        with open("server.log", "ab") as log:
            self.process = subprocess.Popen(
                list(map(str, words)), stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
            )  # fmt: skip
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.2)

    def kill(self) -> None:
        """SIGKILL of the server and of its worker, which has a process of its own."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@contextmanager
def running() -> Iterator[Server]:
    server = Server()
    server.start()
    try:
        yield server
    finally:
        server.kill()


def track(server: Server, bundle: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(BIN / "hiprisk"), "track", str(bundle)], text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, "MLFLOW_TRACKING_URI": server.address},
    )  # fmt: skip


def found(server: Server, experiment: str) -> tuple[Counter[str], int]:
    """Runs of an experiment by status, and registered versions of its model."""
    import mlflow

    mlflow.set_tracking_uri(server.address)
    client = mlflow.MlflowClient()
    there = client.get_experiment_by_name(experiment)
    runs = [] if there is None else client.search_runs([there.experiment_id])
    versions = client.search_model_versions(f"name = '{experiment}'")
    return Counter(run.info.status for run in runs), len(versions)


def main() -> None:
    from small_bundle import write_small_bundle

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    moments = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        whole = 0.0
        with running() as server:
            for number in range(options.kills + 1):
                name = f"small-{number}"
                tracking = {"experiment": name, "register": True}
                bundle = write_small_bundle(
                    Path("models"), name=name, config={"tracking": tracking}
                )
                began = time.monotonic()
                first = track(server, bundle)
                if number:
                    time.sleep(moments.uniform(0.2 * whole, whole))
                    server.kill()
                first.communicate()
                if not number:
                    whole = time.monotonic() - began
                    print(f"undisturbed: {whole:.1f} s, {found(server, name)}", flush=True)
                    continue
                server.start()
                second = track(server, bundle)
                second.communicate()
                statuses, versions = found(server, name)
                print(f"kill {number}: exit codes {first.returncode} and {second.returncode}, "
                      f"{dict(statuses)}, {versions} registered", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
