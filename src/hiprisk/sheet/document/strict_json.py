"""JSON that means one thing only: strict to read, canonical to write."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable
from typing import Any

from hiprisk.errors import BundleError

MAX_BYTES = 64 << 20
MAX_DEPTH = 32

# Two passes, each linear: a pattern for whole strings takes quadratic time on an unclosed one.
_ESCAPES = re.compile(r"\\.", re.DOTALL)
_STRINGS = re.compile(r'"[^"]*"?')
# Only a text that matches this can hold a number beyond a float, so only it is read slowly: with
# fewer digits and an exponent of two, a number stays below 1e300.
_LARGE_NUMBER = re.compile(r"[eE]\+?[0-9]{3}|[0-9]{200}")
_LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_BRACKETS = re.compile(r"[\[\]{}]")


def parse_strict(
    text: str | bytes,
    *,
    name: str,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    keep: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> Any:
    """Read JSON, refusing what could be read in two ways or made to exhaust the reader.

    Parameters
    ----------
    text : str or bytes
    name : str
        File name for messages.
    max_bytes, max_depth : int
        Limits, checked before anything is parsed.
    keep : callable, optional
        What is kept of each object, from the innermost outwards: memory is then that of what is
        kept, not that of the document.

    Raises
    ------
    BundleError
        On invalid UTF-8, half a character, a byte order mark, a size or depth beyond the limits, a
        repeated key, NaN or infinity, a number too large for a float, or anything that is not one
        JSON value.
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
    if _is_deeper(plain, max_depth):
        raise _refusal(f"the file is nested deeper than {max_depth} levels", "TOO_DEEP", name)
    hooks: dict[str, Any] = {}
    if _LARGE_NUMBER.search(plain):
        hooks = {
            "parse_float": lambda digits: _float(digits, name),
            "parse_int": lambda digits: _int(digits, name),
        }
    try:
        value = json.loads(
            plain,
            object_pairs_hook=_object_hook(name, keep),
            parse_constant=lambda word: _constant(word, name),
            **hooks,
        )
    except (json.JSONDecodeError, RecursionError):
        raise _refusal("the file is not JSON", "NOT_JSON", name) from None
    if _LONE_SURROGATE.search(plain):
        _check_text(value, name)
    return value


def canonical_json(value: object) -> str:
    """One text for one value: keys sorted, no spaces, floats at their shortest exact form.

    Raises
    ------
    BundleError
        If a number is not finite or a text holds half a character.
    """
    try:
        text = json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        text.encode()
        return text
    except UnicodeEncodeError:
        raise BundleError("a text to be written holds half a character", code="NOT_TEXT") from None
    except ValueError:
        raise BundleError("a number to be written is not finite", code="NOT_FINITE") from None


def _refusal(reason: str, code: str, name: str) -> BundleError:
    return BundleError(
        reason, code=code, file=name, advice="the file was changed or is not from hiprisk"
    )


def _is_deeper(text: str, limit: int) -> bool:
    """Whether brackets nest beyond a limit, without recursion; those in strings do not count."""
    depth = 0
    for bracket in _BRACKETS.finditer(_STRINGS.sub("", _ESCAPES.sub("", text))):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > limit:
            return True
    return False


def _check_text(value: Any, name: str) -> None:
    """Raise if a string holds half a surrogate pair, which no UTF-8 file can hold."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _refusal("a text holds half a character", "NOT_JSON", name) from None


def _object_hook(
    name: str, keep: Callable[[dict[str, Any]], dict[str, Any]] | None
) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    if keep is None:
        return lambda pairs: _object(pairs, name)
    return lambda pairs: keep(_object(pairs, name))


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
    # The length first: Python refuses to convert thousands of digits in words of its own.
    if len(digits) > 400 or abs(number := int(digits)) > sys.float_info.max:
        raise _refusal("a number is too large", "NOT_FINITE", name)
    return number
