"""Whom a patient is compared with, in words."""

import pytest

from hiprisk.sheet.format import VariableSpec
from hiprisk.wording.reference import AVERAGE_PATIENT, compared_with, without_exposure

BACK_PAIN = VariableSpec(name="lbp_any", label="low back pain", unit="", kind="category")


@pytest.mark.parametrize("absent", ["no", "none", 0.0])
def test_an_absent_exposure_is_named_as_absent(absent):
    said = without_exposure(BACK_PAIN, absent)
    assert said == f"{AVERAGE_PATIENT} without low back pain"


def test_an_exposure_without_an_absent_value_is_named_with_its_value():
    said = without_exposure(BACK_PAIN, "mild")
    assert said == f"{AVERAGE_PATIENT} with low back pain: mild"


def test_the_sentence_begins_with_the_comparison():
    assert compared_with(AVERAGE_PATIENT).startswith("Compared with an average patient")
