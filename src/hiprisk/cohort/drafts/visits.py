"""Names of first visits, of what is known only after them, and names without their visit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_LATER = re.compile(
    r"(?:^|_)(?:follow_?up|fu|fup|post|post_?op\w*|outcome|later|end|final|verlauf|nachher|"
    r"nachuntersuchung|(?:m|mo|mth)_?(?:3|6|12|18|24|36|48|60)|"
    r"[1-9][0-9]?_?(?:months?|mths?|mo|weeks?|wks?|years?|yrs?|y|m|monate?n?|wochen?|jahre?n?|"
    r"maanden|mnd|jaar)|[1-9][0-9]+_?days?|"
    r"(?:month|mth|week|wk|year|yr|y|visit|monat|woche|jahr)_?[1-9][0-9]?|(?:day|d)_?[1-9][0-9]+|"
    r"change|chg|delta|improvement|discharge|endpoint|exit|complications?|readmi\w*|recovered|"
    r"t_?[1-9]|v(?:0[1-9]|[1-9])|success|satisf\w*|improved|worsened|died|dead|death|"
    r"deceased|mortality|survived|"
    r"interim)(?=$|_)|follow_?up"
)
# prednisolone, prediabetes and predominant predict nothing.
_PREDICTION = re.compile(
    r"predict|(?:^|_)(?:pred|preds|prob|probability|forecast)(?=$|_)|"
    r"pred(?=mark|risk|prob|scor|val)|risk_?score|(?:^|_)(?:model_(?:score|risk|output)|\w+_model$)"
)
_FIRST = re.compile(r"(^|_)(visit|v|t)_?0?1(?=$|_)")
_FIRST_WORDS = r"base_?line|screening|enrol|first|initial|pre_?op"
_FIRST_CODES = r"bl|t0|v0|m0"
_CALLED_FIRST = re.compile(rf"{_FIRST_WORDS}|(^|_)({_FIRST_CODES})($|_)|visit_?1")
_ENDS_FIRST = re.compile(
    rf"(.+?)_((?:{_FIRST_WORDS})[a-z]*|{_FIRST_CODES}|visit_?1)(_visit)?(_arm_\d+)?"
)
_SAYS_FIRST = re.compile(
    rf"(?:^|_)(?:(?:{_FIRST_WORDS})[a-z]*|{_FIRST_CODES}|v00|pre|vorher|aufnahme)(?=$|_)"
)
_ARM = re.compile(r"_arm_[0-9]+$")
_SCALE = re.compile(r"_0_[0-9]+$")


def is_later(name: str, beside: Iterable[str] = ()) -> bool:
    """Whether a plain name sounds like a later visit: a guess at outcomes, and no predictor.

    Parameters
    ----------
    name : str
    beside : iterable of str
        Plain names of the file's columns: they tell whether visits are counted from 0 or 1.
    """
    return _LATER.search(_FIRST.sub(_without_the_first(beside), name)) is not None


def is_prediction(name: str) -> bool:
    """Whether a plain name sounds like the answer of another model: no predictor either."""
    return _PREDICTION.search(name) is not None


def _without_the_first(beside: Iterable[str]) -> Callable[[re.Match[str]], str]:
    """What stands in place of a visit 1: nothing where it is the first visit."""
    names = tuple(beside)

    def kept(found: re.Match[str]) -> str:
        mark = found[2]
        from_zero = any(re.search(rf"(^|_){mark}_?0?0($|_)", name) for name in names)
        to_two = any(re.search(rf"(^|_){mark}_?0?2($|_)", name) for name in names)
        # T1 alone is what comes after a visit without a mark.
        later = from_zero or (mark == "t" and not to_two)
        return found[0] if later else ""

    return kept


def without_visit(name: str) -> str:
    """A plain name without what says its visit and the ends of its scale."""
    for pattern in (_ARM, _LATER, _SAYS_FIRST, _SCALE):
        name = pattern.sub("", name)
    return name.strip("_")


def of_first_visit(name: str) -> str:
    """A plain name without what says that it is of the first visit and the ends of its scale."""
    return _SCALE.sub("", _SAYS_FIRST.sub("", name)).strip("_")


def is_first_visit(name: str) -> bool:
    """Whether a plain name of an event is one of first visits."""
    return _CALLED_FIRST.search(name) is not None


def without_first_visit(name: str) -> str:
    """A plain name without the first visit's behind it, as joined events have it."""
    match = _ENDS_FIRST.fullmatch(name)
    return name if match is None else match[1]
