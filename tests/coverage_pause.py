"""Coverage, paused: it makes a training or a browser's work half as long again."""

import contextlib
import importlib
import pkgutil
import sys
from contextlib import contextmanager


@contextmanager
def coverage_paused():
    """Nothing inside is measured. Without a measurement, or in another pause, nothing changes."""
    current = _current()
    if current is None:
        yield
        return
    current.stop()
    try:
        yield
    finally:
        current.start()


def import_measured(package):
    """Import all of a package where coverage is measured, so that a pause does not hide that."""
    if _current() is None:
        return
    found = importlib.import_module(package)
    for module in pkgutil.walk_packages(found.__path__, f"{package}."):
        # Who has not installed an extra does not test what needs it.
        with contextlib.suppress(ImportError):
            if not module.name.endswith(".__main__"):
                importlib.import_module(module.name)


def _current():
    coverage = sys.modules.get("coverage")
    return coverage.Coverage.current() if coverage else None
