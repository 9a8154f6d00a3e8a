"""Names of what is known only after the first visit."""

from __future__ import annotations

import re

_LATER = re.compile(
    r"follow_?up|(^|_)(fu|post|outcome|later|end|final|(m|mo)(3|6|12|18|24|36|48|60)|"
    r"[1-9][0-9]?_?(months?|mo|weeks?|years?|y|m)|(month|week|year|visit)_?[1-9][0-9]?|"
    r"t[1-9]|v(0[1-9]|[1-9])|success|satisf\w*|improved|worsened|died|death|mortality|interim)($|_)"
)
_FIRST = re.compile(r"(^|_)(visit|v|t)_?0?1($|_)")


def is_later(name: str) -> bool:
    """Whether a plain name sounds like a later visit: a guess at outcomes, and no predictor."""
    return _LATER.search(_FIRST.sub(r"\1\3", name)) is not None
