"""Names of first visits, and of what is known only after them."""

from __future__ import annotations

import re

_LATER = re.compile(
    r"follow_?up|(^|_)(fu|post|outcome|later|end|final|(m|mo)(3|6|12|18|24|36|48|60)|"
    r"[1-9][0-9]?_?(months?|mo|weeks?|years?|y|m)|(month|week|year|visit)_?[1-9][0-9]?|"
    r"t[1-9]|v(0[1-9]|[1-9])|success|satisf\w*|improved|worsened|died|death|mortality|interim)($|_)"
)
_FIRST = re.compile(r"(^|_)(visit|v|t)_?0?1($|_)")
_FIRST_WORDS = r"base_?line|screening|enrol|first|initial|pre_?op"
_FIRST_CODES = r"bl|t0|v0|m0"
_CALLED_FIRST = re.compile(rf"{_FIRST_WORDS}|(^|_)({_FIRST_CODES})($|_)|visit_?1")
_ENDS_FIRST = re.compile(
    rf"(.+?)_((?:{_FIRST_WORDS})[a-z]*|{_FIRST_CODES}|visit_?1)(_visit)?(_arm_\d+)?"
)


def is_later(name: str) -> bool:
    """Whether a plain name sounds like a later visit: a guess at outcomes, and no predictor."""
    return _LATER.search(_FIRST.sub(r"\1\3", name)) is not None


def is_first_visit(name: str) -> bool:
    """Whether a plain name of an event is one of first visits."""
    return _CALLED_FIRST.search(name) is not None


def without_first_visit(name: str) -> str:
    """A plain name without the first visit's behind it, as joined events have it."""
    match = _ENDS_FIRST.fullmatch(name)
    return name if match is None else match[1]
