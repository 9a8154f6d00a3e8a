"""A Dask scheduler and workers, as processes that somebody else would start."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path


class OwnCluster:
    """A scheduler on a free port of this machine, and workers of one thread.

    Parameters
    ----------
    folder : Path
        For what each of them says, and for their scratch files.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self.workers = []
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                   "--dashboard-address", "127.0.0.1:0"]  # fmt: skip
        self.scheduler = self._start("scheduler", "dask_scheduler", *options)
        self.address = self._said("scheduler", r"Scheduler at:\s+(tcp://\S+)")

    def add_worker(self):
        """Start a worker and wait for it."""
        name = f"worker-{len(self.workers)}"
        self.workers.append(
            self._start(
                name,
                "dask_worker",
                self.address,
                "--no-nanny",
                "--nthreads",
                "1",
                "--no-dashboard",
                "--memory-limit",
                "0",
                "--local-directory",
                str(self.folder / name),
            )
        )
        self._said(name, "(Registered to)")
        return self.workers[-1]

    def said(self):
        """All that scheduler and workers wrote."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def _start(self, name, program, *options):
        with (self.folder / f"{name}.log").open("w") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", *options],
                stdout=log, stderr=subprocess.STDOUT, cwd=self.folder,
                env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
            )  # fmt: skip

    def _said(self, name, pattern):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if found := re.search(pattern, (self.folder / f"{name}.log").read_text()):
                return found[1]
            time.sleep(0.05)
        raise AssertionError(f"{name} did not start")

    def close(self):
        """End all of it."""
        for process in (*self.workers, self.scheduler):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def own_cluster(folder, *, workers=0):
    """A cluster until this ends."""
    cluster = OwnCluster(folder)
    try:
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
    finally:
        cluster.close()
