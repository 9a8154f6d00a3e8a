"""What all tests share."""

import signal
import sys
from pathlib import Path

import hypothesis
import pytest

from coverage_pause import coverage_paused, import_measured

PROJECT = Path(__file__).resolve().parents[1]

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("without time limits", deadline=None)
hypothesis.settings.load_profile("without time limits")


def pytest_configure():
    """Give SIGINT back to the processes that tests start and interrupt."""
    # `nohup make test &` starts us with SIGINT ignored, which a child would inherit.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session):
    """Tests are collected without coverage: it would take half as long again, and test nothing."""
    if session.config.pluginmanager.hasplugin("dsession"):
        return (yield)  # its workers collect
    import_measured("hiprisk")
    with coverage_paused():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Slow tests and their fixtures run without coverage: quick tests reach the same lines."""
    if item.get_closest_marker("slow") is None:
        return (yield)
    with coverage_paused():
        return (yield)


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch):
    """Tests look for whole sentences without colours; tests/cli has those of 80 columns."""
    monkeypatch.setenv("COLUMNS", "1000")
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def shared_dir():
    """The folder of real data and oracles beside the project; the test skips without it."""
    folder = PROJECT.parent / "shared"
    if not (folder / "oracles").is_dir():
        pytest.skip("../shared is absent: real data and oracles beside the project are needed")
    return folder


@pytest.fixture(autouse=True)
def figures_unless_drawn(request):
    """Figures are rendered for tests marked ``drawn`` alone: it takes half of a report's time."""
    # Until matplotlib is imported nothing can be left blank; the light suite has none.
    if request.node.get_closest_marker("drawn") or "matplotlib.figure" not in sys.modules:
        yield
        return
    from blank_figures import figures_left_blank

    with figures_left_blank():
        yield


@pytest.fixture
def hangup_heard():
    """Commands that are started hear a hang-up, also where the tests run under `nohup`."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def short_reports():
    """The report of a study has no sections, which take a third of a small study's time."""
    from blank_figures import reports_left_short

    with reports_left_short():
        yield


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server of this run's own; the test skips where there is none to start."""
    from postgres_server import running_postgres

    with running_postgres() as server:
        yield server
