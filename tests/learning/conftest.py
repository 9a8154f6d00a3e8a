"""Two small studies, once a module."""

import pytest

from fitted_studies import study


@pytest.fixture(scope="module")
def continuous():
    return study()


@pytest.fixture(scope="module")
def binary():
    return study("binary")
