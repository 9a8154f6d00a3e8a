"""Fifty people for least squares."""

import pytest

from least_squares import fifty_people


@pytest.fixture
def data():
    return fifty_people()
