"""A bundle's study trained anew as a function; of a frame's study: `test_studies.py`."""

import pytest

import hiprisk
from hiprisk.errors import BundleError, ConfigError

pytestmark = pytest.mark.usefixtures("here")


def test_a_published_model_is_not_rebuilt():
    with pytest.raises(BundleError, match="the bundle does not hold the study"):
        hiprisk.rebuild("invented-womac")


def test_arguments_are_checked_first():
    with pytest.raises(ConfigError, match="workers: must be a whole number of 1 or more, got 0"):
        hiprisk.rebuild("absent", workers=0)
