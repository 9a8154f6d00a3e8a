"""JSON that means one thing only: strict to read, canonical to write."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from hiprisk.errors import BundleError

MAX_BYTES = 64 << 20
MAX_DEPTH = 32

_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
# Only a text that matches this can hold a number beyond a float, so only it is read slowly.
_LARGE_NUMBER = re.compile(r"[eE]\+?[0-9]{3}|[0-9]{300}")
_BRACKETS = re.compile(r"[\[\]{}]")


def parse_strict(
    text: str | bytes, *, name: str, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH
) -> Any:
    """Read JSON, refusing what could be read in two ways or made to exhaust the reader.

    Parameters
    ----------
    text : str or bytes
    name : str
        File name for messages.
    max_bytes, max_depth : int
        Limits, checked before anything is parsed.

    Raises
    ------
    BundleError
        On invalid UTF-8, a byte order mark, a size or depth beyond the limits, a repeated key, NaN
        or infinity, a number too large for a float, or anything that is not one JSON value.
    """
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(raw) > max_bytes:
        raise _refusal(f"the file is larger than {max_bytes} bytes", "TOO_LARGE", name)
    try:
        plain = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _refusal("the file is not UTF-8 text", "NOT_JSON", name) from None
    if plain.startswith("\ufeff"):
        raise _refusal("the file starts with a byte order mark", "NOT_JSON", name)
    if _depth(plain) > max_depth:
        raise _refusal(f"the file is nested deeper than {max_depth} levels", "TOO_DEEP", name)
    hooks: dict[str, Any] = {}
    if _LARGE_NUMBER.search(plain):
        hooks = {
            "parse_float": lambda digits: _float(digits, name),
            "parse_int": lambda digits: _int(digits, name),
        }
    try:
        return json.loads(
            plain,
            object_pairs_hook=lambda pairs: _object(pairs, name),
            parse_constant=lambda word: _constant(word, name),
            **hooks,
        )
    except (json.JSONDecodeError, RecursionError):
        raise _refusal("the file is not JSON", "NOT_JSON", name) from None


def canonical_json(value: object) -> str:
    """One text for one value: keys sorted, no spaces, floats at their shortest exact form.

    Raises
    ------
    BundleError
        If a number is not finite.
    """
    try:
        return json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
    except ValueError:
        raise BundleError("a number to be written is not finite", code="NOT_FINITE") from None


def _refusal(reason: str, code: str, name: str) -> BundleError:
    return BundleError(
        reason, code=code, file=name, advice="the file was changed or is not from hiprisk"
    )


def _depth(text: str) -> int:
    """Deepest nesting, found without recursion; brackets inside strings do not count."""
    deepest = depth = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: list[tuple[str, Any]], name: str) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _refusal("an object has the same key twice", "DUP_KEY", name)
    return found


def _constant(word: str, name: str) -> Any:
    raise _refusal(f"the file holds {word}, which is no JSON number", "NOT_FINITE", name)


def _float(digits: str, name: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _refusal("a number is too large", "NOT_FINITE", name)
    return number


def _int(digits: str, name: str) -> int:
    if len(digits) > 400:
        raise _refusal("a number is too large", "NOT_FINITE", name)
    return int(digits)
