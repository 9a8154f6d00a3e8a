"""Whether a patient is like the development cohort, in one line."""

import pytest

from hiprisk.sheet.similarity import Distance
from hiprisk.wording.similarity import similarity_warning


def found(likeness):
    return Distance(squared=1.0, n_columns=1, tail=0.5, likeness=likeness)


@pytest.mark.parametrize(
    ("likeness", "start"),
    [
        ("less_usual", "Note: taken together, these values are less usual than 19 in 20"),
        ("unlike", "WARNING: taken together, these values are unlike the development cohort"),
    ],
)
def test_an_unusual_patient_is_said_in_a_line(likeness, start):
    assert similarity_warning(found(likeness)).startswith(start)


def test_a_usual_patient_needs_no_word_and_an_unknown_one_does():
    assert similarity_warning(found("alike")) is None
    assert similarity_warning(None).startswith("Note: nothing is known")
