"""An outcome, or predictions of it, on another scale within the outcome's bounds."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.shift.outcome_scale import (
    outcome_in_development,
    outcome_scale_findings,
    prediction_scale_findings,
)
from hiprisk.sheet.format import TrainingSummary
from validated_people import OUTCOME, WORSE

DEVELOPMENT = TrainingSummary(median=35.0, iqr=26.0, n_known=674)
SCORES = np.clip(np.random.default_rng(1).normal(35.0, 19.0, 300), 0, 100).round(1)
OF_SCORE = replace(OUTCOME, unit="points 0-100", bounds=(0.0, 100.0), baseline="before")


def findings(values, in_development=DEVELOPMENT, **columns):
    frame = pd.DataFrame({OF_SCORE.variable: values, **columns})
    return list(outcome_scale_findings(OF_SCORE, frame, in_development))


def test_an_outcome_of_0_to_10_on_a_scale_of_0_to_100_is_an_error():
    (found,) = findings(SCORES / 10)
    assert (found.code, found.severity, found.column) == (
        "UNIT_SUSPECT",
        "error",
        OF_SCORE.variable,
    )
    assert "given from 0 to 10? if so, state from_range: [0, 10]" in found.advice
    assert findings(SCORES) == []


def test_without_development_the_baseline_of_the_same_score_tells_a_known_scale_alone():
    (found,) = findings(SCORES / 10, None, before=SCORES)
    assert found.severity == "warning"
    assert "times that of its baseline before" in found.message
    assert findings(SCORES, None, before=SCORES) == []
    # After surgery nearly everybody is well: that is no other scale.
    assert findings(np.clip(SCORES - 30, 0, 100).round(), None, before=SCORES + 20) == []
    assert findings(SCORES / 10, None) == []


def test_a_share_beside_an_outcome_of_0_to_100_is_no_prediction_of_it():
    frame = pd.DataFrame(
        {OF_SCORE.variable: SCORES, "p": SCORES / 100, "shrunken": 30 + SCORES / 9}
    )
    (found,) = prediction_scale_findings("p", OF_SCORE, frame)
    assert "from_range: [0, 1]" in found.advice
    assert list(prediction_scale_findings("shrunken", OF_SCORE, frame)) == []
    assert list(prediction_scale_findings("p", WORSE, frame)) == []


@pytest.mark.parametrize("evidence", [{}, {"table_one": None}, {"table_one": {"rows": []}}])
def test_a_model_without_table_1_tells_nothing_of_its_outcome(evidence):
    assert outcome_in_development(evidence, "score") is None


def test_the_outcome_in_development_is_that_of_everybody():
    row = {"variable": "score", "group": "all", "q25": 22.0, "median": 35.0, "q75": 48.0,
           "n_known": 674}  # fmt: skip
    other = {**row, "group": "outcome known", "median": 1.0}
    found = outcome_in_development({"table_one": {"rows": [other, row]}}, "score")
    assert found == TrainingSummary(median=35.0, iqr=26.0, n_known=674)


def test_raw_sums_are_told_as_a_warning_as_those_of_a_predictor_are():
    (found,) = findings(np.round(SCORES * 0.68))
    assert (found.code, found.severity) == ("UNIT_SUSPECT", "warning")
    assert "none exceeds 68; multiplied by 1.47 they are closer" in found.message
    assert "from_range: [0, 68]" in found.advice
