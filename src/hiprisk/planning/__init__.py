"""A study before anything is fitted: its checks, its counts, its sample size, its time.

Names are resolved on first use: a resumed run of another study is refused without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hiprisk.lazy_names import lazy_names

if TYPE_CHECKING:
    from hiprisk.planning.checking import CheckedStudy, check_study
    from hiprisk.planning.plan import plan_study
    from hiprisk.planning.results import PlannedEvent, PlannedPart, PlannedSize, StudyPlan

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "CheckedStudy": "hiprisk.planning.checking",
        "PlannedEvent": "hiprisk.planning.results",
        "PlannedPart": "hiprisk.planning.results",
        "PlannedSize": "hiprisk.planning.results",
        "StudyPlan": "hiprisk.planning.results",
        "check_study": "hiprisk.planning.checking",
        "plan_study": "hiprisk.planning.plan",
    },
)

__all__ = [
    "CheckedStudy",
    "PlannedEvent",
    "PlannedPart",
    "PlannedSize",
    "StudyPlan",
    "check_study",
    "plan_study",
]
