"""A real process that says where it is, and is then killed with SIGKILL."""

import subprocess
import sys
from contextlib import contextmanager


@contextmanager
def a_process(code, *words):
    """A process that has run some code and waits; it is killed at the end of the block."""
    waiting = f"{code}\nimport time\nprint('there', flush=True)\ntime.sleep(60)"
    command = [sys.executable, "-c", waiting, *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            lines = list(iter(process.stdout.readline, "there\n"))
            yield process, lines
        finally:
            process.kill()
