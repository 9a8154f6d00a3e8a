"""Here figures are looked at."""

import pytest


@pytest.fixture(autouse=True)
def figures_unless_drawn():
    """None is blank."""
