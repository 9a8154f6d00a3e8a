"""Frozen dataclasses to plain JSON values and back, checked against their type annotations.

Pydantic does the same and more, but costs a third of the time of one whole prediction to import.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from typing import Any, TypeVar

from hiprisk.errors import BundleError

T = TypeVar("T")

_NUMBERS = frozenset({int, float})


class _Mismatch(Exception):
    """Carries what was wrong and where, until `decode` turns it into a BundleError."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason


def encode(value: object) -> Any:
    """Plain JSON values of a dataclass; fields that are None are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {name: encode(item) for name, item in fields if item is not None}
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    return value


def decode(kind: type[T], data: object, *, name: str) -> T:
    """Build a dataclass from plain JSON values; raise BundleError naming the key that is off."""
    try:
        return typing.cast("T", _decode(kind, data, ""))
    except _Mismatch as mismatch:
        raise BundleError(
            mismatch.reason,
            code="NOT_A_SHEET",
            file=name,
            column=mismatch.path or None,
            advice="the file was not written by hiprisk or was changed since",
        ) from None


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


@functools.cache
def _required(kind: type) -> frozenset[str]:
    missing = dataclasses.MISSING
    return frozenset(
        f.name
        for f in dataclasses.fields(kind)
        if f.default is missing and f.default_factory is missing
    )


def _decode(kind: Any, data: object, path: str) -> object:
    if dataclasses.is_dataclass(kind):
        return _decode_dataclass(typing.cast("type", kind), data, path)
    origin = typing.get_origin(kind)
    if origin is tuple:
        return _decode_tuple(typing.get_args(kind), data, path)
    if origin is typing.Literal:
        if data not in typing.get_args(kind):
            raise _Mismatch(path, f"must be one of {', '.join(map(str, typing.get_args(kind)))}")
        return data
    if origin in (typing.Union, types.UnionType):
        return _decode_union(typing.get_args(kind), data, path)
    return _decode_scalar(kind, data, path)


def _decode_dataclass(kind: type, data: object, path: str) -> object:
    if not isinstance(data, dict):
        raise _Mismatch(path, "must be an object")
    hints = _hints(kind)
    unknown = sorted(set(data) - set(hints))
    if unknown:
        raise _Mismatch(_join(path, unknown[0]), "is not a key that belongs here")
    lacking = sorted(_required(kind) - set(data))
    if lacking:
        raise _Mismatch(_join(path, lacking[0]), "is missing")
    return kind(**{key: _decode(hints[key], item, _join(path, key)) for key, item in data.items()})


def _decode_tuple(args: tuple[Any, ...], data: object, path: str) -> tuple[object, ...]:
    if not isinstance(data, list):
        raise _Mismatch(path, "must be a list")
    if len(args) == 2 and args[1] is Ellipsis:
        item = args[0]
        if item is float:
            return _decode_floats(data, path)
        if item is int and all(type(value) is int for value in data):
            # Nodes of trees are many.
            return tuple(data)
        return tuple(_decode(item, value, f"{path}[{i}]") for i, value in enumerate(data))
    if len(data) != len(args):
        raise _Mismatch(path, f"must have {len(args)} entries")
    return tuple(
        _decode(item, value, f"{path}[{i}]")
        for i, (item, value) in enumerate(zip(args, data, strict=True))
    )


def _decode_floats(data: list[object], path: str) -> tuple[float, ...]:
    kinds = set(map(type, data))
    if not kinds <= _NUMBERS:
        raise _Mismatch(path, "must hold numbers only")
    if kinds == {float} and all(map(math.isfinite, data)):  # type: ignore[arg-type]  # all floats
        return tuple(data)  # type: ignore[arg-type]  # as above
    return tuple(_decode_float(value, path) for value in data)


def _decode_float(value: Any, path: str) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _Mismatch(path, "must be a finite number")
    return number


def _decode_union(args: tuple[Any, ...], data: object, path: str) -> object:
    if data is None and type(None) in args:
        return None
    choices = [arg for arg in args if arg is not type(None)]
    if len(choices) == 1:
        return _decode(choices[0], data, path)
    if isinstance(data, dict):
        for arg in choices:
            hints = _hints(typing.cast("type", arg)) if dataclasses.is_dataclass(arg) else {}
            if "type" in hints and data.get("type") in typing.get_args(hints["type"]):
                return _decode(arg, data, path)
        raise _Mismatch(_join(path, "type"), "names no kind of model that this version knows")
    for arg in choices:
        if arg is str and isinstance(data, str):
            return data
        if arg is float and type(data) in _NUMBERS:
            return _decode_float(data, path)
    raise _Mismatch(path, "has a value of the wrong kind")


def _decode_scalar(kind: Any, data: object, path: str) -> object:
    if kind is float:
        if type(data) not in _NUMBERS:
            raise _Mismatch(path, "must be a number")
        return _decode_float(data, path)
    if type(data) is not kind:
        raise _Mismatch(path, f"must be of type {getattr(kind, '__name__', kind)}")
    return data


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
