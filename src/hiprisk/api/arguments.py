"""Arguments of the public functions: of the right kind, and refusals told in Python's words."""

from __future__ import annotations

import functools
import inspect
import numbers
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
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
    """A public function: arguments of a wrong kind are refused, and refusals name arguments.

    The letters of a command name its options; they are put into Python's words here.
    """
    signature = inspect.signature(function)
    optional = {name for name, one in signature.parameters.items() if one.default is None}

    @functools.wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        bound = signature.bind(*args, **kwargs)
        for name, value in bound.arguments.items():
            if name in _KINDS and not (value is None and name in optional):
                bound.arguments[name] = _of_its_kind(name, value)
        try:
            return function(*bound.args, **bound.kwargs)
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


def _of_its_kind(name: str, value: Any) -> Any:
    """An argument, as it is taken by its name; ConfigError where it is of another kind."""
    kind, wanted = _KINDS[name]
    if kind == "names" and isinstance(value, str):
        return (value,)
    # NumPy's whole numbers are Python's in a notebook.
    if kind == "whole" and isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return int(value)
    if _IS_OF[kind](value):
        return value
    raise ConfigError(
        f"must be {wanted}, and something of type {type(value).__name__} came",
        code="USAGE",
        column=name,
    )


def _is_list_of_texts(value: Any) -> bool:
    is_list = isinstance(value, Sequence) and not isinstance(value, str | bytes)
    return is_list and all(isinstance(one, str) for one in value)


def _is_document(value: Any) -> bool:
    return isinstance(value, str | Path | Mapping) or _is_own(value)


def _is_own(value: Any) -> bool:
    """Whether something is an object of hiprisk: a model, a config, a mapping that was read."""
    return type(value).__module__.startswith("hiprisk.")


_IS_OF: Mapping[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "names": _is_list_of_texts,
    "path": lambda value: isinstance(value, str | Path),
    "document": _is_document,
    "model": lambda value: isinstance(value, str | Path) or _is_own(value),
    "number": lambda value: isinstance(value, numbers.Real) and not isinstance(value, bool),
    "call": callable,
    # What is no whole number, or too small a one, is told by `check_whole`.
    "whole": lambda value: value is not None,
}
# Arguments by name, the same wherever they are taken, and what they must be.
_KINDS = {
    **dict.fromkeys(
        (
            "predictions",
            "outcome",
            "event_level",
            "reference",
            "time",
            "encoding",
            "name",
            "cluster",
        ),
        ("text", "a text"),
    ),
    **dict.fromkeys(("by", "add", "base", "overrides"), ("names", "a text or a list of texts")),
    **dict.fromkeys(("out", "summary"), ("path", "a path")),
    **dict.fromkeys(
        ("config", "mapping", "dictionary", "study"), ("document", "a path or a mapping")
    ),
    **dict.fromkeys(("seed", "resamples", "workers", "wait"), ("whole", "a whole number")),
    **dict.fromkeys(("on_finding", "progress", "announce"), ("call", "callable")),
    "model": ("model", "a model, a bundle, or its path or name"),
    "alpha": ("number", "a number"),
}


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
