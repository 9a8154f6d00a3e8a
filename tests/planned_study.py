"""A small study before anything is fitted, for tests of its checks, its counts and its plan."""

from functools import lru_cache

from hiprisk.planning.checking import check_study
from study_text import small_study


def silent(stage, done, total):
    """Progress that nobody reads."""
    del stage, done, total


@lru_cache(maxsize=16)
def checked(*overrides):
    """The small study of `study_text` with some settings replaced, checked; nothing is written."""
    from pathlib import Path

    return check_study(
        small_study("tracking.enabled=false", *overrides),
        out=Path("models"), workers=1, progress=silent,
    )  # fmt: skip
