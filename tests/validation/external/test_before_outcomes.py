"""A cohort whose outcomes are not known: who counts, and what is refused."""

import dataclasses

import pandas as pd
import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.validation.external.before_outcomes import expect_of_cohort, expect_of_risks
from small_bundle import small_sheet
from validated_people import MODEL, OUTCOME, WORSE, cohort_of

FOLLOW_UP = "womac_function_followup_0_100"


def expected_of(frame, *, sheet=None, **beside):
    return expect_of_cohort(
        sheet or small_sheet(), OUTCOME, cohort_of(frame), model=MODEL, **beside
    )


def test_outcomes_are_counted_and_not_looked_at(people):
    with_them = expected_of(people)
    without = expected_of(people.drop(columns=FOLLOW_UP))
    assert (with_them.n_with_outcome, without.n_with_outcome) == (300, 0)
    assert with_them.expected == without.expected
    assert "300 rows of the cohort have an outcome already" in with_them.summary[-1]


def test_rows_without_a_prediction_are_counted(people):
    people.loc[:9, "age_years"] = 300.0
    found = expected_of(people)
    assert (found.n, found.flow[-1].n_left_out) == (290, 10)
    assert sum(found.reasons.values()) == 10


def test_development_stands_beside_it(people):
    found = expected_of(people, development={"r2": 0.5})
    assert found.to_frame().set_index("metric").loc["r2", "expected_in_development"] == 0.5


def test_too_few_rows_with_a_prediction(people):
    with pytest.raises(InputError, match=r"12 rows with a prediction are too few.*at least 20"):
        expected_of(people.head(12))


def test_a_cohort_without_the_models_variables(people):
    with pytest.raises(InputError, match="none of the model's 4 variables"):
        expected_of(people[[FOLLOW_UP]])


def test_a_model_that_does_not_say_how_outcomes_scatter(people):
    bare = dataclasses.replace(small_sheet(), distribution=None)
    bare = dataclasses.replace(bare, outcome=dataclasses.replace(bare.outcome, events=()))
    with pytest.raises(InputError, match="no distribution of the outcome"):
        expected_of(people, sheet=bare)


def test_risks_in_a_column(people):
    frame = pd.DataFrame({"risk": [0.1, 0.5, None] * 20})
    found = expect_of_risks("risk", WORSE, cohort_of(frame), model=MODEL)
    assert (found.n, dict(found.reasons)) == (40, {"NO_PREDICTION:risk": 20})
    with pytest.raises(ConfigError, match="do not say how a continuous outcome scatters"):
        expect_of_risks("risk", OUTCOME, cohort_of(frame), model=MODEL)
