"""A study before anything is fitted: its checks, its counts, its sample size, its time."""

from hiprisk.planning.checking import CheckedStudy, check_study
from hiprisk.planning.plan import plan_study
from hiprisk.planning.results import PlannedEvent, PlannedPart, PlannedSize, StudyPlan

__all__ = [
    "CheckedStudy",
    "PlannedEvent",
    "PlannedPart",
    "PlannedSize",
    "StudyPlan",
    "check_study",
    "plan_study",
]
