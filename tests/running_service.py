"""The service as a process of its own, on a free port of this machine."""

import contextlib
import json
import os
import select
import subprocess
import sys


@contextlib.contextmanager
def serving(bundle, *options, **environment):
    """A running service: its process and what it printed."""
    command = [sys.executable, "-m", "hiprisk", "serve", str(bundle), "--port", "0", "--json"]
    process = subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **environment},
    )  # fmt: skip
    try:
        ready, _, _ = select.select([process.stdout], [], [], 60)
        line = process.stdout.readline() if ready else ""
        assert line, process.stderr.read() if process.poll() is not None else "it said nothing"
        yield process, json.loads(line)
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)
