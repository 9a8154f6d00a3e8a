"""A module that a server of imports takes, imported by a process that is none."""

import subprocess
import sys

ASKED = """
import gc, importlib, signal, sys
importlib.import_module(sys.argv[1])
interrupts = signal.getsignal(signal.SIGINT) is signal.default_int_handler
print(sys.argv[2] in sys.modules, gc.get_freeze_count() > 0, interrupts)
"""


def imported_alone(module, taken):
    """Whether it took another with it, froze memory, and left interruptions as they are."""
    return subprocess.run(
        [sys.executable, "-c", ASKED, module, taken], capture_output=True, text=True, check=True
    ).stdout.strip()
