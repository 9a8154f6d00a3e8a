"""Libraries of the extra `files`, imported where a file needs them."""

from __future__ import annotations

import importlib
from typing import Any

from hiprisk.errors import ConfigError

_WHAT = {
    "python_calamine": "to read Excel and ODS files",
    "pyreadstat": "to read SPSS and Stata files",
    "xlsxwriter": "to write xlsx files",
}


def library(name: str) -> Any:
    """A library of the extra.

    Raises
    ------
    ConfigError
        If it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as problem:
        if problem.name != name:
            raise
        raise ConfigError(
            f"the package {name} is not installed; it is needed {_WHAT[name]}",
            code="EXTRA",
            advice="pip install 'hiprisk[files]'",
        ) from None
