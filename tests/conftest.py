"""What all tests share."""

from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_dir():
    """The folder of real data and oracles beside the project; the test skips without it."""
    folder = PROJECT.parent / "shared"
    if not (folder / "oracles").is_dir():
        pytest.skip("../shared is absent: real data and oracles beside the project are needed")
    return folder
