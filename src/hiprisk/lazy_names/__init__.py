"""Public names of a package, each resolved on first use (PEP 562): its import costs nothing."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def lazy_names(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a package that offers names of its modules.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    homes : mapping of str to str
        Module that each public name lives in.

    Returns
    -------
    tuple of callable

    Examples
    --------
    >>> getattr_of, names = lazy_names("house", {"sqrt": "math"})
    >>> getattr_of("sqrt")(9.0), names()
    (3.0, ['sqrt'])
    """

    def getattr_of(name: str) -> Any:
        if name in homes:
            return getattr(importlib.import_module(homes[name]), name)
        raise AttributeError(f"module '{package}' has no attribute '{name}'")

    def names() -> list[str]:
        return sorted(homes)

    return getattr_of, names
