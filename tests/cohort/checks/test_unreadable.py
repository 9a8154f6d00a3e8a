"""What is told of cells that could not be read."""

import numpy as np
import pytest

from hiprisk.cohort.checks.unreadable import unreadable_findings
from hiprisk.values import Note


@pytest.mark.parametrize(
    ("texts", "advice"), [(("None", "none"), "levels: {None: ...}"), (("None", "x"), "the codes")]
)
def test_an_undecided_none_is_told_with_its_two_ways_out(texts, advice):
    note = Note("UNKNOWN_CATEGORY", "education")
    mask = np.array([True, True, False])
    (finding,) = unreadable_findings({note: mask}, {}, {note: texts})
    assert (finding.code, finding.count) == ("UNKNOWN_CATEGORY", 2)
    assert advice in finding.advice


@pytest.mark.parametrize(
    ("code", "texts", "is_so"),
    [
        ("NOT_A_NUMBER", (".A: Not Expected", ".", "x"), True),
        ("UNKNOWN_CATEGORY", ("1: Male", "2: Female"), True),
        ("NOT_A_NUMBER", ("sixty", ".A"), False),
        ("NOT_A_NUMBER", ("9:30", "x", "y"), False),
        ("NOT_A_DATE", (".A",), False),
    ],
)
def test_codes_with_labels_are_told_with_the_format_that_reads_them(code, texts, is_so):
    note = Note(code, "bmi_kg_m2")
    (finding,) = unreadable_findings({note: np.ones(len(texts), dtype=bool)}, {}, {note: texts})
    assert ("labelled_codes: true" in finding.advice) == is_so
