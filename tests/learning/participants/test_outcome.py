"""The outcome as a study takes it: events of a score, hip replacement, what is off its bounds."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from hiprisk.config import study_from_text
from hiprisk.config.settings import EventSettings
from hiprisk.learning.participants.outcome import dichotomised, observed_outcome
from replaced_hips import TEXT, cohort

OUTCOME = study_from_text(TEXT).outcome
WORSE = EventSettings(name="w", label="w", direction="above", reference="baseline", value=10.0)


def test_an_event_is_reached_at_its_bound_and_unknown_where_either_is():
    frame = pd.DataFrame({"womac_function_0_100": [20.0, 20.0, np.nan, 20.0]})
    score = np.array([30.0, 29.9, 50.0, np.nan])
    found = dichotomised(score, frame, OUTCOME, WORSE)
    np.testing.assert_array_equal(found, [1.0, 0.0, np.nan, np.nan])
    below = dataclasses.replace(WORSE, direction="below", reference="fixed", value=30.0)
    np.testing.assert_array_equal(dichotomised(score, frame, OUTCOME, below), [1, 1, 0, np.nan])


@pytest.mark.parametrize(("strategy", "n_rows"), [("exclude", 36), ("worst", 40)])
def test_people_whom_no_study_selected_have_the_outcome_a_study_would_take(strategy, n_rows):
    settings = dataclasses.replace(OUTCOME.hip_replacement, strategy=strategy)
    frame = cohort()
    found = observed_outcome(frame, dataclasses.replace(OUTCOME, hip_replacement=settings))
    assert len(found.frame) == len(found.outcome) == n_rows
    measured = frame["womac_function_followup_0_100"].to_numpy()
    np.testing.assert_array_equal(found.outcome[-36:], measured[4:])
    if strategy == "worst":
        assert found.outcome[:4].tolist() == [100.0] * 4
    assert "hip replaced before follow-up" in found.flow[0].label
