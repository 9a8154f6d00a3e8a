"""Arguments of the public functions: checked, and refusals told in Python's words."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

from hiprisk.errors import ConfigError, HipRiskError

P = ParamSpec("P")
R = TypeVar("R")

# Variables that order the rows of a cohort, the first that it has, where none is named.
TIMES = ("followup_date", "baseline_date", "cohort_year")
# An option in a letter; of a whole command line the option stays as it is typed there.
_OPTION = re.compile(r"(hiprisk [a-z]+ [^()]*?)?--([a-z][a-z-]*)")
_ARGUMENTS = {
    "accept-units": "accept_units=True",
    "force": "force=True",
    "raw-text": "raw_text=True",
    "resume": "resume=True",
    "set": "overrides",
}


def in_python_words(function: Callable[P, R]) -> Callable[P, R]:
    """A function whose refusals name arguments where the command's letters name options."""

    @functools.wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except HipRiskError as refusal:
            for part in ("reason", "column", "advice"):
                text = getattr(refusal, part)
                if text:
                    setattr(refusal, part, _OPTION.sub(_argument, text))
            refusal.args = (str(refusal),)
            raise

    return called


def _argument(option: re.Match[str]) -> str:
    command, name = option.groups()
    if command:
        return option.group()
    return _ARGUMENTS.get(name, name.replace("-", "_"))


def check_whole(name: str, value: object, *, least: int) -> None:
    """Raise ConfigError unless an argument is a whole number that is large enough."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigError(
            f"must be a whole number of {least} or more, got {value!r}", code="USAGE", column=name
        )


def check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    """Raise ConfigError unless an argument is one of a few words."""
    if value not in choices:
        raise ConfigError(
            f"must be one of {', '.join(choices)}, got {value!r}", code="USAGE", column=name
        )


def levels_by_variable(where: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]]:
    """Levels that rows must have, by variable; one level may stand without a list."""
    if where is None:
        return {}
    if not isinstance(where, Mapping):
        raise ConfigError(
            "must be a mapping of a variable to a level or several", code="USAGE", column="where",
            advice='for instance where={"cohort_year": "2018/19"}',
        )  # fmt: skip
    return {
        name: tuple(map(str, levels)) if isinstance(levels, list | tuple | set) else (str(levels),)
        for name, levels in where.items()
    }
