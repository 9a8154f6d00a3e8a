"""What looks odd and is used as it is: said by a warning, where nobody listens."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from pathlib import Path

from hiprisk.cohort.findings import Finding
from hiprisk.errors import HipRiskWarning
from hiprisk.wording.quantities import plural

FindingListener = Callable[[Finding], None]
_OWN_CODE = str(Path(__file__).parents[1])


def warn_of_finding(finding: Finding) -> None:
    """Say a finding as a `HipRiskWarning`; a note, which asks for nothing, is left unsaid."""
    if finding.severity == "note":
        return
    place = f"{finding.subject}: " if finding.subject else ""
    how_often = f", {plural(finding.count, 'row')}" if finding.count else ""
    warnings.warn(
        f"{place}{finding.message} ({finding.advice}) [{finding.code}{how_often}]",
        HipRiskWarning,
        stacklevel=_frames_of_hiprisk() + 1,
    )


def _frames_of_hiprisk() -> int:
    """How many frames lie between here and the caller's own line, which a warning shows."""
    frame, count = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_OWN_CODE):
        frame, count = frame.f_back, count + 1
    return count - 1
