"""Findings as warnings, at the caller's own line."""

import pytest

from hiprisk.api.findings import warn_of_finding
from hiprisk.cohort.findings import Finding
from hiprisk.errors import HipRiskWarning


def finding(severity):
    return Finding(code="SENTINELS", severity=severity, message="99 looks like a code for missing",
                   advice="declare it in the mapping", column="age_years")  # fmt: skip


def test_what_looks_odd_is_a_warning_at_the_line_of_the_caller():
    with pytest.warns(HipRiskWarning, match=r"age_years: 99 looks .* \[SENTINELS\]") as warned:
        warn_of_finding(finding("warning"))
    assert warned[0].filename == __file__


def test_a_note_is_left_unsaid(recwarn):
    warn_of_finding(finding("note"))
    assert not recwarn
