"""Results that take long to make: made by one test worker, read by the others."""

import os
import pickle
import time

WAIT_SECONDS = 300


def made_once(tmp_path_factory, name, make):
    """What `make` returns, made once in a test run, however many workers there are."""
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    done, claimed = folder / f"{name}.pickle", folder / f"{name}.claimed"
    try:
        claimed.touch(exist_ok=False)
    except FileExistsError:
        return _made_elsewhere(done, make)
    made = make()
    scratch = done.with_suffix(".scratch")
    scratch.write_bytes(pickle.dumps(made))
    scratch.replace(done)
    return made


def _made_elsewhere(done, make):
    began = time.monotonic()
    while not done.exists():
        if time.monotonic() - began > WAIT_SECONDS:
            # The other worker failed, and its test says why.
            return make()
        time.sleep(0.2)
    return pickle.loads(done.read_bytes())
