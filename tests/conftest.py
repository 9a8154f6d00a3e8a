"""What all tests share."""

import signal
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


def pytest_configure():
    """Give SIGINT back to the processes that tests start and interrupt."""
    # `nohup make test &` starts us with SIGINT ignored, which a child would inherit.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared_dir():
    """The folder of real data and oracles beside the project; the test skips without it."""
    folder = PROJECT.parent / "shared"
    if not (folder / "oracles").is_dir():
        pytest.skip("../shared is absent: real data and oracles beside the project are needed")
    return folder


@pytest.fixture
def blank_figures():
    """No figure is rendered: for tests of what else a study or a command leaves."""
    from blank_figures import figures_left_blank  # the light suite has no matplotlib

    with figures_left_blank():
        yield
