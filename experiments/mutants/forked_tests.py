"""Tests in a child process that begins with every library imported: a third of the time a run."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import shutil
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import pytest

FLAGS = (
    *("-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # plugins are among what is imported
)


@dataclass(frozen=True)
class TestRun:
    """How a run of tests ended; `noticed_by` is the first test that failed."""

    passed: bool
    timed_out: bool
    noticed_by: str
    seconds: float
    output: str


class _FirstFailure:
    """Remember the first test, or file of tests, that fails."""

    noticed_by = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._remember(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._remember(report)

    def _remember(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed and not self.noticed_by:
            self.noticed_by = report.nodeid


def run_tests(
    tests: list[str], root: Path, scratch: Path, timeout: float, *, compiled: bool = False
) -> TestRun:
    """Run the tests, in a process group that ends with them.

    `compiled` lets Python keep what it compiled: for the code as it is, never for a mutant.
    """
    shutil.rmtree(root / ".hypothesis", ignore_errors=True)  # one mutant's examples help no other
    told, printed = scratch / "told.json", scratch / "printed.txt"
    told.unlink(missing_ok=True)
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        _in_child(tests, root, told, printed, compiled=compiled)
    status = _status(child, began + timeout)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    result = json.loads(told.read_text(encoding="utf-8")) if told.is_file() else {}
    return TestRun(
        passed=status == 0,
        timed_out=status is None,
        noticed_by=result.get("noticed_by", ""),
        seconds=time.monotonic() - began,
        output=printed.read_text(encoding="utf-8", errors="replace")[-3000:],
    )


def import_what_tests_import(scratch: Path) -> None:
    """Import the libraries that the last run of tests used, for all children to come."""
    told = json.loads((scratch / "told.json").read_text(encoding="utf-8"))
    for name in told["libraries"]:
        with contextlib.suppress(Exception):  # a child imports what it needs, and says if it cannot
            importlib.import_module(name)


def _in_child(tests: list[str], root: Path, told: Path, printed: Path, *, compiled: bool) -> None:
    code = 70
    try:
        os.setsid()
        with printed.open("wb") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        os.chdir(root)
        sys.dont_write_bytecode = not compiled
        if not compiled:
            os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        os.environ["PYTHONPATH"] = sys.path[0] = str(root / "src")
        importlib.invalidate_caches()
        first = _FirstFailure()
        code = int(pytest.main([*FLAGS, *tests], plugins=[first]))
        told.write_text(
            json.dumps({"noticed_by": first.noticed_by, "libraries": _libraries(root)}),
            encoding="utf-8",
        )
    except BaseException:  # nothing of the parent's may run in the child
        traceback.print_exc()
    finally:
        os._exit(code)


def _libraries(root: Path) -> list[str]:
    """Modules of installed packages; what stands in the tree is each child's own."""
    found = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and "site-packages" in file and not Path(file).is_relative_to(root):
            found.append(name)
    return found


def _status(child: int, deadline: float) -> int | None:
    """The exit status, or None once the time is over."""
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None
