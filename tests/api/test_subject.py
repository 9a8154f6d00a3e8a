"""What is judged, on whom: the same refusals whatever the way in."""

import pytest

import hiprisk
from hiprisk.api.subject import SubjectRequest, read_selected, subject_of
from hiprisk.errors import ConfigError

pytestmark = pytest.mark.usefixtures("here")
OUTCOME = "womac_function_followup_0_100"


def test_a_column_needs_an_outcome():
    with pytest.raises(ConfigError, match="--predictions COLUMN and --study FILE or --outcome"):
        subject_of(SubjectRequest(model=None, cohort="cohort.csv"))


def test_a_column_is_the_variable_that_a_mapping_makes_of_it():
    found = subject_of(
        SubjectRequest(model=None, cohort="cohort.csv", predictions="paper", outcome=OUTCOME,
                       mapping={"variables": {"womac_function_0_100": "paper"}})
    )  # fmt: skip
    assert found.predictions == "womac_function_0_100"
    assert not found.outcome_is_declared


def test_a_bundle_declares_its_own_outcome():
    with pytest.raises(ConfigError, match="the bundle declares the outcome"):
        subject_of(SubjectRequest(model="invented-womac", cohort="c.csv", study="study.yaml"))
    found = subject_of(SubjectRequest(model=hiprisk.load("invented-womac"), cohort="cohort.csv"))
    assert found.outcome.variable == OUTCOME
    assert found.identity.name == "invented-womac"


def test_rows_are_selected_by_level(cohort):
    asked = SubjectRequest(model="invented-womac", cohort=cohort, where={"sex": ("female",)})
    read = read_selected(subject_of(asked), asked)
    assert read.n_rows == (cohort["sex"] == "female").sum()
