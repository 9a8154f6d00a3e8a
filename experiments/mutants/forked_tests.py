"""Tests in a child process that begins with every library imported: a third of the time a run."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import coverage
import pytest

FLAGS = (
    *("-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # plugins are among what is imported
)
WALL_FOR_CPU = 20  # seconds that a busy machine may take for one of computing


@dataclass(frozen=True)
class TestRun:
    """How a run of tests ended; `told` is what its child wrote down."""

    passed: bool
    timed_out: bool
    told: dict[str, object]
    output: str


class _Watcher:
    """The first test that fails; each file's time; with coverage, which files reach which lines."""

    def __init__(self, measured: coverage.Coverage | None) -> None:
        self.noticed_by = ""
        self.seconds: dict[str, float] = defaultdict(float)
        self._coverage = measured

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        file, began = item.nodeid.split("::")[0], time.process_time()
        if self._coverage:
            self._coverage.switch_context(file)
        result = yield
        self.seconds[file] += time.process_time() - began
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._remember(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._remember(report)

    def _remember(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed and not self.noticed_by:
            self.noticed_by = report.nodeid


def run_tests(
    tests: list[str], root: Path, scratch: Path, cpu_seconds: int, *, measure: Path | None = None
) -> TestRun:
    """Run the tests, in a process group that ends with them or with its time.

    `measure` is the folder of code whose lines are recorded with the files of tests that reach
    them, and lets Python keep what it compiled: for the code as it is, never for a mutant.
    """
    shutil.rmtree(root / ".hypothesis", ignore_errors=True)  # one mutant's examples help no other
    told, printed = scratch / "told.json", scratch / "printed.txt"
    told.unlink(missing_ok=True)
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        _in_child(tests, root, told, printed, measure)
    status = _status(child, began + WALL_FOR_CPU * cpu_seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return TestRun(
        passed=status == 0,
        timed_out=status is None or os.WIFSIGNALED(status),
        told=json.loads(told.read_text(encoding="utf-8")) if told.is_file() else {},
        output=printed.read_text(encoding="utf-8", errors="replace")[-3000:],
    )


def import_libraries(names: list[str]) -> None:
    """Import what tests use, for all children to come."""
    for name in names:
        with contextlib.suppress(Exception):  # a child imports what it needs, and says if it cannot
            importlib.import_module(name)
    # Or each child's collector would look through them, and copy their memory.
    gc.collect()
    gc.freeze()


def _in_child(
    tests: list[str], root: Path, told: Path, printed: Path, measure: Path | None
) -> None:
    code = 70
    try:
        os.setsid()
        with printed.open("wb") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        os.chdir(root)
        sys.dont_write_bytecode = measure is None
        if measure is None:
            os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        os.environ["PYTHONPATH"] = str(root / "src")
        # As `python -m pytest` has it: workers of joblib import the tests' functions by name.
        sys.path[:1] = [str(root / "src"), str(root)]
        importlib.invalidate_caches()
        measured = measure and coverage.Coverage(
            data_file=told.with_suffix(".coverage"), config_file=False, source=[str(measure)]
        )
        # The project's tests pause the coverage that they find while a slow one runs.
        coverage.Coverage.current = classmethod(lambda cls: None)
        watcher = _Watcher(measured)
        with measured.collect() if measured else contextlib.nullcontext():
            code = int(pytest.main([*FLAGS, *tests], plugins=[watcher]))
        notes = {"noticed_by": watcher.noticed_by, "seconds": watcher.seconds}
        if measured:
            notes |= {"libraries": _libraries(), "reached": _reached(measured, root)}
        told.write_text(json.dumps(notes), encoding="utf-8")
    except BaseException:  # nothing of the parent's may run in the child
        traceback.print_exc()
    finally:
        os._exit(code)


def _libraries() -> list[str]:
    """Modules of installed packages; what stands in the tree is each child's own."""
    return [
        name
        for name, module in list(sys.modules.items())
        if "site-packages" in (getattr(module, "__file__", None) or "")
    ]


def _reached(measured: coverage.Coverage, root: Path) -> dict[str, dict[int, list[str]]]:
    """For each module and line the files of tests that reach it, import apart."""
    data = measured.get_data()
    return {
        Path(file).relative_to(root).as_posix(): {
            line: sorted(filter(None, contexts))
            for line, contexts in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }


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
