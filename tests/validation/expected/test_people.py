"""Predictive distributions of a frame are those of the sheet."""

import numpy as np
import pytest

from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.validation.expected.people import ScoredPeople
from ordinal_sheet import ordinal_sheet
from small_bundle import small_sheet


def test_intervals_and_chances_are_the_sheets(frame):
    sheet = small_sheet()
    people = ScoredPeople.of(sheet, frame, (0.2,))
    given = cohort_columns(sheet.variables, frame).columns
    answer = SheetEvaluator(sheet).predict(given)
    own = people.predictive()
    assert own.predicted.tolist() == answer.predicted.tolist()
    assert own.forecast.quantile(0.025).tolist() == answer.intervals["95"][0].tolist()
    known = frame["womac_function_0_100"].notna().to_numpy()
    assert own.chances["worsening"][known] == pytest.approx(answer.chances["worsening"][known])
    assert np.isnan(own.chances["worsening"][~known]).all()
    assert own.chances["acceptable_state"] == pytest.approx(answer.chances["acceptable_state"])


def test_a_binary_outcome_is_its_risk(frame):
    own = ScoredPeople.of(small_sheet(kind="binary"), frame, ()).predictive()
    assert (own.forecast, dict(own.chances)) == (None, {})


def test_an_ordinal_sheet_is_its_own_distribution(frame):
    people = ScoredPeople.of(ordinal_sheet(), frame, ())
    own = people.predictive()
    assert own.forecast.expectation() == pytest.approx(own.predicted, rel=1e-9)
    answer = people.prediction
    assert own.forecast.quantile(0.9).tolist() == answer.intervals["80"][1].tolist()


def test_some_of_the_people(frame):
    people = ScoredPeople.of(small_sheet(), frame, ())
    some = people.take(np.array([3, 50]))
    assert len(some) == 2
    assert some.predictive().predicted == pytest.approx(people.predictive().predicted[[3, 50]])
    assert some.bounds["worsening"] == pytest.approx(people.bounds["worsening"][[3, 50]])
