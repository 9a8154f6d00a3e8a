"""A library of the extra that is not there is named with the command that installs it."""

import sys

import pytest

from hiprisk.cohort.files.extra.library import library
from hiprisk.errors import ConfigError


def test_a_library_is_imported_where_it_is_needed():
    assert library("pyreadstat").__name__ == "pyreadstat"


@pytest.mark.parametrize("name", ["python_calamine", "pyreadstat", "xlsxwriter"])
def test_a_library_that_is_not_installed_is_named(monkeypatch, name):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigError, match=rf"{name} is not .* \(pip install 'hiprisk\[files\]'\)"):
        library(name)
