"""Names of what is known only after the first visit."""

from __future__ import annotations

import re

_LATER = re.compile(
    r"follow_?up|(^|_)(fu|post|outcome|later|end|final|m?(3|6|12|24|36|60)m?|[1-9][0-9]?_?"
    r"(months?|mo|weeks?|years?|y|m)|(m|month|week|year)_?[1-9][0-9]?|t[1-9]|v(0[1-9]|[1-9])|"
    r"visit_?[2-9]|success|satisf\w*|improved|worsened|died|death|mortality|interim)($|_)"
)


def is_later(name: str) -> bool:
    """Whether a plain name sounds like a later visit: a guess at outcomes, and no predictor."""
    return _LATER.search(name) is not None
